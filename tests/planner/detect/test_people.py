"""Overloaded and away: told to the PM alone, in words that compare nobody, once an episode."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.directives import Directives
from models.ids import PersonId
from models.signals import Findings, Signal
from models.work import Absence, Issue, Progress, Snapshot
from planner.detect import detect
from planner.detect.person_away import person_away
from planner.detect.person_overloaded import person_overloaded
from planner.reasoning import reminder
from planner.reports.summaries import digest
from tests.planner.world import (
    DAY,
    HOUR,
    LONG_AGO,
    NOON,
    constitution,
    issue,
    line,
    people,
    pull_request,
    snapshot,
    sprint,
)


def law(rule: dict[str, Any], *escalation: dict[str, Any]) -> Directives:
    return constitution(objectives={"primary": [line("watched", rule)]}, escalation=list(escalation))


LOAD = law({"watch": "person_overloaded", "more_than": 3})
AWAY = law({"watch": "person_away", "after": "1 business day"})


def only(found: Findings) -> Signal:
    (signal,) = found.signals
    return signal


# --- person_overloaded ----------------------------------------------------------------------------------------


def doing(*numbers: int, **changes: Any) -> list[Issue]:
    """Tickets of Ann's: number 3 has been in progress since 3 hours before NOON."""
    return [issue(n, **({"progress_since": NOON - n * HOUR} | changes)) for n in numbers]


def test_more_tickets_in_progress_than_the_constitution_wants_are_told_to_the_pm() -> None:
    assert person_overloaded(snapshot(*doing(1, 2, 3)), LOAD) == Findings(())
    signal = only(person_overloaded(snapshot(*doing(1, 2, 3, 4)), LOAD))
    assert (signal.subject, signal.addressee, signal.since) == ("person:ann", "pat", NOON - HOUR)
    assert signal.headline == "Ann has 4 tickets in progress at once"
    assert signal.evidence[1].text == "PAY-4 “Title 4” in progress since Wed 18 Nov 08:00"


@pytest.mark.parametrize(
    "world",
    [
        snapshot(*doing(1, 2, 3), issue(4, progress=Progress.TODO)),
        snapshot(*doing(1, 2, 3), issue(4, status="On hold")),
        snapshot(*doing(1, 2, 3), issue(4, "bob")),
        snapshot(*doing(1, 2, 3), issue(4, sprint=None)),
        snapshot(*doing(1, 2, 3, 4), prs=(pull_request(1, "ann", {"bob": "waiting"}, issues=("PAY-4",)),)),
        snapshot(*doing(1, 2, 3, 4), who=people(ann=Absence(reason="vacation"))),
    ],
)
def test_what_is_in_review_parked_or_not_begun_is_no_load(world: Snapshot) -> None:
    assert person_overloaded(world, LOAD) == Findings(())


def test_finishing_one_of_too_many_or_moving_one_to_review_begins_nothing_new() -> None:
    first = only(person_overloaded(snapshot(*doing(1, 2, 3, 4, 5)), LOAD))
    done = replace(doing(5)[0], progress=Progress.DONE, progress_since=NOON)
    later = NOON + HOUR
    assert only(person_overloaded(snapshot(*doing(1, 2, 3, 4), done, now=later), LOAD)).id == first.id
    moved = [replace(i, status="Testing", status_since=NOON) for i in doing(1, 2, 3, 4, 5)]
    assert only(person_overloaded(snapshot(*moved, now=later), LOAD)).id == first.id
    more = issue(9, progress_since=NOON)
    assert only(person_overloaded(snapshot(*doing(1, 2, 3, 4, 5), more, now=later), LOAD)).id == first.id


def test_too_many_again_after_it_had_been_fewer_is_another_episode() -> None:
    first = only(person_overloaded(snapshot(*doing(1, 2, 3, 4)), LOAD))
    done = replace(doing(4)[0], progress=Progress.DONE, progress_since=NOON - HOUR / 2)
    again = issue(9, progress_since=NOON)
    assert only(person_overloaded(snapshot(*doing(1, 2, 3), done, again), LOAD)).id != first.id


def test_what_was_begun_before_the_sprint_counts_from_its_start() -> None:
    fresh = (sprint(start=NOON - HOUR / 2),)
    assert only(person_overloaded(snapshot(*doing(1, 2, 3, 4), sprints=fresh), LOAD)).since == NOON - HOUR / 2


# --- person_away ----------------------------------------------------------------------------------------------

TWO = [issue(1, "ann", progress=Progress.TODO, status="To Do"), issue(2, "ann")]


def gone(since: datetime | None = NOON, until: datetime | None = NOON + 5 * DAY, **more: Any) -> Snapshot:
    absent = Absence(reason="Slack status: Sick", until=until, since=since)
    return snapshot(*TWO, **({"who": people(ann=absent)} | more))


