"""What a backup says of itself: of what it is, when it was made, and how many rows are in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from models.errors import OperatorError

PRODUCT = "pm-agent"
FORMAT = 1
DIALECTS = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The first part of every backup."""

    made: datetime
    """UTC: the backup is of this moment."""
    version: str
    """Of the agent that made it."""
    schema: str
    """The revision of its tables."""
    dialect: str
    """``sqlite`` or ``postgresql``: what can read its database part."""
    engine: str
    """The library or server it comes from and the program that wrote it, for people."""
    database: str
    """Which database it is of, without user and password; those of one database are kept by age together."""
    rows: Mapping[str, int]
    """By table."""
    place: str = "public"
    """The PostgreSQL schema the tables are in."""

    @property
    def total(self) -> int:
        """Rows in all."""
        return sum(self.rows.values())

    def to_bytes(self) -> bytes:
        """As it stands in the file."""
        told = {"product": PRODUCT, "format": FORMAT, **asdict(self), "made": self.made.astimezone(UTC).isoformat()}
        return json.dumps(told, indent=2, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def from_bytes(cls, text: bytes) -> Manifest:
        """Read what ``to_bytes`` wrote. Raises ``OperatorError`` on anything else."""
        try:
            told = json.loads(text)
            product, form = told.pop("product"), told.pop("format")
            if product == PRODUCT and form > FORMAT:
                raise OperatorError("a newer version of pm-agent made it", hint="Restore it with that version")
            if product != PRODUCT:
                raise ValueError(product)
            return cls(**{**told, "made": _utc(told["made"])})._sound()
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            raise OperatorError("it is no backup of pm-agent") from None

    def _sound(self) -> Manifest:
        """Itself. Raises ``ValueError`` where it says what cannot be."""
        words = (self.version, self.schema, self.dialect, self.engine, self.database, self.place)
        counts = all(type(name) is str and type(count) is int and count >= 0 for name, count in self.rows.items())
        if not counts or not all(type(word) is str for word in words) or self.dialect not in DIALECTS:
            raise ValueError(self)
        return self


def _utc(words: str) -> datetime:
    at = datetime.fromisoformat(words)
    if at.tzinfo is None:
        raise ValueError(words)
    return at.astimezone(UTC)
