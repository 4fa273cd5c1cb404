"""What somebody put off is not told to them, is told to others, and comes back to them exactly once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.actions import Reassign, RemindPerson
from models.cycles import Cycle, Heard, History
from models.directives import Directives
from models.events import Reason, Trigger
from models.hushes import End, Hush, Said, Sight
from models.ids import ApprovalId, EffectId, HushId, IssueKey, PersonId
from models.lessons import NO_LESSONS, Habits
from models.proposals import Effect, EffectState, Ending, Outcome, Verdict
from models.signals import SignalKind, Urgency
from models.work import Facts, Progress, SprintState
from planner.carry_out import carry_out
from planner.cycle import run_cycle
from planner.detect import detect
from planner.matters.quiet import difference, hushed, sight_of, still_wanted, wake_id, wakes
from planner.policy import decide_all
from planner.ports import Desk
from planner.reasoning import RulesMind, reminder
from planner.still.factcheck import Ground
from tests.planner.test_stories import Book, Clock, Hand, Mirror
from tests.planner.world import (
    BASE,
    DAY,
    HOUR,
    LAW,
    LONG_AGO,
    NOON,
    TEAM,
    account,
    constitution,
    facts,
    history,
    issue,
    line,
    people,
    pull_request,
    signal,
    snapshot,
    sprint,
)

pytestmark = pytest.mark.anyio

ANN, BOB = PersonId("ann"), PersonId("bob")
FLAGGED = issue(1, flagged_since=LONG_AGO)
"""Ann's ticket, blocked for three working days."""

BLOCKER = issue(77, "bob", status="To Do", progress=Progress.TODO)


def hush(subject: str = "PAY-1", person: str = "ann", **changes: Any) -> Hush:
    made = Hush(id=HushId("h1"), team=TEAM, person=PersonId(person), subject=subject, at=NOON - HOUR)
    return replace(made, **changes)


def by_rule(rule: str, **changes: Any) -> Hush:
    return hush("", rule=rule, **changes)


async def look(
    held: Facts, *hushes: Hush, at: datetime = NOON, law: Directives = LAW, known: History | None = None
) -> Cycle:
    """What one look records."""
    book = Book(replace(known or history(), hushes=hushes))
    desk = Desk(clock=Clock(at), directives=law, work=Mirror(held), mind=RulesMind(), ledger=book, hands={})
    await run_cycle(Trigger(team=TEAM, reason=Reason.LOOK, at=at), desk)
    return book.cycles[-1]


def told(cycle: Cycle, person: str = "ann") -> list[str]:
    """The subjects somebody is told of now, in order."""
    actions = [d.proposal.action for d in cycle.decided if d.decision.verdict is Verdict.ALLOW]
    reminders = [a for a in actions if isinstance(a, RemindPerson) and a.person == person]
    return [item.subject for action in reminders for item in action.items]


# --- who is left in peace -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "quiet",
    [
        hush(),
        hush(until=NOON + HOUR),
        hush(sight=Sight(of="PAY-1", status="In Progress", owner="acc-ann", held_by=("flag",))),
        by_rule("blocked-1-day"),
    ],
)
async def test_what_somebody_hushed_is_not_told_to_them(quiet: Hush) -> None:
    assert told(await look(facts(FLAGGED))) == ["PAY-1"], "without it they are told"
    cycle = await look(facts(FLAGGED), quiet)
    assert told(cycle) == [] and cycle.woken == ()


@pytest.mark.parametrize(
    "quiet", [hush(person="bob"), hush("PAY-2"), by_rule("review-8-hours"), hush(ended=NOON - HOUR / 2)]
)
async def test_a_hush_of_somebody_else_or_of_something_else_changes_nothing(quiet: Hush) -> None:
    assert told(await look(facts(FLAGGED), quiet)) == ["PAY-1"]


async def test_others_hear_as_before() -> None:
    mine, theirs = issue(1, flagged_since=LONG_AGO), issue(2, "bob", flagged_since=LONG_AGO)
    cycle = await look(facts(mine, theirs), by_rule("blocked-1-day"))
    assert (told(cycle, "ann"), told(cycle, "bob")) == ([], ["PAY-2"])