def test_an_absence_that_is_known_to_last_is_told_at_once_with_the_tickets() -> None:
    signal = only(person_away(gone(), AWAY))
    assert (signal.subject, signal.addressee, signal.since) == ("person:ann", "pat", NOON)
    assert signal.headline == "Ann is away until Mon 23 Nov 12:00 with 2 unfinished tickets of the running sprint"
    assert [fact.text for fact in signal.evidence] == [
        "Away since Wed 18 Nov 12:00; “Sprint 24” ends Fri 27 Nov 17:00",
        "PAY-2 “Title 2” is “In Progress”",
        "PAY-1 “Title 1” is “To Do”",
    ]


def test_an_absence_without_an_end_is_told_when_it_has_lasted() -> None:
    assert person_away(gone(until=None), AWAY) == Findings((), NOON + DAY)
    told = only(person_away(gone(until=None, now=NOON + DAY), AWAY))
    assert told.headline.startswith("Ann is away since Wed 18 Nov 12:00, for how long is not known, with 2")


def test_further_up_it_goes_only_when_the_absence_has_really_lasted() -> None:
    up = line("up", {"escalate": "person_away", "after": "2 business days", "to": "tech_lead"})
    directives = law({"watch": "person_away", "after": "1 business day"}, up)
    found = person_away(gone(), directives)
    assert [s.addressee for s in found.signals] == ["pat"] and found.ripens == NOON + 2 * DAY
    later = person_away(gone(now=NOON + 2 * DAY), directives).signals
    assert [s.addressee for s in later] == ["pat", "tess"]


@pytest.mark.parametrize(
    "world",
    [
        gone(until=NOON + DAY / 2),
        gone(since=None),  # seen once: since when is not known
        gone(until=NOON),
        replace(gone(), issues=tuple(replace(i, progress=Progress.DONE) for i in TWO)),
        replace(gone(), issues=tuple(replace(i, status="Parked") for i in TWO)),
        replace(gone(), issues=tuple(replace(i, sprint=None) for i in TWO)),
    ],
)
def test_a_short_absence_or_one_without_work_here_is_nobodys_concern(world: Snapshot) -> None:
    assert person_away(world, AWAY) == Findings(())


def test_other_words_another_end_or_another_ticket_are_the_same_absence() -> None:
    first = only(person_away(gone(), AWAY))
    longer = Absence(reason="Slack status: Back in December", until=NOON + 20 * DAY, since=NOON)
    world = snapshot(*TWO, issue(3), who=people(ann=longer), now=NOON + DAY)
    assert only(person_away(world, AWAY)).id == first.id
    assert only(person_away(gone(since=NOON + DAY, now=NOON + DAY), AWAY)).id != first.id


def test_the_absence_of_the_pm_is_their_deputys_to_decide() -> None:
    absent = Absence(reason="vacation", until=NOON + 9 * DAY, since=NOON)
    assert only(person_away(snapshot(issue(1, "pat"), who=people(pat=absent)), AWAY)).addressee == "deb"


# --- both -----------------------------------------------------------------------------------------------------

TALK = constitution(
    objectives={
        "primary": [
            line("load", {"watch": "person_overloaded", "more_than": 3}),
            line("away", {"watch": "person_away", "after": "1 business day"}),
        ]
    },
    escalation=[line("up", {"escalate": "person_away", "after": "1 business day", "to": "leadership"})],
)
ABSENT = Absence(reason="Slack status: Sick", until=NOON + 9 * DAY, since=LONG_AGO)
WORLD = snapshot(*doing(1, 2, 3, 4), issue(9, "bob"), who=people(bob=ABSENT))


def test_what_is_about_a_person_is_never_told_in_a_channel() -> None:
    """Not in the digest, and not further up either, whatever a line says."""
    signals = detect(WORLD, TALK).signals
    post = digest(WORLD, signals, TALK)
    assert {s.addressee for s in signals} == {"pat"} and len(signals) == 2
    assert post is not None and not post.items and "Ann" not in post.headline


def test_nobody_is_compared_and_no_reason_is_passed_on() -> None:
    signals = detect(WORLD, TALK).signals
    said = " ".join(f"{s.headline} {' '.join(fact.text for fact in s.evidence)}" for s in signals).lower()
    said += reminder(PersonId("pat"), signals, TALK).if_nothing.lower()
    for word in ("than", "most", "least", "average", "slow", "behind", "others", "team", "sick"):
        assert word not in said.split(), word


def test_the_same_load_and_absence_are_found_whatever_the_hour() -> None:
    names = {
        frozenset(s.id for s in detect(replace(WORLD, now=NOON + n * timedelta(hours=5)), TALK).signals)
        for n in range(4)
    }
    assert len(names) == 1
