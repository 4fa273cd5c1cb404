"""Once a working day: keep what is foretold of each running sprint, and compare what was with what became of it."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.app import App
from models.directives import Directives
from models.events import Reason, Trigger
from models.forecasts import Ended
from models.foresight import Foresight
from models.ids import SprintId, TeamId
from models.mailbox import Job
from models.work import Facts
from planner.asked.ahead import lore_of
from planner.facts.observe import observe, watched_sprints
from planner.foresight.outlook import kept_of, outlook

log = logging.getLogger(__name__)


async def foretell(app: App, job: Job) -> None:
    """Keep today's forecasts; a day that has them already is left as it is."""
    team, now = TeamId(job.team), app.clock.now()
    scored = await compare(team, app.foresight)
    facts = await app.store.facts_about(team)
    kept = await keep_todays(facts, app.directives, app.foresight, now)
    words = "running sprints foretold: %d of %s; earlier forecasts compared with what became of them: %d"
    log.info(words, kept, team, scored, extra={"action": "foretold", "team": team})
    await app.mailbox.finish(job)


async def keep_todays(facts: Facts, directives: Directives, foresight: Foresight, now: datetime) -> int:
    """Keep a forecast of every watched running sprint as of ``now`` (company time); how many were new."""
    made = []
    for sprint in watched_sprints(facts):
        snapshot = observe(facts, Trigger(team=facts.team, reason=Reason.ASKED, at=now, sprint=sprint.id), now)
        seen = outlook(sprint, facts, snapshot, directives, await lore_of(foresight, facts.team, sprint.id))
        if seen is not None:
            made.append(kept_of(seen, sprint, facts, snapshot))
    return await foresight.keep(made) if made else 0


async def compare(team: TeamId, foresight: Foresight) -> int:
    """Note what closed sprints delivered beside what was foretold of them; how many forecasts were told so."""
    waiting = set(await foresight.unscored(team))
    over: dict[bool, dict[SprintId, float]] = {True: {}, False: {}}
    for each in (await foresight.ended(team)) if waiting else ():
        if each.stand.sprint in waiting:
            _note(each, over)
    return sum([await foresight.score(team, units, by_points=by) for by, units in over.items() if units])


def _note(each: Ended, over: dict[bool, dict[SprintId, float]]) -> None:
    over[each.stand.by_points][each.stand.sprint] = each.delivered
