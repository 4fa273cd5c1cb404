"""A short sample of the chaos programme for every change: four kills in the first half hour of the story."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.chaos.kills import Kill
from bot.chaos.places import Place
from bot.chaos.play import Run, run
from bot.chaos.story import a_burst, a_question, the_answers, the_start

STEPS = (the_start, a_burst, a_question, the_answers)

SAMPLE: Mapping[str, Sequence[Kill]] = {
    "sqlite": (Kill("accept:after", "a_burst"), Kill("settle:before", "the_answers")),
    "postgresql": (Kill("begin:after", "a_question"), Kill("decide:after", "the_answers")),
}
"""Acknowledged but not looked at, sent but not settled; about to send, agreed to but not told."""


def test_a_kill_loses_nothing_and_doubles_nothing(places: Mapping[str, Place], tmp_path: Path) -> None:
    async def both() -> list[Run]:
        runs = (run(tmp_path / name, places[name].fresh(), kills, steps=STEPS) for name, kills in SAMPLE.items())
        return await asyncio.gather(*runs)

    runs = dict(zip(SAMPLE, asyncio.run(both()), strict=True))
    assert {name: each.verdict for name, each in runs.items()} == {name: [] for name in SAMPLE}
    assert {name: each.missed for name, each in runs.items()} == {name: [] for name in SAMPLE}
