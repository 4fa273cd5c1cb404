"""Who is who, on both databases: people's words stand, a search replaces only what a search found."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from models.database import Database
from models.events import Source
from models.ids import AccountId, PersonId, TeamId
from models.people import ATLASSIAN, Identity, Service, Standing
from models.store import Store
from models.tables.mirror import identities
from models.work import Person
from tests.contracts.stores.values import FakeClock

pytestmark = pytest.mark.anyio

ANN, BOB = PersonId("ann"), PersonId("bob")
EVERYBODY = (ANN, BOB)
CERTAIN, UNCERTAIN, UNKNOWN, SET = Standing.CERTAIN, Standing.UNCERTAIN, Standing.UNKNOWN, Standing.SET


def identity(
    person: PersonId, account: str, standing: Standing = UNCERTAIN, service: Service = Service.JIRA, **more: str
) -> Identity:
    return Identity(
        person=person, service=service, account=account, standing=standing, why=more.pop("why", "w"), **more
    )


async def known(store: Store) -> list[tuple[str, str, str, str]]:
    return [(i.person, i.service.value, i.account, i.standing.value) for i in await store.identities()]


async def test_what_a_search_found_is_kept_as_it_was_found(store: Store, clock: FakeClock) -> None:
    found = identity(ANN, "a", name="A\0nn", why="because")
    await store.keep_found([ANN], [found], EVERYBODY)
    (kept,) = await store.identities()
    assert (kept.account, kept.standing, kept.name, kept.why) == ("a", UNCERTAIN, "A\ufffdnn", "because")
    assert (kept.since, kept.at) == (clock.now(), clock.real())


async def test_a_new_search_replaces_what_the_last_one_found_and_keeps_since_when_it_is_so(
    store: Store, clock: FakeClock
) -> None:
    await store.keep_found([ANN, BOB], [identity(ANN, "a"), identity(BOB, "b")], EVERYBODY)
    first = clock.now()
    clock.tick(3600)
    await store.keep_found([ANN, BOB], [identity(ANN, "a"), identity(BOB, "b", CERTAIN)], EVERYBODY)
    assert [(i.person, i.since) for i in await store.identities()] == [(ANN, first), (BOB, clock.now())]
    await store.keep_found([ANN], [], EVERYBODY)
    assert await known(store) == [("bob", "jira", "b", "certain")]


async def test_an_answer_counts_once_and_is_never_replaced_by_a_search(store: Store, clock: FakeClock) -> None:
    await store.keep_found([ANN, BOB], [identity(ANN, "a"), identity(BOB, "b")], EVERYBODY)
    clock.tick(60)
    yes = await store.answer_identity(ANN, AccountId("a"), yes=True)
    no = await store.answer_identity(BOB, AccountId("b"), yes=False)
    assert yes is not None and (yes.standing, yes.by, yes.at) == (Standing.CONFIRMED, ANN, clock.real())
    assert no is not None and no.standing is Standing.REFUSED
    assert await store.answer_identity(ANN, AccountId("a"), yes=False) is None
    assert await store.answer_identity(BOB, AccountId("b"), yes=True) is None
    await store.keep_found([ANN, BOB], [identity(ANN, "other"), identity(BOB, "b")], EVERYBODY)
    assert await known(store) == [("ann", "jira", "a", "confirmed"), ("bob", "jira", "b", "refused")]


async def test_of_two_clicks_at_once_one_counts(store: Store) -> None:
    await store.keep_found([ANN], [identity(ANN, "a")], EVERYBODY)
    answers = await asyncio.gather(
        *(store.answer_identity(ANN, AccountId("a"), yes=yes) for yes in (True, False, True))
    )
    assert sum(answer is not None for answer in answers) == 1


async def test_nobody_can_answer_for_another_or_about_another_account(store: Store) -> None:
    await store.keep_found([ANN], [identity(ANN, "a")], EVERYBODY)
    assert await store.answer_identity(BOB, AccountId("a"), yes=True) is None
    assert await store.answer_identity(ANN, AccountId("b"), yes=True) is None


async def test_a_yes_to_an_account_somebody_else_was_given_meanwhile_does_not_count(store: Store) -> None:
    await store.keep_found([ANN], [identity(ANN, "a")], EVERYBODY)
    assert await store.set_identities([identity(BOB, "a", SET, Service.BITBUCKET)]) is None
    assert await store.answer_identity(ANN, AccountId("a"), yes=True) is None


async def test_an_admins_word_replaces_what_was_found_and_overrules_a_refusal(store: Store) -> None:
    await store.keep_found([ANN], [identity(ANN, "a")], EVERYBODY)
    await store.answer_identity(ANN, AccountId("a"), yes=False)
    await store.keep_found([ANN], [identity(ANN, "x")], EVERYBODY)
    wanted = [
        identity(ANN, "a", SET),
        identity(ANN, "b", SET, Service.BITBUCKET),
        identity(ANN, "U1", SET, Service.SLACK),
    ]
    assert await store.set_identities(wanted) is None
    expected = [("ann", "bitbucket", "b", "set"), ("ann", "jira", "a", "set"), ("ann", "slack", "U1", "set")]
    assert await known(store) == expected
    await store.set_identities([identity(ANN, "c", SET)])
    assert ("ann", "jira", "c", "set") in await known(store) and len(await known(store)) == 3


async def test_one_account_stays_one_persons(store: Store) -> None:
    await store.keep_found([ANN, BOB], [identity(ANN, "a", CERTAIN), identity(BOB, "b")], EVERYBODY)
    assert await store.set_identities([identity(BOB, "a", SET)]) is None  # what was only found gives way
    assert await known(store) == [("bob", "jira", "a", "set")]
    refused = await store.set_identities([identity(ANN, "U1", SET, Service.SLACK), identity(ANN, "a", SET)])
    assert refused is not None and refused.person == BOB
    assert await known(store) == [("bob", "jira", "a", "set")]  # all or nothing


async def test_the_database_itself_refuses_a_second_owner_and_a_second_account(
    store: Store, database: Database, clock: FakeClock
) -> None:
    row = {"service": "jira", "name": "", "why": "", "since": clock.now(), "at": clock.real(), "standing": "set"}
    new = insert(identities)
    await database.write(lambda c: c.execute(new.values(person="ann", account="a", **row)), "test")
    for other in ({"person": "bob", "account": "a"}, {"person": "ann", "account": "b"}):
        with pytest.raises(IntegrityError):
            await database.write(lambda c, other=other: c.execute(new.values(**other, **row)), "test")


async def test_what_is_dropped_is_told_and_may_be_found_again(store: Store) -> None:
    await store.keep_found([ANN], [identity(ANN, "a"), identity(ANN, "U1", CERTAIN, Service.SLACK)], EVERYBODY)
    await store.answer_identity(ANN, AccountId("a"), yes=False)
    gone = await store.drop_identities(ANN, ATLASSIAN)
    assert [(each.account, each.standing) for each in gone] == [("a", Standing.REFUSED)]
    assert await known(store) == [("ann", "slack", "U1", "certain")]
    assert await store.drop_identities(BOB, ATLASSIAN) == []


async def test_whoever_left_the_constitution_holds_no_account(store: Store) -> None:
    await store.set_identities([identity(BOB, "b", SET)])
    await store.keep_found([ANN], [identity(ANN, "b", CERTAIN)], [ANN])
    assert await known(store) == [("ann", "jira", "b", "certain")]


async def test_facts_carry_the_doubts_about_the_teams_own_people(store: Store) -> None:
    team = TeamId("pay")
    people = [Person(id=ANN, name="Ann", zone="UTC")]
    await store.save(team, source=Source.SLACK, people=people)
    await store.keep_found([ANN, BOB], [identity(ANN, "a", name="A"), identity(BOB, "b")], EVERYBODY)
    (doubt,) = (await store.facts_about(team)).doubts
    assert (doubt.person, doubt.account, doubt.name) == (ANN, "a", "A")
    await store.answer_identity(ANN, AccountId("a"), yes=True)
    assert (await store.facts_about(team)).doubts == ()
