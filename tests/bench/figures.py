"""How figures are taken and told: medians with their spread, beside the machine's load and its disk."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path


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
