"""The benches themselves: what they measure with does what they say, at sizes that cost nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from integrations.signatures import sign
from tests.bench.figures import Figure, at_least, at_most, told
from tests.bench.intake.load import Load, requests
from tests.bench.intake.sending import send
from tests.bench.intake.servers import floor
from tests.bench.kept import KEPT, read, run_of, table, verdict, written
from tests.bench.page import PAGE, page
from tests.bench.plain.intake import deliveries, metadata, opened, taken, verified

MISSED = Figure("B1", "a | b", 7.0, at_most(6, "ms"), "plain 3 ms")


def test_a_figure_keeps_to_its_bar_or_misses_it() -> None:
    assert verdict(MISSED) == "**missed**" and not MISSED.kept
    assert verdict(Figure("B2", "", 3.0, at_least(3, "x"))) == "ok"
    assert verdict(Figure("B2", "", 2.9, at_least(3, "x"))) == "**missed**"
    assert verdict(Figure("B13", "", 7.0, told("MB"))) == ""


def test_the_table_tells_figure_limit_and_what_stood_beside() -> None:
    assert "| B1 | a \\| b | 7 ms | at most 6 ms | plain 3 ms | **missed** |" in table([MISSED])


def test_figures_are_kept_by_their_bars_numbers(tmp_path: Path) -> None:
    rows = [Figure(bar, "", 1.0, told("s")) for bar in ("issue", "B13", "B2")]
    (file := tmp_path / "kept.json").write_text(written(run_of(rows, minutes=1, load_before=0, disk="", failed=0)))
    assert [row.bar for row in read(file).rows] == ["B2", "B13", "issue"]


@pytest.mark.skipif(not KEPT.exists(), reason="no figures are kept yet: python -m tests.bench.page FILE")
def test_the_page_tells_the_figures_that_are_kept() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read(KEPT)), "run python -m tests.bench.page"


def test_a_tenth_comes_twice_and_nothing_in_order() -> None:
    load = Load(port=1, secret="s", count=100, repeats=0.1, name="n")
    numbers = [number for number, _ in requests(load)]
    assert len(numbers) == 110 and set(numbers) == set(range(100)) and numbers != sorted(numbers)
    assert requests(load) == requests(load), "the same name sends the same"


def test_the_sender_counts_what_was_answered_and_signs_what_it_sends(tmp_path: Path) -> None:
    with floor(tmp_path) as served:
        outcome = send(Load(port=served.port, secret="s", count=30, name="n", connections=4, rate=1_000))
    assert outcome.codes == {"202": 30} and len(outcome.acknowledged) == 30 and outcome.failed == 0
    head, _, body = requests(Load(port=1, secret="s", count=1, name="n"))[0][1].partition(b"\r\n\r\n")
    assert sign(body, "s").encode() in head and json.loads(body)["webhookEvent"] == "jira:issue_updated"


def test_the_plain_intake_keeps_a_delivery_once_and_believes_nobody(tmp_path: Path) -> None:
    engine = opened(f"sqlite:///{tmp_path / 'plain.db'}", "TRUNCATE EXTRA")
    metadata.create_all(engine)
    for number in ("one", "one", "two"):
        taken(engine, number, "name", b"{}")
    with engine.connect() as connection:
        assert connection.execute(select(func.count(deliveries.c.id))).scalar_one() == 2
    engine.dispose()
    assert verified(sign(b"{}", "s"), b"{}", b"s") and not verified(sign(b"{}", "t"), b"{}", b"s")
