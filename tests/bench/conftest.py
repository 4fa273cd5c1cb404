"""The end of ``make bench``: one table of everything that was recorded, kept in var/bench as JSON and Markdown."""

from __future__ import annotations

import os
import time

import pytest

from tests.bench.figures import MEASURED, fsyncs, milliseconds
from tests.bench.kept import LAST, run_of, table, written

BEGAN = pytest.StashKey[tuple[float, float]]()
"""When the run began (monotonic), and the machine's load then."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    session.config.stash[BEGAN] = time.monotonic(), os.getloadavg()[0]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not MEASURED.rows:
        return
    began, load = config.stash[BEGAN]
    failed = sum(len(terminalreporter.stats.get(kind, ())) for kind in ("failed", "error"))
    run = run_of(
        MEASURED.rows,
        minutes=(time.monotonic() - began) / 60,
        load_before=load,
        disk=milliseconds(fsyncs(200)),
        failed=failed,
    )
    LAST.parent.mkdir(parents=True, exist_ok=True)
    LAST.write_text(written(run), encoding="utf-8")
    LAST.with_suffix(".md").write_text(table(run.rows), encoding="utf-8")
    terminalreporter.section("what was measured", sep="-")
    terminalreporter.write(table(run.rows))
    missed = sum(not row.kept for row in run.rows)
    told = f"{len(run.rows)} figures, {missed} missed, {failed} benches failed; load {run.load[0]} to {run.load[1]}"
    terminalreporter.line(f"{told} on {run.cores} cores; kept in {LAST.relative_to(LAST.parents[2])}")
