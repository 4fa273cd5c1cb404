"""The checker finds what it is there to find: each rule sees its own kind of damage in an otherwise good history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chaos.checker import NOTICE, RULES, violations
from bot.chaos.seen import Post, Seen
from bot.chaos.wire import Sent
from models.ids import named

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)


def job(number: int, kind: str, key: str, **more: Any) -> dict[str, Any]:
    ended = NOON + timedelta(seconds=number)
    row = {"id": number, "kind": kind, "key": key, "lane": 1, "state": "done", "finished": ended, "payload": {}}
    return row | {"error": None, "attempts": 1} | more


def effect(name: str, kind: str, **more: Any) -> dict[str, Any]:
    row = {"id": name, "kind": kind, "state": "sent", "cycle": "c1", "approval": None, "person": "li", "words": ""}
    return row | {"action": {"issue": "PAY-1"}} | more


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
    }
    return Seen(
        deliveries=[
            Sent("jira", "d1", "jira:issue_updated", "li", acknowledged=2),
            Sent("jira", "d2", "comment_created", "me", acknowledged=1),
            Sent("slack", "d3", "command", "dana", token="t1", job="answer", acknowledged=1),
            Sent("slack", "d4", "app_mention", "dana", job="answer", acknowledged=1),
            Sent("slack", "d5", "approve", "dana", token="t2", job="click", acknowledged=1),
            Sent("jira", "d6", "jira:issue_updated", "li", acknowledged=0),
        ],
        posts=[
            Post("D2", "1", "li", "e1", text="PAY-1 is stuck"),
            Post("D1", "2", "dana", "e3", text="Done"),
            Post("C1", "3", "", named("reply", 3), text="On track"),
        ],
        comments=[("PAY-1", "e2")],
        handed=[("PAY-1", "li")],
        replies={"t1": ["On track"]},
        world={"PAY-1": ("li", "To Do")},
        mirror={"PAY-1": ("li", "To Do")},
        me="me",
        inbox=[
            {"id": 1, "source": "jira", "delivery_id": "d1", "name": "u", "team": "pay", "cycle": "c1"},
            {"id": 2, "source": "jira", "delivery_id": "d2", "name": "c", "team": "pay", "cycle": "none"},
            {"id": 3, "source": "slack", "delivery_id": "d3", "name": "command", "team": "pay", "cycle": "none"},
            {"id": 4, "source": "slack", "delivery_id": "d4", "name": "event", "team": "pay", "cycle": "none"},
            {"id": 5, "source": "slack", "delivery_id": "d5", "name": "click", "team": "pay", "cycle": "none"},
            {"id": 6, "source": "jira", "delivery_id": "d6", "name": "u", "team": "pay", "cycle": "c2"},
        ],
        jobs=[
            job(1, "cycle", "team:pay"),
            job(2, "answer", "slack:dana", payload={"inbox": 3}),
            job(3, "answer", "slack:dana", payload={"inbox": 4}),
            job(4, "click", "approval:a1", payload={"inbox": 5}),
        ],
        cycles=[{"id": "c1", "at": NOON}, {"id": "c2", "at": NOON + timedelta(minutes=1)}],
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
        ],
    )


def test_a_good_history_is_good() -> None:
    assert violations(good()) == []


def test_a_notice_stands_in_for_an_answer_that_cannot_be_looked_up() -> None:
    assert violations(replace(good(), replies={"t1": [f"{NOTICE} while I answered"]})) == []
    assert violations(replace(good(), replies={"t1": ["On track", f"{NOTICE} while I answered"]})) == []


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
    old = dict(good().approvals[0]) | {"id": "a0", "state": "superseded"}
    edited = replace(good(), approvals=[old, dict(good().approvals[0]) | {"edits": "a0"}])
    assert violations(edited) == []


def test_a_burst_and_then_one_message_a_second_are_what_slack_takes() -> None:
    kept = [0.0, 0.0, 0.0, *map(float, range(1, 60))]
    assert violations(replace(good(), posted={"C1": kept})) == []


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
DEPUTY: dict[str, Any] = {"approval": "a1", "asking": "deputy"}
TWICE = [effect(name, "ask_approval", cycle=None, action=DEPUTY) for name in ("e8", "e9")]
EDITS = [{**good().approvals[0], "id": name, "edits": "a0"} for name in ("a2", "a3")]
AGAIN = effect("e8", "ask_approval", cycle=None, action={"approval": "a1", "asking": "again"})

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
    "an ask on no card": ("cards", rows("approvals", 0, channel=None, ts=None)),
    "a settled ask with buttons": ("cards", lambda s: replace(s, posts=[_open(p) for p in s.posts])),
    "a card that still says it is under way": (
        "cards",
        lambda s: replace(s, posts=[replace(p, text="Working…") for p in s.posts]),
    ),
    "a card posted and forgotten": ("cards", lambda s: replace(s, posts=[*s.posts, Post("D1", "9", "dana", "e3")])),
    "a copy that does not show it is settled": ("cards", lambda s: replace(s, cards=[COPY])),
    "a question put to a deputy twice": ("decided once", lambda s: replace(s, effects=[*s.effects, *TWICE])),
    "a reminder of a question that cost nothing": ("attention", lambda s: replace(s, effects=[*s.effects, AGAIN])),
    "a question without an answer": ("answers", lambda s: replace(s, replies={})),
    "a question answered twice": ("answers", lambda s: replace(s, replies={"t1": ["On track", "On track"]})),
    "a mention without an answer": ("answers", without("posts", 2)),
    "something untrue is believed": ("mirror", lambda s: replace(s, mirror={"PAY-1": (None, "To Do")})),
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
