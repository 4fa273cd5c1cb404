"""A press under a reminder ends its matter once: for its reader alone, by the rules, and the message says it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.presses.ending import NOT_YOURS, UNKNOWN, settle_one, shown_on_message
from bot.jobs.presses.press import ELSEWHERE
from bot.jobs.windows.endings import (
    NOBODY_CHOSEN,
    draw_waiting,
    draw_wrong_person,
    settle_waiting,
    settle_wrong_person,
)
from bot.jobs.windows.form import Filled, Opened
from bot.listeners.buttons import work_of
from bot.metrics import Metrics
from bot.notify import SlackHand
from bot.views.living import said_line
from bot.views.windows.window import Window, drawn
from models.actions import Escalate, RemindPerson, Unflag
from models.directives import Directives
from models.errors import Refused
from models.events import Delivery, Reason, Source, Trigger
from models.hushes import End, Hush, Said
from models.ids import DeliveryId, HushId, PersonId
from models.proposals import Decided, Ending, Outcome, Verdict, effect_of
from models.work import Taken
from planner.asked.pressed.endings import NOBODY, NOT_MINE
from planner.cycle import run_cycle
from planner.detect import detect
from planner.facts.observe import observe
from planner.matters.quiet import RELAYED
from planner.reasoning import reminder
from tests.bot.views.reading import pressable, seen
from tests.contracts.blockkit import check_message, check_view
from tests.contracts.stores.conftest import sqlite_databases
from tests.contracts.stores.values import allow, cycle
from tests.planner.asked.requests.test_story import Mirror, Office, office
from tests.planner.world import BASE, DAY, HOUR, LONG_AGO, NOON, TEAM, constitution, facts, issue, line, pull_request

__all__ = ["office", "sqlite_databases"]

pytestmark = pytest.mark.anyio

ANN, BOB, PAT = PersonId("ann"), PersonId("bob"), PersonId("pat")
BLOCKED = issue(7, flagged_since=NOON - DAY - HOUR, blocked_by=("PAY-8",))
BLOCKER = issue(8, "bob")
UNFLAG = Unflag(issue=BLOCKED.key, issue_title=BLOCKED.title, issue_url=BLOCKED.url, since=BLOCKED.flagged_since)
WITH_DUE = {"primary": [*BASE["objectives"]["primary"], line("late", {"watch": "overdue_date"})]}
LEARNS = [line("remember", {"learn": ["feedback"]})]


def law(**sections: Any) -> Directives:
    members = [m | {"slack": f"U-{m['id']}"} for m in BASE["teams"][0]["members"]]
    return constitution(team={"members": members}, learning=LEARNS, **sections)


@dataclass
class Slack:
    """One conversation in which messages are posted and edited."""

    shown: dict[str, Any] = field(default_factory=dict)
    guests: tuple[str, ...] = ()

    async def workspace(self) -> str:
        return "T1"

    async def member(self, user: str) -> Any:
        return SimpleNamespace(guest=user in self.guests, bot=False, deleted=False)

    async def open_dm(self, user: str) -> str:
        return f"D-{user}"

    async def post(self, channel: str, text: str, blocks: Any, *, marker: str, **more: Any) -> dict[str, str]:
        ts = f"{len(self.shown) + 1}.0"
        await self.update(channel, ts, text, blocks)
        return {"channel": channel, "ts": ts}

    async def update(self, channel: str, ts: str, text: str, blocks: Any) -> None:
        check_message({"text": text, "blocks": list(blocks)})
        self.shown[f"{channel} {ts}"] = list(blocks)


class Killed(Exception):
    """Somebody pulled the plug."""


@contextmanager
def dying(app: Any, part: str, call: str) -> Iterator[None]:
    """Whoever calls that of the app's part dies there."""
    real = getattr(app, part)

    async def dies(*_: Any, **__: Any) -> Any:
        raise Killed

    class Part:
        def __getattr__(self, name: str) -> Any:
            return dies if name == call else getattr(real, name)

    setattr(app, part, Part())
    yield
    setattr(app, part, real)


