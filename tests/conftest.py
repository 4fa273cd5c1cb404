"""What every test may rely on: anyio on asyncio, bounded property tests, and skips that are told at the end."""

from __future__ import annotations

import gc
from collections import Counter

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file first, so that nobody waits for it alone at the end; browser tests last.

    Playwright's sync API leaves its event loop running in the thread it was started in.
    """
    items.sort(key=lambda item: "browser" in item.path.parts or item.get_closest_marker("browser") is not None)
    items.sort(key=lambda item: item.path.name != "test_stories.py" or "stories" not in item.path.parts)


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
