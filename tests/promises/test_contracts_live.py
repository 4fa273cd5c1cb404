"""A full day in the simulated company, and every word on the wire checked against the vendors' own descriptions.

What our clients send, what the simulator answers, and what it sends of its own accord: so neither can drift from
what the real Jira, Bitbucket and Slack say without a test that fails.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web
from jsonschema import Draft7Validator

from tests.contracts.blockkit import SCHEMAS, check_call, check_message, check_view
from tests.contracts.openapi import AVAILABLE, CONTRACTS, MISSING, check_request, check_response
from tests.stories import beginnings, happenings
from tests.stories.scene import Plan, Scene
from tests.stories.sentences import given, when
from tests.world import ASGI, running

pytestmark = pytest.mark.anyio

TOLD_IN = (beginnings, happenings)
"""Imported for the sentences they teach."""

with_contracts = pytest.mark.skipif(not AVAILABLE, reason=MISSING)
with_schemas = pytest.mark.skipif(
    not SCHEMAS.is_dir(),
    reason="shared/slack/schemas is not beside the checkout, so Slack's descriptions cannot be asked",
)


@dataclass(frozen=True)
class Call:
    """One request of ours and its reply."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    reply_headers: Mapping[str, str]
    reply: bytes

    @property
    def name(self) -> str:
        """The Slack method, or the path."""
        return self.url.partition("?")[0].rpartition("/")[2]

    def arguments(self) -> dict[str, Any]:
        """What was passed to a Slack method, whatever the encoding."""
        if self.headers.get("Content-Type", "").startswith("application/json"):
            return dict(json.loads(self.body))
        query = self.url.partition("?")[2]
        return dict(parse_qsl(query, keep_blank_values=True)) | dict(
            parse_qsl(self.body.decode(), keep_blank_values=True)
        )


@dataclass(frozen=True)
class Arrival:
    """One delivery of the simulator to our doors."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Recorder:
    """Everything that went over the wire."""

    calls: list[Call] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)

    def tap(self, request: web.Request, body: bytes, response: web.StreamResponse) -> None:
        """Keep one call of ours."""
        reply = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
        url, headers = f"http://127.0.0.1{request.path_qs}", dict(response.headers)
        self.calls.append(Call(request.method, url, dict(request.headers), body, response.status, headers, reply))

    def wrap(self, doors: ASGI) -> ASGI:
        """Keep what arrives at our doors."""

        async def recorded(scope: Any, receive: Any, send: Any) -> None:
            parts: list[bytes] = []

            async def reading() -> Any:
                message = await receive()
                parts.append(message.get("body", b""))
                return message

            await doors(scope, reading if scope["type"] == "http" else receive, send)
            if scope["type"] == "http" and scope["method"] == "POST":
                headers = {name.decode(): value.decode() for name, value in scope["headers"]}
                self.arrivals.append(Arrival(scope["path"], headers, b"".join(parts)))

        return recorded

    def to(self, service: str) -> list[Call]:
        """The different calls to one vendor; the same one twice is one."""
        found = [call for call in self.calls if call.url.startswith(f"http://127.0.0.1/{service}/")]
        return list({(c.method, c.url, c.body, c.status, c.reply): c for c in found}.values())

    def at(self, path: str) -> list[Arrival]:
        """What came in at one door."""
        return [each for each in self.arrivals if each.path == path]


BEFORE = """
    it is Tuesday 17 November 2026 at 09:20 in New York
    Li works on "Refund page"
    Mike works on "Receipt page"
    Sarah works on "Login page"
    Sam works on "Fee page"
"""

DAY = """
    11 minutes pass
    Li flags "Refund page" as blocked
    Jira writes the next comment and then fails
    Mike flags "Receipt page" as blocked
    Sarah lets go of "Login page"
    Sam lets go of "Fee page"
    30 minutes pass
    Robin presses "Approve selected" on Dana's card
    Robin types "/pm status"
    Sam's Slack status is empty again
    10 minutes pass
    Dana presses "Approve" for "Login page"
    Dana presses "Why?"
    Dana presses "Reject" for "Fee page"
    Li asks Sam and Noor to review "Refund page"
    Noor approves "Refund page"
    Sam opens a draft of "Fee page" and names Li as its reviewer
    Sarah asks Li to review "Login page"
    Li asks for changes in "Login page"
    Dana types "/pm status sprint 24" in #engineering
    Dana presses "Post to channel"
    Dana types "/pm status sprint 99"
    Dana presses "Sprint 24"
    Dana types "/pm help"
    Dana types "/pm status"
    Sam writes to the agent "status"
    Sam writes in #engineering "@agent status"
    Sam writes in #engineering "nothing for the agent"
    Mike comments on "Receipt page": "Waiting for the bank"
    Sam takes "Fee page"
    2 hours pass
    Slack takes the next message and the line breaks
    1 working day passes
    Li presses "Why?"
    Li takes the flag off "Refund page"
    Li merges "Refund page"
    Li finishes "Refund page"
    1 working day passes