@dataclass
class Inbox:
    body: bytes = b""

    async def delivery(self, row: int) -> Delivery:
        return Delivery(source=Source.SLACK, id=DeliveryId("d"), name="block_actions", body=self.body, received=NOON)

    async def finish(self, job: Any) -> None:
        return None

    async def note(self, job: Any, **words: Any) -> None:
        job.payload.update(words)


@dataclass
class Sync:
    """What Jira says when it is asked again: what changed since comes to light then."""

    house: House | None = None
    news: tuple[Any, ...] = ()

    async def issues(self, team: object, names: object) -> None:
        if self.house is not None and self.news:
            self.house.holds(*self.news)


@dataclass
class House:
    office: Office
    app: Any
    slack: Slack
    whispers: list[str] = field(default_factory=list)
    presses: int = 0

    def holds(self, *issues: Any, prs: tuple[Any, ...] = ()) -> None:
        self.office.held = facts(*issues, prs=prs)
        self.app.store.held = self.office.held

    async def looks(self, reason: Reason = Reason.EVENT) -> tuple[Decided, ...]:
        """One look; whatever message it decides upon is sent."""
        self.app.store.held = self.office.held
        looked = await run_cycle(Trigger(team=TEAM, reason=reason, at=self.office.clock.at), self.office.desk)
        for each in looked.decided:
            if each.decision.verdict is Verdict.ALLOW and isinstance(each.proposal.action, RemindPerson):
                await self.sends(each)
        return looked.decided

    async def sends(self, each: Decided) -> None:
        effect = await self.office.ledger.carried_out(each.proposal.id)
        assert effect is not None and await self.office.ledger.begin(effect.id) is not None
        receipt = await self.app.notify.perform(effect)
        await self.office.ledger.settle(effect.id, Outcome(ending=Ending.DONE, words="sent", receipt=receipt))

    @property
    def place(self) -> tuple[str, str]:
        channel, _, ts = next(iter(self.slack.shown)).partition(" ")
        return channel, ts

    def message(self, place: int = 0) -> str:
        return re.sub(r"\*\{(.*?)\}\*", r"\1", seen(list(self.slack.shown.values())[place]))

    def button(self, label: str) -> Mapping[str, Any]:
        every = [press for blocks in self.slack.shown.values() for press in pressable(blocks)]
        return next(e for e in every if e["text"]["text"].startswith(label))

    async def press(self, label: str, user: str = "ann", **changes: Any) -> list[str]:
        """What the presser is told privately: nothing when it counted."""
        return await self.press_it(self.button(label), user, **changes)

    async def press_it(self, button: Mapping[str, Any], user: str = "ann", **changes: Any) -> list[str]:
        self.presses += 1
        channel, ts = changes.get("place", self.place)
        body = {
            "user": {"id": f"U-{user}"},
            "team": {"id": changes.get("workspace", "T1")},
            "container": {"channel_id": channel, "message_ts": ts},
            "actions": [dict(button)],
            "response_url": "https://slack.test/r",
        }
        assert work_of(body)[0] == "ending"
        job = self.job()
        job.attempts = changes.get("attempts", 1)
        self.app.mailbox.body = json.dumps(body).encode()
        before = len(self.whispers)
        await settle_one(self.app, job)
        return self.whispers[before:]

    def job(self) -> Any:
        return SimpleNamespace(id=self.presses, attempts=1, team=TEAM, payload={"inbox": self.presses})

    def opened(self, user: str = "ann", **changes: Any) -> Opened:
        channel, ts = self.place
        value = json.loads(self.button("Waiting on purpose")["value"])
        opened = Opened(word="waiting", user=f"U-{user}", workspace="T1", channel=channel, ts=ts, value=value)
        return replace(opened, **changes)

    def filled(self, user: str = "ann", *, under: str = "Waiting on purpose", **picked: Any) -> Filled:
        channel, ts = self.place
        self.presses += 1
        ids = {"c": channel, "t": ts, "s": json.loads(self.button(under)["value"])["s"]}
        return Filled(word="w", user=f"U-{user}", workspace="T1", ids=ids, picked=picked, delivery="d")

    async def hushes(self, person: PersonId = ANN) -> list[Hush]:
        return await self.office.ledger.hushes(TEAM, person)


