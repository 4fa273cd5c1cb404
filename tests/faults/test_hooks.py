"""Registering webhooks under every fault: told in one line, and whoever says it again has exactly one."""

from __future__ import annotations

import pytest

from bot.connections.hooks import carry_out, steps, wanted
from bot.connections.offices import Office, at_bitbucket, at_jira
from models.errors import VendorError
from models.events import Source
from tests.faults.stage.cells import honest
from tests.faults.stage.faults import FAULTS
from tests.faults.stage.town import SECONDS, Town

pytestmark = pytest.mark.anyio

URL, SECRET = "https://pm.example.com", "a secret nobody says"
CALLS = {
    (Source.JIRA, "list"): "GET /jira/rest/webhooks",
    (Source.JIRA, "add"): "POST /jira/rest/webhooks",
    (Source.JIRA, "delete"): "DELETE /jira/rest/webhooks",
    (Source.BITBUCKET, "list"): "GET /bitbucket/2.0/repositories/.*/hooks",
    (Source.BITBUCKET, "add"): "POST /bitbucket/2.0/repositories/.*/hooks",
    (Source.BITBUCKET, "delete"): "DELETE /bitbucket/2.0/repositories/.*/hooks",
}
SEEN_IN_EVERY_RUN = ("reset after", "another object", "60 MB")


def office(town: Town, service: Source) -> Office:
    jira, bitbucket = town.app.jira, town.app.bitbucket
    assert jira is not None
    assert bitbucket is not None
    return at_jira(jira, "site", "") if service is Source.JIRA else at_bitbucket(bitbucket, "payments-api", "acme")


async def register(town: Town, service: Source, *, renew: bool = False) -> str:
    """As *pm webhooks register* does; what it says when it fails."""
    at, want = office(town, service), wanted(service, URL, town.world.directives)
    try:
        await carry_out(at, want, steps(await at.hooks(), want, renew=renew), SECRET)
    except VendorError as told:
        return str(told)
    return ""


def cells() -> list[object]:
    every = [(fault, *call) for call in CALLS for fault in FAULTS]
    marks = {False: [pytest.mark.faults], True: []}
    return [pytest.param(f, s, c, marks=marks[f in SEEN_IN_EVERY_RUN], id=f"{s} {c}, {f}") for f, s, c in every]


@pytest.mark.parametrize(("fault", "service", "call"), cells())
async def test_said_again_there_is_exactly_one(place: Town, fault: str, service: Source, call: str) -> None:
    place.begin()
    place.simulator.jira.denied.discard("ADMINISTER")
    at = office(place, service)
    for hook in await at.hooks():
        await at.delete(hook.id)
    if call == "delete":
        assert not await register(place, service)
    place.proxy.plan(CALLS[service, call], FAULTS[fault])
    begin = place.app.clock.monotonic()
    line = await register(place, service, renew=call == "delete")
    assert place.app.clock.monotonic() - begin < SECONDS + 3
    assert place.proxy.struck
    place.proxy.heal()
    await place.quiet()
    assert not line or honest(line), line
    assert SECRET not in line
    assert not await register(place, service)
    assert len(await at.hooks()) == 1
    assert place.held() == 0