async def test_the_other_lines_of_a_message_are_still_told() -> None:
    other = issue(2, flagged_since=LONG_AGO + HOUR)
    assert told(await look(facts(FLAGGED, other), hush())) == ["PAY-2"]


async def test_a_comment_in_jira_is_left_out_too() -> None:
    held = facts(issue(1, "mike", flagged_since=LONG_AGO))
    assert [d.proposal.action.kind for d in (await look(held)).decided].count("comment_on_issue") == 1
    kinds = [d.proposal.action.kind for d in (await look(held, hush(person="mike"))).decided]
    assert "comment_on_issue" not in kinds


async def test_whoever_would_be_asked_for_a_yes_is_left_in_peace_as_well() -> None:
    held = facts(issue(1, None))
    asked = [d for d in (await look(held)).decided if isinstance(d.proposal.action, Reassign)]
    assert [d.decision.verdict for d in asked] == [Verdict.ASK]
    quiet = await look(held, hush(person="pat"))
    assert not [d for d in quiet.decided if isinstance(d.proposal.action, Reassign)]


@pytest.mark.parametrize(
    ("quiet", "kept"),
    [
        (hush(), True),
        (hush(until=NOON + HOUR), False),
        (hush(sight=Sight(of="PAY-1", status="x")), False),
        (by_rule("blocked-1-day"), False),
    ],
)
def test_a_critical_matter_is_kept_only_from_whoever_muted_that_very_item(quiet: Hush, kept: bool) -> None:
    critical = signal("PAY-1", urgency=Urgency.CRITICAL)
    assert (hushed(critical, ANN, [quiet], NOON) is not None) is kept
    assert hushed(replace(critical, urgency=Urgency.HIGH), ANN, [quiet], NOON) is not None


# --- until it changes -----------------------------------------------------------------------------------------


def awaiting(held: Facts, of: str = "PAY-77", **changes: Any) -> Hush:
    return hush(sight=sight_of(of, held, LAW), **changes)


