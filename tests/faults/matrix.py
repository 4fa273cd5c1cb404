"""The table folded: 7 dependencies x 18 faults, each played over a socket or named as not applicable.

python -m tests.faults.matrix       writes the table of docs/faults.md
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.faults.table import (
    CANNOT_MATTER,
    DEPENDENCIES,
    EIGHTEEN,
    NONE,
    NOT_APPLICABLE,
    TELLING_ELSEWHERE,
    UNREAD,
)

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
BEGIN, END = "<!-- written by tests.faults.matrix -->", "<!-- to here -->"

NAMES = {
    "slack": "Slack", "jira": "Jira", "bitbucket": "Bitbucket", "claude": "Anthropic", "mcp": "MCP",
    "database": "database", "redis": "Redis",
}  # fmt: skip


class Cell(NamedTuple):
    """One of the table's own cells: an operation under a fault, and what becomes of it."""

    fault: str
    operation: str
    outcome: str


def cells(dependency: str, fault: str = "") -> list[Cell]:
    """Everything that is played with a dependency, or of it what stands for one of the eighteen faults."""
    return [each for each in _cells(dependency, fault) if each.outcome != UNREAD]


def unread(dependency: str, fault: str = "") -> list[Cell]:
    """The same of what is not played, because it cannot matter."""
    return [each for each in _cells(dependency, fault) if each.outcome == UNREAD]


def _cells(dependency: str, fault: str) -> list[Cell]:
    return [each for each in _rows(dependency) if not fault or each.fault in EIGHTEEN[fault]]


def _rows(dependency: str) -> Iterator[Cell]:
    operations, table = DEPENDENCIES[dependency]
    for fault, row in table.items():
        for operation, outcome in zip(operations, row, strict=True):
            if operation.startswith(f"{dependency} ") and outcome != NONE:
                yield Cell(fault, operation, outcome)


def params(dependency: str) -> list[object]:
    """The cells of a dependency for a test; those that tell least come with ``make faults``."""
    telling = TELLING_ELSEWHERE[dependency]
    return [
        pytest.param(*cell, marks=() if cell.fault in telling else (pytest.mark.faults,), id=_name(cell))
        for cell in cells(dependency)
    ]


def _name(cell: Cell) -> str:
    return f"{cell.operation}, {cell.fault}: {cell.outcome}"


# --- the page -----------------------------------------------------------------------------------------------------


def table() -> str:
    """18 rows x 7 columns in Markdown, and why a cell is empty."""
    lines = ["| fault | " + " | ".join(NAMES.values()) + " |", "|---|" + "---|" * len(NAMES)]
    lines += [f"| {fault} | " + " | ".join(_shown(each, fault) for each in NAMES) + " |" for fault in EIGHTEEN]
    lines += ["", *(f"Not played: {NAMES[each]}, {fault}. {why}" for (each, fault), why in NOT_APPLICABLE.items())]
    lines += ["", *(f"Cannot matter: {NAMES[each]}, wrong clock. {why}" for each, why in CANNOT_MATTER.items())]
    played, left = (sum(len(of(each)) for each in NAMES) for of in (cells, unread))
    lines += ["", f"{played} cells are played: a fault stands for up to seven ways to fail, a dependency for up to"]
    lines += [f"five operations. {left} more cannot matter, as nothing of them is read: they are not played."]
    return "\n".join(lines)


def _shown(dependency: str, fault: str) -> str:
    return ", ".join(dict.fromkeys(each.outcome for each in _cells(dependency, fault))) or "not played"


def page() -> str:
    """The page as it must be: the words around the table stay as they are."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
