"""No secret of ours leaves by what we log, what we ask a model or what we post; nor is it kept."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import text as sql

from bot.thinking import GatedModel
from bot.thinking.discreet import discreet
from integrations.jira import adf
from integrations.jira.client import Jira
from integrations.slack.client import Slack
from models.clock import SystemClock
from models.database import Database, upgrade
from models.errors import NotThought, Silence
from models.links import Links
from models.purse import Purse
from models.redaction import SHORTEST_IN_WORDS, Redactor
from models.thoughts import Call, Prompt, Purpose, Result, Size, Stop, Thought, Turn, Usage
from tests.bot.thinking.test_gated import LAW, TEAM
from tests.contracts.stores.values import FakeClock
from tests.promises.logged import logged

pytestmark = pytest.mark.anyio

KNOWN = "canary-7f3a9c51e2b84d60"
"""A secret of the settings that has no shape of its own."""

SHAPED = "xoxb-123456789012-canaryAbCdEf"
BOTH = f"the admin token is {KNOWN} and the bot's is {SHAPED}"
REDACT = Redactor((KNOWN,), SHORTEST_IN_WORDS)


def clean(told: object) -> bool:
    return not any(each in str(told) for each in (KNOWN, SHAPED, "canaryAbCdEf")) and "redacted" in str(told)


@dataclass
class Repeating:
    """A model that repeats what it was shown, and has learnt our secrets somewhere."""

    asked: list[Prompt] = field(default_factory=list)
    fails: bool = False

    async def ask(self, prompt: Prompt, model: str, effort: str) -> Thought:
        self.asked.append(prompt)
        if self.fails:
            raise NotThought(Silence.AWAY, f"HTTP 500: {BOTH}", hint=BOTH)
        calls = (Call("c1", "search", {"words": BOTH, "more": [BOTH]}),)
        blocks = [{"type": "thinking", "signature": "s"}, {"type": "tool_use", "id": "c1", "input": {"value": BOTH}}]
        told = json.dumps(blocks)
        return Thought(
            text=BOTH, calls=calls, stop=Stop.TOOLS, usage=Usage(read=9, written=9), model=model, verbatim=told
        )


@dataclass
class House:
    vendor: Repeating
    model: GatedModel
    database: Database
    file: Path


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    file = tmp_path / "pm.db"
    upgrade(f"sqlite:///{file}")
    clock, vendor = FakeClock(), Repeating()
    database = Database(f"sqlite:///{file}", clock)

    async def spent(*_: Any) -> None: ...

    yield House(
        vendor, GatedModel(vendor, Purse(database), clock, lambda: LAW, spent=spent, redact=REDACT), database, file
    )
    await database.close()


PROMPT = Prompt(
    purpose=Purpose.TALK,
    size=Size.SMALL,
    name="talk/1",
    fixed=("the rules",),
    turns=(Turn(ours=True, text=BOTH), Turn(ours=True, results=(Result("c1", BOTH),))),
)


async def test_a_model_is_never_shown_a_secret_and_none_comes_in_with_its_answer(house: House) -> None:
    thought = await house.model.think(PROMPT, TEAM)
    (asked,) = house.vendor.asked
    assert clean(asked) and asked.fixed == PROMPT.fixed
    assert clean(thought.text) and clean(thought.calls) and clean(thought.verbatim)
    assert clean(discreet(replace(PROMPT, turns=(Turn(ours=False, verbatim=json.dumps([{"text": BOTH}])),)), REDACT))


async def test_a_prompt_without_secrets_goes_out_byte_for_byte(house: House) -> None:
    plain = replace(PROMPT, turns=(Turn(ours=True, text="Why does PAY-7 wait?"),))
    await house.model.think(plain, TEAM)
    assert house.vendor.asked == [plain]


async def test_a_failure_that_repeats_a_secret_is_kept_and_logged_without_it(house: House) -> None:
    house.vendor.fails = True
    with logged(KNOWN) as stream, pytest.raises(NotThought) as silence:
        await house.model.think(PROMPT, TEAM)
    assert clean(silence.value) and clean(stream.getvalue())
    kept = await house.database.read(lambda c: str(c.execute(sql("select * from model_calls")).fetchall()))
    assert clean(kept)


def test_a_log_line_has_no_secret_in_its_words_nor_in_what_is_beside_them() -> None:
    with logged(KNOWN) as stream:
        logging.getLogger("bot.said").info("said %s", BOTH, extra={"prompt": {"turns": [BOTH]}})
    assert clean(stream.getvalue())


# --- posts ----------------------------------------------------------------------------------------------------------


@dataclass
class Heard:
    """A server that takes everything and remembers the bodies."""

    bodies: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        if request.path.endswith("conversations.info"):
            return web.json_response({"ok": True, "channel": {"id": "C1", "is_ext_shared": False}})
        self.bodies.append(await request.text())
        return web.json_response({"ok": True, "channel": "C1", "ts": "1.2", "id": "10001", "user_id": "U1"})


@pytest.fixture
async def heard() -> AsyncIterator[tuple[Heard, str]]:
    app, heard = web.Application(), Heard()
    app.router.add_route("*", "/{path:.*}", heard.take)
    async with TestServer(app, host="127.0.0.1") as server:
        yield heard, str(server.make_url("/"))


async def test_nothing_posted_to_slack_holds_a_secret(heard: tuple[Heard, str]) -> None:
    server, url = heard
    slack = Slack("xoxb-test", url, SystemClock(), redact=REDACT)
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": BOTH}}]
    await slack.post("C1", BOTH, blocks, marker="e1")
    await slack.update("C1", "1.2", BOTH, blocks)
    await slack.ephemeral("C1", "U1", BOTH, blocks)
    await slack.respond(f"{url}hooks/1", BOTH, blocks)
    await slack.publish_home("U1", {"type": "home", "blocks": blocks})
    await slack.assistant.streams.end("C1", "1.2", BOTH, blocks, marker="e1")
    await slack.close()
    assert len(server.bodies) == 6 and all(clean(body) for body in server.bodies)


async def test_no_comment_in_jira_holds_a_secret(heard: tuple[Heard, str]) -> None:
    server, url = heard
    jira = Jira(base_url=url, site_url=url, email="pm@x.example", token="t", redact=REDACT)
    document = {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": BOTH}]}],
    }
    await jira.comment("PAY-7", document, "e1")
    await jira.close()
    sent = next(body for body in server.bodies if "content" in body)
    assert clean(sent) and json.loads(sent)["properties"][0]["value"] == {"effect": "e1"}


async def test_no_comment_in_jira_leads_where_it_should_not(heard: tuple[Heard, str]) -> None:
    server, url = heard
    jira = Jira(base_url=url, site_url=url, email="pm@x.example", token="t", links=Links.to("https://acme.example"))
    home, away = "https://acme.example/browse/PAY-7", "https://acme.example@evil.example/"
    await jira.comment("PAY-7", adf.doc(adf.link("PAY-7", home), adf.link("PAY-8", away)), "e1")
    await jira.close()
    sent = next(body for body in server.bodies if "content" in body)
    assert home in sent and "evil.example" not in sent and "PAY-8" in sent
