"""Who is who: what is known of a person's account in another system, how, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.ids import AccountId, PersonId


class Service(StrEnum):
    """A system in which a person has an account. Jira and Bitbucket share one kind: the Atlassian account."""

    SLACK = "slack"
    JIRA = "jira"
    BITBUCKET = "bitbucket"


ATLASSIAN = (Service.JIRA, Service.BITBUCKET)


class Standing(StrEnum):
    """How far an account is known to be somebody's. What directives.yaml says needs no standing: it always wins."""

    CERTAIN = "certain"
    """Found by the person's e-mail address, and shown to be right."""
    UNCERTAIN = "uncertain"
    """Found, but not shown to be right: the person is asked."""
    UNKNOWN = "unknown"
    """Nothing was found that could be asked about: an admin must say."""
    CONFIRMED = "confirmed"
    """The person said yes."""
    REFUSED = "refused"
    """The person said no: never asked again about this account."""
    SET = "set"
    """An admin said so."""


FOUND = frozenset({Standing.CERTAIN, Standing.UNCERTAIN, Standing.UNKNOWN})
"""What a search may replace; the other standings are people's words."""

SAID = frozenset({Standing.CONFIRMED, Standing.SET})
HELD = SAID | {Standing.CERTAIN}
"""The account is used as that person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One account and one person."""

    person: PersonId
    service: Service
    account: str
    """Empty with ``UNKNOWN``."""
    standing: Standing
    why: str
    """One plain sentence: what was found, or what is missing."""
    name: str = ""
    """What the account calls itself there. Shown to the person, never compared with anything."""
    since: datetime | None = None
    """Company time since which this is so; the store fills it in."""
    at: datetime | None = None
    """Real time of the last word about it."""
    by: str = ""
    """Who said so, with ``CONFIRMED``, ``REFUSED`` and ``SET``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One account as Jira's user search shows it."""

    account: AccountId
    name: str
    email: str | None
    """``None`` when the account hides it."""
    active: bool
    human: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An account that may be a team member's: a question only they can answer."""

    person: PersonId
    account: AccountId
    name: str
    why: str
    since: datetime
    """Company time."""
