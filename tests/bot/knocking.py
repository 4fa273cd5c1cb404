"""Hands to knock at the doors with: signed requests, and an inbox that remembers."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.testclient import TestClient

from bot.app import App
from models.clock import SystemClock
from models.events import Delivery
from models.ids import TeamId
from models.mailbox import NewJob

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
SECRETS = {"slack": "slack-secret", "jira": "jira-secret", "bitbucket": "bitbucket-secret"}

ENVIRONMENT: Mapping[str, str] = {
    "SLACK_BOT_TOKEN": "xoxb-test",
    "SLACK_SIGNING_SECRET": SECRETS["slack"],
    "SLACK_API_URL": "http://127.0.0.1:9/slack/",
    "ATLASSIAN_DOMAIN": "acme.atlassian.net",
    "ATLASSIAN_EMAIL": "pm@acme.test",
    "ATLASSIAN_API_TOKEN": "tok",
    "JIRA_API_URL": "http://127.0.0.1:9/jira",
    "JIRA_WEBHOOK_SECRET": SECRETS["jira"],
    "BITBUCKET_WORKSPACE": "acme",
    "BITBUCKET_EMAIL": "pm@acme.test",
    "BITBUCKET_TOKEN": "tok",
    "BITBUCKET_API_URL": "http://127.0.0.1:9/bitbucket",
    "BITBUCKET_WEBHOOK_SECRET": SECRETS["bitbucket"],
    "ADMIN_TOKEN": "admin-token",
    "DIRECTIVES_FILE": str(ROOT / "directives.yaml"),
}
"""Every service on, none of them reachable: port 9 refuses."""


@dataclass
class Kept:
    """An inbox that remembers what it was given, or refuses everything with ``trouble``."""

    trouble: Exception | None = None
    late: float = 0.0
    deliveries: list[tuple[Delivery, TeamId, NewJob | None]] = field(default_factory=list)

    async def accept(self, delivery: Delivery, team: TeamId, job: NewJob | None) -> bool:
        if self.trouble is not None:
            raise self.trouble
        fresh = all((delivery.source, delivery.id) != (d.source, d.id) for d, _, _ in self.deliveries)
        if fresh:
            self.deliveries.append((delivery, team, job))
        return fresh

    async def waited(self, lane: int) -> float:
        return self.late

    def start(self) -> None: ...

    async def stop(self) -> None: ...

    @property
    def jobs(self) -> list[NewJob]:
        return [job for _, _, job in self.deliveries if job is not None]


@dataclass
class Door:
    """The app behind real ASGI requests."""

    app: App
    client: TestClient

    def jira(self, body: bytes, *, secret: str = SECRETS["jira"], delivery: str = "d1", **more: str):
        headers = {"X-Hub-Signature": hub(body, secret), "X-Atlassian-Webhook-Identifier": delivery, **more}
        return self.client.post("/webhooks/jira", content=body, headers=headers)

    def bitbucket(self, body: bytes, *, event: str = "pullrequest:created", delivery: str = "d1", **more: str):
        headers = {
            "X-Hub-Signature": hub(body, SECRETS["bitbucket"]),
            "X-Event-Key": event,
            "X-Request-UUID": delivery,
            **more,
        }
        return self.client.post("/webhooks/bitbucket", content=body, headers=headers)

    def slack(self, body: bytes, *, kind: str = "application/json", secret: str = SECRETS["slack"], **more: str):
        headers = slack_headers(body, secret) | {"Content-Type": kind} | more
        return self.client.post("/slack/events", content=body, headers=headers)

    def event(self, **event: Any):
        body = {"type": "event_callback", "team_id": "T1", "event_id": event.pop("event_id", "Ev1"), "event": event}
        return self.slack(json.dumps(body).encode())

    def command(self, text: str, **more: str):
        fields = {"command": "/pm", "text": text, "user_id": "U1", "team_id": "T1", "trigger_id": "1.2.3", **more}
        return self.slack(urlencode(fields).encode(), kind="application/x-www-form-urlencoded")

    def interact(self, payload: Mapping[str, Any]):
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return self.slack(body, kind="application/x-www-form-urlencoded")

    def click(self, action_id: str, value: str = "", trigger: str = "9.9.9"):
        action = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
        user, team = {"id": "U1"}, {"id": "T1"}
        return self.interact(
            {"type": "block_actions", "user": user, "team": team, "trigger_id": trigger, "actions": [action]}
        )


def slack_headers(body: bytes, secret: str, at: float | None = None) -> dict[str, str]:
    stamp = str(int(SystemClock().real().timestamp() if at is None else at))
    signed = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signed}"}


def hub(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
