"""What of the ledger the messages in Slack are drawn from, and how a message that lives comes to show what is so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from models.cycles import History, WhyRecord
from models.hushes import Hush
from models.ids import ApprovalId, EffectId, PersonId, TeamId
from models.lessons import Observation
from models.proposals import Approval, Decided, Effect
from models.standing import Living

T = TypeVar("T")

REDRAWS = 5
"""Times one drawing follows the ledger before it leaves that to the next."""

GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Slack's words for a message that cannot be edited any more: what it would say is said anew."""


async def until_still(look: Callable[[], Awaitable[T | None]], put: Callable[[T], Awaitable[None]]) -> None:
    """Put what is to be seen until it is what was put last; ``None`` is nothing to show.

    Two may draw one message at once, and the slower may have read earlier: whoever has drawn looks once more.
    """
    last: T | None = None
    for _ in range(REDRAWS):
        seen = await look()
        if seen is None or seen == last:
            return
        await put(seen)
        last = seen


class Shown(Protocol):
    """The part of the ledger that messages show."""

    async def approval(self, approval: ApprovalId) -> Approval | None:
        """The ask of that id."""
        ...

    async def card_of(self, person: PersonId) -> Sequence[Approval]:
        """Pending asks of ``person``, and settled ones on the same message."""
        ...

    async def on_card(self, channel: str, ts: str) -> Sequence[Approval]:
        """Every ask that message shows."""
        ...

    async def place_card(self, which: Sequence[ApprovalId], channel: str, ts: str, person: PersonId) -> None:
        """Write down that this message shows these asks to ``person``."""
        ...

    async def effect(self, effect: EffectId) -> Effect | None:
        """The effect of that id."""
        ...

    async def living(self, team: TeamId, effect: EffectId) -> Living | None:
        """What the message of that effect tells now; ``None`` when it was not sent, or long ago."""
        ...

    async def post_about(self, team: TeamId, channel: str, subject: str) -> Living | None:
        """The last days' post in that channel (its role) about ``subject`` whose matter goes on."""
        ...

    async def hushes(self, team: TeamId, person: PersonId) -> Sequence[Hush]:
        """What the person has put off or muted now, oldest first."""
        ...

    async def known_of(self, person: PersonId) -> Sequence[Observation]:
        """What was learnt from and about a person."""
        ...

    async def changed_for(
        self, person: PersonId, team: TeamId, *, issues: Sequence[str] = (), until: datetime | None = None
    ) -> Sequence[Effect]:
        """What others have had changed of their tickets since the last message to them before ``until``."""
        ...

    async def history_of(self, team: TeamId, person: PersonId) -> History:
        """What one reader was told and put off, and the team's questions."""
        ...

    async def history_about(self, team: TeamId, subjects: Sequence[str]) -> History:
        """Who has said or put off what of these subjects."""
        ...

    async def why(self, id: str) -> WhyRecord | None:
        """The record behind a proposal."""
        ...

    async def deferred(self, team: TeamId) -> Sequence[Decided]:
        """What the team's last look put off."""
        ...
