"""The real adapter at the simulated Bitbucket, with both kinds of token, every exchange held against the description.

The simulator is the adapter's only stand-in in the product's tests, so these statements are what both must keep.
Two things Atlassian describes only in words are held to the parts it describes beside them: the webhook that is
posted, and the entries of an activity log.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
from aiohttp import web

from integrations.bitbucket import Bitbucket
from integrations.simulator.company import Company
from integrations.simulator.nouns import PullRequest
from integrations.simulator.server import Simulator
from models.clock import SharedClock
from tests.contracts import openapi
from tests.contracts.exchanges import Exchanges
from tests.integrations.simulator.conftest import clock, directives, law, product, simulator

__all__ = ["clock", "directives", "law", "product", "simulator"]


@cache
def described(name: str) -> jsonschema.Draft7Validator:
    """What the description says of one kind of object, beside its ``type``."""
    components = json.loads((openapi.CONTRACTS / "bitbucket-cloud.openapi.json").read_text())["components"]
    return jsonschema.Draft7Validator({**components["schemas"][name]["allOf"][1], "components": components})


@dataclass
class Held(Exchanges):
    """Beside the operations, the kinds of object the description tells of in words only."""

    def is_described(self, url: str) -> bool:
        return "/2.0/" in url

    def look_further(self, request: web.Request, body: bytes, status: int, reply: bytes) -> None:
        if request.method == "POST" and request.path.endswith("/hooks"):
            self._hold("webhook_subscription", json.loads(body))
        if request.path.endswith("/activity") and status == 200:
            for entry in json.loads(reply)["values"]:
                self._hold_entry(entry)

    def _hold_entry(self, entry: dict[str, Any]) -> None:
        (kind,) = set(entry) - {"pull_request"}
        if kind == "comment":
            self._hold("pullrequest_comment", entry[kind])
        for who in (entry[kind].get("user"), entry[kind].get("author")):
            if who is not None:
                self._hold("user", who)
        if kind not in {"update", "comment", "approval", "changes_requested"}:
            self.complaints.append(f"no log has {kind}")

    def _hold(self, name: str, value: Any) -> None:
        self.complaints += [f"{name}: {error.message[:200]}" for error in described(name).iter_errors(value)]

    def count(self, end: str = "", method: str = "GET") -> int:
        """How many requests went to a path that ends so."""
        return sum(1 for m, url in self.asked if m == method and urlsplit(url).path.endswith(end))

    def query(self, end: str) -> dict[str, list[str]]:
        """The query of the last request to such a path."""
        return next(
            parse_qs(urlsplit(url).query) for _, url in reversed(self.asked) if urlsplit(url).path.endswith(end)
        )


@pytest.fixture
def held(simulator: Simulator) -> Iterator[Held]:
    held = Held()
    simulator.traffic.taps.append(held.tap)
    yield held
    assert held.complaints == []


@pytest.fixture
def company(simulator: Simulator) -> Company:
    return simulator.company


def connect(simulator: Simulator, *, bearer: bool = False) -> Bitbucket:
    settings = simulator.environment()
    return Bitbucket(
        base_url=settings["BITBUCKET_API_URL"],
        workspace=settings["BITBUCKET_WORKSPACE"],
        email="" if bearer else settings["BITBUCKET_EMAIL"],
        token=settings["BITBUCKET_TOKEN"],
        projects=list(simulator.company.projects),
    )


@pytest.fixture(params=["api token", "access token"])
async def bitbucket(request: pytest.FixtureRequest, simulator: Simulator, held: Held) -> AsyncIterator[Bitbucket]:
    """The adapter with an account's API token, or with a repository's access token."""
    client = connect(simulator, bearer=request.param == "access token")
    yield client
    await client.close()


@pytest.fixture
def repository(company: Company) -> str:
    return next(iter(company.repositories))


@pytest.fixture
def slug(repository: str) -> str:
    return repository.partition("/")[2]


@pytest.fixture
def people(company: Company, repository: str) -> list[str]:
    """Accounts that may work here: the first is who writes in these tests."""
    return list(company.members[company.repositories[repository]])


@pytest.fixture
async def pull(company: Company, repository: str, people: list[str]) -> PullRequest:
    """A pull request of the first, asked of the second."""
    return company.open_pull_request(repository, people[0], "PAY-104 Retry", "feature/PAY-104", [people[1]])


class Story:
    """What happens to a pull request, a company minute apart."""

    def __init__(self, company: Company, clock: SharedClock, pull: PullRequest) -> None:
        self.company, self.clock, self.pull = company, clock, pull

    def then(self, what: str, *given: Any, **more: Any) -> Story:
        """``company.<what>(pull, ...)`` one minute later."""
        from datetime import timedelta

        self.clock.set(self.clock.now() + timedelta(minutes=1), 0.0)
        self.pull = getattr(self.company, what)(self.pull, *given, **more)
        return self


@pytest.fixture
async def story(company: Company, clock: SharedClock, pull: PullRequest) -> Story:
    return Story(company, clock, pull)
