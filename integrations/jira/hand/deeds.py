"""What every deed in Jira can do, and the words for a change that came in between."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Protocol

from integrations.jira.hand.who import Who
from integrations.jira.standing import Standing
from models.ids import AccountId, IssueKey
from models.proposals import Effect, Receipt

SKEW = timedelta(minutes=1)
"""So far Jira's clock and our own may be apart."""


class Deed(Protocol):
    """One effect in Jira; raises ``NotDone``, ``Unclear`` or ``Refused``."""

    async def perform(self) -> Receipt:
        """Do it; the receipt holds what is needed to take it back."""
        ...

    async def find(self) -> Receipt | None:
        """The receipt when an earlier try did happen."""
        ...

    async def changed(self) -> str | None:
        """Why it must not be done any more."""
        ...


def is_ours(effect: Effect, standing: Standing, me: AccountId) -> bool:
    """Whether it is our own account (``me``) that brought it there, and not before this effect was planned.

    What the history does not tell is not ours: then nothing is done, and nothing is claimed.
    """
    changed = standing.changed
    if changed is None or changed.by != me:
        return False
    return effect.planned is None or changed.at >= effect.planned - SKEW


def already(issue: IssueKey, what: str, standing: Standing, who: Who) -> str:
    """It is so already: who did it and when, as far as the history tells."""
    name = who.name(standing.changed.by) if standing.changed else ""
    did = f": {name} did it{at(standing)}" if name else ""
    return f"{issue} {what} already{did}; nothing to do."


def moved_on(effect: Effect, issue: IssueKey, standing: Standing, now: str, who: Who) -> str:
    """Somebody else has changed it since: when, who, and what it says now."""
    by = who.by(standing.changed.by if standing.changed else None)
    if effect.proposal.undoes is not None:
        return f"{issue} has been changed{by} since (now {now}); not undone."
    return f"{issue} changed{at(standing)}{by}: now {now}; nothing done."


def at(standing: Standing) -> str:
    """``2026-11-24T09:50Z`` with a space before it; nothing when the history does not tell.

    So it is kept: whoever reads it is shown their own time.
    """
    return f" {standing.changed.at.astimezone(UTC):%Y-%m-%dT%H:%MZ}" if standing.changed else ""
