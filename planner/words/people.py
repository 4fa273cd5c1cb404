"""Whom somebody means: by mention, by name, by the first name; never a guess between two."""

from __future__ import annotations

import difflib
import re

from models.directives import Member, Team
from models.ids import PersonId
from models.work import Person

_MENTION = re.compile(r"<@([A-Z0-9]{1,40})(?:\|[^>]*)?>")
_ME = frozenset({"me", "myself"})

Near = tuple[tuple[PersonId, str], ...]


def meant_by(typed: str, asker: PersonId | None, team: Team) -> tuple[PersonId | None, Near]:
    """The member that is meant, or ``None`` with those (id, name) whom it may be."""
    mention = _MENTION.search(typed)
    if mention is not None:
        return next((m.id for m in team.members if m.slack == mention[1]), None), ()
    words = " ".join(typed.casefold().lstrip("@").split())
    if words in _ME and asker is not None:
        return asker, ()
    for names in (_whole, _parts):
        found = [member for member in team.members if words in names(member)]
        if len(found) == 1:
            return found[0].id, ()
        if found:
            return None, _near(found)
    known = {name: member for member in team.members for name in (*_whole(member), *_parts(member))}
    alike = (known[name] for name in difflib.get_close_matches(words, known, n=3, cutoff=0.6))
    return None, _near(list({member.id: member for member in alike}.values()))


def as_listed(member: Member) -> Person:
    """As the constitution has them, before anything was read of them today."""
    account, other = member.account, member.other_account
    return Person(id=member.id, name=member.name, zone=member.zone, account=account, other_account=other)


def nobody_in_jira(person: Person, *, asks: bool) -> str:
    """Why nothing is known of somebody's work, and who can change that; ``asks`` where they read it themselves."""
    whose = "yours" if asks else f"{person.name}’s"
    return (
        f"I don’t know which Jira account is {whose}, so I cannot see what waits for {'you' if asks else 'them'}. "
        f"An admin can tell me: pm people map {person.id} --jira ACCOUNT"
    )


def _near(found: list[Member]) -> Near:
    return tuple((member.id, member.name) for member in found[:4])


def _whole(member: Member) -> tuple[str, ...]:
    return member.id.casefold(), member.name.casefold()


def _parts(member: Member) -> tuple[str, ...]:
    return tuple(member.name.casefold().split())
