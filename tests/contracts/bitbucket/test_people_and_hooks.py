"""Accounts by e-mail, default reviewers, and webhooks that are registered once and really arrive."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

import pytest

from integrations.bitbucket import Bitbucket
from integrations.bitbucket.hooks import EVENTS
from integrations.simulator.atlassian import bitbucket_hooks
from integrations.simulator.company import Company
from integrations.simulator.nouns import Colleague, PullRequest
from integrations.simulator.server import Simulator
from models.errors import Refused
from tests.contracts.bitbucket.conftest import Held
from tests.integrations.simulator.conftest import Product

pytestmark = pytest.mark.anyio

SECRET = "a-secret-for-tests"


# --- people ---------------------------------------------------------------------------------------------------


async def test_members_are_found_by_email_ninety_at_a_time(
    bitbucket: Bitbucket, company: Company, people: list[str], held: Held
) -> None:
    known = {company.people[account].email: account for account in people}
    strangers = [f"nobody-{n}@example.com" for n in range(200)]
    asked = [*strangers, *(email.upper() for email in known)]
    found = await bitbucket.members(asked)
    assert found == {email.upper(): account for email, account in known.items()}
    assert held.count("/members") == 3  # 90 + 90 + 20 and those who are known


async def test_two_members_with_one_address_are_nobody(
    bitbucket: Bitbucket, company: Company, people: list[str]
) -> None:
    first = company.people[people[0]]
    company.people["712020:twin"] = replace(first, account="712020:twin")
    assert await bitbucket.members([first.email]) == {}


async def test_somebody_who_is_called_the_same_is_not_found(
    bitbucket: Bitbucket, company: Company, people: list[str]
) -> None:
    name = company.people[people[0]].name
    company.people["712020:same"] = Colleague(
        account="712020:same", name=name, zone="Etc/UTC", email="same@example.com"
    )
    assert await bitbucket.members([company.people[people[0]].email]) == {company.people[people[0]].email: people[0]}


@pytest.mark.parametrize(
    "email", ['a"@x.example', "a\\@x.example", 'x@y.example") OR (1', "nobody", "", "a b@c.example"]
)
async def test_an_address_that_could_end_the_query_is_never_asked_for(
    bitbucket: Bitbucket, held: Held, email: str
) -> None:
    assert await bitbucket.members([email]) == {}
    assert held.asked == []


async def test_default_reviewers_are_told_and_suggested_where_nobody_is_asked(
    bitbucket: Bitbucket, company: Company, repository: str, people: list[str], held: Held
) -> None:
    assert await bitbucket.default_reviewers(repository) == []
    company.pull_requests.clear()
    lonely = company.open_pull_request(repository, people[0], "Alone", "alone", [])
    company.default_reviewers[repository] = (people[0], people[2], people[3])
    asked = company.open_pull_request(repository, people[1], "Asked", "asked", [])
    assert await bitbucket.default_reviewers(repository) == [people[0], people[2], people[3]]
    read = {pr.id: pr for pr in await bitbucket.open_pull_requests(repository)}
    assert read[f"{repository}#{lonely.number}"].suggested == (people[2], people[3])  # type: ignore[index]
    assert read[f"{repository}#{asked.number}"].suggested == ()  # type: ignore[index]
    assert [r.reviewer for r in read[f"{repository}#{asked.number}"].reviews] == [  # type: ignore[index]
        people[0],
        people[2],
        people[3],
    ]
    before = held.count("/effective-default-reviewers")
    assert {pr.id: pr for pr in await bitbucket.open_pull_requests(repository)} == read
    assert held.count("/effective-default-reviewers") == before


# --- webhooks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("everywhere", [True, False], ids=["workspace", "repository"])
async def test_a_webhook_is_added_listed_and_deleted(
    bitbucket: Bitbucket, simulator: Simulator, slug: str, everywhere: bool
) -> None:
    place = None if everywhere else slug
    url = "https://pm.example/webhooks/bitbucket"
    added = await bitbucket.add_hook(url, "PM Agent", secret=SECRET, repository=place)
    assert (added.url, added.name, added.events) == (url, "PM Agent", frozenset(EVENTS))
    assert (added.signed, added.active) == (True, True)
    assert await bitbucket.hooks(place) == [added]
    assert await bitbucket.hooks(slug if everywhere else None) == []
    assert [hook.secret for hook in simulator.bitbucket.hooks.registered.values()] == [SECRET]
    await bitbucket.delete_hook(added.id, place)
    await bitbucket.delete_hook(added.id, place)
    assert await bitbucket.hooks(place) == []


async def test_a_hook_of_somebody_else_without_a_secret_is_told_as_unsigned(
    bitbucket: Bitbucket, simulator: Simulator, repository: str
) -> None:
    hooks = simulator.bitbucket.hooks
    own = bitbucket_hooks.Registered(
        uuid="{11111111-2222-3333-4444-555555555555}",
        subject=repository,
        url="https://ci.example",
        description="CI",
        events=frozenset({"repo:push"}),
        secret="",
        active=False,
        created=simulator.clock.now(),
    )
    hooks.registered[own.uuid] = own
    (hook,) = await bitbucket.hooks(repository)
    assert (hook.id, hook.signed, hook.active, hook.events) == (own.uuid, False, False, {"repo:push"})


async def test_every_page_of_webhooks_is_listed(bitbucket: Bitbucket, simulator: Simulator, slug: str) -> None:
    hook = await bitbucket.add_hook("https://pm.example/0", "0", secret=SECRET, repository=slug)
    kept = simulator.bitbucket.hooks.registered
    for n in range(1, 120):
        kept[f"{{{n:08}}}"] = replace(kept[hook.id], uuid=f"{{{n:08}}}")
    assert len(await bitbucket.hooks(slug)) == 120


@pytest.mark.parametrize("secret", ["", "x" * 129])
async def test_a_webhook_without_a_secret_we_can_check_is_not_sent(
    bitbucket: Bitbucket, held: Held, secret: str
) -> None:
    with pytest.raises(Refused, match="secret has 1 to 128"):
        await bitbucket.add_hook("https://pm.example", "PM Agent", secret=secret)
    assert held.asked == []


@pytest.mark.parametrize("id", ["", "..", "{..}", "{a/../b}", "1", "{1111}/../hooks"])
async def test_what_is_no_id_of_a_webhook_reaches_no_address(bitbucket: Bitbucket, held: Held, id: str) -> None:
    with pytest.raises(Refused) as refused:
        await bitbucket.delete_hook(id)
    assert refused.value.code == "bad_name"
    assert held.asked == []


async def test_a_registered_address_is_told_with_its_own_secret_until_it_is_deleted(
    bitbucket: Bitbucket, simulator: Simulator, product: Product, company: Company, slug: str, pull: PullRequest
) -> None:
    assert simulator.webhooks is not None
    await simulator.webhooks.idle()
    product.got.clear()
    elsewhere = f"{product.url}/elsewhere"
    hook = await bitbucket.add_hook(elsewhere, "Twin", secret=SECRET, events=["pullrequest:approved"], repository=slug)
    pull = company.review(company.push(pull), pull.reviews[0].account, "approved")
    await simulator.webhooks.idle()
    (told,) = product.at("/elsewhere")
    digest = hmac.new(SECRET.encode(), told.body, hashlib.sha256).hexdigest()
    assert told.headers["X-Hub-Signature"] == f"sha256={digest}"
    assert told.headers["X-Event-Key"] == "pullrequest:approved"
    assert len(product.at("/webhooks/bitbucket")) == 2
    await bitbucket.delete_hook(hook.id, slug)
    company.push(pull)
    await simulator.webhooks.idle()
    assert len(product.at("/elsewhere")) == 1


async def test_registering_the_products_own_address_does_not_double_its_webhooks(
    bitbucket: Bitbucket, simulator: Simulator, product: Product, company: Company, pull: PullRequest
) -> None:
    assert simulator.webhooks is not None
    await simulator.webhooks.idle()
    product.got.clear()
    await bitbucket.add_hook(f"{product.url}/webhooks/bitbucket", "PM Agent", secret=SECRET)
    company.push(pull)
    await simulator.webhooks.idle()
    (told,) = product.at("/webhooks/bitbucket")
    assert told.headers["X-Hub-Signature"].endswith(hmac.new(SECRET.encode(), told.body, hashlib.sha256).hexdigest())


async def test_the_workspace_that_is_not_there_is_refused_in_one_line(simulator: Simulator, held: Held) -> None:
    settings = simulator.environment()
    client = Bitbucket(
        base_url=settings["BITBUCKET_API_URL"], workspace="elsewhere", email="", token=settings["BITBUCKET_TOKEN"]
    )
    for ask in (client.hooks, client.check):
        try:
            told = str(await ask())
        except Refused as refused:
            told = str(refused)
        assert "No workspace with identifier 'elsewhere'" in told and "\n" not in told
    await client.close()
