"""What one line of the constitution means to people: its words, its rule in plain words, how it is kept."""

from __future__ import annotations

from typing import NamedTuple


class Meaning(NamedTuple):
    """One line in words for people."""

    id: str
    section: str
    """``objectives.primary``, ``urgency.high``, ``role``: where in the file it stands."""
    says: str
    kept: str
    """Enforced or advice, as ``pm directives check`` says it."""
    rule: str
    """The rule in plain words; empty where there is none."""
    effect: str
    """What it is in the product: ``signal blocked_too_long``, ``action reassign``; empty without a rule."""
    example: str
