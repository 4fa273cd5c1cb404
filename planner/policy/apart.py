"""One message, apart by the modes of its lines: what may be sent is not kept back by what is only recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from models.actions import Item, RemindPerson
from models.directives import Mode, Team
from models.proposals import Proposal
from planner.policy.trust import mode_for
from planner.still.factcheck import Ground

_FIRST = (Mode.ACT, Mode.SUGGEST, Mode.SHADOW)


def apart(proposals: Iterable[Proposal], ground: Ground, team: Team) -> Iterator[Proposal]:
    """The proposals in their order; a reminder whose items are not all in one mode as one for each mode.

    What a person asked for, or is promised, is theirs whole.
    """
    for proposal in proposals:
        action = proposal.action
        if not team.modes or not isinstance(action, RemindPerson) or proposal.asked_by or proposal.promised:
            yield proposal
            continue
        parts = _by_mode(action, ground, team)
        if len(parts) < 2:
            yield proposal
            continue
        for mode in (mode for mode in _FIRST if mode in parts):
            yield _part(proposal, action, parts[mode])


def _by_mode(action: RemindPerson, ground: Ground, team: Team) -> dict[Mode, list[Item]]:
    """The items by the mode of the line that found each today."""
    parts: dict[Mode, list[Item]] = {}
    for item in action.items:
        rule = next((signal.rule for signal in ground.by_id.get(item.signal, ())), item.rule)
        parts.setdefault(mode_for(rule, action, team), []).append(item)
    return parts


def _part(proposal: Proposal, action: RemindPerson, items: list[Item]) -> Proposal:
    """Of these items alone; what a model has written of all of them is not said of some."""
    names = tuple(item.signal for item in items)
    part = replace(action, items=tuple(items), more=0)
    return replace(proposal, action=part, signals=names, rule=items[0].rule, options=(), weighed="")
