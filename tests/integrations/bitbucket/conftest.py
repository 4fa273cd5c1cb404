"""A tiny Bitbucket workspace on loopback: one repository, pages of two, activity and builds on request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.bitbucket import Bitbucket
from tests.integrations.loopback import Asked, Loopback, Reply

ADA, LI, MAX = "5b10ac8d82e05b22cc7d4ef5", "712020:1111", "557058:2222"
OPENED, TOUCHED = "2026-11-02T09:00:00.000000+00:00", "2026-11-03T15:00:00.000000+00:00"


def user(account: str | None) -> dict[str, Any]:
    return {"type": "user", "display_name": "Somebody", **({"account_id": account} if account else {})}


def part(
    account: str | None, role: str = "REVIEWER", state: str | None = None, on: str | None = None
) -> dict[str, Any]:
    return {
        "type": "participant",
        "user": user(account),
        "role": role,
        "approved": state == "approved",
        "state": state,
        "participated_on": on,
    }


def pull_request(number: int, **own: Any) -> dict[str, Any]:
    """An open pull request of Ada's, untouched since it was opened, as a list with people tells it."""
    return {
        "type": "pullrequest",
        "id": number,
        "title": f"PAY-{number} retry",
        "state": "OPEN",
        "draft": False,
        "author": user(ADA),
        "source": {"branch": {"name": "feature/x"}},
        "destination": {"branch": {"name": "main"}, "repository": {"type": "repository", "full_name": "acme/pay"}},
        "links": {"html": {"href": f"https://bitbucket.org/acme/pay/pull-requests/{number}"}},
        "created_on": OPENED,
        "updated_on": OPENED,
        "reviewers": [],
        "participants": [],
        **own,
    }


def updated(account: str | None, at: str, commit: str = "") -> dict[str, Any]:
    source = {"source": {"commit": {"hash": commit}}} if commit else {}
    return {"pull_request": {"id": 1}, "update": {"author": user(account), "date": at, "state": "OPEN", **source}}


def decided(account: str, at: str, kind: str = "changes_requested") -> dict[str, Any]:
    return {"pull_request": {"id": 1}, kind: {"user": user(account), "date": at}}


def commented(account: str, at: str, words: str = "Why?", **own: Any) -> dict[str, Any]:
    comment = {"user": user(account), "created_on": at, "content": {"raw": words}, "deleted": False, **own}
    return {"pull_request": {"id": 1}, "comment": comment}


def status(key: str, state: str, at: str, commit: str = "", **own: Any) -> dict[str, Any]:
    of = {"commit": {"type": "commit", "hash": commit}} if commit else {}
    return {"type": "build", "key": key, "name": key, "state": state, "updated_on": at, **of, **own}


class Workspace:
    """The state behind the loopback's routes."""

    def __init__(self, loopback: Loopback, prefix: str = "/2.0") -> None:
        self.at, self.prefix = loopback, prefix
        self.pull_requests: list[dict[str, Any]] = []
        self.activity: dict[str, list[dict[str, Any]]] = {}
        self.statuses: dict[str, list[dict[str, Any]]] = {}
        self.defaults: list[str] = []
        self.home = f"{prefix}/repositories/acme/pay"
        loopback.on("GET", self.home, {"type": "repository", "full_name": "acme/pay"})
        loopback.on("GET", f"{prefix}/repositories/acme", {"values": []})
        loopback.on("GET", f"{self.home}/pullrequests", self._list)
        loopback.on("GET", f"{self.home}/pullrequests/\\d+", self._one)
        loopback.on("GET", f"{self.home}/pullrequests/\\d+/activity", self._activity)
        loopback.on("GET", f"{self.home}/pullrequests/\\d+/statuses", self._statuses)
        loopback.on("GET", f"{self.home}/effective-default-reviewers", self._defaults)

    def _list(self, asked: Asked) -> Any:
        page = int(asked.query.get("page", "1"))
        states = parse_qs(urlsplit(asked.url).query)["state"]
        found = [pr for pr in self.pull_requests if pr["state"] in states]
        if "+values.participants" not in asked.query.get("fields", ""):
            found = [{k: v for k, v in pr.items() if k not in ("participants", "reviewers")} for pr in found]
        more = {"next": f"{asked.url.split('&page=')[0]}&page={page + 1}"} if page * 2 < len(found) else {}
        return {"values": found[page * 2 - 2 : page * 2], "pagelen": 2, "page": page, **more}

    def _one(self, asked: Asked) -> Any:
        number = int(asked.path.rpartition("/")[2])
        found = next((pr for pr in self.pull_requests if pr["id"] == number), None)
        return found or Reply(404, {"type": "error", "error": {"message": "No such pull request"}})

    def _activity(self, asked: Asked) -> Any:
        return {"values": self.activity.get(asked.path.split("/")[-2], [])}

    def _statuses(self, asked: Asked) -> Any:
        return {"values": self.statuses.get(asked.path.split("/")[-2], [])}

    def _defaults(self, asked: Asked) -> Any:
        return {"values": [{"type": "default_reviewer", "user": user(account)} for account in self.defaults]}


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    server = Loopback()
    yield server
    server.close()
    assert server.complaints == []


@pytest.fixture
def workspace(loopback: Loopback) -> Workspace:
    return Workspace(loopback)


@pytest.fixture
async def bitbucket(loopback: Loopback) -> AsyncIterator[Bitbucket]:
    client = Bitbucket(base_url=loopback.url, workspace="acme", email="bot@acme.example", token="t0ken")
    yield client
    await client.close()
