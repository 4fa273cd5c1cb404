"""What a daily summary tells anew: never the same twice, nobody away, and what nobody owns needs an owner."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.actions import PostDigest
from models.ids import SignalId
from models.signals import Signal, SignalKind, Urgency
from models.work import Absence, Progress, Snapshot
from planner.detect import detect
from planner.reports.summaries import digest
from tests.planner.world import DAY, HOUR, LAW, LONG_AGO, NOON, constitution, issue, people, pull_request, snapshot

GONE = Absence(reason="vacation", until=NOON + 3 * DAY)
NEEDED = constitution(team={"digest": {"at": "09:30", "when": "needed"}})
STUCK = issue(1, flagged_since=NOON - 26 * HOUR)


def posted(world: Snapshot, signals: tuple[Signal, ...] | None = None) -> PostDigest:
    post = digest(world, detect(world, LAW).signals if signals is None else signals, LAW)
    assert post is not None
    return post


def after(world: Snapshot, **changes: Any) -> Snapshot:
    """The same world, once a summary has told what it could tell."""
    told = {item.signal: Urgency[item.urgency.upper()] for item in posted(world).items}
    return replace(world, known=told, **changes)


def test_what_an_earlier_summary_told_is_counted_and_not_repeated() -> None:
    world = snapshot(STUCK, issue(2, None))
    post = posted(after(world))
    assert (post.items, post.footer) == ((), "2 known items not repeated")
    assert "Nothing needs anybody" not in post.headline


def test_what_did_not_fit_yesterday_is_told_today() -> None:
    post = posted(after(snapshot(*(issue(n, flagged_since=LONG_AGO) for n in range(5)))))
    assert ([item.subject for item in post.items], post.footer) == (["PAY-3", "PAY-4"], "3 known items not repeated")


def test_what_has_become_more_urgent_is_told_again() -> None:
    (signal,) = detect(snapshot(STUCK), LAW).signals
    louder = replace(signal, urgency=Urgency.CRITICAL, louder=True)
    again = posted(after(snapshot(STUCK)), (louder,))
    assert [item.subject for item in again.items] == ["PAY-1"]
    assert posted(replace(snapshot(STUCK), known={again.items[0].signal: Urgency.CRITICAL}), (louder,)).items == ()


def test_the_next_step_of_the_ladder_is_told_once_and_so_is_another_episode() -> None:
    world = snapshot(STUCK)
    climbed = after(world, now=NOON + DAY)
    up = posted(climbed)
    assert [item.subject for item in up.items] == ["PAY-1"]
    known = {**climbed.known, up.items[0].signal: Urgency.CRITICAL}
    assert posted(replace(climbed, known=known)).items == ()
    assert posted(after(world, issues=(replace(STUCK, flagged_since=NOON - 25 * HOUR),))).items != ()


def test_what_somebody_has_refused_to_act_upon_is_not_nagged_about() -> None:
    world = snapshot(issue(3, None))
    (signal,) = detect(world, LAW).signals
    assert signal.kind is SignalKind.NOBODY_ASSIGNED
    post = posted(replace(world, known={SignalId(signal.id): signal.urgency}))
    assert (post.items, post.footer) == ((), "1 known item not repeated")


def test_a_team_that_wants_only_what_is_needed_hears_nothing_when_all_is_known() -> None:
    world = snapshot(STUCK)
    signals = detect(world, LAW).signals
    assert digest(world, signals, NEEDED) is not None
    assert digest(after(world), signals, NEEDED) is None


def test_the_wordiest_footer_leaves_room_for_eighty_words() -> None:
    wordy = "a " * 100
    tickets = [issue(n, flagged_since=LONG_AGO, title=wordy, blocked_by=("PAY-97", "PAY-98")) for n in range(9)]
    world = after(snapshot(*tickets))
    post = posted(replace(world, sprint=replace(world.sprints[0], name=wordy)))
    assert post.footer == "3 more need somebody, 3 known items not repeated"
    assert sum(len(text.split()) for text in (post.headline, *(i.text for i in post.items), post.footer)) <= 80


@pytest.mark.parametrize(("away", "named"), [({}, "Ann"), ({"ann": GONE}, "Pat"), ({"ann": GONE, "pat": GONE}, "Deb")])
def test_of_what_is_blocked_its_owner_is_named_and_instead_of_one_away_who_stands_in(
    away: dict[str, Absence], named: str
) -> None:
    assert posted(snapshot(STUCK, who=people(**away))).items[0].text.endswith(f"for 1 working day: {named}")


def test_nobody_away_is_named_for_a_review() -> None:
    waiting = pull_request(7, "bob", {"ann": "waiting"})
    assert posted(snapshot(prs=(waiting,), who=people(ann=GONE))).items[0].text.endswith(": Bob")
    nobody = posted(snapshot(prs=(waiting,), who=people(ann=GONE, bob=GONE)))
    assert nobody.items == () or nobody.items[0].text.endswith(": Pat")


def test_a_status_is_called_by_its_name() -> None:
    ticket = issue(3, None, status="In Review", unassigned_since=NOON - 3 * HOUR)
    (item,) = posted(snapshot(ticket)).items
    assert item.text == "PAY-3 “Title 3” is “In Review” and has had no owner for 3 working hours: needs an owner"
    (short,) = posted(snapshot(replace(ticket, progress=Progress.TODO))).items
    assert short.text == "PAY-3 “Title 3” has had no owner for 3 working hours: needs an owner"
