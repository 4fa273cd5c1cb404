"""Once a working day: keep what is foretold of each running sprint."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.app import App
from models.directives import Directives
from models.events import Reason, Trigger
from models.foresight import Foresight
from models.ids import TeamId
from models.mailbox import Job
from models.work import Facts, SprintState
from planner.asked.ahead import lore_of
from planner.facts.observe import observe, watched_sprints
from planner.foresight.outlook import kept_of, outlook

log = logging.getLogger(__name__)


async def foretell(app: App, job: Job) -> None:
    """Keep today's forecasts; a day that has them already is left as it is."""
    team, now = TeamId(job.team), app.clock.now()
    facts = await app.store.facts_about(team)
    kept = await keep_todays(facts, app.directives, app.foresight, now)
    log.info("running sprints foretold: %d of %s", kept, team, extra={"action": "foretold", "team": team})
    await app.mailbox.finish(job)


async def keep_todays(facts: Facts, directives: Directives, foresight: Foresight, now: datetime) -> int:
    """Keep a forecast of every watched running sprint as of ``now`` (company time); how many were new."""
    made = []
    await foresight.runs_again(facts.team, [each.id for each in facts.sprints if each.state is SprintState.ACTIVE])
    for sprint in watched_sprints(facts):
        snapshot = observe(facts, Trigger(team=facts.team, reason=Reason.ASKED, at=now, sprint=sprint.id), now)
        seen = outlook(sprint, facts, snapshot, directives, await lore_of(foresight, facts.team, sprint.id))
        if seen is not None:
            made.append(kept_of(seen, sprint, facts, snapshot))
    return await foresight.keep(made) if made else 0
