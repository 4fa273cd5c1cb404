"""Past sprints: one that cannot be read stops no other, one that is closed anew is read anew, and little is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.app import build
from bot.jobs.past import next_of
from bot.status import status
from bot.sync.past import GATHERED, REFUSED_FOR, Remembered
from bot.worker import work
from models.errors import Refused
from models.ids import SprintId
from tests.bot.jobs.test_past import SPRINTS, Office, directives, law, office

__all__ = ["directives", "law", "office"]

pytestmark = pytest.mark.anyio

CLOSED = SPRINTS + 1


class Asked:
    """How often Jira was asked what."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    def tap(self, request: web.Request, body: bytes, response: web.StreamResponse) -> None:
        self.calls.append((request.method, request.path))

    def times(self, method: str, end: str) -> int:
        return sum(1 for each, path in self.calls if each == method and path.endswith(end))


def listening(office: Office) -> Asked:
    asked = Asked()
    office.simulator.traffic.taps.append(asked.tap)
    return asked


async def worked(office: Office, times: int) -> None:
    """As a worker does it: what fails is kept for later or buried."""
    await office.app.mailbox.put(next_of(office.team))
    for _ in range(times):
        office.clock.passed += timedelta(seconds=6)
        job = await office.app.mailbox.claim((0, 1, 2), 30)
        if job is not None:
            await work(office.app, job)


async def dead(office: Office) -> int:
    return (await office.app.mailbox.depths()).dead


def close_again(office: Office, sprint: SprintId, later: timedelta) -> None:
    known = office.simulator.company.sprints[sprint]
    assert known.completed is not None
    office.simulator.company.sprints[sprint] = replace(known, completed=known.completed + later)


async def first_missing(office: Office) -> Any:
    return (await Remembered(office.app.store, office.clock).missing(office.team))[0]


# --- what Jira refuses ------------------------------------------------------------------------------------------


async def test_one_sprint_that_jira_refuses_does_not_keep_the_others_from_being_read(office: Office) -> None:
    del office.simulator.company.sprints[(await first_missing(office)).id]
    await worked(office, CLOSED + 1)
    assert await office.missing() == [] and await dead(office) == 0
    kept = {each.stand.sprint for each in await office.app.foresight.ended(office.team.id)}
    assert len(kept) == CLOSED - 1
    app, force = office.app, {"version": "1", "trouble": "", "every": {}}
    in_force: Any = {**force, "teams": [{"id": office.team.id, "name": "x", "mode": "act"}]}
    told = await status(in_force, app.mailbox, app.store, app.ledger, app.clock)
    assert told["teams"][0]["past_sprints"] == {"read": CLOSED - 1, "counted": CLOSED - 1, "refused": 1}


async def test_what_was_refused_is_asked_for_again_the_next_day(office: Office) -> None:
    gone = await first_missing(office)
    company = office.simulator.company.sprints
    known = company.pop(gone.id)
    await worked(office, CLOSED + 1)
    company[gone.id] = known
    office.clock.passed += REFUSED_FOR - timedelta(hours=1)
    assert await office.missing() == []
    office.clock.passed += timedelta(hours=2)
    assert await office.missing() == [gone.name]
    await worked(office, 1)
    assert gone.id in {each.stand.sprint for each in await office.app.foresight.ended(office.team.id)}


async def test_a_sprint_whose_issues_jira_refuses_stops_no_other(office: Office) -> None:
    jira, first = office.app.jira, await first_missing(office)
    assert jira is not None

    class Picky:
        """Refuses the issues of one sprint."""

        def __getattr__(self, name: str) -> Any:
            return getattr(jira, name)

        async def issue_histories(self, names: Any, sprints: Any) -> Any:
            if await office.missing() and (await first_missing(office)).id == first.id:
                raise Refused("Invalid issue", code="400")
            return await jira.issue_histories(names, sprints)

    office.app.jira = Picky()  # type: ignore[assignment]
    await worked(office, CLOSED + 1)
    office.app.jira = jira
    assert await office.missing() == [] and await dead(office) == 0
    assert len({each.stand.sprint for each in await office.app.foresight.ended(office.team.id)}) == CLOSED - 1


