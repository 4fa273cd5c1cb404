"""The tables of docs/forecast.md beside the first: what each command prints, and what few past sprints are worth."""

from __future__ import annotations

import json
import re

import pytest

from tests.bot.cli.test_commands import pm
from tests.bot.cli.test_forecast_evaluate import PAGE, PUBLISHED

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published sprints are absent"),
]


@pytest.mark.parametrize("options", [(), ("--once",)])
def test_the_page_shows_what_the_command_prints(options: tuple[str, ...]) -> None:
    command = " ".join(("pm forecast evaluate FOLDER", *options))
    shown = PAGE.read_text().split(f"$ {command}\n")[1].split("```")[0]
    assert shown.strip() == pm("forecast", "evaluate", str(PUBLISHED), *options).stdout.strip()


@pytest.mark.parametrize("past", [5, 8, 12, 20, None])
def test_the_page_tells_what_few_past_sprints_are_worth(past: int | None) -> None:
    options = () if past is None else ("--past", str(past))
    told = json.loads(pm("forecast", "evaluate", str(PUBLISHED), "--json", *options).stdout)
    default = [each for row in told["rows"] for each in row["alerts"] if each["default"]]
    raised, right = (sum(each[what] for each in default) for what in ("raised", "right"))
    won = sum(row["ratio"] >= 1 for row in told["rows"]) or "none"
    held = " | ".join(f"{100 * share:.1f}" for share in told["mean_coverage"].values())
    figures = f"{told['mean_ratio']:.2f} | {won} | {told['mean_brier']:.3f} | {held} | {raised}, {right / raised:.2f}"
    assert f"| {past or 'every one'} | {figures} |".replace(", 0.", ", .") in PAGE.read_text()


def test_the_page_tells_both_rules_of_the_constitution_on_the_same_rows() -> None:
    told = json.loads(pm("forecast", "evaluate", str(PUBLISHED), "--json").stdout)
    late = [row for row in told["rows"] if row["stage"] >= 50]
    chance = [each for row in late for each in row["alerts"] if each["default"]]
    for name, rule in (("chance_below: 20%", chance), ("done_below: 60%", [row["done_below"] for row in late])):
        cells = [f"{each['raised']}, {each['precision']:.2f}" for each in rule]
        raised, right = (sum(each[what] for each in rule) for what in ("raised", "right"))
        line = f"| `{name}`: alerts, right | {' | '.join(cells)} | {raised}, {right / raised:.2f} |"
        assert re.sub(r" 0\.", " .", line) in PAGE.read_text()
