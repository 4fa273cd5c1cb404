"""Will a sprint be made: what is remembered of earlier ones, put together with what is so now."""

from __future__ import annotations

from models.ids import SprintId, TeamId
from models.work import Facts, Snapshot, Sprint
from planner.foresight.outlook import Lore, known_sprints, outlook
from planner.ports import Desk, Hindsight
from planner.reports.forecast import foresight
from planner.words.replies import SheetReply


async def lore_of(hindsight: Hindsight | None, team: TeamId, sprint: SprintId) -> Lore:
    """What is remembered that a forecast of ``sprint`` rests on."""
    if hindsight is None:
        return Lore()
    ended, told = await hindsight.ended(team), await hindsight.of_sprint(team, sprint)
    return Lore(tuple(ended), tuple(told), tuple(await hindsight.scored(team)))


def ahead(sprint: Sprint, snapshot: Snapshot, facts: Facts, lore: Lore, desk: Desk) -> SheetReply:
    """The answer to *will we make it*: a chance, or below enough past sprints the pace."""
    made = outlook(sprint, facts, snapshot, desk.directives, lore)
    return foresight(sprint, snapshot, facts, desk.directives, made, known_sprints(lore))