async def test_a_token_that_may_read_nothing_makes_no_sprint_unreadable_and_no_dead_letter(office: Office) -> None:
    jira, before = office.app.jira, await office.missing()

    class Locked:
        """Knows nobody."""

        def __getattr__(self, name: str) -> Any:
            return getattr(jira, name)

        async def ever_in(self, *_: Any) -> Any:
            raise Refused("not signed in", code="401")

    office.app.jira = Locked()  # type: ignore[assignment]
    await worked(office, 3)
    office.app.jira = jira
    assert await office.missing() == before and await dead(office) == 0


# --- closed anew ------------------------------------------------------------------------------------------------


async def test_a_sprint_that_was_opened_and_closed_again_is_read_again(office: Office) -> None:
    await worked(office, CLOSED + 1)
    team, sprint = (
        office.team.id,
        SprintId(max(each.stand.sprint for each in await office.app.foresight.ended(office.team.id))),
    )
    [before] = {each.ended for each in await office.app.foresight.ended(team) if each.stand.sprint == sprint}
    close_again(office, sprint, timedelta(hours=5))
    await office.app.sync.everything(team)
    assert len(await office.missing()) == 1
    await worked(office, 1)
    rows = [each for each in await office.app.foresight.ended(team) if each.stand.sprint == sprint]
    assert {each.ended for each in rows} == {before + timedelta(hours=5)} and len(rows) == 11
    assert await office.missing() == []


async def test_a_sprint_that_runs_again_by_the_time_it_is_read_is_kept_with_no_end(office: Office) -> None:
    sprint = (await first_missing(office)).id
    company = office.simulator.company.sprints
    company[sprint] = replace(company[sprint], state="active", completed=None)
    await worked(office, 1)
    assert await office.app.foresight.ended(office.team.id) == []
    office.clock.passed += REFUSED_FOR
    assert (await first_missing(office)).id == sprint, "it is asked for again"


# --- how little is asked ----------------------------------------------------------------------------------------


async def test_all_missing_sprints_are_looked_for_in_one_pass(office: Office) -> None:
    asked = listening(office)
    await worked(office, CLOSED + 1)
    assert await office.missing() == []
    assert asked.times("POST", "/search/jql") == CLOSED + 1, "one for each sprint, one for what has changed"
    assert asked.times("GET", "/status") == 1 and asked.times("GET", "/sprint") == 2


async def test_whoever_goes_on_after_a_restart_goes_on_with_the_same_pass(office: Office) -> None:
    await worked(office, 2)
    asked = listening(office)
    other = build(office.app.settings, office.clock)
    first, office.app.jira = office.app.jira, other.jira
    await worked(office, CLOSED)
    office.app.jira = first
    for service in (other.slack, other.jira, other.bitbucket):
        assert service is not None
        await service.close()
    await other.database.close()
    assert await office.missing() == [] and asked.times("POST", "/search/jql") == 0


async def test_when_all_are_read_what_the_pass_found_is_forgotten(office: Office) -> None:
    await worked(office, CLOSED - 1)
    assert await office.app.store.recall(office.team.id, GATHERED)
    await worked(office, 2)
    assert await office.missing() == [] and await office.app.store.recall(office.team.id, GATHERED) == {}


async def test_a_pass_of_the_day_before_is_made_anew(office: Office) -> None:
    await worked(office, 1)
    asked = listening(office)
    office.clock.passed += REFUSED_FOR
    await worked(office, 1)
    assert asked.times("POST", "/search/jql") == CLOSED


async def test_a_sprint_that_is_closed_anew_between_two_readings_is_looked_for_anew(office: Office) -> None:
    await worked(office, 1)
    close_again(office, (await first_missing(office)).id, timedelta(hours=1))
    await office.app.sync.everything(office.team.id)
    asked = listening(office)
    await worked(office, CLOSED)
    assert await office.missing() == [] and asked.times("POST", "/search/jql") == CLOSED


async def test_a_sprint_that_closes_meanwhile_is_looked_for_by_itself(office: Office) -> None:
    await worked(office, CLOSED + 1)
    company = office.simulator.company.sprints
    running = next(each for each in company.values() if each.state == "active")
    company[running.id] = replace(running, state="closed", completed=office.clock.now())
    await office.app.sync.everything(office.team.id)
    asked = listening(office)
    await worked(office, 1)
    assert await office.missing() == [] and asked.times("POST", "/search/jql") == 2