@pytest.fixture
async def house(office: Office) -> AsyncIterator[House]:
    office.law = law()
    office.held = facts(BLOCKED, BLOCKER)
    slack, mirror = Slack(), Mirror(office.held)
    app = SimpleNamespace(
        directives=office.law, clock=office.clock, ledger=office.ledger, store=mirror, slack=slack, jira=None,
        mailbox=Inbox(), metrics=Metrics(), desk=lambda job: office.desk, sync=Sync(),
    )  # fmt: skip
    hand = SlackHand(slack, office.ledger, lambda: app.directives, office.clock, work=mirror)  # type: ignore[arg-type]
    made = House(office, app, slack)

    async def whisper(url: str, words: str) -> None:
        made.whispers.append(words)

    hand.whisper = whisper  # type: ignore[method-assign]
    app.notify = hand
    yield made


# --- what may be pressed ----------------------------------------------------------------------------------------


async def test_the_reminder_of_a_blocked_ticket_names_whom_to_ask_and_says_why_you(house: House) -> None:
    await house.looks()
    row, rest = "[Still blocked, ask Bob] [Not blocked any more] [Later…", "[Why?] [… Waiting on purpose, Wrong person"
    assert row in house.message() and rest in house.message()
    assert "(You are the assignee · medium urgency" in house.message()


async def test_where_nobody_else_is_known_nobody_is_offered(house: House) -> None:
    house.holds(replace(BLOCKED, blocked_by=("OPS-1",)))
    await house.looks()
    assert "ask" not in house.message() and "[Not blocked any more]" in house.message()


async def test_a_flag_alone_can_be_said_to_hold_still_and_then_two_days_are_quiet(house: House) -> None:
    house.holds(replace(BLOCKED, blocked_by=(), flagged_since=NOON - 3 * DAY))
    await house.looks()
    assert "[Still blocked]" in house.message()
    assert await house.press("Still blocked") == []
    assert "Say in a comment on it what it waits for: Jira does not." in house.message()
    [hush] = await house.hushes()
    assert hush.until is not None and hush.until - NOON == 2 * DAY


async def test_only_its_readers_press_counts_and_others_are_refused_privately(house: House) -> None:
    await house.looks()
    before = house.message()
    house.slack.guests = ("U-ann",)
    assert await house.press("Not blocked", "bob") == await house.press("Not blocked") == [NOT_YOURS]
    assert await house.press("Not blocked", workspace="T2") == [ELSEWHERE]
    assert await house.press("Not blocked", place=("D9", "9.9")) == [UNKNOWN]
    assert house.message() == before and await house.hushes() == []


# --- what a press comes to --------------------------------------------------------------------------------------


async def test_asking_whoever_blocks_sends_one_question_within_their_attention_and_nothing_of_the_ticket(
    house: House,
) -> None:
    await house.looks()
    assert await house.press("Still blocked") == []
    assert "PAY-7: still blocked, you said Wed 12:00" in house.message() or "you said 12:00" in house.message()
    assert "Asking Bob about PAY-8 now." in house.message()
    assert (await house.office.ledger.history(TEAM)).spent[BOB, "2026-11-18", "daily"] == 1
    [asked] = [e for e in await house.office.ledger.recent(team=TEAM) if e.action.items[0].kind == RELAYED]  # type: ignore[union-attr]
    assert "PAY-7" not in asked.action.items[0].text and "Title" not in asked.action.items[0].text  # type: ignore[union-attr]


async def test_pressed_twice_it_is_done_once(house: House) -> None:
    await house.looks()
    button = house.button("Still blocked")
    await house.press_it(button)
    first = house.message()
    assert await house.press_it(button) == []
    assert house.message() == first and len(await house.hushes()) == 1
    assert (await house.office.ledger.history(TEAM)).spent[BOB, "2026-11-18", "daily"] == 1


async def test_what_else_is_said_of_the_same_ticket_is_refused_in_words_and_loses_nothing(house: House) -> None:
    """Two lines of one ticket, and a window that was open already: what was said first holds, and each is told so."""
    house.office.law = house.app.directives = law(objectives=WITH_DUE)
    house.holds(replace(BLOCKED, due=(NOON - 3 * DAY).date()), BLOCKER)
    await house.looks()
    still, asks, window = house.button("Still on it"), house.button("Still blocked"), house.filled(until="2026-12-10")
    assert await house.press_it(still) == await house.press_it(still) == []
    told = "You have said something else of PAY-7 already, 12:00, and that holds. Nothing was done."
    assert await house.press_it(asks) == [told]
    assert await settle_waiting(house.app, house.job(), window) == told
    assert [hush.said.end for hush in await house.hushes() if hush.said] == [End.ON_IT]


