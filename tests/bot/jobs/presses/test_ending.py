"""A press under a reminder ends its matter once: for its reader alone, by the rules, and the message says it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
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
from models.actions import RemindPerson
from models.directives import Directives
from models.events import Delivery, Reason, Source, Trigger
from models.hushes import End, Hush, Said
from models.ids import DeliveryId, HushId, PersonId
from models.proposals import Decided, Ending, Outcome, Verdict, effect_of
from planner.asked.pressed.endings import NOBODY, NOT_MINE
from planner.cycle import run_cycle
from planner.detect import detect
from planner.facts.observe import observe
from planner.matters.quiet import RELAYED
from planner.reasoning import reminder
from tests.bot.views.reading import seen
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


@dataclass
class Inbox:
    body: bytes = b""

    async def delivery(self, row: int) -> Delivery:
        return Delivery(source=Source.SLACK, id=DeliveryId("d"), name="block_actions", body=self.body, received=NOON)

    async def finish(self, job: Any) -> None:
        return None


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
        rows = (b["elements"] for blocks in self.slack.shown.values() for b in blocks if b["type"] == "actions")
        every = [e for row in rows for e in row if e["type"] == "button"]
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
        self.app.mailbox.body = json.dumps(body).encode()
        before = len(self.whispers)
        await settle_one(self.app, self.job())
        return self.whispers[before:]

    def job(self) -> Any:
        return SimpleNamespace(id=self.presses, attempts=1, team=TEAM, payload={"inbox": self.presses})

    def opened(self, user: str = "ann", **changes: Any) -> Opened:
        channel, ts = self.place
        value = json.loads(self.button("Waiting on purpose")["value"])
        opened = Opened(word="waiting", user=f"U-{user}", workspace="T1", channel=channel, ts=ts, value=value)
        return replace(opened, **changes)

    def filled(self, user: str = "ann", **picked: Any) -> Filled:
        channel, ts = self.place
        self.presses += 1
        ids = {"c": channel, "t": ts, "s": json.loads(self.button("Waiting on purpose")["value"])["s"]}
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
    row = "[Still blocked, ask Bob] [Not blocked any more] [Waiting on purpose] [Wrong person] [Later…"
    assert row in house.message() and "(You are the assignee · medium urgency" in house.message()


async def test_where_nobody_else_is_known_nobody_is_offered(house: House) -> None:
    house.holds(replace(BLOCKED, blocked_by=("OPS-1",)))
    await house.looks()
    assert "ask" not in house.message() and "[Not blocked any more]" in house.message()


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


async def test_a_flag_is_nobodys_to_take_off_but_theirs(house: House) -> None:
    await house.looks()
    await house.press("Not blocked")
    assert "To have Jira say so: take the flag off in Jira." in house.message()
    assert await house.office.pending() == []


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
    words = "Waiting on purpose until Fri 20 Nov 10:00, says Ann: “the bank answers <!channel> then”"
    assert [words in p.action.facts for p in raised] == [True]  # type: ignore[union-attr]
    assert not any(isinstance(each.proposal.action, RemindPerson) for each in decided)


async def test_what_waits_on_purpose_is_left_out_of_the_summary(house: House) -> None:
    await house.looks()
    await settle_waiting(house.app, house.job(), house.filled(until="2026-11-20"))
    [post] = [d.proposal.action for d in await house.looks(Reason.DIGEST) if d.proposal.action.kind == "post_digest"]
    assert post.items == () and post.footer == "1 known item not repeated"  # type: ignore[union-attr]


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
    house.office.clock.at = NOON + timedelta(hours=20)
    house.holds(issue(7, "bob"), prs=(replace(waits, updated=LONG_AGO),))
    assert not [d for d in await house.looks() if isinstance(d.proposal.action, RemindPerson)]


def test_every_end_is_said_in_words() -> None:
    hushes = [Hush(id=HushId("h"), team=TEAM, person=ANN, subject="PAY-7", at=NOON, said=Said(end=end)) for end in End]
    assert all(said_line(hush, "UTC", NOON) for hush in hushes)
