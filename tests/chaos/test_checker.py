"""The checker finds what it is there to find: each rule sees its own kind of damage in an otherwise good history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chaos.checker import NOTICE, RULES, violations
from bot.chaos.seen import Comment, Post, Seen
from bot.chaos.wire import Sent
from models.directives_file import parse
from models.ids import named
from tests.world import CONSTITUTION

NOON = datetime(2026, 11, 17, 17, tzinfo=UTC)
"""Of a Tuesday in New York."""

LAW = parse(CONSTITUTION.read_text(encoding="utf-8"), "directives.yaml")
SLACK = {str(member.id): str(member.slack) for member in LAW.teams[0].members}
JIRA = {str(member.id): str(member.jira) for member in LAW.teams[0].members}
PLAIN = {"urgency": 1, "asked_by": None, "promised": None}
STUCK = {"signal": "s1"}
GIVEN = {"kind": "reassign", "issue": "PAY-1", "giver": None, "taker": "li"}
ITEMS: dict[str, dict[str, Any]] = {
    "remind_person": {"items": [STUCK]},
    "comment_on_issue": {"issue": "PAY-1", "item": STUCK, "person": "mike"},
    "ask_approval": {"approval": "a1"},
    "reassign": GIVEN,
}


def job(number: int, kind: str, key: str, **more: Any) -> dict[str, Any]:
    ended = NOON + timedelta(seconds=number)
    row = {"id": number, "kind": kind, "key": key, "lane": 1, "state": "done", "finished": ended, "payload": {}}
    return row | {"error": None, "attempts": 1, "first_at": NOON - timedelta(minutes=5)} | more


def effect(name: str, kind: str, **more: Any) -> dict[str, Any]:
    row = {"id": name, "kind": kind, "state": "sent", "cycle": "c1", "approval": None, "person": "li", "words": ""}
    return row | {"team": "payments", "proposal": PLAIN, "action": ITEMS.get(kind, {})} | more


def good() -> Seen:
    """One reminder, one comment, one hand-over that was approved on a card, two questions that were answered."""
    approval = {
        "id": "a1",
        "state": "approved",
        "by": "dana",
        "ending": "done",
        "channel": "D1",
        "ts": "2",
        "edits": None,
        "team": "payments",
        "asked": "dana",
        "approvers": ["dana", "noor"],
        "asked_at": NOON,
        "proposal": {"action": GIVEN},
    }
    return Seen(
        law=LAW,
        channels={"C1": "engineering"},
        deliveries=[
            Sent("jira", "d1", "jira:issue_updated", "li", acknowledged=2),
            Sent("jira", "d2", "comment_created", "me", acknowledged=1),
            Sent("slack", "d3", "command", "dana", token="t1", job="answer", acknowledged=1),
            Sent("slack", "d4", "app_mention", "dana", job="answer", acknowledged=1, place="C1"),
            Sent(
                "slack",
                "d5",
                "approve",
                SLACK["dana"],
                token="t2",
                job="click",
                acknowledged=1,
                about=frozenset({"a1"}),
            ),
            Sent("jira", "d6", "jira:issue_updated", "li", acknowledged=0),
        ],
        posts=[
            Post("D2", "1", SLACK["li"], "e1", text="PAY-1 is stuck", at=NOON),
            Post("D1", "2", SLACK["dana"], "e3", text="Done", at=NOON),
            Post("C1", "3", "", named("reply", 3), text="On track"),
        ],
        comments=[Comment("PAY-1", "e2", frozenset({JIRA["mike"]}), at=NOON)],
        handed=[("PAY-1", JIRA["li"])],
        replies={"t1": ["On track"]},
        world={"PAY-1": (JIRA["li"], "To Do", False)},
        mirror={"PAY-1": (JIRA["li"], "To Do", False)},
        touched={"PAY-1": NOON - timedelta(hours=1)},
        me="me",
        inbox=[
            {"id": 1, "source": "jira", "delivery_id": "d1", "name": "u", "team": "payments", "cycle": "c1"},
            {"id": 2, "source": "jira", "delivery_id": "d2", "name": "c", "team": "payments", "cycle": "none"},
            {"id": 3, "source": "slack", "delivery_id": "d3", "name": "command", "team": "payments", "cycle": "none"},
            {"id": 4, "source": "slack", "delivery_id": "d4", "name": "event", "team": "payments", "cycle": "none"},
            {"id": 5, "source": "slack", "delivery_id": "d5", "name": "click", "team": "payments", "cycle": "none"},
            {"id": 6, "source": "jira", "delivery_id": "d6", "name": "u", "team": "payments", "cycle": "c2"},
        ],
        jobs=[
            job(1, "cycle", "team:payments"),
            job(2, "answer", "slack:dana", payload={"inbox": 3}),
            job(3, "answer", "slack:dana", payload={"inbox": 4}),
            job(4, "click", "approval:a1", payload={"inbox": 5}),
        ],
        cycles=[
            {"id": "c1", "team": "payments", "at": NOON},
            {"id": "c2", "team": "payments", "at": NOON + timedelta(minutes=1)},
        ],
        decisions=[{"proposal_id": "p1", "verdict": "defer"}, {"proposal_id": "p1", "verdict": "allow"}],
        effects=[
            effect("e1", "remind_person"),
            effect("e2", "comment_on_issue", person="mike"),
            effect("e3", "ask_approval", person="dana"),
            effect("e4", "reassign", approval="a1", cycle=None),
        ],
        approvals=[approval],
        reminders=[
            {"person": "li", "day": "2026-11-17", "budget": "daily", "effect": "e1"},
            {"person": "mike", "day": "2026-11-17", "budget": "daily", "effect": "e2"},
            {"person": "dana", "day": "2026-11-17", "budget": "daily", "effect": "e3"},
        ],
    )


def test_a_good_history_is_good() -> None:
    assert violations(good()) == []


def test_a_notice_stands_in_for_an_answer_that_cannot_be_looked_up() -> None:
    assert violations(replace(good(), replies={"t1": [f"{NOTICE} while I answered"]})) == []
    assert violations(replace(good(), replies={"t1": ["On track", f"{NOTICE} while I answered"]})) == []


def test_whoever_filled_in_a_window_for_nothing_is_told_privately_once() -> None:
    told = Post("D1", "9", SLACK["dana"], named("private", 9), text="Already answered")
    late = replace(good(), jobs=[*good().jobs, job(9, "window", "window:1")], posts=[*good().posts, told])
    assert violations(late) == []
    assert any("no strangers" in line for line in violations(replace(late, posts=[*late.posts, told])))


def test_what_policy_has_put_off_untouched_may_wait() -> None:
    words = "Li has had today's one message already"
    late = effect("e9", "remind_person", state="planned", words=words)
    waits = job(9, "effect", "slack:dm:li", state="waiting", finished=None, error=words, payload={"effect": "e9"})
    waits |= {"attempts": 0, "run_at": NOON + timedelta(seconds=50)}
    held = replace(good(), effects=[*good().effects, late], jobs=[*good().jobs, waits], at=NOON)
    assert violations(held) == []
    assert violations(replace(held, effects=[*good().effects, late | {"state": "unknown"}])) == []
    for wrong in (
        {"error": "VendorError: 500"},
        {"attempts": 1},
        {"run_at": NOON + timedelta(seconds=61)},
        {"run_at": NOON - timedelta(minutes=2)},
    ):
        failed = replace(held, jobs=[*good().jobs, waits | wrong])
        assert {line.partition(":")[0] for line in violations(failed)} == {"nothing left"}, wrong
    twice = replace(held, jobs=[*held.jobs, waits | {"id": 10}])
    assert {line.partition(":")[0] for line in violations(twice)} == {"nothing left"}


def test_an_edited_ask_has_one_successor_that_is_done() -> None:
    assert violations(edited("li")(good())) == []


def test_a_burst_and_then_one_message_a_second_are_what_slack_takes() -> None:
    kept = [0.0, 0.0, 0.0, *map(float, range(1, 60))]
    assert violations(replace(good(), posted={"C1": kept})) == []


def test_an_answer_that_slack_takes_nowhere_else_stands_before_its_asker() -> None:
    asked = next(job for job in good().jobs if "inbox" in job["payload"])
    private = Post("D1", "9", SLACK["dana"], named("private", asked["id"]))
    assert violations(replace(good(), posts=[*good().posts, private])) == []
    twice = violations(replace(good(), posts=[*good().posts, private, replace(private, ts="10")]))
    assert {line.partition(":")[0] for line in twice} == {"no strangers"}


def test_what_the_clock_plans_while_the_agent_is_being_stopped_may_wait() -> None:
    at = NOON + timedelta(hours=9)
    waits = dict(good().jobs[0]) | {"id": 9, "kind": "watch", "key": "watch", "state": "waiting", "attempts": 0}
    waits |= {"payload": {}, "first_at": at - timedelta(seconds=2)}
    assert violations(replace(good(), at=at, jobs=[*good().jobs, waits])) == []
    for wrong in ({"first_at": at - timedelta(minutes=1)}, {"attempts": 1}, {"payload": {"inbox": 1}}):
        left = violations(replace(good(), at=at, jobs=[*good().jobs, waits | wrong]))
        assert "nothing left" in {line.partition(":")[0] for line in left}, wrong


def test_whoever_comes_back_after_a_death_may_say_a_burst_at_once_again() -> None:
    lives = [NOON.timestamp() + second for second in (0, 2, 4)]
    said = replace(good(), posted={"C1": [second for second in lives for _ in range(5)]})
    assert any("pace" in line for line in violations(said))
    assert violations(replace(said, processes=[{"began": NOON + timedelta(seconds=n)} for n in (0, 2, 4)])) == []


Damage = Callable[[Seen], Seen]


def rows(table: str, number: int, **changes: Any) -> Damage:
    """The same history with one row of a table changed."""

    def damaged(seen: Seen) -> Seen:
        found = [dict(row) for row in getattr(seen, table)]
        found[number] |= changes
        return replace(seen, **{table: found})

    return damaged


def without(table: str, number: int) -> Damage:
    return lambda seen: replace(seen, **{table: [r for i, r in enumerate(getattr(seen, table)) if i != number]})


def again(table: str, number: int) -> Damage:
    return lambda seen: replace(seen, **{table: [*getattr(seen, table), getattr(seen, table)[number]]})


COPY = {"approval": "a1", "person": "noor", "channel": "D9", "ts": "9"}
SHARED = good().reminders[1] | {"effect": "e7"}
EXTRA = job(9, "answer", "slack:dana", payload={"inbox": 1})
NOTHING = {"person": "li", "day": "2026-11-18", "budget": "daily", "effect": "e9"}
DEPUTY: dict[str, Any] = {"approval": "a1", "asking": "deputy"}
TWICE = [effect(name, "ask_approval", cycle=None, action=DEPUTY) for name in ("e8", "e9")]
EDITS = [{**good().approvals[0], "id": name, "edits": "a0"} for name in ("a2", "a3")]
AGAIN = effect("e8", "ask_approval", cycle=None, action={"approval": "a1", "asking": "again"})

SAME = effect("e9", "remind_person")
DIGESTS = [effect(name, "post_digest", action={"channel": "team", "day": "2026-11-17"}) for name in ("e8", "e9")]
FLAGGED = (JIRA["li"], "To Do", True)


def post(number: int, **changes: Any) -> Damage:
    return lambda s: replace(s, posts=[replace(p, **changes) if i == number else p for i, p in enumerate(s.posts)])


def comment(**changes: Any) -> Damage:
    return lambda s: replace(s, comments=[replace(s.comments[0], **changes)])


def edited(chosen: str) -> Damage:
    """The question was answered by a yes to something else, namely to ``chosen``."""
    old = dict(good().approvals[0]) | {"id": "a0", "state": "superseded"}
    pressed = Sent("slack", "d7", "view_submission", SLACK["dana"], about=frozenset({"a0"}), chosen=chosen)
    return lambda s: replace(
        s, approvals=[old, dict(s.approvals[0]) | {"edits": "a0"}], deliveries=[*s.deliveries, pressed]
    )


def dropped(seen: Seen) -> Seen:
    """An execution that ended as if somebody had changed the issue."""
    ended = rows("approvals", 0, ending="changed")(rows("effects", 3, state="cancelled")(seen))
    return replace(ended, handed=[])


DAMAGES: Mapping[str, tuple[str, Damage]] = {
    "an acknowledged delivery is gone": ("kept", without("inbox", 0)),
    "a delivery is there twice": ("kept", again("inbox", 0)),
    "a delivery nobody sent": ("kept", without("deliveries", 5)),
    "a delivery no cycle has seen": ("accounted for", rows("inbox", 0, cycle=None)),
    "a delivery of a cycle that was never recorded": ("accounted for", rows("inbox", 0, cycle="c9")),
    "a change by a person filed as an echo": ("accounted for", rows("inbox", 0, cycle="none")),
    "a command without a job": ("accounted for", without("jobs", 1)),
    "a command with two jobs": ("accounted for", again("jobs", 1)),
    "a click worked as something else": ("accounted for", rows("jobs", 3, kind="answer")),
    "a command whose job was given up": ("accounted for", rows("jobs", 1, state="dead")),
    "a job for what a cycle has seen": ("accounted for", lambda s: replace(s, jobs=[*s.jobs, EXTRA])),
    "a job still runs": ("nothing left", rows("jobs", 0, state="running")),
    "a dead letter": ("nothing left", rows("jobs", 0, state="dead")),
    "an effect nobody knows the end of": ("nothing left", rows("effects", 0, state="unknown")),
    "an effect that was never begun": ("nothing left", rows("effects", 0, state="planned")),
    "a message twice": ("effects once", again("posts", 0)),
    "a message that was never sent": ("effects once", without("posts", 0)),
    "a comment twice": ("effects once", again("comments", 0)),
    "a cancelled message that was sent": ("effects once", rows("effects", 0, state="cancelled")),
    "an issue handed over twice": ("effects once", again("handed", 0)),
    "an issue that was never handed over": ("effects once", without("handed", 0)),
    "a message the ledger does not know": ("no strangers", without("effects", 0)),
    "a message without a marker": ("no strangers", lambda s: replace(s, posts=[*s.posts, Post("C1", "9")])),
    "a reply twice": ("no strangers", again("posts", 2)),
    "a proposal settled twice": ("decided once", again("decisions", 1)),
    "an effect out of nowhere": ("decided once", rows("effects", 0, cycle=None)),
    "two reminders on one day": ("attention", again("reminders", 0)),
    "a reminder that cost nothing": ("attention", without("reminders", 0)),
    "an approved ask without an execution": ("approvals", without("effects", 3)),
    "an approved ask executed twice": ("approvals", again("effects", 3)),
    "an execution nobody agreed to": ("approvals", rows("approvals", 0, state="rejected")),
    "an answer by nobody": ("approvals", rows("approvals", 0, by=None)),
    "an approved ask nobody was told the end of": ("approvals", rows("approvals", 0, ending=None)),
    "an ask on no card": ("cards", rows("approvals", 0, channel=None, ts=None)),
    "a settled ask with buttons": ("cards", lambda s: replace(s, posts=[_open(p) for p in s.posts])),
    "a card that still says it is under way": (
        "cards",
        lambda s: replace(s, posts=[replace(p, text="Working…") for p in s.posts]),
    ),
    "a card posted and forgotten": (
        "cards",
        lambda s: replace(s, posts=[*s.posts, Post("D1", "9", SLACK["dana"], "e3")]),
    ),
    "a copy that does not show it is settled": ("cards", lambda s: replace(s, cards=[COPY])),
    "a card that asks nothing": ("decided once", rows("effects", 2, action={"approval": "a9"})),
    "an answer nobody asked for": ("answers", lambda s: replace(s, replies={**s.replies, "t9": ["On track"]})),
    "an answer by somebody nobody knows": ("approvals", rows("approvals", 0, by="mallory")),
    "a question put to a deputy twice": ("decided once", lambda s: replace(s, effects=[*s.effects, *TWICE])),
    "a reminder of a question that cost nothing": ("attention", lambda s: replace(s, effects=[*s.effects, AGAIN])),
    "a question without an answer": ("answers", lambda s: replace(s, replies={})),
    "a question answered twice": ("answers", lambda s: replace(s, replies={"t1": ["On track", "On track"]})),
    "a mention answered elsewhere": ("answers", post(2, channel="C2")),
    "a mention without an answer": ("answers", without("posts", 2)),
    "a reminder before somebody else": ("addressed", post(0, to=SLACK["noor"], channel="D7")),
    "a reminder for all to read": ("addressed", post(0, to="", channel="C1")),
    "a card before somebody else": ("addressed", post(1, to=SLACK["noor"])),
    "a copy before somebody else": ("addressed", lambda s: replace(s, cards=[COPY | {"channel": "D1", "ts": "2"}])),
    "a comment on another issue": ("addressed", comment(issue="PAY-9")),
    "a comment that names somebody else": ("addressed", comment(names=frozenset({JIRA["li"]}))),
    "an issue given to somebody else": ("effects once", lambda s: replace(s, handed=[("PAY-1", JIRA["mike"])])),
    "what was done is not what was approved": ("approvals", rows("effects", 3, action=GIVEN | {"taker": "mike"})),
    "an edit became something else": ("approvals", edited(chosen="noor")),
    "an execution that was dropped and called done": ("approvals", rows("effects", 3, state="cancelled")),
    "an execution that was dropped for nothing": ("approvals", dropped),
    "an answer by somebody who may not": ("approvals", rows("approvals", 0, approvers=["noor"])),
    "an answer by somebody who pressed nothing": ("approvals", rows("approvals", 0, by="noor")),
    "a first card that cost nothing": ("attention", without("reminders", 2)),
    "a reminder at somebody else's cost": ("attention", rows("reminders", 0, person="noor")),
    "a reminder at another day's cost": ("attention", rows("reminders", 0, day="2026-11-18")),
    "a unit two messages were paid out of": ("attention", lambda s: replace(s, reminders=[*s.reminders, SHARED])),
    "a unit for a reminder that was cancelled": ("attention", rows("effects", 0, state="cancelled")),
    "a unit for nothing": ("attention", lambda s: replace(s, reminders=[*s.reminders, NOTHING])),
    "an ordinary reminder out of the critical budget": ("attention", rows("reminders", 0, budget="critical")),
    "a reminder in the night": ("hours", post(0, at=NOON + timedelta(hours=9))),
    "a comment on a Sunday": ("hours", comment(at=NOON + timedelta(days=5))),
    "the same reminder under another name": ("told once", lambda s: replace(s, effects=[*s.effects, SAME])),
    "two summaries of one day": ("told once", lambda s: replace(s, effects=[*s.effects, *DIGESTS])),
    "a cancelled card that stands": ("effects once", rows("effects", 2, state="cancelled")),
    "a card twice": ("effects once", again("posts", 1)),
    "a command that a cycle has seen as well": ("accounted for", rows("inbox", 2, cycle="c1")),
    "an echo of our own that nobody has put aside": ("accounted for", rows("inbox", 1, cycle=None)),
    "a delivery looked at for another team": ("accounted for", rows("cycles", 0, team="growth")),
    "an issue that is gone is believed to be there": ("mirror", lambda s: replace(s, touched={})),
    "a flag nobody has taken off is believed gone": ("mirror", lambda s: replace(s, world={"PAY-1": FLAGGED})),
    "something untrue is believed": ("mirror", lambda s: replace(s, mirror={"PAY-1": (None, "To Do", False)})),
    "an effect that was paid for twice": ("attention", rows("reminders", 1, effect="e1")),
    "an ask edited twice": ("approvals", lambda s: replace(s, approvals=[*s.approvals, *EDITS])),
    "an ask replaced by somebody's yes to nothing": ("approvals", rows("approvals", 0, state="superseded")),
    "messages faster than one a second": ("pace", lambda s: replace(s, posted={"C1": [n / 2 for n in range(30)]})),
    "a later job of a key ended first": ("jobs in order", rows("jobs", 1, finished=NOON + timedelta(hours=1))),
    "a later delivery was looked at first": ("looks in order", rows("cycles", 1, at=NOON - timedelta(hours=1))),
}


def _open(post: Post) -> Post:
    return replace(post, open_asks=frozenset({"a1"})) if post.ts == "2" else post


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_checker_sees(damage: str) -> None:
    rule, do = DAMAGES[damage]
    assert rule in {line.partition(":")[0] for line in violations(do(good()))}


def test_every_rule_has_a_damage_it_sees() -> None:
    assert {rule for rule, _ in DAMAGES.values()} == RULES.keys()
