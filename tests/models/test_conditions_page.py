"""The page about the constitution tells each condition there is, with the thresholds it is measured by."""

from __future__ import annotations

import re
from pathlib import Path

from models.directives import THRESHOLDS

PAGE = Path(__file__).parents[2] / "docs" / "directives.md"


def test_the_page_tells_each_condition_with_its_thresholds_and_an_example() -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    told = {row[0].strip("`"): row for row in rows if row[0].strip("`") in set(THRESHOLDS)}
    assert told.keys() == set(THRESHOLDS)
    for kind, (needed, further) in THRESHOLDS.items():
        assert set(re.findall(r"`(\w+)`", told[kind][1])) == {*needed, *further}, kind
        assert len(told[kind]) == 5 and all(told[kind]), kind
