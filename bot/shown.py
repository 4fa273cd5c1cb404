"""What of the ledger the messages in Slack are drawn from, and where it is written down which message shows what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from models.cycles import History, WhyRecord
from models.hushes import Hush
from models.ids import ApprovalId, EffectId, PersonId, TeamId
from models.lessons import Observation
from models.proposals import Approval, Decided, Effect
from models.standing import Living


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
