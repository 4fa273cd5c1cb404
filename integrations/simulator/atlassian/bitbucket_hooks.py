"""Bitbucket's webhooks as they are registered: of repositories and of whole workspaces, with a secret nobody sees."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from integrations.simulator.atlassian.bitbucket_shapes import moment, uuid_of
from integrations.simulator.atlassian.door import bitbucket_error
from models.clock import Clock
from models.ids import fresh

PULL_REQUEST_EVENTS = ("created", "updated", "approved", "unapproved", "push", "fulfilled", "rejected")
COMMENT_EVENTS = ("created", "updated", "deleted", "resolved", "reopened")
REPOSITORY_EVENTS = (
    *("push", "fork", "created", "deleted", "imported", "transfer", "updated"),
    *("commit_comment_created", "commit_status_created", "commit_status_updated"),
)
EVENTS = frozenset(
    {
        *(f"pullrequest:{name}" for name in PULL_REQUEST_EVENTS),
        *(f"pullrequest:comment_{name}" for name in COMMENT_EVENTS),
        *(f"pullrequest:changes_request_{name}" for name in ("created", "removed")),
        *(f"repo:{name}" for name in REPOSITORY_EVENTS),
        *("pipeline:span_created", "project:updated"),
    }
)
LONGEST_SECRET = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One webhook. ``subject`` is a workspace or ``workspace/repository``."""

    uuid: str
    subject: str
    url: str
    description: str
    events: frozenset[str]
    secret: str
    active: bool
    created: datetime

    def hears(self, event: str, repository: str) -> bool:
        """Whether it is told of ``event`` in ``repository``."""
        place = repository if "/" in self.subject else repository.partition("/")[0]
        return self.active and event in self.events and self.subject == place


class Hooks:
    """What is registered, by UUID."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.registered: dict[str, Registered] = {}

    def of(self, subject: str) -> list[Registered]:
        """The webhooks of a repository or a workspace."""
        return [hook for hook in self.registered.values() if hook.subject == subject]

    def hearing(self, event: str, repository: str) -> list[Registered]:
        """Who is told."""
        return [hook for hook in self.registered.values() if hook.hears(event, repository)]

    def one(self, subject: str, uuid: str) -> Registered:
        """The webhook of that id. Raises ``Refused``."""
        hook = self.registered.get(uuid)
        if hook is None or hook.subject != subject:
            raise bitbucket_error(404, f"{uuid} is not a valid hook")
        return hook

    async def add(self, subject: str, request: web.Request) -> Registered:
        """``POST …/hooks``."""
        given = await _object(request)
        hook = Registered(
            uuid=uuid_of(fresh()),
            subject=subject,
            url=_url(given),
            description=str(given.get("description") or ""),
            events=_events(given),
            secret=_secret(given) or "",
            active=given.get("active", True) is True,
            created=self._clock.now(),
        )
        self.registered[hook.uuid] = hook
        return hook

    async def change(self, subject: str, uuid: str, request: web.Request) -> Registered:
        """``PUT …/hooks/{uid}``: a secret that is left out stays."""
        old, given = self.one(subject, uuid), await _object(request)
        secret = _secret(given)
        changed = replace(
            old,
            url=_url(given),
            description=str(given.get("description") or ""),
            events=_events(given),
            secret=old.secret if secret is None else secret,
            active=given.get("active", True) is True,
        )
        self.registered[uuid] = changed
        return changed

    def remove(self, subject: str, uuid: str) -> None:
        """``DELETE …/hooks/{uid}``."""
        del self.registered[self.one(subject, uuid).uuid]

    def shape(self, hook: Registered, base: str) -> dict[str, Any]:
        """A webhook as Bitbucket shows it: whether there is a secret, never which."""
        kind = "repository" if "/" in hook.subject else "workspace"
        place = f"{base}/{'repositories' if kind == 'repository' else 'workspaces'}/{hook.subject}"
        uid = hook.uuid.replace("{", "%7B").replace("}", "%7D")
        return {
            "type": "webhook_subscription",
            "uuid": hook.uuid,
            "url": hook.url,
            "description": hook.description,
            "subject_type": kind,
            "subject": {"type": kind, "links": {"self": {"href": place}}},
            "active": hook.active,
            "created_at": moment(hook.created),
            "events": sorted(hook.events),
            "secret_set": bool(hook.secret),
            "links": {"self": {"href": f"{place}/hooks/{uid}"}},
        }


async def _object(request: web.Request) -> Mapping[str, Any]:
    try:
        given = json.loads(await request.read())
    except ValueError:
        raise bitbucket_error(400, "Bad request") from None
    if not isinstance(given, dict):
        raise bitbucket_error(400, "Bad request")
    return given


def _url(given: Mapping[str, Any]) -> str:
    url = given.get("url")
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise bitbucket_error(400, "url: Enter a valid URL.")
    return url


def _events(given: Mapping[str, Any]) -> frozenset[str]:
    events = given.get("events")
    if not isinstance(events, list) or not events or not set(map(str, events)) <= EVENTS:
        raise bitbucket_error(400, "events: Select a valid choice.")
    return frozenset(map(str, events))


def _secret(given: Mapping[str, Any]) -> str | None:
    """The secret that was sent; empty takes it away, ``None`` says nothing."""
    if "secret" not in given:
        return None
    secret = given["secret"] or ""
    if not isinstance(secret, str) or len(secret) > LONGEST_SECRET:
        raise bitbucket_error(400, f"secret: Ensure this value has at most {LONGEST_SECRET} characters.")
    return secret
