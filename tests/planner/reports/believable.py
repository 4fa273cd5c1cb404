"""A team in the middle of its sprint, with the things in it that people ask about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from models.cycles import NO_HISTORY, History, LastCycle
from models.directives import Directives
from models.ids import IssueKey, PersonId, SprintId, TeamId
from models.pauses import Pause
from models.wording import meanings
from models.work import Absence, Facts, Progress, SprintState
from planner.answer import answer
from planner.asked.here import NOWHERE, Here
from planner.asked.questions import parse_command
from planner.asked.talk.intents import understood
from planner.asked.talk.subjects import Talk
from planner.asked.topics import AskSearch
from planner.ports import Desk, Hindsight
from planner.reasoning import RulesMind
from planner.words.replies import Reply
from tests.planner.world import DAY, HOUR, NOON, TEAM, constitution, facts, issue, people, pull_request, sprint

LAW = constitution(team={"roles": {"pm": ["pat"], "deputy_pm": ["deb"], "tech_lead": ["tess"], "admins": ["pat"]}})

SOON = NOON - 2 * HOUR
"""This morning."""

DONE: dict[str, Any] = {"status": "Done", "progress": Progress.DONE}
TODO: dict[str, Any] = {"status": "To Do", "progress": Progress.TODO, "progress_since": NOON - 5 * DAY}


def work(**changes: Any) -> Facts:
    """Ann is blocked, Bob waits for Ann's review and for nobody's decision, two things are unowned or not begun."""
    held = facts(
        issue(1, "ann", title="Settle refunds nightly", points=5, flagged_since=NOON - 2 * DAY, blocked_by=_keys(9)),
        issue(2, "bob", title="Refund webhooks", points=3, progress_since=SOON, status_since=SOON),
        issue(3, None, title="Partial captures", points=5, **TODO, unassigned_since=NOON - 3 * HOUR),
        issue(4, "ann", title="Retry card payments", points=8, **DONE, progress_since=NOON - DAY),
        issue(5, "kai", title="Currency rounding", points=2, **DONE, progress_since=NOON - 6 * DAY),
        issue(6, "bob", title="Ledger export", points=3, **TODO, blocked_by=_keys(2), sprint_since=NOON - 4 * HOUR),
        issue(9, "tess", title="Queue for refunds", points=3, status="In Review", progress_since=NOON - 6 * DAY),
        prs=(
            pull_request(7, "bob", title="PAY-2 refund webhooks", issues=_keys(2)),
            pull_request(8, "ann", {"bob": "changes_requested"}, title="PAY-1 settle", issues=_keys(1)),
            pull_request(5, "kai", {}, title="PAY-5 rounding", issues=_keys(5), state="MERGED", settled_at=SOON),
        ),
    )
    return replace(held, **changes)


def _keys(*numbers: int) -> tuple[IssueKey, ...]:
    return tuple(IssueKey(f"PAY-{number}") for number in numbers)


def two_boards() -> Facts:
    """Two sprints run, each on a board of its own."""
    both = (sprint(24), sprint(31, name="Platform 31", board=9))
    return replace(work(), sprints=both, whole=frozenset({SprintId(24), SprintId(31)}))


def away(person: str) -> Facts:
    """The same while somebody is on vacation."""
    gone = people(**{person: Absence(reason="vacation", until=NOON + 5 * DAY)})
    return work(people=tuple(gone.values()))


def closed(number: int) -> Any:
    return sprint(number, state=SprintState.CLOSED, start=NOON - 40 * DAY, end=NOON - 20 * DAY)


@dataclass
class Clock:
    """Always noon."""

    at: Any = NOON

    def now(self) -> Any:
        return self.at

    def real(self) -> Any:
        return self.at

    def monotonic(self) -> float:
        return 0.0


@dataclass
class Office:
    """Fits Work, Ledger and Switch."""

    facts: Facts = field(default_factory=work)
    past: History = NO_HISTORY
    pause_: Pause | None = None
    thrown: list[str] = field(default_factory=list)

    async def facts_about(self, team: TeamId) -> Facts:
        return self.facts

    async def history_of(self, team: TeamId, person: PersonId) -> History:
        return self.past

    async def last_cycles(self, team: TeamId, limit: int) -> list[LastCycle]:
        return []

    async def pause(self, team: TeamId, pause: Pause) -> None:
        self.pause_ = pause
        self.thrown.append("paused")

    async def resume(self, team: TeamId, by: PersonId | None) -> Pause | None:
        ended, self.pause_ = self.pause_, None
        self.thrown.append("resumed")
        return ended


async def ask(
    typed: str,
    held: Facts | None = None,
    *,
    asker: str | None = "ann",
    public: bool = False,
    here: Here = NOWHERE,
    office: Office | None = None,
    law: Directives = LAW,
    later: timedelta = timedelta(),
    said: bool = False,
    hindsight: Hindsight | None = None,
) -> Reply:
    """The answer of the real story to what somebody typed, or ``said`` in a conversation."""
    office = office or Office(held or work())
    desk = Desk(
        clock=Clock(NOON + later),
        directives=law,
        work=office,
        mind=RulesMind(),
        ledger=office,  # type: ignore[arg-type]  # a part of it is enough to answer
        hands={},
        switch=office,
        meanings=meanings,
        hindsight=hindsight,
    )
    person = PersonId(asker) if asker else None
    talk = Talk(office.facts, law, asker=person)
    asked = understood(typed, talk) if said else parse_command(typed)
    assert not isinstance(asked, AskSearch)
    return await answer(asked, TEAM, desk, asker=person, public=public, here=here)
