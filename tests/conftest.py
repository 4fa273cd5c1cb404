"""What every test may rely on: anyio on asyncio, bounded property tests, and skips that are told at the end."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "bounded",
    max_examples=60,
    deadline=None,  # two busy cores: a slow example is no failure
    derandomize=True,  # the same examples everywhere; change a test and they change with it
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("bounded")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The product runs on asyncio only."""
    return "asyncio"


MEMORY, ROOM = Path("/dev/shm"), 2 << 30
"""A folder in main memory, where the system has one, and the bytes it must have free."""


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is read in: where folders are, and that what is compiled is kept."""
    _folders_in_memory(config)
    _compiled_once()


def _compiled_once() -> None:
    """Three workers and a hundred children read the same files; where no bytecode is kept, each compiles them anew.

    That was a tenth of the suite's work. ``make clean`` removes what is kept.
    """
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def _folders_in_memory(config: pytest.Config) -> None:
    """The suite commits thousands of times, and is not about the disk: its folders are in main memory if that has room.

    What measures stays on the disk. A folder from which nothing may be executed does not do. pytest reads the variable.
    """
    measures = "not bench" not in config.option.markexpr
    if measures or not os.access(MEMORY, os.W_OK) or "PYTEST_DEBUG_TEMPROOT" in os.environ:
        return
    may_run = not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
    if may_run and shutil.disk_usage(MEMORY).free >= ROOM:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that nobody waits for one of them alone at the end."""
    items.sort(key=lambda item: LONGEST.index(name) if (name := _name(item)) in LONGEST else len(LONGEST))


LONGEST = (
    *("browser/test_demo.py", "stories/test_stories.py", "faults/test_atlassian.py", "chaos/test_sample.py"),
    *("browser/test_page.py", "promises/test_never_noisy.py", "browser/test_manners.py", "backtest/test_equal.py"),
    *("promises/test_every_surface.py", "promises/test_hostile_model.py", "test_imports.py"),
    *("promises/test_who_is_who.py", "promises/test_mcp_live.py", "models/test_differences.py"),
    *("bot/test_connections.py", "integrations/mcp/test_session.py", "models/test_directives_file.py"),
    *("promises/test_hostile_mind.py", "bot/cli/test_start.py", "soak/test_a_week.py"),
)
"""Files that take ten seconds and more, the longest first."""


def _name(item: pytest.Item) -> str:
    """``stories/test_stories.py``: where it is below tests/."""
    return item.path.relative_to(Path(__file__).parent).as_posix()


def pytest_sessionstart() -> None:
    """Six thousand tests are read in, and none of what that makes is garbage."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What has been read in stays to the end: looking for garbage in it cost a sixth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not tested and what is missing for it."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        terminalreporter.section("not tested here", sep="-")
        for reason, count in sorted(reasons.items()):
            terminalreporter.line(f"{count:4d}  {reason}")


def _reason(report: pytest.TestReport) -> str:
    """``Skipped: no Chromium`` as ``no Chromium``."""
    where = report.longrepr
    return where[2].removeprefix("Skipped: ") if isinstance(where, tuple) else str(where)
