"""People between the constitution's ids and Jira's accounts; matched by id, never by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.errors import Refused
from models.ids import AccountId, PersonId
from models.work import Person

People = Callable[[], Mapping[PersonId, Person]]
"""Everybody the constitution knows, as it is now."""


@dataclass(frozen=True, slots=True)
class Who:
    """Looks people up, afresh each time."""

    people: People

    def person(self, person: PersonId) -> Person:
        """Raises ``Refused`` for somebody the constitution does not know."""
        known = self.people().get(person)
        if known is None:
            raise Refused(f"the constitution knows nobody called {person!r}", code="unknown_person")
        return known

    def account(self, person: PersonId) -> AccountId:
        """Raises ``Refused`` for somebody without one."""
        account = self.person(person).account
        if account is None:
            raise Refused(f"{person!r} has no Jira account in the constitution", code="unknown_person")
        return account

    def account_or_nobody(self, person: PersonId | None) -> AccountId | None:
        """As ``account``; nobody has none."""
        return self.account(person) if person is not None else None

    def name(self, account: AccountId | None) -> str:
        """Whose account it is, when the constitution knows; else empty."""
        return next((p.name for p in self.people().values() if account is not None and account in p.accounts), "")

    def by(self, account: AccountId | None) -> str:
        """``by Li Wei`` with a space before it; nothing for somebody unknown."""
        name = self.name(account)
        return f" by {name}" if name else ""
