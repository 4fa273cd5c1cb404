"""Output for people and for programs: columns on a terminal, JSON with ``--json``."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """The ``--json`` flag every looking command has."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def print_json(value: object) -> None:
    """``value`` as indented JSON; instants as ISO 8601."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def print_columns(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table as wide as its content."""
    table = [[str(cell) for cell in row] for row in (titles, *rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(titles))]
    for row in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def span(seconds: float | None) -> str:
    """``42 s``, ``7 min``, ``3 h``, ``2 d``; ``never`` for nothing."""
    if seconds is None:
        return "never"
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
