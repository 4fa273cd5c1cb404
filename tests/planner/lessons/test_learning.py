"""What experience teaches, and how little it may change: order, way and moment, never what may be done."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from models.actions import RemindPerson, addressee
from models.directives import Directives
from models.ids import AccountId, PersonId, SignalId, TeamId
from models.lessons import (
    ALL,
    NO_LESSONS,
    Act,
    Experience,
    Habits,
    Lessons,
    Matter,
    Observation,
    Telling,
    Way,
    What,
)
from models.proposals import Decided, Verdict
from models.pulls import ReviewState
from models.signals import Signal
from models.work import Absence, Snapshot, SprintState
from planner.detect import detect
from planner.lessons.learning import LEAST, forgotten_at, lessons_of, observed
from planner.policy import decide_all
from planner.policy.habits import PATIENT
from planner.reasoning import reassign, reminder
from planner.still.factcheck import Ground
from tests.planner.world import (
    BASE,
    DAY,
    HOUR,
    LONG_AGO,
    NOON,
    ZONE,
    autonomy,
    constitution,
    facts,
    history,
    issue,
    line,
    people,
    pull_request,
    snapshot,
    sprint,
)

ANN, BOB, MIKE = (PersonId(name) for name in ("ann", "bob", "mike"))
TEAM = TeamId("pay")
EVERYTHING = [line("learn-all", {"learn": ["response", "channel", "hour", "feedback", "velocity"]})]
LAW = constitution(learning=EVERYTHING, escalation=[])


def seen(what: What, person: PersonId | None = ANN, about: str = "blocked-1-day", **value: Any) -> Observation:
    return Observation(team=TEAM, person=person, what=what, about=about, source="s", value=value, at=NOON - DAY)


def telling(person: PersonId = ANN, subject: str = "PAY-1", at: datetime = NOON - DAY, **changes: Any) -> Telling:
    """A message of yesterday noon about a ticket that is still blocked."""
    matter = Matter(blocked(subject).id, subject)
    base = Telling(id="e1", person=person, at=at, asked=Way.DM, rule="blocked-1-day", matters=(matter,))
    return replace(base, **changes)


def blocked(subject: str) -> Signal:
    [found] = [each for each in detect(LOOK, LAW).signals if each.subject == subject]
    return found


LOOK = snapshot(issue(1, flagged_since=LONG_AGO), issue(2, "mike", flagged_since=LONG_AGO))


def learnt(
    *tellings: Telling, acts: tuple[Act, ...] = (), look: Snapshot = LOOK, law: Directives = LAW, **known: Any
) -> list[tuple[What, dict[str, Any]]]:
    experience = Experience(tuple(known.get("observations", ())), tellings)
    found = observed(experience, acts, facts(), look, detect(look, law).signals, law)
    return [(each.what, dict(each.value)) for each in found if each.what is not What.VELOCITY]


def act(person: str = "ann", subject: str = "PAY-1", after: timedelta = 2 * HOUR, on: Way = Way.JIRA) -> Act:
    return Act(AccountId(f"acc-{person}"), subject, NOON - DAY + after, on)


# --- from what happened to observations -------------------------------------------------------------------------


def test_an_answer_teaches_how_soon_where_and_at_which_hour() -> None:
    assert learnt(telling(), acts=(act(),)) == [
        (What.RESPONSE, {"minutes": 120}),
        (What.CHANNEL, {"asked": "dm", "answered": True, "on": "jira"}),
        (What.HOUR, {"hour": 14}),
    ]


def test_the_time_to_an_answer_is_their_working_time() -> None:
    evening = telling(at=NOON - DAY + 5 * HOUR)  # 17:00; the answer comes at 9:30 the next morning
    [(_, response), *_] = learnt(evening, acts=(act(after=21.5 * HOUR),))
    assert response == {"minutes": 90}


def test_an_answer_at_once_says_nothing_of_their_hours() -> None:
    assert What.HOUR not in dict(learnt(telling(), acts=(act(after=HOUR / 2),)))


@pytest.mark.parametrize(
    "what",
    [act("bob"), act(subject="PAY-2"), act(after=-HOUR)],
    ids=["somebody else's", "about something else", "before the message"],
)
def test_what_is_no_answer_of_theirs_teaches_nothing(what: Act) -> None:
    assert learnt(telling(), acts=(what,)) == []


def test_a_pressed_button_is_an_answer_in_the_message() -> None:
    [_, (_, channel), *_] = learnt(telling(answered=NOON - DAY + HOUR), acts=(act(),))
    assert channel["on"] == "dm"


def test_a_review_is_an_answer_without_any_event() -> None:
    pr = pull_request(7, reviews={"ann": "approved"})
    review = replace(pr.reviews[0], state=ReviewState.APPROVED, at=NOON - HOUR)
    look = snapshot(prs=(replace(pr, reviews=(review,)),))
    told = telling(at=NOON - 2 * HOUR, matters=(Matter(SignalId("s"), pr.id),))
    assert learnt(told, look=look)[0] == (What.RESPONSE, {"minutes": 60})


@pytest.mark.parametrize(("days", "silent"), [(2, True), (1.9, False)])
def test_no_answer_in_two_working_days_is_silence(days: float, silent: bool) -> None:
    told = telling(at=NOON - days * DAY)
    assert learnt(told) == ([(What.CHANNEL, {"asked": "dm", "answered": False})] if silent else [])


def test_nobody_is_called_silent_who_is_away_or_whose_matter_is_over() -> None:
    told = telling(at=NOON - 2 * DAY)
    away = snapshot(*LOOK.issues, who=people(ann=Absence(reason="vacation")))
    assert learnt(told, look=away) == []
    assert learnt(told, look=snapshot(issue(2, "mike", flagged_since=LONG_AGO))) == []


def test_only_what_the_constitution_names_is_learnt() -> None:
    only_hours = constitution(learning=[line("hours-only", {"learn": ["hour"]})])
    assert learnt(telling(), acts=(act(),), law=only_hours) == [(What.HOUR, {"hour": 14})]
    assert learnt(telling(), acts=(act(),), law=constitution()) == []


def test_nothing_is_learnt_from_messages_of_before_it_was_forgotten() -> None:
    def mark(topic: str, at: datetime) -> Observation:
        return replace(seen(What.FORGOTTEN, about=topic), at=at)

    assert learnt(telling(), acts=(act(),), observations=[mark(ALL, NOON - HOUR)]) == []
    assert len(learnt(telling(), acts=(act(),), observations=[mark(ALL, NOON - 2 * DAY)])) == 3
    assert len(learnt(telling(), acts=(act(),), observations=[mark("hour", NOON - HOUR)])) == 2


def test_a_sprints_velocity_is_kept_while_it_runs_and_closed_when_it_is() -> None:
    done = issue(3, points=5.0)
    look = snapshot(done, replace(done, key="PAY-4", points=3.0))  # type: ignore[arg-type]
    [first] = observed(Experience(), (), facts(), look, (), LAW)
    assert first.value["points"] == 8 and not first.value["closed"]
    known = Experience((first,))
    assert observed(known, (), facts(), look, (), LAW) == ()
    over = facts(sprints=(sprint(state=SprintState.CLOSED),))
    [closed] = observed(known, (), over, snapshot(sprints=()), (), LAW)
    assert closed.source == first.source and closed.value == {**first.value, "closed": True}


# --- from observations to lessons -------------------------------------------------------------------------------


def habits(*observations: Observation, law: Directives = LAW) -> Habits:
    return lessons_of(observations, law).people[ANN]


def test_a_lesson_needs_five_observations() -> None:
    minutes = [seen(What.RESPONSE, minutes=n) for n in (10, 20, 30, 40, 400)]
    assert habits(*minutes).response == timedelta(minutes=30)
    assert habits(*minutes[: LEAST - 1]).response is None


def asked(way: str, answered: int, silent: int) -> list[Observation]:
    return [seen(What.CHANNEL, asked=way, answered=n < answered) for n in range(answered + silent)]


@pytest.mark.parametrize(
    ("dm", "jira", "way"),
    [
        ((0, 4), (0, 0), None),
        ((0, 5), (0, 0), Way.JIRA),
        ((1, 5), (0, 4), Way.JIRA),
        ((1, 5), (0, 5), Way.DM),
        ((1, 5), (4, 1), Way.JIRA),
        ((2, 3), (5, 0), Way.DM),
    ],
    ids=["too few", "never answers", "on trial", "comments are no better", "comments are better", "answers enough"],
)
def test_comments_are_for_whoever_answers_messages_rarely(
    dm: tuple[int, int], jira: tuple[int, int], way: Way | None
) -> None:
    assert habits(*asked("dm", *dm), *asked("jira", *jira), seen(What.RESPONSE, minutes=1)).channel is way


def test_hours_are_the_shortest_stretch_with_most_answers() -> None:
    assert habits(*(seen(What.HOUR, hour=h) for h in (10, 10, 11, 10, 16))).hours == (10, 11)
    assert habits(*(seen(What.HOUR, hour=h) for h in (9, 11, 13, 15, 17))).hours is None


def test_their_own_word_comes_before_what_was_learnt() -> None:
    word = seen(What.SAID, about="channel", channel="dm")
    assert habits(*asked("dm", 0, 9), word).channel is Way.DM
    assert habits(seen(What.SAID, about="hours", hours=[13, 17])).hours == (13, 17)


def said(what: str, times: int, rule: str = "blocked-1-day", person: PersonId = ANN) -> list[Observation]:
    return [seen(What.FEEDBACK, person, rule, said=what) for _ in range(times)]


def test_feedback_lowers_a_rule_for_that_person_alone() -> None:
    lessons = lessons_of([*said("not_useful", 3), *said("useful", 2)], LAW)
    assert dict(lessons.useful) == {(ANN, "blocked-1-day"): 0.4}
    assert lessons_of(said("wrong_person", 40), LAW).useful[ANN, "blocked-1-day"] == 0.2
    assert not lessons_of(said("not_useful", LEAST - 1), LAW).useful


def test_too_early_makes_a_rule_wait_at_most_twice_as_long() -> None:
    answers = [seen(What.RESPONSE, BOB, minutes=9) for _ in range(3)]
    assert lessons_of([*said("too_early", 2), *answers], LAW).patience == {"blocked-1-day": 1.4}
    assert lessons_of(said("too_early", 50), LAW).patience == {"blocked-1-day": 2.0}


def test_without_the_line_old_lessons_change_nothing() -> None:
    lessons = lessons_of([*asked("dm", 0, 9), *said("too_early", 9), *said("not_useful", 9)], constitution())
    assert (lessons.useful, lessons.patience) == ({}, {})
    assert not lessons.people or lessons.people[ANN].channel is None


# --- what lessons change in one look ----------------------------------------------------------------------------

OPEN: list[dict[str, Any]] = [dict(member) for member in BASE["teams"][0]["members"] if member["id"] != "mike"]
next(member for member in OPEN if member["id"] == "bob")["channel"] = "dm"
OPEN.append({"id": "mike", "name": "Mike", "jira": "acc-mike", "zone": ZONE})
OPEN_LAW = constitution(learning=EVERYTHING, team={"members": OPEN}, escalation=[])


def decided(look: Snapshot, lessons: Lessons = NO_LESSONS, law: Directives = OPEN_LAW) -> tuple[Decided, ...]:
    ground = Ground.of(look, law)
    by_person: dict[PersonId, list[Signal]] = {}
    for each in ground.signals:
        if each.addressee is not None:
            by_person.setdefault(each.addressee, []).append(each)
    offered = [reminder(person, signals, law) for person, signals in by_person.items()]
    return decide_all(offered, look, law, history(), ground, lessons)


def only(look: Snapshot, lessons: Lessons, law: Directives = OPEN_LAW) -> Decided:
    [one] = decided(look, lessons, law)
    return one


YESTERDAY = NOON - DAY - HOUR / 2
"""Just over one working day ago."""

LIKES_JIRA = Lessons(people={MIKE: Habits(channel=Way.JIRA), BOB: Habits(channel=Way.JIRA)})


def test_who_answers_comments_gets_the_one_comment_instead_of_the_message() -> None:
    look = snapshot(issue(1, "mike", flagged_since=YESTERDAY))
    assert only(look, NO_LESSONS).proposal.action.kind == "remind_person"
    assert only(look, LIKES_JIRA).proposal.action.kind == "comment_on_issue"


def test_what_directives_yaml_says_of_somebodys_channel_always_wins() -> None:
    assert only(snapshot(issue(1, "bob", flagged_since=YESTERDAY)), LIKES_JIRA).proposal.action.kind == "remind_person"


def test_two_matters_stay_one_message_and_never_become_two_comments() -> None:
    look = snapshot(*(issue(n, "mike", flagged_since=YESTERDAY) for n in (1, 2)))
    assert only(look, LIKES_JIRA).proposal.action.kind == "remind_person"


def test_no_way_is_taken_that_needs_another_yes_than_the_message() -> None:
    asks = constitution(
        learning=EVERYTHING,
        team={"members": OPEN},
        escalation=[],
        autonomy=autonomy(no={"never": ["comment_on_issue"]}),
    )
    freer = constitution(
        learning=EVERYTHING, team={"members": OPEN}, escalation=[], autonomy=autonomy(no={"ask": "remind_person"})
    )
    look = snapshot(issue(1, "mike", flagged_since=YESTERDAY))
    for law in (asks, freer):
        assert only(look, LIKES_JIRA, law).proposal.action.kind == "remind_person"
        assert only(look, LIKES_JIRA, law).decision.verdict is only(look, NO_LESSONS, law).decision.verdict


def afternoons(**more: Any) -> Lessons:
    return Lessons(people={ANN: Habits(hours=(14, 16))}, **more)


def test_what_is_not_urgent_waits_for_their_hours_of_the_same_day() -> None:
    calm = snapshot(issue(1, flagged_since=YESTERDAY))
    waits = only(calm, afternoons()).decision
    assert (waits.verdict, waits.until, waits.rule) == (Verdict.DEFER, NOON + 2 * HOUR, "learn-all")
    assert waits.reason == "Ann answers mostly between 14:00 and 16:00"
    there = replace(calm, now=NOON + 2 * HOUR)
    assert only(there, afternoons()).decision.verdict is Verdict.ALLOW
    assert only(replace(calm, now=NOON + 5 * HOUR), afternoons()).decision.verdict is Verdict.ALLOW


def test_what_is_urgent_waits_for_no_hour() -> None:
    urgent = snapshot(prs=(pull_request(7, waiting_since=NOON - DAY - HOUR),))
    assert only(urgent, NO_LESSONS).proposal.urgency > PATIENT
    assert only(urgent, afternoons()).decision.verdict is Verdict.ALLOW


def test_what_waits_anyway_waits_for_what_it_waited_for() -> None:
    early = snapshot(issue(1, flagged_since=NOON - 2 * DAY + HOUR), now=NOON - 4 * HOUR)
    assert only(early, afternoons()).decision == only(early, NO_LESSONS).decision
    assert only(early, afternoons()).decision.rule == "hours"


def test_a_rule_called_too_early_waits_longer_but_never_past_twice_its_time_or_the_next_step() -> None:
    early = Lessons(patience={"blocked-1-day": 1.5})
    calm = snapshot(issue(1, flagged_since=YESTERDAY))
    half_a_day = YESTERDAY + DAY + 4.5 * HOUR
    assert only(calm, early).decision.until == half_a_day
    assert only(replace(calm, now=half_a_day), early).decision.verdict is Verdict.ALLOW
    far = Lessons(patience={"blocked-1-day": 9.0})
    assert only(calm, far).decision.until == YESTERDAY + 2 * DAY
    soon = constitution(
        learning=EVERYTHING,
        team={"members": OPEN},
        escalation=[line("on", {"escalate": "blocked_too_long", "after": "10 business hours", "to": "leadership"})],
    )
    [first, *_] = decided(calm, far, soon)
    assert first.decision.until == YESTERDAY + DAY + HOUR


CALM = constitution(
    learning=EVERYTHING,
    team={"members": OPEN},
    escalation=[],
    urgency={"low": {"says": "Later.", "rule": {"look_every": "6 hours"}}},
)


def test_a_message_with_one_thing_that_cannot_wait_goes_now() -> None:
    waits = issue(1, flagged_since=YESTERDAY)
    assert only(snapshot(waits), afternoons(), CALM).decision.verdict is Verdict.DEFER
    two = snapshot(waits, issue(2, flagged_since=LONG_AGO))
    assert only(two, afternoons(), CALM).decision.verdict is Verdict.ALLOW


def test_what_was_called_useless_comes_last_within_its_urgency() -> None:
    look = snapshot(issue(1, flagged_since=LONG_AGO), prs=(pull_request(7, waiting_since=NOON - DAY + HOUR / 2),))
    useless = Lessons(useful={(ANN, "blocked-1-day"): 0.2})
    rules = [_rules(only(look, known, CALM)) for known in (NO_LESSONS, useless)]
    assert rules == [["blocked-1-day", "review-8-hours"], ["review-8-hours", "blocked-1-day"]]
    levels = constitution(learning=EVERYTHING, team={"members": OPEN}, escalation=[])
    assert _rules(only(look, useless, levels))[0] == "blocked-1-day"


def _rules(told: Decided) -> list[str]:
    assert isinstance(told.proposal.action, RemindPerson)
    return [item.rule for item in told.proposal.action.items]


# --- for any lessons --------------------------------------------------------------------------------------------

PERSONS = some.sampled_from([PersonId(member["id"]) for member in OPEN])
RULES = some.sampled_from(["blocked-1-day", "review-8-hours", "owners", "finish", "nonsense"])
HABITS = some.builds(
    Habits,
    channel=some.sampled_from([None, *Way]),
    hours=some.one_of(some.none(), some.tuples(some.integers(0, 23), some.integers(1, 24))),
)
LESSONS = some.builds(
    Lessons,
    people=some.dictionaries(PERSONS, HABITS),
    useful=some.dictionaries(some.tuples(PERSONS, RULES), some.floats(0, 1)),
    patience=some.dictionaries(RULES, some.floats(0, 9)),
)
LAWS = {
    "all allowed": OPEN_LAW,
    "comments never": constitution(
        learning=EVERYTHING, team={"members": OPEN}, autonomy=autonomy(no={"never": ["comment_on_issue"]})
    ),
    "messages asked": constitution(
        learning=EVERYTHING, team={"members": OPEN}, autonomy=autonomy(no={"ask": "remind_person"})
    ),
    "suggest": constitution(learning=EVERYTHING, team={"members": OPEN, "mode": "suggest"}),
    "shadow": constitution(learning=EVERYTHING, team={"members": OPEN, "mode": "shadow"}),
}
MANY = snapshot(
    *(issue(n, "ann", flagged_since=YESTERDAY - n * HOUR) for n in range(1, 6)),
    *(issue(10 + n, "mike", flagged_since=YESTERDAY - n * DAY) for n in range(2)),
    issue(20, "bob", flagged_since=YESTERDAY),
    issue(21, "kai", flagged_since=YESTERDAY),
    issue(22, "pat", flagged_since=LONG_AGO),
    prs=(pull_request(7, waiting_since=YESTERDAY), pull_request(8, "ann", {"mike": "waiting"})),
)
MESSAGES = {"remind_person", "comment_on_issue"}


def sent(decisions: tuple[Decided, ...]) -> list[tuple[PersonId | None, str]]:
    """Who is reached or asked now, and for what kind of thing: a message is one by whichever way."""
    now = [each for each in decisions if each.decision.verdict in (Verdict.ALLOW, Verdict.ASK)]
    kinds = ((each, "message" if each.proposal.action.kind in MESSAGES else each.proposal.action.kind) for each in now)
    return sorted((addressee(each.proposal.action), kind) for each, kind in kinds)


@pytest.mark.parametrize("name", LAWS)
@settings(deadline=None, max_examples=60)
@given(lessons=LESSONS, hours=some.integers(-14, 14))
def test_for_any_lessons_nothing_more_is_allowed_nor_sooner_nor_at_another_hour(
    name: str, lessons: Lessons, hours: int
) -> None:
    law, look = LAWS[name], replace(MANY, now=NOON + hours * HOUR)
    plain, taught = decided(look, law=law), decided(look, lessons, law)
    assert not _more(sent(taught), sent(plain))
    verdicts = [{d.decision.verdict for d in each} for each in (taught, plain)]
    assert verdicts[0] - {Verdict.DEFER} <= verdicts[1]
    laws = {(d.proposal.action.kind, d.decision.rule) for d in taught if d.decision.verdict is Verdict.ALLOW}
    assert all(kind != "comment_on_issue" or rule == "may-comment" for kind, rule in laws)
    assert all(d.decision.until is None or d.decision.until > look.now for d in taught)


def _more(one: list[Any], other: list[Any]) -> list[Any]:
    return list((Counter(one) - Counter(other)).elements())


def test_a_message_put_off_keeps_its_claim_on_the_day() -> None:
    law = constitution(learning=EVERYTHING, team={"members": OPEN, "roles": {"pm": ["ann"]}}, escalation=[])
    look = snapshot(issue(1, flagged_since=YESTERDAY), issue(2, None, unassigned_since=NOON - HOUR))
    ground = Ground.of(look, law)
    blocked_one, unowned = (next(s for s in ground.signals if s.subject == key) for key in ("PAY-1", "PAY-2"))
    card = reassign(unowned, look.issues[1], look.people[BOB], ground.load, look, law)
    offered = [reminder(ANN, [blocked_one], law), card]
    waits = decide_all(offered, look, law, history(), Ground.of(look, law), afternoons())
    assert [each.decision.verdict for each in waits] == [Verdict.DEFER, Verdict.DEFER]
    assert waits[1].decision.reason == f"today's message to Ann is kept for a better hour: {waits[0].decision.reason}"
    had = history(spent={(ANN, "2026-11-18", "daily"): 1})
    waits = decide_all(offered, look, law, had, Ground.of(look, law), afternoons())
    assert {each.decision.reason for each in waits} == {"Ann has had today's one message already"}


def test_marks_of_what_was_forgotten_are_by_person_and_kind() -> None:
    mark = seen(What.FORGOTTEN, about=ALL)
    assert forgotten_at([mark, seen(What.RESPONSE, minutes=1)]) == {(ANN, ALL): mark.at}