"""


@pytest.fixture(scope="module")
async def recorded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Recorder]:
    """The day, recorded."""
    recorder, plan = Recorder(), Plan()
    for sentence in _lines(BEFORE):
        act, blanks = given.find(sentence)
        act(plan, **blanks)
    folder = tmp_path_factory.mktemp("day")
    async with running(
        folder, text=plan.text, at=plan.at, speed=0.0, prepare=plan.prepare, wrap=recorder.wrap
    ) as world:
        world.simulator.traffic.taps.append(recorder.tap)
        scene = Scene(world, plan.tickets)
        for sentence in _lines(DAY):
            act, blanks = when.find(sentence)
            done = act(scene, **blanks)
            if done is not None:
                await done
            await scene.settle()
        await _the_rest(scene)
        recorder.calls = [call for call in recorder.calls if not _cut(call)]
        yield recorder


async def _the_rest(scene: Scene) -> None:
    """What no sentence of a story does: Home, builds, sprints, the operator's question."""
    world, company = scene.world, scene.world.simulator.company
    world.simulator.slack_out.open_home(scene.user("Li"))
    world.simulator.slack_out.open_home(scene.user("Robin"))
    pull = company.build(company.open_pull_requests()[0], "unit-tests", "INPROGRESS")
    pull = company.build(pull, "unit-tests", "FAILED")
    company.build(company.push(pull), "unit-tests", "SUCCESSFUL")
    sprint = next(s for s in company.sprints.values() if s.state == "active")
    company.set_sprint(replace(sprint, goal="Another goal"), "sprint_updated", scene.account("Dana"))
    company.set_sprint(replace(sprint, state="closed", completed=company.clock.now()), "sprint_closed", "712020:x")
    await world.settle()
    await world.live(timedelta(minutes=30), reread=True)
    ready = f"http://127.0.0.1:{world.settings.port}/ready"
    async with aiohttp.ClientSession() as session, session.get(ready) as answer:
        assert answer.status == 200, await answer.text()
    assert await world.app.mailbox.dead_letters() == []


def _lines(text: str) -> Iterator[str]:
    yield from (line.strip() for line in text.splitlines() if line.strip())


def _cut(call: Call) -> bool:
    """The planned faults are ours, not the vendors'."""
    return call.status in (499, 500)


# --- Jira and Bitbucket -------------------------------------------------------------------------------------------


@with_contracts
@pytest.mark.parametrize("vendor", ["jira", "bitbucket"])
async def test_every_request_and_reply_is_as_the_vendor_describes_it(recorded: Recorder, vendor: str) -> None:
    calls = recorded.to(vendor)
    for call in calls:
        check_request(call.method, call.url, call.headers, call.body or None)
        check_response(call.method, call.url, call.status, call.reply_headers, call.reply)
    kinds = {(call.method, call.name) for call in calls}
    assert len(kinds) >= {"jira": 9, "bitbucket": 2}[vendor], kinds


@with_contracts
async def test_every_webhook_is_one_the_vendor_sends(recorded: Recorder) -> None:
    told = json.loads((CONTRACTS / "webhooks.json").read_text())
    jira, bitbucket = told["jira_cloud_admin"], told["bitbucket_cloud"]
    known = {name for names in jira["events"].values() for name in names}
    seen = set()
    for each in recorded.at("/webhooks/jira"):
        name = json.loads(each.body)["webhookEvent"]
        assert name in known
        assert {h.lower() for h in jira["headers"]["always"] + jira["headers"]["with_secret"]} <= each.headers.keys()
        seen.add(name)
    for each in recorded.at("/webhooks/bitbucket"):
        name = each.headers["x-event-key"]
        assert name in bitbucket["events"]
        wanted = bitbucket["headers"]["always"] + bitbucket["headers"]["with_secret"]
        assert {h.lower() for h in wanted} <= each.headers.keys()
        assert len(each.body) <= bitbucket["max_payload_kb"] * 1024
        seen.add(name)
    assert seen >= {
        *("jira:issue_updated", "comment_created", "sprint_updated", "sprint_closed"),
        *("pullrequest:created", "pullrequest:updated", "pullrequest:approved", "pullrequest:fulfilled"),
        *("pullrequest:changes_request_created", "repo:commit_status_created", "repo:commit_status_updated"),
    }


