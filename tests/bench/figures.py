"""How figures are taken and told: medians with their spread, beside the machine's load and its disk.

A bench reports each figure through ``record``; ``make bench`` prints all of them as one table at its end, and keeps it
(``tests/bench/conftest.py``). A bar that is missed is a failed test: ``assert record(...)``.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limit:
    """What a figure must keep to: at most ``bound``, or at least; told only, where there is none."""

    unit: str
    bound: float | None = None
    least: bool = False

    def kept_by(self, value: float) -> bool:
        """Whether ``value`` keeps to it."""
        if self.bound is None:
            return True
        return value >= self.bound if self.least else value <= self.bound


def at_most(bound: float, unit: str) -> Limit:
    """``at_most(6, "ms")``."""
    return Limit(unit, bound)


def at_least(bound: float, unit: str) -> Limit:
    """``at_least(3, "x")``."""
    return Limit(unit, bound, least=True)


def told(unit: str) -> Limit:
    """A figure without a bar, which the table tells all the same."""
    return Limit(unit)


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table."""

    bar: str
    what: str
    value: float
    limit: Limit
    beside: str = ""
    load: float = 0.0
    bench: str = ""

    @property
    def kept(self) -> bool:
        """Whether its bar was reached."""
        return self.limit.kept_by(self.value)


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything one run has measured."""

    rows: list[Figure] = field(default_factory=list)


MEASURED = Figures()
"""What this process has measured so far; ``tests/bench/conftest.py`` tells and keeps it at the end."""


def record(bar: str, what: str, value: float, limit: Limit, beside: str = "") -> bool:
    """Keep one figure for the table, and say whether its bar was reached.

    ``record("B1", "accept at 100/s on SQLite, p50", 3.1, at_most(6, "ms"), beside="plain 4.4 ms")``: ``bar`` is a name
    of the programme (``B1`` to ``B14``, ``T7``, ``issue``), ``what`` says in plain words what was measured, ``value``
    is in the limit's unit, and ``beside`` tells the comparator of the same run. Record all of a bench's figures before
    any is asserted: ``assert all([record(...), record(...)])``.
    """
    bench = os.environ.get("PYTEST_CURRENT_TEST", "").split("::")[0]
    figure = Figure(bar, what, value, limit, beside, round(os.getloadavg()[0], 1), bench)
    MEASURED.rows.append(figure)
    return figure.kept


def sized(count: int) -> int:
    """``count`` times ``BENCH_SCALE``, at least one: a look whether a bench works needs no size, its figures do."""
    return max(1, round(count * float(os.environ.get("BENCH_SCALE", "1"))))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(seconds: Sequence[float]) -> str:
    """``p50 3.1 ms, p99 12.0 ms``."""
    return f"p50 {percentile(seconds, 0.5) * 1000:.1f} ms, p99 {percentile(seconds, 0.99) * 1000:.1f} ms"


def spread(values: Sequence[float], form: str = "{:.0f}") -> str:
    """``median [least..most]``."""
    told = [form.format(v) for v in (statistics.median(values), min(values), max(values))]
    return f"{told[0]} [{told[1]}..{told[2]}]"


def machine() -> str:
    """Load, cores and what an fsync costs right now: absolute figures mean nothing without them."""
    stalls = fsyncs(200)
    load = os.getloadavg()[0]
    return f"load {load:.1f} on {os.cpu_count()} cores; fsync of 4 kB: {milliseconds(stalls)}"


def fsyncs(count: int) -> list[float]:
    """Seconds each of ``count`` small durable writes takes."""
    taken = []
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "probe").open("wb") as file:
        for _ in range(count):
            file.write(b"x" * 4096)
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - began)
    return taken