async def test_the_same_word_about_another_line_is_another_press(house: House) -> None:
    house.office.law = house.app.directives = law(objectives=WITH_DUE)
    house.holds(replace(BLOCKED, due=(NOON - 3 * DAY).date()), BLOCKER)
    await house.looks()
    one = house.filled()
    other = replace(one, ids={**one.ids, "s": json.loads(house.button("Late on purpose")["value"])["s"]})
    assert await settle_waiting(house.app, house.job(), one) is None
    house.presses += 1
    assert await settle_waiting(house.app, house.job(), one) is None, "the same once more"
    assert await settle_waiting(house.app, house.job(), other) is not None
    worded = replace(one, picked={"reason": "the bank answers then"})
    assert await settle_waiting(house.app, house.job(), worded) is not None, "words that would be lost"


async def test_another_word_about_the_same_line_is_refused(house: House) -> None:
    await house.looks()
    over = house.button("Not blocked")
    await house.press("Still blocked")
    assert len(await house.press_it(over)) == 1 and await house.office.pending() == []


async def test_a_window_that_is_read_again_says_nothing_new(house: House) -> None:
    await house.looks()
    window = house.filled(until="2026-12-10", reason="the bank answers then")
    assert await settle_waiting(house.app, house.job(), window) is None
    assert await settle_waiting(house.app, house.job(), window) is None, "one delivery, two tries"


async def test_what_was_said_of_it_elsewhere_is_no_answer_to_this_message(house: House) -> None:
    await house.looks()
    elsewhere = Said(end=End.TODAY, effect="a summary")
    before = Hush(id=HushId("h"), team=TEAM, person=ANN, subject="PAY-7", until=NOON + DAY, at=NOON, said=elsewhere)
    await house.office.ledger.hush(before)
    assert await house.press("Still blocked") == []
    assert [hush.said.end for hush in await house.hushes() if hush.said] == [End.BLOCKED]


async def test_a_message_that_cannot_be_edited_any_more_has_the_answer_below_it(house: House) -> None:
    await house.looks()
    button, code = house.button("Not blocked"), ["edit_window_closed"]
    real = house.slack.update

    async def closed(channel: str, ts: str, text: str, blocks: Any) -> None:
        if ts == "1.0":
            raise Refused("no", code=code[0])
        await real(channel, ts, text, blocks)

    house.slack.update = closed  # type: ignore[method-assign]
    assert await house.press_it(button) == []
    assert house.message(1).startswith("PAY-7: not blocked any more, you said 12:00. Asked Pat to approve")
    [said] = [hush.said for hush in await house.hushes() if hush.said]
    record = await house.office.ledger.why(said.proposal)
    assert record is not None and not await shown_on_message(house.app, record), "so that the outcome is posted"
    code[0] = "restricted_action"
    with pytest.raises(Refused):
        await shown_on_message(house.app, record)


async def test_an_older_drawing_does_not_come_to_lie_over_a_newer_press(house: House) -> None:
    await house.looks()
    [effect] = await house.office.ledger.recent(person=ANN)
    hand, gate, seen = house.app.notify, asyncio.Event(), list[int]()
    real = hand._age

    async def age(team: Any) -> Any:
        seen.append(1)
        if len(seen) == 1:
            await gate.wait()
        return await real(team)

    hand._age = age
    slow = asyncio.create_task(hand.refresh_told(TEAM, effect.id))
    while not seen:
        await asyncio.sleep(0)
    await house.press("Still blocked")
    gate.set()
    await slow
    assert "still blocked, you said" in house.message()


