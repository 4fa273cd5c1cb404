"""Who is who, end to end: found by e-mail in the simulated company, asked in Slack when in doubt, never guessed."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from integrations.simulator.nouns import Colleague
from integrations.simulator.server import Simulator
from integrations.simulator.slack.workspace import Message
from models.ids import PersonId
from models.mailbox import NewJob
from models.people import Identity, Service, Standing
from models.tables.outbox import audit
from tests.world import CONSTITUTION, World, running

pytestmark = pytest.mark.anyio

ACCOUNT = "712020:somebody-in-jira"
TEXT = re.sub(
    r"(        slack: U07LIWEI9M5\n)        jira: .*\n        bitbucket: .*\n",
    r"\1",
    CONSTITUTION.read_text(encoding="utf-8"),
)
"""The constitution without Li's accounts."""

AFTERNOON = timedelta(hours=6, minutes=25)
"""From 09:40 in New York to 16:05: the last two hours of Li's day."""


def colleague(account: str = ACCOUNT, **more: Any) -> Colleague:
    """Somebody in Jira who calls themselves nothing like Li, at Li's address."""
    base = Colleague(account=account, name="lw-2019", zone="Etc/UTC", email="li@example.com")
    return replace(base, **more)


@contextlib.asynccontextmanager
async def company(folder: Path, *people: Colleague, text: str = TEXT) -> AsyncIterator[World]:
    """The company with these accounts at Li's address; the first has an issue of the sprint and nothing else."""

    def prepare(simulator: Simulator) -> None:
        everything = simulator.company
        for who in people:
            everything.people[who.account] = who
        for project, members in everything.members.items():
            everything.members[project] = (*members, *(who.account for who in people))
        issue = next(i for i in everything.active() if i.assignee and everything.category(i) == "indeterminate")
        everything.edit(issue.key, by=str(issue.assignee), assignee=people[0].account)

    async with running(folder, text=text, prepare=prepare) as world:
        await search(world)
        yield world


async def search(world: World) -> None:
    team = world.team.id
    await world.app.mailbox.put(NewJob(kind="people", key=f"people:{team}", team=team, lane=2, coalesce=True))
    await world.settle()


async def li(world: World) -> list[tuple[str, str]]:
    """What is known of Li: (account, standing)."""
    rows = await world.app.store.identities()
    return [(row.account, row.standing.value) for row in rows if row.person == "li"]


async def account_of_li(world: World) -> str | None:
    people = (await world.app.store.facts_about(world.team.id)).people
    return next(person.account for person in people if person.id == "li")


def questions(world: World) -> list[Message]:
    return [m for m in world.direct_messages() if "Is this you?" in m.text]


async def written(world: World) -> list[tuple[str, str, str]]:
    rows = select(audit.c.who, audit.c.what, audit.c.about).order_by(audit.c.id)
    return [tuple(row) for row in await world.app.database.read(lambda c: c.execute(rows).all())]  # type: ignore[misc]


async def test_an_address_that_jira_shows_settles_it_and_nobody_is_asked(tmp_path: Path) -> None:
    async with company(tmp_path, colleague(email_is="shown")) as world:
        assert await li(world) == [(ACCOUNT, "certain")]
        assert await account_of_li(world) == ACCOUNT
        await world.live(AFTERNOON)
        assert not questions(world)


async def test_a_hidden_address_is_certain_once_bitbucket_agrees(tmp_path: Path) -> None:
    async with company(tmp_path, colleague(email_is="findable")) as world:
        assert await li(world) == [(ACCOUNT, "certain")]


