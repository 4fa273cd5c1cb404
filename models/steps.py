"""Which version of the tables this program needs: known without loading what would change them.

Alembic takes the steps; it costs 11 MB and a tenth of a second, and at nearly every start there is no step to take.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The checkout: ``alembic/`` lives beside ``models/`` and is not part of the wheel."""

_REVISION = re.compile(r"^revision = \"(\w+)\"$", re.MULTILINE)
_BEFORE = re.compile(r"^down_revision = (?:\"(\w+)\"|None)$", re.MULTILINE)


@cache
def versions() -> tuple[str, ...]:
    """Every version this program can bring to its own, oldest first; the last is its own."""
    after = dict(_step(file.read_text(encoding="utf-8")) for file in (ROOT / "alembic" / "versions").glob("*.py"))
    found, at = list[str](), None
    while at in after:
        found.append(at := after[at])
    return tuple(found)


def _step(words: str) -> tuple[str | None, str]:
    """Where a step begins, and where it leads."""
    leads, begins = _REVISION.search(words), _BEFORE.search(words)
    assert leads is not None and begins is not None, "a step names where it begins and where it leads"
    return begins[1], leads[1]