async def test_not_blocked_any_more_is_their_own_request_for_another_status(house: House) -> None:
    team = {"jira": {"projects": ["PAY"], "boards": [7], "blocked_statuses": ["Blocked"]}}
    members = {"members": [m | {"slack": f"U-{m['id']}"} for m in BASE["teams"][0]["members"]]}
    house.office.law = house.app.directives = constitution(team=team | members)
    stuck = replace(BLOCKED, flagged_since=None, status="Blocked", status_since=LONG_AGO + 2 * DAY)
    house.holds(stuck, BLOCKER)
    await house.looks()
    await house.press("Not blocked")
    [asked] = [each for each in await house.office.pending() if each.proposal.asked_by == ANN]
    assert asked.approvers[0] == PAT
    assert "Asked Pat to approve: PAY-7: Blocked → In Progress" in house.message()
    await house.office.ledger.decide(asked.id, by=PAT, approve=True)
    await house.office.ends(effect_of(asked.proposal.id), Ending.DONE)
    record = await house.office.ledger.why(asked.proposal.id)
    assert record is not None and await shown_on_message(house.app, record)
    assert "Done: PAY-7: Blocked → In Progress." in house.message() and "Asked Pat" not in house.message()


async def test_a_flag_comes_off_as_their_own_request(house: House) -> None:
    await house.looks()
    await house.press("Not blocked")
    [asked] = [each for each in await house.office.pending() if each.proposal.asked_by == ANN]
    assert asked.proposal.action == UNFLAG and asked.approvers[0] == PAT
    assert "Asked Pat to approve: PAY-7: flagged → not flagged" in house.message()
    await house.office.ledger.decide(asked.id, by=PAT, approve=True)
    await house.office.ends(effect_of(asked.proposal.id), Ending.DONE)
    record = await house.office.ledger.why(asked.proposal.id)
    assert record is not None and await shown_on_message(house.app, record)
    assert "Done: PAY-7: flagged → not flagged." in house.message()


async def test_the_press_of_whoever_may_say_yes_takes_the_flag_off(house: House) -> None:
    roles = BASE["teams"][0]["roles"] | {"pm": ["ann"]}
    members = [m | {"slack": f"U-{m['id']}"} for m in BASE["teams"][0]["members"]]
    house.office.law = house.app.directives = constitution(team={"members": members, "roles": roles})
    await house.looks()
    await house.press("Not blocked")
    [said] = [hush.said for hush in await house.hushes() if hush.said]
    record = await house.office.ledger.why(said.proposal)
    assert record is not None and record.approval is not None and record.approval.by == ANN
    assert record.proposal.action == UNFLAG
    planned = await house.office.ledger.recent()
    assert [e.action.kind for e in planned if e.proposal.asked_by == ANN] == [UNFLAG.kind], "and no card to confirm it"


async def test_a_try_that_died_before_its_own_yes_is_finished_by_the_next(house: House) -> None:
    roles = BASE["teams"][0]["roles"] | {"pm": ["ann"]}
    members = [m | {"slack": f"U-{m['id']}"} for m in BASE["teams"][0]["members"]]
    house.office.law = house.app.directives = constitution(team={"members": members, "roles": roles})
    await house.office.asks(ANN, "unflag PAY-7")  # asked for before: there is a question already
    await house.looks()
    button = house.button("Not blocked")
    with dying(house.app, "ledger", "decide"), pytest.raises(Killed):
        await house.press_it(button)
    house.presses -= 1
    assert await house.press_it(button, attempts=2) == []
    [said] = [hush.said for hush in await house.hushes() if hush.said]
    record = await house.office.ledger.why(said.proposal)
    assert record is not None and record.approval is not None and record.approval.by == ANN


async def test_a_flag_beside_a_blocked_status_says_what_is_left_to_do(house: House) -> None:
    team = {"jira": {"projects": ["PAY"], "boards": [7], "blocked_statuses": ["Blocked"]}}
    members = {"members": [m | {"slack": f"U-{m['id']}"} for m in BASE["teams"][0]["members"]]}
    house.office.law = house.app.directives = constitution(team=team | members)
    house.holds(replace(BLOCKED, status="Blocked", status_since=LONG_AGO + 2 * DAY), BLOCKER)
    await house.looks()
    await house.press("Not blocked")
    assert "flagged → not flagged" in house.message() and "move it on in Jira" in house.message()