@pytest.mark.parametrize(
    "people",
    [
        (colleague(email_is="shown"), colleague("712020:twin", email_is="shown")),
        (colleague(email_is="shown", active=False),),
        (colleague(email_is="shown", app=True),),
        (colleague(email="somebody.else@example.com", name="Li Wei", email_is="shown"),),
    ],
    ids=["duplicate", "departed", "an app", "the same name"],
)
async def test_nothing_is_guessed_and_nobody_is_asked(tmp_path: Path, people: tuple[Colleague, ...]) -> None:
    async with company(tmp_path, *people) as world:
        assert await li(world) == [("", "unknown")]
        await world.live(AFTERNOON)
        assert await account_of_li(world) is None and not questions(world)


async def test_in_doubt_the_person_is_asked_once_at_the_end_of_the_day_and_yes_settles_it(tmp_path: Path) -> None:
    async with company(tmp_path, colleague()) as world:  # hidden in Jira, known to Bitbucket: only half a proof
        assert await li(world) == [(ACCOUNT, "uncertain")]
        await world.live(timedelta(hours=6))
        assert not questions(world)
        await world.live(AFTERNOON - timedelta(hours=6))
        (question,) = questions(world)
        assert question in world.direct_messages("li") and ACCOUNT in question.text
        assert await account_of_li(world) is None
        await world.click("li", question, "identity_yes")
        await world.settle()
        assert await li(world) == [(ACCOUNT, "confirmed")] and await account_of_li(world) == ACCOUNT
        assert (world.slack_id("li"), "identity_confirmed", "li") in await written(world)
        (answered,) = [m for m in world.direct_messages("li") if m.ts == question.ts]
        assert answered.text.startswith("*Yes* Tue 16:") and not any(b["type"] == "actions" for b in answered.blocks)


async def test_a_no_is_kept_and_never_asked_again(tmp_path: Path) -> None:
    async with company(tmp_path, colleague()) as world:
        await world.live(AFTERNOON)
        await world.click("li", questions(world)[0], "identity_no")
        await world.settle()
        assert await li(world) == [(ACCOUNT, "refused")]
        await search(world)
        assert await li(world) == [("", "unknown"), (ACCOUNT, "refused")]
        await world.live(timedelta(days=2))
        assert not questions(world) and await account_of_li(world) is None


async def test_nobody_but_the_person_can_answer(tmp_path: Path) -> None:
    async with company(tmp_path, colleague()) as world:
        await world.live(AFTERNOON)
        workspace = world.simulator.workspace
        (question,) = questions(world)
        channel = next(c.id for c in workspace.channels.values() if c.name == "engineering")
        copy = replace(question, ts=f"{float(question.ts) + 1:.6f}", channel=channel)
        workspace.messages[copy.ts] = copy  # as if somebody had carried the buttons to a channel
        await world.click("dana", copy, "identity_yes")
        await world.settle()
        assert await li(world) == [(ACCOUNT, "uncertain")]
        assert (world.slack_id("dana"), "identity_click_refused", "li") in await written(world)


async def test_without_an_answer_it_is_not_asked_a_second_time(tmp_path: Path) -> None:
    async with company(tmp_path, colleague()) as world:
        await world.live(AFTERNOON)
        await search(world)
        await world.live(timedelta(days=3))
        assert len(questions(world)) == 1


async def test_an_account_given_by_hand_makes_the_question_void(tmp_path: Path) -> None:
    async with company(tmp_path, colleague()) as world:
        await world.live(AFTERNOON)
        (question,) = questions(world)
        given = Identity(
            person=PersonId("li"), service=Service.JIRA, account="712020:other", standing=Standing.SET, why="set"
        )
        await world.app.store.set_identities([given])
        await world.app.roster.tell()
        assert await account_of_li(world) == "712020:other"
        await world.click("li", question, "identity_yes")
        await world.settle()
        assert await li(world) == [("712020:other", "set")]


async def test_an_id_of_the_constitution_needs_no_search(tmp_path: Path) -> None:
    async with company(tmp_path, colleague(), text=CONSTITUTION.read_text(encoding="utf-8")) as world:
        assert await li(world) == [] and world.team.id not in [team.id for team in world.app.roster.to_be_found()]
