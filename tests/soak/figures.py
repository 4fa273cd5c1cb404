"""What a run came to, for people: one table, and the first examples of every fault."""

from __future__ import annotations

import resource
import statistics
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tests.soak.oracle import FAULTS, Oracle

MB = 1024 * 1024


def resident() -> float:
    """Megabytes this process holds now; where the machine does not tell, the most it ever held."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize() / MB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def table(oracle: Oracle, days: int, people: int) -> str:
    """Faults, what was said, and whether it was of any use."""
    private = sum(n for kind, n in oracle.said.items() if kind in ("remind_person", "comment_on_issue"))
    told, due = sum(oracle.due.values()), len(oracle.due)
    late = sorted(hours for (reader, *_), hours in oracle.told.items() if not reader.startswith("#"))
    lines = [f"  {fault:22} {oracle.faults[fault]}" for fault in (*FAULTS, *(set(oracle.faults) - set(FAULTS)))]
    lines += [
        f"  person-days with a message  {len({(p, d) for p, d, _ in oracle.days})} of {people * days}",
        f"  reminders and comments  {private}, {private / people / (days / 7):.2f} per person and week",
        f"  stuck for a working day longer than allowed  {due}, told of {told} ({told / max(due, 1):.0%})",
        f"  told after it was due  median {statistics.median(late or [0]):.1f} working hours, "
        f"nine of ten within {late[int(len(late) * 0.9)] if late else 0:.1f}",
        f"  effects  {_counted(oracle.said)}",
        f"  items  {_counted(oracle.kinds)}",
    ]
    return "\n".join(lines)


def examples(oracle: Oracle) -> str:
    """The first of every fault."""
    return "\n".join(f"{fault}: {words}" for fault, several in oracle.examples.items() for words in several)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in Counter(counts).most_common())
