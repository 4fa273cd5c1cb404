"""Production is down: whoever's move it is hears at once, in the sprint or not, and of nothing lesser beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from models.actions import CommentOnIssue, RemindPerson
from models.events import Reason, Trigger
from models.signals import Findings, Signal, SignalKind, Urgency
from models.work import Absence, Labelled, Progress, Snapshot
from planner.detect import detect
from planner.detect.production_down import production_down
from planner.hearers.urgency import urgency_of
from planner.policy import decide_all
from planner.reasoning import RulesMind, reminder
from planner.reports.status import status
from planner.reports.summaries import digest
from planner.still.factcheck import Ground
from tests.planner.world import (
    BASE,
    DAY,
    HOUR,
    LONG_AGO,
    NOON,
    TEAM,
    constitution,
    history,
    issue,
    line,
    people,
    snapshot,
)

DOWN: dict[str, Any] = {"priority": "P0", "labels": frozenset({"incident", "web"})}
WATCHED = [*BASE["objectives"]["primary"], line("down", {"watch": "production_down"})]
LAW = constitution(objectives={"primary": WATCHED})


def labelled(**since: datetime) -> tuple[Labelled, ...]:
    return tuple(Labelled(label, at) for label, at in since.items())


def only(found: Findings) -> Signal:
    (signal,) = found.signals
    return signal


def found(*args: Any, **changes: Any) -> Findings:
    return production_down(snapshot(*args, **changes), LAW)


def test_a_ticket_with_the_marks_is_found_at_once_and_told_to_its_owner() -> None:
    signal = only(found(issue(1, **DOWN)))
    assert signal.headline == "PAY-1 “Title 1” says that production is down (priority P0, label incident)"
    assert (signal.urgency, signal.addressee, signal.rule) == (Urgency.CRITICAL, "ann", "down")
    assert signal.remedy == "close it or take the label incident off in Jira"
    assert signal.evidence[0].text == "Marked so since Fri 13 Nov 12:00: priority P0, label incident"


def test_it_is_so_since_both_marks_are_there_and_a_comment_changes_nothing() -> None:
    marked = issue(1, priority_since=NOON - HOUR, labels_since=labelled(incident=NOON - 2 * HOUR, web=NOON), **DOWN)
    assert only(found(marked)).since == NOON - HOUR
    assert only(found(issue(1, updated=NOON, **DOWN))).id == only(found(issue(1, **DOWN))).id
    assert only(found(issue(1, labels_since=labelled(incident=NOON - DAY), **DOWN))).since == NOON - DAY


@pytest.mark.parametrize(
    "changes", [{"progress": Progress.DONE}, {"priority": "Low"}, {"labels": frozenset({"web"})}, {"key": "OPS-1"}]
)
def test_what_is_done_or_lacks_a_mark_or_is_another_teams_is_not_told(changes: dict[str, Any]) -> None:
    assert found(issue(1, **(DOWN | changes))) == Findings(())


@pytest.mark.parametrize("changes", [{"status": "On Hold"}, {"sprint": None}])
def test_production_asks_neither_for_sprints_nor_for_what_waits_on_purpose(changes: dict[str, Any]) -> None:
    ticket = issue(1, **(DOWN | changes))
    world = snapshot(strays=(ticket,)) if "sprint" in changes else snapshot(ticket)
    assert only(production_down(world, LAW)).subject == "PAY-1"
    assert urgency_of(detect(world, LAW).signals, world, LAW) is Urgency.CRITICAL


def test_of_an_unowned_one_the_pm_hears_and_of_one_whose_owner_is_away_who_stands_in() -> None:
    assert only(found(issue(1, None, **DOWN))).addressee == "pat"
    gone = Absence(reason="vacation", until=NOON + 3 * DAY)
    assert only(found(issue(1, **DOWN), who=people(ann=gone))).addressee == "pat"
    assert only(found(issue(1, None, **DOWN), who=people(pat=gone))).addressee == "deb"


def test_without_a_line_that_watches_it_nobody_hears() -> None:
    assert production_down(snapshot(issue(1, **DOWN)), constitution()) == Findings(())


async def proposed(world: Snapshot) -> list[Any]:
    signals = detect(world, LAW).signals
    offered = await RulesMind().propose(world, signals, Trigger(team=TEAM, reason=Reason.LOOK, at=NOON), LAW)
    return [each.proposal.action for each in decide_all(offered, world, LAW, history())]


@pytest.mark.anyio
async def test_who_hears_that_production_is_down_hears_nothing_lesser_of_that_ticket() -> None:
    stuck = {"flagged_since": NOON - 30 * HOUR, **DOWN}
    (told,) = await proposed(snapshot(issue(1, **stuck)))
    assert isinstance(told, RemindPerson) and [item.kind for item in told.items] == ["production_down"]
    (asked,) = await proposed(snapshot(issue(1, "mike", **stuck)))
    assert isinstance(asked, CommentOnIssue) and asked.item.kind == "production_down"


@pytest.mark.anyio
async def test_another_ticket_of_the_same_person_is_still_told_beside_it() -> None:
    (told,) = await proposed(snapshot(issue(1, **DOWN), issue(2, flagged_since=NOON - 30 * HOUR)))
    assert isinstance(told, RemindPerson) and [item.subject for item in told.items] == ["PAY-1", "PAY-2"]


@pytest.mark.anyio
async def test_an_unowned_one_is_told_and_an_owner_is_proposed() -> None:
    told, given = await proposed(snapshot(issue(1, None, **DOWN)))
    assert [each.kind for each in (told, given)] == ["remind_person", "reassign"]


def test_a_mind_cannot_bring_the_lesser_one_in() -> None:
    world = snapshot(issue(1, flagged_since=LONG_AGO, **DOWN))
    ground = Ground.of(world, LAW)
    lesser = next(s for s in ground.signals if s.kind is SignalKind.BLOCKED_TOO_LONG and s.step == 0)
    items = (*ground.by_id[lesser.id], *(s for s in ground.signals if s.kind is SignalKind.PRODUCTION_DOWN))
    assert [s.kind for s in ground.told_of(reminder("ann", items, LAW).action)] == ["production_down"]  # type: ignore[arg-type]


def test_the_digest_and_the_status_say_it() -> None:
    world = snapshot(issue(1, flagged_since=LONG_AGO, **DOWN))
    signals = detect(world, LAW).signals
    post, reply = digest(world, signals, LAW), status(world, world.sprints[0], signals, LAW)
    assert post is not None and [item.kind for item in post.items] == ["production_down"]
    assert reply.rows[0].why == "blocked for 3 working days, production is down"
