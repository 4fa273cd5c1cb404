"""What a card is drawn with beside its approvals."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from bot.views.parts.moves import Channels, Names
from models.ids import ApprovalId, PersonId, named
from models.proposals import Approval

Then = Mapping[ApprovalId, tuple[PersonId, datetime] | None]
"""Who is asked as well when nobody answers, and when (company time)."""

NOBODY: Then = MappingProxyType({})

Later = tuple[tuple[str, str], ...]
"""What *Ask me later* offers: words, and what comes back."""


@dataclass(frozen=True, slots=True)
class Known:
    """Names, the reader's zone, and what may be done now."""

    names: Names
    zone: str
    channels: Channels
    then: Then
    halted: bool
    later: Later = ()
    stopped: Collection[ApprovalId] = ()

    def stops(self, approval: Approval) -> bool:
        """Whether it is in shadow mode now: nothing is done, so there is nothing to answer."""
        return self.halted or approval.id in self.stopped


def block_id(approval: Approval, part: str) -> str:
    """New whenever what it shows is new: Slack keeps what was typed or pressed in a block that keeps its id."""
    shown = (approval.state, approval.at, approval.outcome, approval.undone, approval.put_off)
    return f"{approval.id}.{part}.{named(*shown)[:8]}"
