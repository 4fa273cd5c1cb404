"""What a model is shown of a sprint: what the decision is about, whole, whether fifty tickets are open or thousands."""

from __future__ import annotations

import json

import pytest

from models.work import Progress, Snapshot
from planner.prompts.planning import BUDGET, Changes
from tests.planner.prompts.test_planning import offers_in, shown
from tests.planner.world import DAY, LONG_AGO, NOON, issue, snapshot

PEOPLE = ("ann", "bob", "mike", "tess", "kai")
SMALL, LARGE = 50, 5_000


def sprint(size: int) -> Snapshot:
    """Three tickets are blocked and one has no owner; the others are on track."""
    amiss = [*(issue(n, flagged_since=LONG_AGO, points=2.0) for n in range(1, 4)), issue(4, None, points=3.0)]
    return snapshot(*amiss, *(issue(n, PEOPLE[n % len(PEOPLE)], points=2.0) for n in range(5, size + 1)))


def messy(size: int) -> Snapshot:
    """Every third ticket is blocked and every seventh has no owner."""
    return snapshot(
        *(
            issue(n, flagged_since=LONG_AGO, points=2.0) if n % 3 == 0 else issue(n, None) if n % 7 == 0 else issue(n)
            for n in range(1, size + 1)
        )
    )


def rows_in(words: str) -> list[str]:
    return [json.loads(line)[0] for line in words.splitlines() if line.startswith('["PAY-')]


def test_of_a_sprint_a_hundred_times_as_large_a_model_is_shown_as_much() -> None:
    small, large = shown(sprint(SMALL))[1], shown(sprint(LARGE))[1]
    assert len(large) < 1.05 * len(small)
    assert rows_in(large)[:4] == rows_in(small)[:4] == ["PAY-1", "PAY-2", "PAY-3", "PAY-4"]


def test_the_tickets_that_are_not_shown_are_counted() -> None:
    words = shown(sprint(LARGE))[1]
    others = LARGE - len(rows_in(words))
    assert f"Open beside these: {others}, of which {others} in progress; nothing to weigh was found there." in words
    assert "Open beside these" not in shown(snapshot(issue(1, flagged_since=LONG_AGO)))[1]


def test_what_was_found_about_tickets_that_are_not_shown_is_counted() -> None:
    words = shown(messy(700))[1]
    amiss = {f"PAY-{n}" for n in range(1, 701) if n % 3 == 0 or n % 7 == 0}
    assert f"something no more urgent was found about {len(amiss - set(rows_in(words)))} of them." in words


@pytest.mark.parametrize("size", [SMALL, 500, LARGE])
def test_however_much_is_amiss_every_offer_has_facts_of_what_it_names_and_nothing_is_cut(size: int) -> None:
    planned, words = shown(messy(size))
    facts = {
        name: text for line in words.splitlines() if line.startswith('{"f') for name, text in json.loads(line).items()
    }
    assert not planned.cut and len(offers_in(words)) == 36
    for offer in offers_in(words):
        told = " ".join(facts[name] for name in offer["about"])
        assert all(word in told for word in offer["do"].replace(",", "").split() if word.startswith("PAY-")), offer


def test_where_the_sprint_stands_and_who_could_take_a_ticket_is_told_however_much_is_amiss() -> None:
    words = shown(messy(LARGE))[1]
    assert "the sprint has 0 of" in words and "Deb has nothing open in this sprint" in words


def test_a_ticket_that_others_wait_for_is_shown_beside_them() -> None:
    world = snapshot(issue(1, "bob"), issue(2, flagged_since=LONG_AGO, blocked_by=("PAY-1",)), issue(3, "bob"))
    assert rows_in(shown(world)[1]) == ["PAY-2", "PAY-1"]


def test_of_who_could_take_a_ticket_the_three_that_were_begun_last_are_shown() -> None:
    begun = [issue(n, "bob", status_since=NOON - n * DAY) for n in range(2, 7)]
    waiting = issue(7, "bob", status_since=NOON, progress=Progress.TODO)
    rows = rows_in(shown(snapshot(issue(1, None), *begun, waiting))[1])
    assert rows == ["PAY-1", "PAY-2", "PAY-3", "PAY-4"]


def test_a_flood_of_changes_leaves_room_for_what_is_decided() -> None:
    gone = tuple(f"blocked_too_long PAY-{n}" for n in range(2_000))
    planned, words = shown(sprint(SMALL), Changes((), gone, ()), budget=BUDGET)
    assert offers_in(words) == offers_in(shown(sprint(SMALL))[1])
    assert planned.cut["changes"]
