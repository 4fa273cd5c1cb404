"""How closely a team is looked at follows from what is found; status says the level, why, how often and until when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli.look import print_status
from bot.status import standing, status
from bot.views.reply import reply_message
from models.events import Reason, Source, Trigger
from models.mailbox import look_at
from models.work import Issue
from planner.answer import answer
from planner.asked.questions import AskStatus
from planner.cycle import run_cycle
from planner.words.replies import StatusReply
from tests.planner.world import issue, sprint
from tests.reloading import TEAM, Process, one_process

pytestmark = pytest.mark.anyio

NOON = datetime.fromisoformat("2026-11-18T12:00:00-05:00")


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Process]:
    async with one_process(tmp_path) as running:
        running.clock.set(NOON, 0.0)
        yield running


def ticket(process: Process, **changes: Any) -> Issue:
    """Sarah's, in progress and touched an hour ago."""
    sarah = next(m for m in process.app.directives.teams[0].members if m.id == "sarah")
    return replace(issue(7), assignee=sarah.account, **changes)


async def look(process: Process, *issues: Issue) -> Any:
    """One look at these issues; what status says of the team afterwards."""
    app = process.app
    people = [_person(member, app) for member in app.directives.teams[0].members]
    given: dict[str, Any] = {"sprints": [sprint()], "issues": list(issues), "whole": [sprint().id]}
    await app.store.save(TEAM, source=Source.SLACK, people=people, complete=True)
    await app.store.save(TEAM, source=Source.JIRA, complete=True, **given)
    await app.mailbox.put(look_at(TEAM))
    job = await app.mailbox.claim((0, 1, 2), 30)
    while job is not None and job.kind != "cycle":
        await app.mailbox.finish(job)
        job = await app.mailbox.claim((0, 1, 2), 30)
    assert job is not None
    await run_cycle(Trigger(team=TEAM, reason=Reason.LOOK, at=app.clock.now()), app.desk(job))
    return await shown(process)


def _person(member: Any, app: Any) -> Any:
    from bot.sync import person_of

    return person_of(member, app.directives.teams[0])


async def shown(process: Process) -> Any:
    app = process.app
    [team] = (await status(standing(app.directives), app.mailbox, app.store, app.ledger, app.clock))["teams"]
    return team


def minutes(team: Any, process: Process) -> float:
    return (datetime.fromisoformat(team["next_look"]) - process.clock.now()) / timedelta(minutes=1)


async def test_the_interval_goes_from_360_to_60_to_15_minutes_and_back_when_calm(process: Process) -> None:
    calm, flagged = ticket(process), ticket(process, flagged_since=NOON - timedelta(days=2, minutes=5))
    down = replace(flagged, priority="P0", labels=frozenset({"incident"}))
    seen = []
    for each in (calm, flagged, down, calm):
        team = await look(process, each)
        seen.append((team["urgency"]["level"], team["urgency"]["every"], minutes(team, process)))
        process.clock.set(process.clock.now() + timedelta(minutes=1), 0.0)
    assert seen == [
        ("low", "360 minutes", 360),
        ("high", "60 minutes", 60),
        ("critical", "15 minutes", 15),
        ("low", "360 minutes", 360),
    ]


async def test_status_says_why_in_facts(process: Process) -> None:
    flagged = ticket(process, flagged_since=NOON - timedelta(days=2, minutes=5))
    assert (await look(process, flagged))["urgency"]["why"] == "PAY-7 has been blocked for 2 working days"
    down = replace(flagged, priority="P0", labels=frozenset({"incident"}))
    assert (await look(process, down))["urgency"]["why"] == "PAY-7 says that production is down"
    assert (await look(process, ticket(process)))["urgency"]["why"] == "nothing is pressing"


async def test_the_command_line_prints_level_reason_interval_and_next_look(process: Process, capsys: Any) -> None:
    await look(process, ticket(process, flagged_since=NOON - timedelta(days=2, minutes=5)))
    app = process.app
    print_status(await status(standing(app.directives), app.mailbox, app.store, app.ledger, app.clock))
    printed = capsys.readouterr().out
    assert "payments: urgency high: PAY-7 has been blocked for 2 working days; a look every 60 minutes" in printed
    assert "2026-11-18T18:00" in printed


async def test_the_answer_in_slack_says_the_same(process: Process) -> None:
    await look(process, ticket(process, flagged_since=NOON - timedelta(days=2, minutes=5)))
    app = process.app
    job = await _any_job(process)
    admin = next(iter(app.directives.team(TEAM).people_of("admins")), None)
    assert admin is not None
    reply = await answer(AskStatus(), TEAM, app.desk(job), asker=admin)
    assert isinstance(reply, StatusReply)
    message = reply_message(reply, zone="America/New_York", now=app.clock.real(), company_now=app.clock.now())
    expected = "Urgency high at 12:00: PAY-7 has been blocked for 2 working days · a look every 60 minutes, the next "
    [line] = [text for text in _contexts(message.blocks) if text.startswith("Urgency")]
    assert line.startswith(expected) and "13:00" in line


async def _any_job(process: Process) -> Any:
    await process.app.mailbox.put(look_at(TEAM))
    return await process.app.mailbox.claim((0, 1, 2), 30)


def _contexts(blocks: Any) -> list[str]:
    return [element["text"] for block in blocks if block["type"] == "context" for element in block["elements"]]


async def test_what_a_reload_says_of_a_level_counts_from_the_next_look(process: Process) -> None:
    from tests.reloading import TEXT

    await process.save(TEXT.replace("look_every: 360 minutes", "look_every: 120 minutes"))
    team = await look(process, ticket(process))
    assert (team["urgency"]["every"], minutes(team, process)) == ("120 minutes", 120)
