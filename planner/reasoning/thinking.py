"""What a mind came to, who thought it, what that cost, and what of a model's answer was not used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.money import Money
from models.proposals import Proposal


@dataclass(frozen=True, slots=True)
class Thinking:
    """One weighing of one look's signals. Untrusted: policy decides each proposal."""

    proposals: Sequence[Proposal]
    by: str
    """Who thought, for the record: ``rules``, a model's name, or ``rules: budget`` where no model answered."""
    cost: Money = field(default_factory=Money)
    dropped: Mapping[str, int] = field(default_factory=dict)
    """What of a model's answer was not used, by why, and how often."""
