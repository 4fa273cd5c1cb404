"""What is remembered of the last time a model was asked: whether to ask again, what has changed, what it chose."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from models.ids import IssueKey, TeamId
from models.signals import Signal
from models.work import Snapshot
from planner.prompts.planning import Changes

MOST_OVER = 24
"""So much of what is over is told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPlan:
    """The last plan of one team."""

    tried: datetime
    """When a model was last asked, whatever came of it (company time)."""
    weighed: bool = False
    """Whether anything was weighed so far: the rest is of the last time that it was."""
    found: Mapping[str, str] = field(default_factory=dict)
    """The findings that were weighed, in words, by their ids: each is a hash of what, of whom, which episode and rung.
    """
    tickets: Mapping[str, str] = field(default_factory=dict)
    """Status then of each ticket that something was found about."""
    takers: Mapping[str, str] = field(default_factory=dict)
    """Whom the model chose for what nobody has, by the id of the proposal."""
    order: tuple[str, ...] = ()
    """Ids of proposals in the order it put them."""


class Plans(Protocol):
    """Where the last plan of each team is kept."""

    async def last(self, team: TeamId) -> LastPlan | None:
        """The last one; ``None`` when there was none, or it cannot be read any more."""
        ...

    async def keep(self, team: TeamId, plan: LastPlan) -> None:
        """Keep it instead of the one before."""
        ...


def in_words(signals: Sequence[Signal]) -> Mapping[str, str]:
    """``blocked_too_long PAY-7`` by id."""
    return {signal.id: f"{signal.kind.value} {signal.subject}" for signal in signals}


def standing(signals: Sequence[Signal], snapshot: Snapshot) -> Mapping[str, str]:
    """The status of each ticket that something was found about."""
    issues = (snapshot.issue(IssueKey(signal.subject)) for signal in signals)
    return {issue.key: issue.status for issue in issues if issue is not None}


def changes_since(
    last: LastPlan | None, signals: Sequence[Signal], snapshot: Snapshot, spoken_of: Collection[str]
) -> Changes | None:
    """What is different since then of ``spoken_of``, and how much else; ``None`` when there was no plan."""
    if last is None or not last.weighed:
        return None
    now, found = standing(signals, snapshot), in_words(signals)
    fresh = [signal for signal in signals if signal.id not in last.found]
    told = dict.fromkeys(found[signal.id] for signal in fresh if signal.subject in spoken_of)
    gone = [words for name, words in last.found.items() if name not in found]
    moved = ((key, last.tickets.get(key, now[key]), now[key]) for key in now if key in spoken_of)
    return Changes(
        found=tuple(told),
        gone=tuple(gone[:MOST_OVER]),
        moved=tuple(each for each in moved if each[1] != each[2]),
        others=sum(signal.subject not in spoken_of for signal in fresh) + len(gone[MOST_OVER:]),
    )
