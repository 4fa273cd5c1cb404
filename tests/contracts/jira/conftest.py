"""The real adapter at the simulated Jira, at both addresses, every exchange held against the vendor's description.

Nothing in the product is tested with a Jira in memory: the simulator is the adapter's only stand-in, and these
statements are what both must keep. What the adapter believes, the simulator must do; what the simulator says, the
vendor's description must allow.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from integrations.jira import Jira
from integrations.simulator.company import Company
from integrations.simulator.nouns import Issue
from integrations.simulator.server import Simulator
from tests.contracts.exchanges import Exchanges
from tests.integrations.simulator.conftest import clock, directives, law, product, simulator

__all__ = ["clock", "directives", "law", "product", "simulator"]

SITE = "https://acme.example"
GATEWAY = "/ex/jira/11111111-2222-3333-4444-555555555555"


@dataclass
class Held(Exchanges):
    """The REST addresses alone: browse links are for people."""

    def is_described(self, url: str) -> bool:
        return urlsplit(url).path.count("/") >= 3

    def calls(self, method: str, end: str) -> int:
        """How many requests of that method went to a path that ends so."""
        return sum(1 for m, url in self.asked if m == method and urlsplit(url).path.endswith(end))


@pytest.fixture
def held(simulator: Simulator) -> Iterator[Held]:
    held = Held()
    simulator.traffic.taps.append(held.tap)
    yield held
    assert held.complaints == []


@pytest.fixture
def company(simulator: Simulator) -> Company:
    return simulator.company


@pytest.fixture(params=["site", "gateway"])
async def jira(request: pytest.FixtureRequest, simulator: Simulator, held: Held) -> AsyncIterator[Jira]:
    """The adapter with a classic token at the site, or with a scoped one at the gateway."""
    simulator.jira.scoped = request.param == "gateway"
    client = connect(simulator, GATEWAY if simulator.jira.scoped else "")
    yield client
    await client.close()


def connect(simulator: Simulator, gateway: str = "") -> Jira:
    secrets = simulator.secrets
    return Jira(
        base_url=f"{simulator.url}/jira{gateway}",
        site_url=SITE,
        email=secrets.atlassian_email,
        token=secrets.atlassian_token,
        boards=list(simulator.company.boards),
    )


@pytest.fixture
def running(company: Company) -> int:
    """The active sprint."""
    return next(s.id for s in company.sprints.values() if s.state == "active")


@pytest.fixture
def ahead(company: Company) -> int:
    """The next sprint."""
    return next(s.id for s in company.sprints.values() if s.state == "future")


@pytest.fixture
def past(company: Company) -> int:
    """A closed sprint."""
    return next(s.id for s in company.sprints.values() if s.state == "closed")


@pytest.fixture
def one(company: Company) -> Issue:
    """An issue in progress that somebody has."""
    return next(i for i in company.active() if i.status == "In Progress" and i.assignee and not i.flagged)


def grow(company: Company, pattern: Issue, number: int) -> list[str]:
    """``number`` more issues like ``pattern``; their keys."""
    from dataclasses import replace

    keys = [f"{pattern.project}-{9000 + n}" for n in range(number)]
    for key in keys:
        company.issues[key] = replace(pattern, id=company.number(), key=key, changes=(), comments=())
    return keys
