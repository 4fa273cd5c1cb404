"""A blocked ticket asks of each reader what is theirs to do, and asks nobody twice for the same comment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.work import Absence
from planner.detect.blocked_too_long import blocked_too_long
from planner.reports.summaries import item_of
from tests.planner.world import DAY, LAW, LONG_AGO, NOON, issue, people, snapshot

AWAY = people(ann=Absence(reason="on vacation", until=NOON + 5 * DAY))


@pytest.mark.parametrize(
    ("owner", "who", "asked"),
    [
        ("ann", people(), ""),
        (None, people(), "Nobody owns it, so you hear of it. Who takes it?"),
        ("stranger", people(), "Its owner is not in the constitution, so you hear of it. Who asks them?"),
        ("ann", AWAY, "Ann is away, so you hear of it. Can somebody else move it?"),
    ],
)
def test_whoever_hears_instead_of_an_owner_is_told_why(owner: str | None, who: Any, asked: str) -> None:
    seen = snapshot(issue(1, owner, flagged_since=LONG_AGO), who=who)
    first = next(signal for signal in blocked_too_long(seen, LAW).signals if signal.step == 0)
    assert item_of(first).asks == asked


def test_the_second_telling_does_not_ask_for_the_comment_again() -> None:
    first, *_ = blocked_too_long(snapshot(issue(1, flagged_since=LONG_AGO)), LAW).signals
    again = "Still blocked? If not, take the flag off in Jira."
    assert item_of(first).asks == "" and item_of(first, again=True).asks == again
    assert item_of(replace(first, louder=True)).asks == again
