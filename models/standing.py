"""How the matters of a message that was sent stand now, so that it can say so itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.actions import Escalate, RemindPerson
from models.ids import EffectId, SignalId


@dataclass(frozen=True, slots=True)
class Over:
    """One matter that is over: since when as far as we saw (company time), and in words what is so instead."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What has come of what one message told."""

    over: Mapping[SignalId, Over] = field(default_factory=dict)
    headline: str = ""
    """Of an escalation: its sentence as it is now; empty while nothing but time has passed."""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """A message that was sent not long ago, and how its matters stood when we last looked."""

    effect: EffectId
    action: RemindPerson | Escalate
    standing: Standing = Standing()
    sent: Mapping[str, str] = field(default_factory=dict)
    """``{"channel", "ts"}`` of the message."""
    at: datetime
    """When it was decided to send it (company time)."""

    @property
    def signals(self) -> tuple[SignalId, ...]:
        """The episodes it told of."""
        items = self.action.items if isinstance(self.action, RemindPerson) else (self.action.item,)
        return tuple(dict.fromkeys(item.signal for item in items))

    @property
    def is_over(self) -> bool:
        """Whether all it told of is over."""
        return all(signal in self.standing.over for signal in self.signals)