async def test_what_moved_before_the_press_is_said_and_nothing_else_happens(house: House) -> None:
    await house.looks()
    house.app.sync = Sync(house, (replace(BLOCKED, flagged_since=None), BLOCKER))
    assert await house.press("Still blocked") == []
    assert house.message() == "PAY-7 is not blocked any more (12:00). Nothing to do."
    assert await house.hushes() == [] and await house.office.pending() == []


async def test_taking_it_waits_for_somebody_elses_yes_where_the_constitution_says_so(house: House) -> None:
    house.holds(issue(7, None, last_assignee=None))
    house.office.law = house.app.directives = law(autonomy=_may_not_reassign_alone())
    await house.looks()
    await _told_of_an_orphan(house)
    await house.press("I take it", "pat")
    [record] = [await house.office.ledger.why(h.said.proposal) for h in await house.hushes(PAT) if h.said]
    assert record is not None and record.approval is not None
    assert record.approval.by == PAT and "you take it" in house.message()


def _may_not_reassign_alone() -> dict[str, Any]:
    return BASE["autonomy"] | {"needs_confirmation": [line("ask-reassign", {"ask": "reassign", "of": "pm"})]}


async def _told_of_an_orphan(house: House) -> None:
    """A day later the PM is reminded instead of asked again."""
    if house.slack.shown:
        return
    snapshot = observe(house.office.held, Trigger(team=TEAM, reason=Reason.EVENT, at=NOON), NOON)
    found = [s for s in detect(snapshot, house.app.directives).signals if s.kind == "nobody_assigned"]
    made = allow(reminder(PAT, found, house.app.directives))
    await house.office.ledger.record(cycle(house.office.clock, made, team=TEAM))
    await house.sends(made)


# --- the windows ------------------------------------------------------------------------------------------------


async def test_the_windows_open_for_their_reader_alone_and_fit_slack(house: House) -> None:
    await house.looks()
    for draw in (draw_waiting, draw_wrong_person):
        made = await draw(house.app, house.opened())
        assert isinstance(made, Window)
        check_view(drawn(made, "w1"))
        assert await draw(house.app, house.opened("bob")) == NOT_YOURS
        assert await draw(house.app, house.opened(value={})) == UNKNOWN


async def test_a_wait_on_purpose_keeps_its_day_and_reason_and_others_read_it(house: House) -> None:
    await house.looks()
    filled = house.filled(until="2026-11-20", reason="the bank answers <!channel> then")
    assert await settle_waiting(house.app, house.job(), filled) is None
    assert "PAY-7: waiting on purpose until Fri 10:00: “the bank answers <!channel> then”." in house.message()
    house.office.clock.at = NOON + DAY
    decided = await house.looks()
    raised = [each.proposal for each in decided if each.proposal.action.kind == "escalate"]
    words = "waiting on purpose until Fri 20 Nov 10:00, says Ann: “the bank answers <!channel> then”"
    [action] = [p.action for p in raised if isinstance(p.action, Escalate)]
    assert words in action.item.text and not any(words in fact for fact in action.facts), "said once"
    assert not any(isinstance(each.proposal.action, RemindPerson) for each in decided)


async def test_what_waits_on_purpose_is_left_out_of_the_summary(house: House) -> None:
    await house.looks()
    await settle_waiting(house.app, house.job(), house.filled(until="2026-11-20"))
    [post] = [d.proposal.action for d in await house.looks(Reason.DIGEST) if d.proposal.action.kind == "post_digest"]
    assert post.items == () and post.footer == "1 known item not repeated"  # type: ignore[union-attr]


async def test_the_summary_says_beside_what_jira_still_shows_that_it_is_over(house: House) -> None:
    await house.looks()
    assert await house.press("Not blocked") == []
    [post] = [d.proposal.action for d in await house.looks(Reason.DIGEST) if d.proposal.action.kind == "post_digest"]
    assert "(over, says Ann)" in post.items[0].text  # type: ignore[union-attr]


async def test_without_a_day_it_waits_until_it_changes_and_a_past_day_is_refused(house: House) -> None:
    await house.looks()
    assert await settle_waiting(house.app, house.job(), house.filled(until="2026-11-02")) == "Mon 2 Nov 10:00 is past."
    assert await settle_waiting(house.app, house.job(), house.filled()) is None
    [hush] = await house.hushes()
    assert hush.sight is not None and "waiting on purpose until it changes." in house.message()


