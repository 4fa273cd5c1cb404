"""Will a sprint be made: what is remembered of earlier ones, put together with what is so now."""

from __future__ import annotations

from collections.abc import Sequence

from models.ids import SprintId, TeamId
from models.work import Facts, Snapshot, Sprint
from planner.foresight.outlook import Lore, known_sprints, outlook
from planner.ports import Desk, Hindsight
from planner.reports.forecast import foresight
from planner.reports.whatif import taken_out
from planner.words.replies import SheetReply


async def lore_of(hindsight: Hindsight | None, team: TeamId, sprint: SprintId) -> Lore:
    """What is remembered that a forecast of ``sprint`` rests on."""
    if hindsight is None:
        return Lore()
    ended, told = await hindsight.ended(team), await hindsight.of_sprint(team, sprint)
    return Lore(tuple(ended), tuple(told), tuple(await hindsight.scored(team)))


def ahead(
    sprint: Sprint, snapshot: Snapshot, facts: Facts, lore: Lore, desk: Desk, without: Sequence[str] = ()
) -> SheetReply:
    """The answer to *will we make it*, of all of it or ``without`` some tickets: a chance, or too early the pace."""
    made = outlook(sprint, facts, snapshot, desk.directives, lore)
    if made is not None and without:
        return taken_out(sprint, snapshot, facts, desk.directives, made, without)
    return foresight(sprint, snapshot, facts, desk.directives, made, known_sprints(lore))
