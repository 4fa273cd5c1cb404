"""Who is who, row by row: a search replaces what a search found, never what a person has said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, insert, select, update

from models.database import insert_new
from models.ids import AccountId, PersonId
from models.keeping.records import dump
from models.people import ATLASSIAN, FOUND, HELD, SAID, Doubt, Identity, Service, Standing
from models.tables.mirror import identities
from models.work import Facts

_KEY = (identities.c.person, identities.c.service, identities.c.account)


def known(connection: Connection) -> list[Identity]:
    """Every row, by person, service and account."""
    return [_identity(row) for row in connection.execute(_all()).mappings()]


@cache
def _all() -> Select[Any]:
    """Written once, as ``_open_ones``: it is asked before every look."""
    return select(identities).order_by(*_KEY)


def with_doubts(connection: Connection, facts: Facts) -> Facts:
    """The same facts, with what people of the team are to be asked."""
    people = {person.id for person in facts.people}
    return replace(facts, doubts=_doubts(connection, people))


def _doubts(connection: Connection, people: Collection[PersonId]) -> tuple[Doubt, ...]:
    rows = connection.execute(_open_ones()).mappings()
    return tuple(
        Doubt(
            person=PersonId(row["person"]),
            account=AccountId(row["account"]),
            name=row["name"],
            why=row["why"],
            since=row["since"],
        )
        for row in rows
        if row["person"] in people
    )


@cache
def _open_ones() -> Select[Any]:
    """Written once: it is asked with every reading of the mirror."""
    return select(identities).where(identities.c.standing == Standing.UNCERTAIN.value).order_by(*_KEY)


def keep(
    connection: Connection,
    people: Collection[PersonId],
    found: Sequence[Identity],
    everybody: Collection[PersonId],
    now: datetime,
    real: datetime,
) -> None:
    """Replace everything a search found about ``people`` by ``found``; what is still so keeps its ``since``.

    An account that somebody has been given meanwhile is left to them. Of whoever is not among ``everybody``
    only the refusals stay.
    """
    gone = identities.c.person.not_in(sorted(everybody)) & (identities.c.standing != Standing.REFUSED.value)
    connection.execute(delete(identities).where(gone))
    theirs = identities.c.person.in_(sorted(people)) & identities.c.standing.in_(_words(FOUND))
    before = {_name(row): row for row in connection.execute(select(identities).where(theirs)).mappings()}
    connection.execute(delete(identities).where(theirs))
    for identity in found:
        old = before.get((identity.person, identity.service.value, identity.account))
        same = old is not None and old["standing"] == identity.standing.value
        since = old["since"] if old is not None and same else now
        insert_new(connection, identities, **_row(identity, since, real))


def answer(
    connection: Connection, person: PersonId, account: str, yes: bool, now: datetime, real: datetime
) -> Identity | None:
    """What the person said about an account in doubt; ``None`` when it is in doubt no more, or somebody else's."""
    if yes and _owner(connection, account, person) is not None:
        return None
    asked = (
        (identities.c.person == person)
        & (identities.c.account == account)
        & (identities.c.standing == Standing.UNCERTAIN.value)
    )
    said = Standing.CONFIRMED if yes else Standing.REFUSED
    changes = {"standing": said.value, "since": now, "at": real, "by": person}
    row = connection.execute(update(identities).where(asked).values(**changes).returning(identities)).mappings().first()
    return _identity(row) if row else None


def assign(connection: Connection, wanted: Sequence[Identity], now: datetime, real: datetime) -> Identity | None:
    """An admin's word, instead of anything known of that person and service.

    Another person who has one of the accounts by their own or an admin's word keeps it and is returned; then
    nothing is changed. What a search found for another gives way.
    """
    owners = [owner for each in wanted if (owner := _owner(connection, each.account, each.person, each.service))]
    if (first := next((owner for owner in owners if owner.standing in SAID), None)) is not None:
        return first
    for owner in owners:
        connection.execute(delete(identities).where(_is(owner)))
    for identity in wanted:
        _assign(connection, identity, now, real)
    return None


def _assign(connection: Connection, identity: Identity, now: datetime, real: datetime) -> None:
    """One account a person and system: it replaces another one. A refusal of this very account is overruled."""
    services = (identity.service,) if identity.service is Service.SLACK else ATLASSIAN
    found = identities.c.service.in_([s.value for s in services]) & identities.c.standing.in_(_words(FOUND))
    same = identities.c.service == identity.service.value
    stale = found | (same & (identities.c.standing != Standing.REFUSED.value)) | _is(identity)
    connection.execute(delete(identities).where(identities.c.person == identity.person, stale))
    connection.execute(insert(identities).values(**_row(identity, now, real)))


def drop(connection: Connection, person: PersonId, services: Collection[Service]) -> list[Identity]:
    """Forget everything about a person in these services, refusals too; returns what it was."""
    theirs = (identities.c.person == person) & identities.c.service.in_([service.value for service in services])
    gone = [_identity(row) for row in connection.execute(select(identities).where(theirs).order_by(*_KEY)).mappings()]
    connection.execute(delete(identities).where(theirs))
    return gone


def _owner(connection: Connection, account: str, person: PersonId, service: Service = Service.JIRA) -> Identity | None:
    """Who else holds the account. An Atlassian account is the same in Jira and in Bitbucket."""
    services = (service,) if service is Service.SLACK else ATLASSIAN
    held = (
        (identities.c.account == account)
        & (identities.c.person != person)
        & identities.c.service.in_([s.value for s in services])
        & identities.c.standing.in_(_words(HELD))
    )
    row = connection.execute(select(identities).where(held).limit(1)).mappings().first()
    return _identity(row) if row else None


def _is(identity: Identity) -> Any:
    return (
        (identities.c.person == identity.person)
        & (identities.c.service == identity.service.value)
        & (identities.c.account == identity.account)
    )


def _words(standings: Collection[Standing]) -> list[str]:
    return sorted(standing.value for standing in standings)


def _name(row: RowMapping) -> tuple[str, str, str]:
    return row["person"], row["service"], row["account"]


def _row(identity: Identity, since: datetime, real: datetime) -> dict[str, Any]:
    return {
        "person": identity.person,
        "service": identity.service.value,
        "account": identity.account,
        "standing": identity.standing.value,
        "name": dump(identity.name),
        "why": identity.why,
        "since": since,
        "at": real,
        "by": identity.by,
    }


def _identity(row: RowMapping) -> Identity:
    return Identity(
        person=PersonId(row["person"]),
        service=Service(row["service"]),
        account=row["account"],
        standing=Standing(row["standing"]),
        name=row["name"],
        why=row["why"],
        since=row["since"],
        at=row["at"],
        by=row["by"],
    )
