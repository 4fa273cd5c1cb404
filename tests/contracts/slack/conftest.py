"""The product's Slack client and the simulated Slack, every exchange between them held against Slack's descriptions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import yaml
from aiohttp import web
from jsonschema import Draft7Validator

from integrations.simulator.server import Simulator, company_clock
from integrations.simulator.slack.workspace import Channel, Workspace
from integrations.slack import Slack
from models.clock import SystemClock
from models.directives import Directives
from models.links import Links
from tests.contracts.blockkit import SCHEMAS, check_call, need_schemas

ROOT = Path(__file__).parents[3]
API = "/slack/api/"


@dataclass
class Conversation:
    """Both sides, what was asked, and what Slack would object to."""

    slack: Slack
    simulator: Simulator
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    objections: list[str] = field(default_factory=list)

    @property
    def workspace(self) -> Workspace:
        return self.simulator.workspace

    @property
    def counts(self) -> Counter[str]:
        return Counter(method for method, _ in self.calls)

    @property
    def people(self) -> list[str]:
        """Members of the constitution."""
        return [u.id for u in self.workspace.users.values() if not u.bot and not u.guest]

    def room(self, name: str = "engineering") -> Channel:
        return next(c for c in self.workspace.channels.values() if c.name == name)

    def listen(self, request: web.Request, body: bytes, response: web.StreamResponse) -> None:
        if not request.path.startswith(API):
            return
        method, arguments = request.path.removeprefix(API), _arguments(request, body)
        self.calls.append((method, arguments))
        try:
            check_call(method, arguments)
            assert isinstance(response, web.Response)
            _check_reply(method, json.loads(response.text or ""))
        except AssertionError as objection:
            self.objections.append(f"{method}: {objection}")


def _arguments(request: web.Request, body: bytes) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(json.loads(body))
    return {**request.query, **dict(parse_qsl(body.decode()))}


def _check_reply(method: str, reply: Any) -> None:
    wrong = [f"{e.json_path}: {e.message[:200]}" for e in _reply(method).iter_errors(_described(reply))]
    assert not wrong, wrong


def _is_newer(node: Any) -> bool:
    return isinstance(node, dict) and node.get("type") in {"task_card", "markdown"}


def _described(node: Any) -> Any:
    """Without the blocks a stream is made of: the types of replies are older than they are."""
    if isinstance(node, dict):
        return {key: _described(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_described(each) for each in node if not _is_newer(each)]
    return node


@cache
def _replies() -> dict[str, Any]:
    return dict(json.loads((SCHEMAS / "web-api-responses.schema.json").read_text()))


@cache
def _reply(method: str) -> Draft7Validator:
    whole = _replies()
    return Draft7Validator({"$ref": f"#/definitions/{whole['x-roots'][method]}", "definitions": whole["definitions"]})


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    """A conversation in which nobody may say anything Slack would not take or give."""
    need_schemas()
    law = (ROOT / "directives.yaml").read_text()
    directives = Directives.model_validate(yaml.safe_load(law))
    clock = company_clock(tmp_path / "clock.json", directives)
    simulator = Simulator(directives, law, clock, "http://127.0.0.1:1", event_retries=(), webhook_waits=())
    await simulator.start()
    address, links = simulator.environment()["SLACK_API_URL"], Links.to("https://x.example")
    slack = Slack(simulator.secrets.slack_bot_token, address, SystemClock(), links=links)
    talk = Conversation(slack, simulator)
    simulator.traffic.taps.append(talk.listen)
    yield talk
    await slack.close()
    await simulator.stop()
    assert not talk.objections, talk.objections