async def test_the_wrong_person_passes_the_ticket_on_as_their_request_and_that_counts(house: House) -> None:
    await house.looks()
    assert await settle_wrong_person(house.app, house.job(), house.filled(whose="bob")) is None
    [asked] = await house.office.pending()
    assert asked.proposal.asked_by == ANN and asked.proposal.action.taker == BOB  # type: ignore[union-attr]
    assert [o.value["said"] for o in await house.office.ledger.known_of(ANN)] == ["wrong_person"]


@pytest.mark.parametrize(("whose", "asks"), [(NOT_MINE, 1), (NOBODY, 0)])
async def test_a_ticket_that_is_not_theirs_is_taken_off_them_and_what_is_nobodys_is_left(
    house: House, whose: str, asks: int
) -> None:
    await house.looks()
    assert await settle_wrong_person(house.app, house.job(), house.filled(whose=whose)) is None
    assert len(await house.office.pending()) == asks and "not yours, you said" in house.message()


@pytest.mark.parametrize("whose", ["ann", "mallory", None])
async def test_a_window_that_names_nobody_of_the_team_does_nothing(house: House, whose: str | None) -> None:
    await house.looks()
    assert await settle_wrong_person(house.app, house.job(), house.filled(whose=whose)) == NOBODY_CHOSEN
    assert await settle_waiting(house.app, house.job(), house.filled("bob")) == NOT_YOURS
    assert await house.hushes() == []


# --- reviews ----------------------------------------------------------------------------------------------------


async def test_who_reviews_it_today_spares_the_others(house: House) -> None:
    waits = pull_request(9, "bob", {"ann": "waiting", "tess": "waiting"}, issues=("PAY-7",))
    house.holds(issue(7, "bob"), prs=(waits,))
    await house.looks()
    assert len(house.slack.shown) == 2
    await house.press("I review it today")
    await house.app.notify.refresh_told(TEAM, (await house.office.ledger.recent(person=PersonId("tess")))[0].id)
    assert "Ann does it, said Wed 18 Nov 12:00." in house.message(1)
    assert "The next step is your review." not in house.message(1)
    house.office.clock.at = NOON + timedelta(hours=20)
    house.holds(issue(7, "bob"), prs=(replace(waits, updated=LONG_AGO),))
    assert not [d for d in await house.looks() if isinstance(d.proposal.action, RemindPerson)]


async def passes_on(house: House, whose: str, taken: Taken | None = None) -> str:
    """Ann's reminder of Bob's pull request, and her word that it is somebody else's; what her message says then.

    Somebody may have ``taken`` it between the two.
    """
    waits = pull_request(9, "bob", {"ann": "waiting"}, issues=("PAY-7",))
    house.holds(issue(7, "bob"), prs=(waits,))
    await house.looks()
    if taken is not None:
        house.office.held = house.app.store.held = replace(house.office.held, taken={waits.id: taken})
    filled = house.filled(under="Somebody else should", whose=whose)
    return await settle_wrong_person(house.app, house.job(), filled) or house.message()


async def test_a_review_that_is_passed_on_reaches_its_new_reviewer_as_that(house: House) -> None:
    assert "the review of PR api#9 is theirs" in await passes_on(house, "tess")
    [sent] = await house.office.ledger.recent(person=PersonId("tess"))
    assert isinstance(sent.action, RemindPerson) and sent.action.items[0].text.endswith("PR api#9 is yours")


async def test_nobody_is_told_of_a_review_that_somebody_has_taken(house: House) -> None:
    said = await passes_on(house, "tess", Taken(PersonId("kai"), NOON + DAY))
    assert "is somebody else's by now" in said
    assert not await house.office.ledger.recent(person=PersonId("tess"))


async def test_a_review_cannot_be_passed_on_to_its_author(house: House) -> None:
    assert await passes_on(house, "bob") == NOBODY_CHOSEN


def test_every_end_is_said_in_words() -> None:
    hushes = [Hush(id=HushId("h"), team=TEAM, person=ANN, subject="PAY-7", at=NOON, said=Said(end=end)) for end in End]
    assert all(said_line(hush, "UTC", NOON) for hush in hushes)
