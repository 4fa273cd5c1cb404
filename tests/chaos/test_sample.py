"""A short sample of the chaos suite for every change: four kills in the first half hour of the story."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from tests.chaos.conftest import Fresh
from tests.chaos.flow import Kill, Run, a_burst, a_question, run, the_answers, the_start

STEPS = (the_start, a_burst, a_question, the_answers)

SAMPLE: tuple[tuple[str, Kill], ...] = (
    ("sqlite", Kill("accept:after", "a_burst")),
    ("sqlite", Kill("settle:before", "the_answers")),
    ("postgresql", Kill("begin:after", "a_question")),
    ("postgresql", Kill("decide:after", "the_answers")),
)
"""Acknowledged but not looked at, sent but not settled, about to send, agreed to but not told."""


def test_a_kill_loses_nothing_and_doubles_nothing(databases: Mapping[str, Fresh], tmp_path: Path) -> None:
    async def all_at_once() -> list[Run]:
        places = ((tmp_path / str(n), databases[name](), kill) for n, (name, kill) in enumerate(SAMPLE))
        return await asyncio.gather(*(run(folder, url, kill, steps=STEPS) for folder, url, kill in places))

    runs = asyncio.run(all_at_once())
    verdicts = {f"{name} {kill}": each.verdict for (name, kill), each in zip(SAMPLE, runs, strict=True)}
    assert verdicts == {name: [] for name in verdicts}