@with_contracts
async def test_the_objects_in_webhooks_are_those_of_the_rest_api(recorded: Recorder) -> None:
    for each in recorded.at("/webhooks/jira"):
        body = json.loads(each.body)
        if "changelog" in body:
            issue = json.dumps(body["issue"]).encode()
            url = f"http://127.0.0.1/jira/rest/api/3/issue/{body['issue']['key']}"
            check_response("GET", url, 200, {"Content-Type": "application/json"}, issue)
    for each in recorded.at("/webhooks/bitbucket"):
        body = json.loads(each.body)
        if "pullrequest" in body:
            pull = json.dumps(body["pullrequest"]).encode()
            url = "http://127.0.0.1/bitbucket/2.0/repositories/a/b/pullrequests/1"
            check_response("GET", url, 200, {"Content-Type": "application/json"}, pull)


# --- Slack --------------------------------------------------------------------------------------------------------


def _api(recorded: Recorder) -> list[Call]:
    return [call for call in recorded.to("slack") if "/slack/api/" in call.url]


@with_schemas
async def test_every_call_of_slack_is_one_it_takes(recorded: Recorder) -> None:
    for call in _api(recorded):
        arguments = call.arguments()
        check_call(call.name, arguments)
        if call.name == "views.publish":
            given_view = arguments["view"]
            check_view(given_view if isinstance(given_view, dict) else json.loads(given_view))
    assert {call.name for call in _api(recorded)} >= {
        *("auth.test", "chat.postMessage", "chat.update", "conversations.history", "conversations.list"),
        *("conversations.open", "dnd.info", "users.info", "views.publish"),
    }


@with_schemas
async def test_every_message_is_one_slack_shows(recorded: Recorder) -> None:
    answers = [call for call in recorded.to("slack") if "/slack/response/" in call.url]
    for call in answers:
        assert call.status == 200, call.reply
        check_message(call.arguments())
    posts = [call for call in _api(recorded) if call.name in ("chat.postMessage", "chat.update")]
    for call in posts:
        arguments = call.arguments()
        blocks = arguments.get("blocks") or []
        check_message(arguments | {"blocks": blocks if isinstance(blocks, list) else json.loads(blocks)})
    assert len(answers) >= 8 and len(posts) >= 10


@with_schemas
async def test_every_reply_of_the_simulated_slack_has_slacks_shape(recorded: Recorder) -> None:
    schema = _schema("web-api-responses.schema.json")
    for call in _api(recorded):
        reply = json.loads(call.reply)
        assert reply["ok"] is True, (call.name, reply)
        for message in [reply.get("message"), *reply.get("messages", ())]:
            # The generated shape merges all blocks into one and is wrong about texts in context blocks.
            if message and (blocks := message.pop("blocks", None)):
                check_message({"text": message["text"], "blocks": blocks})
        _check(schema["x-roots"][call.name], "web-api-responses.schema.json", reply)


@with_schemas
async def test_everything_the_simulated_slack_sends_has_slacks_shape(recorded: Recorder) -> None:
    schema, seen = _schema("inbound-payloads.schema.json"), set()
    for each in recorded.at("/slack/events"):
        for root, value in _payloads(each):
            _check(schema["x-roots"][root], "inbound-payloads.schema.json", value)
            seen.add(root)
    pressed = {"SlashCommand", "BlockAction", "ViewSubmitAction"}
    assert seen >= pressed | {"EnvelopedEvent", "AppMentionEvent", "AppHomeOpenedEvent"}


INNER = {"app_mention": "AppMentionEvent", "app_home_opened": "AppHomeOpenedEvent", "message": "AllMessageEvents"}
"""Slack's name of an event to its name in the schema."""


PRESSED = {
    "block_actions": "BlockAction",
    "view_submission": "ViewSubmitAction",
    "view_closed": "ViewClosedAction",
    "message_action": "MessageShortcut",
}
"""The same for what people press."""


def _payloads(arrival: Arrival) -> Iterator[tuple[str, Any]]:
    if arrival.headers["content-type"].startswith("application/json"):
        value = json.loads(arrival.body)
        yield "EnvelopedEvent", value
        yield INNER[value["event"]["type"]], value["event"]
        return
    form = dict(parse_qsl(arrival.body.decode(), keep_blank_values=True))
    if "payload" not in form:
        yield "SlashCommand", form
        return
    value = json.loads(form["payload"])
    yield PRESSED[value["type"]], value


def _check(root: str, file: str, value: Any) -> None:
    found = _validator(root, file).iter_errors(value)
    errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in found]
    assert not errors, (root, errors[:5])


@cache
def _schema(file: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / file).read_text())
    return loaded


@cache
def _validator(root: str, file: str) -> Draft7Validator:
    return Draft7Validator({"$ref": f"#/definitions/{root}", "definitions": _schema(file)["definitions"]})
