"""Whatever a door asks for somebody can do: no press ends in a job that no worker knows."""

from __future__ import annotations

from bot.jobs import HANDLERS
from bot.jobs.windows.open import WINDOWS
from bot.listeners.buttons import JOBS
from bot.listeners.windows import OPENS
from bot.views.windows import FAULTS


def test_every_button_asks_for_a_job_that_somebody_does() -> None:
    assert set(JOBS.values()) - set(HANDLERS) == set()


def test_every_window_that_can_be_opened_or_checked_is_drawn_and_settled() -> None:
    assert (OPENS | set(FAULTS)) - set(WINDOWS) == set()
