"""Bodies that real sites sent go through the real doors: none breaks them, repeats change nothing, all are read."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from sqlalchemy import select

from integrations.bitbucket import webhook as bitbucket
from integrations.jira import webhook as jira
from models.events import Delivery, Event, Source
from models.ids import DeliveryId
from models.tables.looks import cycles
from models.tables.queue import inbox
from tests.stories.scene import empty
from tests.world import CONSTITUTION, World, running

pytestmark = pytest.mark.anyio

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
RECORDED, SLACK = SHARED / "payloads", SHARED / "slack" / "payloads"
INDEX: list[dict[str, Any]] = json.loads((RECORDED / "index.json").read_text())["payloads"] if RECORDED.is_dir() else []
SAID: list[dict[str, Any]] = json.loads((SLACK / "index.json").read_text()) if SLACK.is_dir() else []

with_recorded = pytest.mark.skipif(not INDEX, reason="recorded payloads (shared/payloads) are absent")
with_slack = pytest.mark.skipif(not SAID, reason="Slack's payload samples (shared/slack/payloads) are absent")

REPEATS = 3
FORMS = {"block_actions", "block_suggestion", "message_action", "shortcut", "view_submission", "view_closed"}
"""Kinds that come as JSON in the ``payload`` field of a form."""


@dataclass(frozen=True)
class Sent:
    """One request as the vendor would send it."""

    path: str
    body: bytes
    headers: Mapping[str, str]
    name: str

    def unsigned(self) -> Sent:
        """The same from somebody who does not know the secret."""
        rest = {k: v for k, v in self.headers.items() if "signature" not in k.lower()}
        return Sent(self.path, self.body, rest, self.name)

    def forged(self) -> Sent:
        """The same with the signature of another body."""
        wrong = {k: v[:-4] + "0000" if "signature" in k.lower() else v for k, v in self.headers.items()}
        return Sent(self.path, self.body, wrong, self.name)


def signature(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def of_vendor(row: Mapping[str, Any], world: World) -> Sent:
    """A recorded webhook, signed with our secret or, where it was recorded with its signature, with its own."""
    body, settings = (RECORDED / row["file"]).read_bytes(), world.simulator.secrets
    vendor = "jira" if row["file"].startswith("jira-") else "bitbucket"
    secret = settings.jira_webhook_secret if vendor == "jira" else settings.bitbucket_webhook_secret
    headers = {"Content-Type": "application/json", "X-Hub-Signature": f"sha256={signature(secret, body)}"}
    return Sent(f"/webhooks/{vendor}", body, headers | row["headers_known"], row["file"])


def of_slack(row: Mapping[str, Any], world: World) -> Sent:
    """A sample of Slack's, encoded and signed as Slack does."""
    value = json.loads((SLACK / row["file"]).read_text())
    kind = row["kind"].partition(".")[0]
    if kind == "slash_command":
        body, encoding = urlencode(value).encode(), "application/x-www-form-urlencoded"
    elif kind in FORMS:
        body, encoding = urlencode({"payload": json.dumps(value)}).encode(), "application/x-www-form-urlencoded"
    else:
        body, encoding = json.dumps(value).encode(), "application/json"
    stamp = str(int(world.clock.real().timestamp()))
    signed = signature(world.simulator.secrets.slack_signing_secret, f"v0:{stamp}:".encode() + body)
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signed}"}
    return Sent("/slack/events", body, {"Content-Type": encoding, **headers}, row["file"])


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A product that takes in and works; to it the projects of the recorded bodies are its own team's."""
    theirs = {str(key) for row in INDEX if (key := row["expect"].get("project_key"))} - {"PAY"}
    projects = ", ".join(["PAY", *sorted(theirs)])
    text = CONSTITUTION.read_text(encoding="utf-8").replace("projects: [PAY]", f"projects: [{projects}]")
    folder = tmp_path_factory.mktemp("payloads")
    async with running(folder, text=text, speed=0.0, prepare=empty) as world:
        await world.settle()
        yield world


async def send(world: World, sent: list[Sent]) -> list[tuple[str, int, str]]:
    """All at once; (name, status, answer) of each."""

    async def one(session: aiohttp.ClientSession, each: Sent) -> tuple[str, int, str]:
        url = f"http://127.0.0.1:{world.settings.port}{each.path}"
        async with session.post(url, data=each.body, headers=each.headers) as answer:
            return each.name, answer.status, await answer.text()

    async with aiohttp.ClientSession() as session:
        return list(await asyncio.gather(*(one(session, each) for each in sent)))


async def stored(world: World, source: Source) -> list[Delivery]:
    """What the inbox holds of a source."""
    rows = await world.app.database.read(
        lambda c: c.execute(select(inbox).where(inbox.c.source == source.value)).mappings().all()
    )
    return [
        Delivery(
            source=source,
            id=DeliveryId(row["delivery_id"]),
            name=row["name"],
            body=bytes(row["body"]),
            received=row["received"],
        )
        for row in rows
    ]


