"""The webhooks of a repository, or of a whole workspace: list, add with a secret, delete."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from integrations.bitbucket.calls import Calls
from integrations.hooks import Hook
from integrations.payloads import inside, rows, words
from models.errors import Refused, Unclear

EVENTS = (
    "pullrequest:created",
    "pullrequest:updated",
    "pullrequest:push",
    "pullrequest:approved",
    "pullrequest:unapproved",
    "pullrequest:changes_request_created",
    "pullrequest:changes_request_removed",
    "pullrequest:comment_created",
    "pullrequest:comment_deleted",
    "pullrequest:comment_resolved",
    "pullrequest:comment_reopened",
    "pullrequest:fulfilled",
    "pullrequest:rejected",
    "repo:push",
    "repo:commit_status_created",
    "repo:commit_status_updated",
)
"""What we want to be told: everything that can change whose move it is."""

LONGEST_SECRET = 128
"""Characters Bitbucket takes."""

_UUID = re.compile(r"\{[0-9A-Fa-f-]{8,64}\}")


async def registered(calls: Calls, repository: str | None) -> list[Hook]:
    """Every webhook of ``repository``; ``None`` is the workspace's own."""
    path, what = _path(calls, repository), f"list webhooks of {_name(calls, repository)}"
    found = await calls.listed(what, path, {"pagelen": 100})
    return [hook for raw in found if (hook := _hook(raw)) is not None]


async def register(
    calls: Calls, repository: str | None, url: str, name: str, events: Collection[str], secret: str
) -> Hook:
    """Register ``url``. Never without a secret: what comes unsigned is refused at our door."""
    if not 0 < len(secret) <= LONGEST_SECRET:
        raise Refused(f"a webhook's secret has 1 to {LONGEST_SECRET} characters", code="bad_secret")
    what = f"add a webhook to {_name(calls, repository)}"
    body = {"description": name, "url": url, "active": True, "events": sorted(events), "secret": secret}
    hook = _hook(await calls.post(what, _path(calls, repository), body))
    if hook is None:
        raise Unclear(f"{what}: the answer is not a webhook")
    return hook


async def unregister(calls: Calls, repository: str | None, id: str) -> None:
    """Take a webhook away; one that is already gone is gone."""
    what = f"delete webhook {id} of {_name(calls, repository)}"
    if not _UUID.fullmatch(id):
        raise Refused(f"{id!r} is not the id of a webhook", code="bad_name")
    try:
        await calls.delete(what, f"{_path(calls, repository)}/{id}")
    except Refused as refused:
        if refused.code != "404":
            raise


def _path(calls: Calls, repository: str | None) -> str:
    place = f"workspaces/{calls.workspace}" if repository is None else f"repositories/{calls.repository(repository)}"
    return f"{place}/hooks"


def _name(calls: Calls, repository: str | None) -> str:
    return calls.workspace if repository is None else calls.repository(repository)


def _hook(raw: Any) -> Hook | None:
    uuid = words(inside(raw, "uuid"))
    if not uuid:
        return None
    return Hook(
        id=uuid,
        url=words(inside(raw, "url")),
        name=words(inside(raw, "description")),
        events=frozenset(event for event in rows(inside(raw, "events")) if isinstance(event, str)),
        signed=inside(raw, "secret_set") is True,
        active=inside(raw, "active") is True,
    )
