"""docs/benchmarks.md, written from kept figures: ``python -m tests.bench.page [FILE]`` keeps those of FILE first."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.bench.kept import KEPT, ROOT, Run, read, table, written

PAGE = ROOT / "docs" / "benchmarks.md"

HEAD = """# Benchmarks

What `make bench` measured, each figure with its limit and, where there is one, what was measured beside it in the same
run. This page is written by `python -m tests.bench.page` from `tests/bench/kept.json`.

{machine}

A figure of a shared machine is worth what its neighbours leave: compare ratios and milliseconds of computing (CPU)
rather than absolute times, and measure on your own. B1 to B14 are the performance bars of the project, T7 is its burst;
a row whose limit says *told* has none.

"""

TAIL = """
## What stands beside

Each was written for this purpose and lies in `tests/bench/plain/`.

- **floor**: the barest asyncio server. It reads a request to its end and answers 202, verifies nothing, keeps nothing.
- **plain**: gunicorn with threads and SQLAlchemy, no framework. It verifies the signature, reads the JSON, inserts the
  delivery and its job in one transaction for each request, and refuses repeats by a unique key. On SQLite its journal
  is ours, synced as often: five times a commit on a SQLite older than 3.51.3, where we do without a write-ahead log.
- **plain write-ahead log**: the same with that log and `synchronous=FULL`, synced once a commit. On such a SQLite two
  connections may damage it; it is measured to show what doing without it costs us.
- **plain that answers first**: the same, but the answer leaves before the delivery is kept. A thread works through what
  is in memory, 20 ms for each.

Ours is the product as it is deployed: `gunicorn -c deploy/gunicorn.conf.py 'bot.server:web()'` for the door alone,
`pm start` for everything in one process, beside the simulated Slack, Jira and Bitbucket on loopback.

## How it is measured

- Ratios of B1, B2 and B8 are the median of rounds in which ours and the comparator take turns; of the others each is
  played once.
- B4, B6 and B10 run under a constitution with 20 messages a person, so that there is something to be late with.
- Deliveries are sent by a process of its own over plain sockets, which made and signed them beforehand. At a steady
  rate they are sent on time whether answered or not, and a wait counts from the moment one was due.
- Computing time is that of the server's whole tree of processes, from `/proc`; the sender's is not in it.
- Memory is the proportional set size (PSS) of the tree: what is shared counts once.
- Every database syncs to disk as an operator's would.

`make bench` takes some minutes, prints this table and keeps it in `var/bench/`. One bench alone:
`.venv/bin/pytest -m bench -s tests/bench/intake`. `BENCH_SCALE=0.1` tries whether a bench works; its figures mean
nothing.
"""


def page(run: Run) -> str:
    """The whole page."""
    return HEAD.format(machine=machine_of(run)) + table(run.rows) + TAIL


def machine_of(run: Run) -> str:
    """When and where."""
    kept = sum(row.kept for row in run.rows)
    return (
        f"Taken on {run.at} in {run.minutes:.0f} minutes: {kept} of {len(run.rows)} figures kept their limit. "
        f"{run.cores} cores, {run.memory}, load {run.load[0]} as it began and {run.load[1]} as it ended,\n"
        f"an fsync of 4 kB {run.disk}. "
        f"Python {run.python}, SQLite {run.sqlite}, PostgreSQL {run.postgresql}."
    )


def main() -> None:
    """See the module."""
    if len(sys.argv) > 1:
        KEPT.write_text(written(read(Path(sys.argv[1]))), encoding="utf-8")
    PAGE.write_text(page(read(KEPT)), encoding="utf-8")


if __name__ == "__main__":
    main()