CHANGES = {
    "a status": (replace(BLOCKER, status="In Progress", progress=Progress.DOING), "changed: To Do → In Progress"),
    "an owner": (replace(BLOCKER, assignee=account("ann")), "changed: Bob → Ann"),
    "no owner": (replace(BLOCKER, assignee=None), "changed: Bob → nobody"),
    "a flag": (replace(BLOCKER, flagged_since=NOON), "changed: blocked"),
    "a blocker": (replace(BLOCKER, blocked_by=(IssueKey("OPS-3"),)), "changed: blocked by OPS-3"),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_who_waited_for_a_change_hears_of_it_once_and_in_plain_words(what: str) -> None:
    after, words = CHANGES[what]
    quiet = awaiting(facts(FLAGGED, BLOCKER))
    assert told(await look(facts(FLAGGED, BLOCKER), quiet)) == []
    cycle = await look(facts(FLAGGED, after), quiet)
    [wake] = [d for d in cycle.decided if d.proposal.promised == quiet.id]
    assert isinstance(wake.proposal.action, RemindPerson)
    assert wake.proposal.action.items[0].text == f"PAY-77, which you waited for, {words}. You put off PAY-1 until then"
    assert [woken.hush for woken in cycle.woken] == [quiet.id]
    assert wake.decision.spend is None, "asked for: it costs no attention"
    settled = history(settled={wake_id(quiet): Verdict.ALLOW})
    assert "PAY-77" not in told(await look(facts(FLAGGED, after), quiet, known=settled))


WANTED = {
    "done": replace(BLOCKER, status="Done", progress=Progress.DONE),
    "unblocked": replace(BLOCKER, flagged_since=None),
}


@pytest.mark.parametrize("wanted", WANTED)
async def test_who_waits_until_it_is_so_is_woken_by_nothing_else(wanted: str) -> None:
    before = replace(BLOCKER, flagged_since=LONG_AGO)
    sight = sight_of("PAY-77", facts(FLAGGED, before), LAW)
    assert sight is not None
    quiet = hush(sight=replace(sight, wanted=wanted))
    moved = replace(before, status="In Review", assignee=account("ann"))
    asleep = await look(facts(FLAGGED, moved), quiet)
    assert asleep.woken == () and "PAY-1" not in told(asleep)
    woken = await look(facts(FLAGGED, WANTED[wanted]), quiet)
    assert [each.hush for each in woken.woken] == [quiet.id]
    assert said(woken)[0].startswith("PAY-77, which you waited for, is ")
    assert told(woken) == ["PAY-77", "PAY-1"]


async def test_a_merge_is_waited_for_and_a_refusal_ends_the_wait_as_well() -> None:
    sight = sight_of("acme/api#7", facts(prs=(pull_request(7),)), LAW)
    assert sight is not None
    quiet = hush(sight=replace(sight, wanted="merged"))
    approved = pull_request(7, reviews={"ann": "approved"})
    assert (await look(facts(FLAGGED, prs=(approved,)), quiet)).woken == ()
    for state, words in (("MERGED", "is merged"), ("DECLINED", "is declined")):
        woken = await look(facts(FLAGGED, prs=(pull_request(7, state=state),)), quiet)
        assert f"PR api#7, which you waited for, {words}" in said(woken)[0]


async def test_what_was_put_off_is_named_with_its_link_also_when_nothing_of_it_is_due() -> None:
    held = facts(issue(1), BLOCKER)
    cycle = await look(facts(issue(1), WANTED["done"]), awaiting(held))
    [action] = [d.proposal.action for d in cycle.decided if isinstance(d.proposal.action, RemindPerson)]
    assert [(item.subject, item.text) for item in action.items] == [
        ("PAY-77", "PAY-77, which you waited for, changed: To Do → Done. You put off PAY-1 until then"),
        ("PAY-1", "PAY-1 “Title 1” is In Progress"),
    ]
    assert action.items[1].url == issue(1).url


# --- everything for a while -----------------------------------------------------------------------------------


async def test_who_wants_nothing_more_today_hears_nothing_but_what_is_critical() -> None:
    quiet = hush("*", until=NOON + HOUR)
    assert told(await look(facts(FLAGGED), quiet)) == []
    held = replace(BLOCKER, assignee=account("ann"))
    waited = replace(awaiting(facts(FLAGGED, held)), id=HushId("h2"))
    both = await look(facts(FLAGGED, replace(held, status="Done", progress=Progress.DONE)), quiet, waited)
    assert told(both) == [] and both.woken == (), "nor what they had asked to hear before"
    critical = signal("PAY-1", urgency=Urgency.CRITICAL)
    assert hushed(critical, ANN, [quiet], NOON) is None


async def test_what_needs_them_then_comes_as_usual() -> None:
    known = history(spent={(ANN, "2026-11-18", "daily"): 1})
    over = hush("*", until=NOON)
    assert told(await look(facts(FLAGGED), over, known=known)) == [], "no message beyond the day's one"
    cycle = await look(facts(FLAGGED), over)
    assert told(cycle) == ["PAY-1"] and [(w.hush, w.why) for w in cycle.woken] == [("h1", "")]


async def test_a_mere_touch_is_no_change() -> None:
    held = facts(FLAGGED, BLOCKER)
    touched = replace(BLOCKER, updated=NOON, labels=frozenset({"x"}), points=8.0, title="Other words", priority="P0")
    cycle = await look(facts(FLAGGED, touched), awaiting(held))
    assert cycle.woken == () and told(cycle) == []


async def test_with_the_change_comes_what_it_was_put_off_for_in_one_message() -> None:
    held = facts(FLAGGED, BLOCKER)
    done = replace(BLOCKER, status="Done", progress=Progress.DONE)
    cycle = await look(facts(FLAGGED, done), awaiting(held))
    assert told(cycle) == ["PAY-77", "PAY-1"], "once, and not again in a message of its own"
    allowed = [d for d in cycle.decided if d.decision.verdict is Verdict.ALLOW]
    assert len([d for d in allowed if isinstance(d.proposal.action, RemindPerson)]) == 1


async def test_a_ticket_of_others_is_known_by_those_that_wait_for_it() -> None:
    waits = replace(FLAGGED, blocked_by=(IssueKey("INFRA-77"),))
    held = facts(waits)
    free = facts(replace(waits, blocked_by=(), freed_by=(IssueKey("INFRA-77"),)))
    quiet = awaiting(held, "INFRA-77")
    assert (await look(held, quiet)).woken == ()
    assert "INFRA-77, which you waited for, changed: not done → done" in said(await look(free, quiet))[0]


async def test_what_is_gone_has_changed_too() -> None:
    quiet = awaiting(facts(FLAGGED, BLOCKER))
    assert "PAY-77, which you waited for, is no longer in what I watch" in said(await look(facts(FLAGGED), quiet))[0]


async def test_while_nothing_was_read_nothing_is_taken_to_have_changed() -> None:
    quiet = awaiting(facts(FLAGGED, BLOCKER))
    assert (await look(facts(FLAGGED, read_at={}), quiet)).woken == ()


def said(cycle: Cycle) -> list[str]:
    actions = [d.proposal.action for d in cycle.decided]
    return [item.text for a in actions if isinstance(a, RemindPerson) for item in a.items]


async def test_out_of_their_hours_the_change_waits_and_is_told_as_it_is_then() -> None:
    quiet = awaiting(facts(FLAGGED, BLOCKER))
    night, moved = NOON + 11 * HOUR, replace(BLOCKER, status="In Progress")
    cycle = await look(facts(FLAGGED, moved), quiet, at=night)
    [wake] = [d for d in cycle.decided if d.proposal.promised]
    assert wake.decision.verdict is Verdict.DEFER and cycle.woken == ()
    assert told(cycle) == [], "neither that nor what was put off"
    morning = NOON + 21 * HOUR
    done = replace(BLOCKER, status="Done", progress=Progress.DONE)
    assert "changed: To Do → Done" in said(await look(facts(FLAGGED, done), quiet, at=morning))[0]
    assert told(await look(facts(FLAGGED, BLOCKER), quiet, at=morning)) == [], "as it was left: nothing to tell"


async def test_in_a_team_that_is_asked_for_everything_nobody_is_asked_whether_they_may_hear_it() -> None:
    law = constitution(team={"mode": "suggest"})
    cycle = await look(facts(FLAGGED, replace(BLOCKER, status="Done")), awaiting(facts(FLAGGED, BLOCKER)), law=law)
    assert "PAY-77" in told(cycle)


# --- until a moment -------------------------------------------------------------------------------------------


async def test_when_the_time_has_come_it_is_told_again_although_it_was_told_before() -> None:
    first = await look(facts(FLAGGED))
    heard = frozenset((ANN, item.signal) for d in first.decided for item in getattr(d.proposal.action, "items", ()))
    known = history(told=heard, spent={(ANN, "2026-11-18", "daily"): 1})
    assert told(await look(facts(FLAGGED), known=known)) == []
    cycle = await look(facts(FLAGGED), hush(until=NOON), known=known)
    assert told(cycle) == ["PAY-1"] and [w.hush for w in cycle.woken] == ["h1"]
    again = replace(known, settled={wake_id(hush()): Verdict.ALLOW})
    assert told(await look(facts(FLAGGED), hush(until=NOON, ended=NOON, why="its time has come"), known=again)) == []


@pytest.mark.parametrize("end", [End.OVER, End.ON_IT, End.TODAY, End.BLOCKED])
async def test_what_nobody_asked_to_hear_again_costs_attention_like_any_message(end: End) -> None:
    quiet = hush(until=NOON, said=Said(end=end))
    cycle = await look(facts(FLAGGED), quiet)
    [message] = [d for d in cycle.decided if isinstance(d.proposal.action, RemindPerson) and d.proposal.promised]
    assert message.decision.spend is not None and message.proposal.rule == "blocked-1-day"
    assert "you asked" not in message.proposal.because.lower()
    spent = await look(facts(FLAGGED), quiet, known=history(spent={(ANN, "2026-11-18", "daily"): 1}))
    assert told(spent) == [] and spent.woken == (), "it waits for tomorrow's"


async def test_a_day_that_was_chosen_for_a_wait_is_a_wish() -> None:
    cycle = await look(facts(FLAGGED), hush(until=NOON, said=Said(end=End.WAITING)))
    [message] = [d for d in cycle.decided if d.proposal.promised]
    assert message.decision.spend is None and message.proposal.rule == "you-asked"


async def test_a_change_of_what_somebody_called_anothers_is_not_told_as_waited_for() -> None:
    seen = replace(sight_of("PAY-1", facts(FLAGGED), LAW), owner="acc-bob")  # type: ignore[type-var]
    cycle = await look(facts(issue(1)), hush(sight=seen, said=Said(end=End.WRONG)))
    assert told(cycle) == [] and [w.hush for w in cycle.woken] == ["h1"]


async def test_when_nothing_is_the_matter_any_more_it_ends_without_a_word_and_for_good() -> None:
    cycle = await look(facts(issue(1)), hush(until=NOON))
    assert told(cycle) == [] and [(w.hush, w.why) for w in cycle.woken] == [("h1", "")]


async def test_the_next_look_is_no_later_than_the_moment_somebody_waits_for() -> None:
    quiet = hush(until=NOON + timedelta(minutes=7))
    assert (await look(facts(issue(1)), quiet)).next_look == quiet.until
    assert (await look(facts(issue(1)))).next_look > quiet.until  # type: ignore[operator]


# --- what a thing looks like ----------------------------------------------------------------------------------


def test_a_pull_request_looks_different_with_every_verdict_and_state() -> None:
    before = sight_of("acme/api#7", facts(prs=(pull_request(7),)), LAW)
    verdict = sight_of("acme/api#7", facts(prs=(pull_request(7, reviews={"ann": "approved"}),)), LAW)
    merged = sight_of("acme/api#7", facts(prs=(pull_request(7, state="MERGED"),)), LAW)
    everybody = tuple(people().values())
    assert before is not None
    assert difference(before, verdict, everybody) == "approved by Ann"
    assert difference(before, merged, everybody) == "OPEN → MERGED"
    assert difference(before, before, everybody) == ""


def test_a_sprint_looks_different_when_it_ends() -> None:
    before = sight_of("sprint:24", facts(), LAW)
    after = sight_of("sprint:24", facts(sprints=(sprint(state=SprintState.CLOSED),)), LAW)
    assert before is not None and difference(before, after, ()) == "active → closed"


def test_a_review_of_its_pull_request_is_a_change_of_the_ticket() -> None:
    pr = pull_request(7, issues=(IssueKey("PAY-1"),))
    before = sight_of("PAY-1", facts(FLAGGED, prs=(pr,)), LAW)
    asked = pull_request(7, reviews={"ann": "changes_requested"}, issues=(IssueKey("PAY-1"),))
    after = sight_of("PAY-1", facts(FLAGGED, prs=(asked,)), LAW)
    assert before is not None
    assert difference(before, after, people().values()) == "changes requested by Ann"


def test_nothing_can_be_seen_of_what_nobody_knows() -> None:
    for subject in ("PAY-99", "acme/api#99", "sprint:99", "author:ann", "sprint:x"):
        assert sight_of(subject, facts(FLAGGED), LAW) is None


async def test_what_somebody_asked_to_hear_waits_for_no_preferred_hour_and_no_pause() -> None:
    habits = Habits(hours=(15, 18))
    lessons = replace(NO_LESSONS, people={ANN: habits})
    quiet = hush(until=NOON)
    mild = issue(1, flagged_since=NOON - 26 * HOUR)
    due, seen = facts(mild), snapshot(mild)
    [wake] = wakes(history(hushes=(quiet,)), due, seen, detect(seen, LAW).signals, LAW)
    assert wake.proposal is not None
    ground = Ground.of(seen, LAW, promises=[wake.proposal])
    [decided] = [
        each
        for each in decide_all([wake.proposal], seen, LAW, history(hushes=(quiet,)), ground, lessons)
        if each.proposal.promised
    ]
    assert decided.decision.verdict is Verdict.ALLOW


async def test_a_mind_cannot_make_up_that_somebody_asked_for_something() -> None:
    seen = snapshot(FLAGGED)
    made_up = replace(reminder(ANN, [signal("PAY-1")], LAW), promised=HushId("h1"))
    known = history(spent={(ANN, "2026-11-18", "daily"): 1})
    [decided] = decide_all([made_up], seen, LAW, known)
    assert decided.proposal.promised is None and decided.decision.verdict is Verdict.DEFER


async def test_what_was_put_off_before_it_was_ever_told_comes_once_and_not_twice() -> None:
    cycle = await look(facts(FLAGGED), hush(until=NOON))
    assert told(cycle) == ["PAY-1"]
    assert len([d for d in cycle.decided if isinstance(d.proposal.action, RemindPerson)]) == 1


async def test_once_it_has_been_told_a_new_matter_about_the_same_is_told_as_ever() -> None:
    over = hush(until=NOON - DAY, ended=NOON - DAY, why="its time has come")
    known = history(settled={wake_id(over): Verdict.ALLOW})
    assert told(await look(facts(FLAGGED), over, known=known)) == ["PAY-1"]


async def test_neither_does_it_wait_because_the_same_was_told_a_moment_ago() -> None:
    just_now = Heard(
        person=ANN,
        signal=signal("PAY-1", since=LONG_AGO - DAY).id,
        kind=SignalKind.BLOCKED_TOO_LONG,
        subject="PAY-1",
        urgency=Urgency.HIGH,
        at=NOON - HOUR,
    )
    known = history(heard=(just_now,))
    paused = line("pause", {"repeat_after": "1 business day"})
    law = constitution(communication=[*BASE["communication"], paused])
    assert told(await look(facts(FLAGGED), known=known, law=law)) == [], "what comes back too soon waits"
    assert told(await look(facts(FLAGGED), hush(until=NOON), known=known, law=law)) == ["PAY-1"]


# --- at the last moment ---------------------------------------------------------------------------------------


def queued(*subjects: str, **changes: Any) -> Effect:
    """A reminder to Ann that waits to go out."""
    proposal = reminder(ANN, [signal(subject) for subject in subjects], LAW)
    made = Effect(
        id=EffectId("e"),
        team=TEAM,
        cycle=None,
        proposal=proposal,
        action=proposal.action,
        state=EffectState.PLANNED,
    )
    return replace(made, **changes)


def test_what_was_put_off_after_it_was_decided_is_decided_anew() -> None:
    asked = still_wanted(queued("PAY-1", "PAY-2"), [hush()], NOON)
    assert isinstance(asked, Outcome) and (asked.ending, asked.until) == (Ending.DEFERRED, NOON)
    assert still_wanted(queued("PAY-2"), [hush(), hush("PAY-2", person="bob")], NOON) == queued("PAY-2")


def test_of_what_somebody_approved_only_the_rest_goes_out() -> None:
    yes = ApprovalId("a")
    rest = still_wanted(queued("PAY-1", "PAY-2", approval=yes), [hush()], NOON)
    assert isinstance(rest, Effect) and isinstance(rest.action, RemindPerson)
    assert [item.subject for item in rest.action.items] == ["PAY-2"]
    none = still_wanted(queued("PAY-1", approval=yes), [hush()], NOON)
    assert isinstance(none, Outcome) and none.ending is Ending.CHANGED


def test_what_somebody_asked_to_hear_goes_out_whatever_they_put_off_since() -> None:
    effect = queued("PAY-1")
    promised = replace(effect, proposal=replace(effect.proposal, promised=HushId("h0")))
    assert still_wanted(promised, [hush()], NOON) == promised


async def test_a_reminder_in_the_queue_is_not_sent_once_its_reader_has_put_it_off() -> None:
    hand, held = Hand(), facts(FLAGGED)
    [told_of] = [s for s in detect(snapshot(FLAGGED), LAW).signals if s.step == 0]
    proposal = reminder(ANN, [told_of], LAW)
    waiting = replace(queued("PAY-1"), proposal=proposal, action=proposal.action)
    for quiet, sent in ((hush(), 0), (hush("PAY-9"), 1)):
        book = Book(history(hushes=(quiet,)), effects={waiting.id: waiting})
        desk = Desk(
            clock=Clock(NOON),
            directives=LAW,
            work=Mirror(held),
            mind=RulesMind(),
            ledger=book,  # type: ignore[arg-type]
            hands={"remind_person": hand},
        )
        await carry_out(waiting.id, desk)
        assert len(hand.done) == sent