@with_recorded
async def test_every_recorded_body_comes_in_once_however_often_it_is_sent(world: World) -> None:
    secrets = [str(row["signature_secret"]) for row in INDEX if "signature_secret" in row]
    assert len(secrets) == 1, "the one body with a signature of its own needs its secret among ours"
    sent = [of_vendor(row, world) for row in INDEX if "signature_secret" not in row]
    answers = await send(world, sent)
    assert [a for a in answers if a[1] != 202] == []
    first = [await stored(world, source) for source in (Source.JIRA, Source.BITBUCKET)]
    assert sum(map(len, first)) == len({(s.path, s.body, s.headers.get("X-Event-Key")) for s in sent})

    again = sent * REPEATS
    random.Random(7).shuffle(again)
    answers = await send(world, again)
    assert [a for a in answers if a[1] != 202] == []
    assert [len(await stored(world, source)) for source in (Source.JIRA, Source.BITBUCKET)] == [*map(len, first)]


@with_recorded
async def test_what_is_stored_says_what_the_index_says(world: World) -> None:
    await send(world, [of_vendor(row, world) for row in INDEX])
    kept = {d.body: d for source in (Source.JIRA, Source.BITBUCKET) for d in await stored(world, source)}
    checked = 0
    for row in INDEX:
        delivery = kept.get((RECORDED / row["file"]).read_bytes())
        if delivery is None:
            assert "signature_secret" in row
            continue
        door, checked = (jira if delivery.source is Source.JIRA else bitbucket), checked + 1
        says_what_the_index_says(row["file"], row["expect"], door.parse(delivery))
    assert checked == len(INDEX) - 1


def says_what_the_index_says(file: str, expect: Mapping[str, Any], event: Event) -> None:
    """Keys and sprint ids."""
    assert event.name == expect["event"], file
    if not file.startswith("jira-"):
        assert event.mentioned == set(expect.get("jira_keys", ())), file
        return
    assert (event.issue, event.project) == (expect["issue_key"], expect["project_key"]), file
    named = {sprint["id"] for sprint in expect["sprints_on_issue"]} | {expect.get("sprint_id")}
    named |= {number for side in (expect.get("sprint_change") or {}).values() for number in side}
    assert event.sprints == named - {None}, file


@with_recorded
async def test_unsigned_and_forged_bodies_stay_out(world: World) -> None:
    before = [len(await stored(world, source)) for source in (Source.JIRA, Source.BITBUCKET)]
    sent = [of_vendor(row, world) for row in INDEX]
    answers = await send(world, [s.unsigned() for s in sent] + [s.forged() for s in sent])
    assert {status for _, status, _ in answers} == {401}
    assert [len(await stored(world, source)) for source in (Source.JIRA, Source.BITBUCKET)] == before


@with_recorded
async def test_the_work_that_follows_ends_well_and_in_silence(world: World) -> None:
    await send(world, [of_vendor(row, world) for row in INDEX])
    await world.settle(60)
    assert await world.app.mailbox.dead_letters() == []
    assert (await world.app.mailbox.depths()).unseen == 0
    seen = select(inbox.c.name).join(cycles, cycles.c.id == inbox.c.cycle).distinct()
    names = set(await world.app.database.read(lambda c: c.execute(seen).scalars().all()))
    assert {"jira:issue_updated", "comment_created", "pullrequest:created"} & names, names
    rooms = {world.simulator.workspace.channels[m.channel].name for m in world.messages()}
    assert rooms <= {"engineering"}, [m.text for m in world.messages()]


@with_recorded
async def test_a_body_with_its_own_recorded_signature_is_taken(tmp_path: Path) -> None:
    [row] = [row for row in INDEX if "signature_secret" in row]
    own = {"bitbucket_webhook_secret": row["signature_secret"]}
    async with running(tmp_path, work=False, bitbucket_webhook_secret=_secret(own)) as world:
        [(_, status, _)] = await send(world, [of_vendor(row, world)])
        assert status == 202
        assert [d.name for d in await stored(world, Source.BITBUCKET)] == ["repo:push"]


@with_slack
async def test_every_sample_of_slacks_comes_in_once_however_often_it_is_sent(tmp_path: Path) -> None:
    # No worker: the samples carry real addresses to answer to.
    async with running(tmp_path, work=False) as world:
        sent = [of_slack(row, world) for row in SAID]
        answers = await send(world, sent)
        assert [a for a in answers if a[1] >= 500] == []
        refused = {name for name, status, _ in answers if status >= 400}
        official = {row["file"] for row in SAID if row["matches_official_types"]}
        assert refused & official == set(), [a for a in answers if a[0] in refused & official]
        challenged = [text for name, _, text in answers if name.startswith("url_verification")]
        assert all("challenge" in text for text in challenged) and challenged
        first = len(await stored(world, Source.SLACK))
        assert first > 0

        again = sent * REPEATS
        random.Random(7).shuffle(again)
        answers = await send(world, again)
        assert [a for a in answers if a[1] >= 500] == []
        assert len(await stored(world, Source.SLACK)) == first

        answers = await send(world, [s.unsigned() for s in sent] + [s.forged() for s in sent])
        assert {status for _, status, _ in answers} == {401}
        assert len(await stored(world, Source.SLACK)) == first


def _secret(own: Mapping[str, str]) -> Any:
    from pydantic import SecretStr

    return SecretStr(own["bitbucket_webhook_secret"])
