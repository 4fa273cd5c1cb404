"""A press in the daily summary does the asked thing once, for the team alone; the line says who has it since when."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from bot.jobs.look import for_the_digest
from bot.jobs.presses import digest_menu, took
from bot.jobs.presses.digest_menu import ALREADY, NOT_THEIRS, UNSEEN, line_of_the_time
from bot.jobs.presses.press import ELSEWHERE
from bot.jobs.presses.took import STRANGER, UNKNOWN, shown_in_digest, skipped_words
from bot.jobs.saying import SINCE
from bot.listeners.buttons import work_of
from models.actions import PostDigest, RemindPerson
from models.directives_file import load
from models.errors import Refused
from models.events import Reason, Trigger
from models.foresight import Foresight
from models.ids import PersonId, SprintId
from models.proposals import Decided, Effect, Ending, effect_of
from models.store import Store
from models.tables.outbox import audit
from models.work import Facts, SprintState
from planner.asked.quiet.hushing import undoing
from planner.cycle import run_cycle
from planner.facts.observe import observe
from planner.reports.mine import mine
from planner.reports.waiting import waiting
from tests.bot.jobs.presses.test_ending import House, Killed, dying, house, law
from tests.contracts.stores.conftest import sqlite_databases
from tests.planner.asked.requests.test_story import Office, office
from tests.planner.foresight.lore import past
from tests.planner.world import (
    BASE,
    DAY,
    HOUR,
    NOON,
    TEAM,
    account,
    autonomy,
    facts,
    issue,
    line,
    pull_request,
    sprint,
)
from tests.world import CONSTITUTION

__all__ = ["house", "office", "sqlite_databases"]

pytestmark = pytest.mark.anyio

ORPHAN = issue(7, None)
WAITS = pull_request(9, "bob", {"ann": "waiting", "tess": "waiting"}, issues=("PAY-8",))
ANN, PAT = PersonId("ann"), PersonId("pat")
FREE_TO_TAKE = BASE["autonomy"] | {
    "automatic": [*BASE["autonomy"]["automatic"], line("may-reassign", {"allow": "reassign"})],
    "needs_confirmation": [],
}


@dataclass
class Shelf:
    """What is known of the work, and what is remembered."""

    store: Store
    held: Facts

    async def facts_about(self, team: object) -> Facts:
        return self.held

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


class Thread:
    """Replies posted in threads, by marker."""

    def __init__(self, slack: Any) -> None:
        self.replies: dict[str, Any] = {}
        slack.find, self._post, slack.post = self.find, slack.post, self.post
        slack.channel_named = self.named

    async def named(self, name: str) -> str:
        return f"C-{name}"

    async def find(self, channel: str, marker: str, since: object, *, thread: str | None = None) -> Any:
        return self.replies.get(marker)

    async def post(
        self, channel: str, text: str, blocks: Any, *, marker: str, thread: str | None = None, **how: Any
    ) -> Any:
        if thread is None:
            return await self._post(channel, text, blocks, marker=marker)
        self.replies[marker] = {"channel": channel, "ts": f"{thread}1", "blocks": list(blocks), "text": text}
        return self.replies[marker]


@dataclass
class Channel:
    house: House
    thread: Thread

    @property
    def post(self) -> str:
        return self.house.message()

    async def posted(self) -> Effect:
        """The summary of one look."""
        self.house.app.store.held = self.house.office.held
        trigger = Trigger(team=TEAM, reason=Reason.DIGEST, at=self.house.office.clock.at)
        decided = (await run_cycle(trigger, self.house.office.desk)).decided
        [made] = [each for each in decided if isinstance(each.proposal.action, PostDigest)]
        await self.house.sends(made)
        effect = await self.house.office.ledger.carried_out(made.proposal.id)
        assert effect is not None
        return effect

    def element(self, label: str) -> Mapping[str, Any]:
        """A button by its words, or a choice of the menu as a press has it."""
        blocks = [b for blocks in self.house.slack.shown.values() for b in blocks]
        blocks += [b for reply in self.thread.replies.values() for b in reply["blocks"]]
        for part in [e for b in blocks for e in (*b.get("elements", ()), *filter(None, [b.get("accessory")]))]:
            if part["type"] == "button" and part["text"]["text"] == label:
                return part  # type: ignore[no-any-return]
            for option in part.get("options", ()) if part["type"] == "overflow" else ():
                if option["text"]["text"] == label:
                    return {**part, "selected_option": option}
        raise LookupError(label)

    async def press(self, label: str, user: str = "ann", **changes: Any) -> list[str]:
        return await self.press_it(self.element(label), user, **changes)

    async def press_it(self, element: Mapping[str, Any], user: str = "ann", **changes: Any) -> list[str]:
        self.house.presses += 1
        channel, ts = changes.get("place", self.house.place)
        body = {
            "user": {"id": f"U-{user}"},
            "team": {"id": changes.get("workspace", "T1")},
            "container": {"channel_id": channel, "message_ts": ts},
            "actions": [dict(element)],
            "response_url": "https://slack.test/r",
        }
        job, key = work_of(body)
        assert key.startswith("digest:") and "unreadable" not in key
        self.house.app.mailbox.body = json.dumps(body).encode()
        before = len(self.house.whispers)
        settle = {"took": took.settle_one, "digest_menu": digest_menu.settle_one}[str(job)]
        job = self.house.job()
        job.attempts = changes.get("attempts", 1)
        job.payload.update(changes.get("noted", {}))
        await settle(self.house.app, job)
        return self.house.whispers[before:]


@pytest.fixture
async def channel(house: House, office: Office) -> AsyncIterator[Channel]:
    house.app.store = Shelf(Store(office.database, office.clock), office.held)
    house.app.notify._work = house.app.store
    house.app.foresight = Foresight(office.database)
    house.app.settings = SimpleNamespace(directives_file=CONSTITUTION)
    office.held = facts(ORPHAN, issue(8, "bob"), prs=(WAITS,))
    yield Channel(house, Thread(house.slack))


def constituted(channel: Channel, **sections: Any) -> None:
    channel.house.office.law = channel.house.app.directives = law(**sections)


# --- taking a line ----------------------------------------------------------------------------------------------


async def test_the_summary_offers_the_asked_thing_for_each_line(channel: Channel) -> None:
    await channel.posted()
    buttons = set(re.findall(r"\[([^\]]*)\]", channel.post.splitlines()[-1]))
    assert buttons == {"Take PAY-7", "I'll review PAY-8", "Details in thread", "Why?"}


async def test_a_claimed_review_is_struck_through_and_the_other_reviewers_stay_unpinged(channel: Channel) -> None:
    await channel.posted()
    assert await channel.press("I'll review PAY-8") == []
    assert re.search(r"\d\. ~.*~ Ann reviews it, 12:00", channel.post)
    assert "[I'll review PAY-8]" not in channel.post and "[Take PAY-7]" in channel.post
    reminded = [d for d in await channel.house.looks() if isinstance(d.proposal.action, RemindPerson)]
    assert not [d for d in reminded if "api#9" in d.proposal.action.items[0].subject]  # type: ignore[union-attr]


async def test_a_claimed_review_is_theirs_everywhere_until_they_take_it_back(channel: Channel) -> None:
    effect = await channel.posted()
    await channel.press("I'll review PAY-8", "pat")
    store, ledger = channel.house.app.store, channel.house.office.ledger
    held = replace(channel.house.office.held, taken=(await store.store.facts_about(TEAM)).taken)
    trigger = Trigger(team=TEAM, reason=Reason.LOOK, at=NOON)
    seen = observe(held, trigger, NOON)
    assert "api#9" in str(mine(PAT, seen, held, channel.house.app.directives, ()).groups[0])
    assert "api#9" not in str(mine(ANN, seen, held, channel.house.app.directives, ()).groups)
    assert "Pat" in str(waiting(seen, channel.house.app.directives).groups)
    [hush] = await ledger.hushes(TEAM, PAT)
    assert undoing(hush) == ("Not me: PR api#9", "unmute acme/api#9")
    await ledger.unhush(TEAM, PAT, [hush.id])
    await took.redraw(channel.house.app, effect)
    assert "[I'll review PAY-8]" in channel.post and "Pat reviews it" not in channel.post


async def test_a_self_assign_is_its_own_approval_where_the_constitution_asks_for_nobodys_yes(channel: Channel) -> None:
    constituted(channel, autonomy=FREE_TO_TAKE)
    await channel.posted()
    assert await channel.press("Take PAY-7") == []
    assert "Ann wants to take it, 12:00" in channel.post
    [record] = await _requests(channel)
    await channel.house.office.ends(effect_of(record.proposal.id), Ending.DONE)
    done = await channel.house.office.ledger.why(record.proposal.id)
    assert done is not None and await shown_in_digest(channel.house.app, done)
    assert re.search(r"~.*PAY-7.*~ Ann took it 12:00", channel.post)


async def test_where_somebody_elses_yes_is_needed_they_are_asked_and_the_line_says_so(channel: Channel) -> None:
    await channel.posted()
    await channel.press("Take PAY-7")
    [record] = await _requests(channel)
    assert record.approval is not None and record.approval.by is None and record.approval.approvers[0] == "pat"
    assert "Ann wants to take it, 12:00 · Pat is asked" in channel.post and "~" not in channel.post


async def test_whoever_may_say_yes_has_said_it_with_the_press(channel: Channel) -> None:
    await channel.posted()
    await channel.press("Take PAY-7", "pat")
    [record] = await _requests(channel, PersonId("pat"))
    assert record.approval is not None and record.approval.by == "pat"


async def test_the_second_to_press_hears_who_was_first_and_nothing_is_done_twice(channel: Channel) -> None:
    await channel.posted()
    button = channel.element("Take PAY-7")
    await channel.press_it(button)
    assert await channel.press_it(button, "bob") == ["Ann was first, at 12:00. Nothing was done."]
    assert await channel.press_it(button) == [] and await _audited(channel) == ["took", "took_refused"]
    assert len(await _requests(channel)) == 1 and not await _requests(channel, PersonId("bob"))


async def test_nobody_is_sent_a_card_to_confirm_their_own_press(channel: Channel) -> None:
    await channel.posted()
    await channel.press("Take PAY-7", "pat")
    planned = await channel.house.office.ledger.recent()
    assert [effect.action.kind for effect in planned if effect.proposal.asked_by == PAT] == ["reassign"]


async def test_a_try_that_died_before_its_own_yes_is_finished_by_the_next(channel: Channel) -> None:
    await channel.house.office.asks(PAT, "assign PAY-7 to pat")  # asked for before: there is a question already
    await channel.posted()
    element = channel.element("Take PAY-7")
    with dying(channel.house.app, "ledger", "decide"), pytest.raises(Killed):
        await channel.press_it(element, "pat")
    channel.house.presses -= 1
    assert await channel.press_it(element, "pat", attempts=2) == []
    [record] = await _requests(channel, PAT)
    assert record.approval.by == PAT


async def test_what_a_try_that_died_has_taken_is_not_in_the_way_of_the_next(channel: Channel) -> None:
    await channel.posted()
    element = channel.element("Take PAY-7")
    with dying(channel.house.app, "store", "remember"), pytest.raises(Killed):
        await channel.press_it(element, "pat")
    channel.house.app.store.held = facts(replace(ORPHAN, assignee=account("pat")), issue(8, "bob"), prs=(WAITS,))
    channel.house.presses -= 1
    assert await channel.press_it(element, "pat", attempts=2) == []
    assert "Pat wants to take it" in channel.post or "Pat took it" in channel.post


async def test_what_is_refused_is_nobodys_claim(channel: Channel) -> None:
    constituted(channel, autonomy=autonomy(never_this={"never": "reassign"}))
    await channel.posted()
    [told] = await channel.press("Take PAY-7")
    assert told.startswith("I can't: never-this") and "[Take PAY-7]" in channel.post
    assert await channel.house.hushes() == []


async def test_whoever_was_told_of_it_too_has_their_message_drawn_again(channel: Channel) -> None:
    await channel.house.looks()
    await channel.posted()
    await _due(channel)
    place = next(tuple(name.split()) for name in channel.house.slack.shown if name.startswith("C-"))
    await channel.press("I'll review PAY-8", place=place)
    [to_tess] = await channel.house.office.ledger.recent(person=PersonId("tess"))
    assert to_tess.id in [job.payload["effect"] for job in await _due(channel) if job.kind == "living"]


async def test_an_older_drawing_does_not_come_to_lie_over_a_newer_press(channel: Channel) -> None:
    effect = await channel.posted()
    hand, gate, seen = channel.house.app.notify, asyncio.Event(), list[int]()
    real = hand._age

    async def age(team: Any) -> Any:
        seen.append(1)
        if len(seen) == 1:  # has read what was pressed, and not yet drawn it
            await gate.wait()
        return await real(team)

    hand._age = age
    slow = asyncio.create_task(took.redraw(channel.house.app, effect))
    while not seen:
        await asyncio.sleep(0)
    await channel.press("I'll review PAY-8")
    gate.set()
    await slow
    assert "Ann reviews it" in channel.post


async def test_what_a_summary_cannot_show_any_more_is_told_to_whoever_pressed(channel: Channel) -> None:
    await channel.posted()
    take, skip = channel.element("Take PAY-7"), channel.element("Skip until sprint end")

    async def closed(*_: Any) -> None:
        raise Refused("no", code="edit_window_closed")

    channel.house.slack.update = closed  # type: ignore[method-assign]
    assert await channel.press_it(take) == ["PAY-7: Ann wants to take it, 12:00 · Pat is asked."]
    [record] = await _requests(channel)
    assert not await shown_in_digest(channel.house.app, record), "so that the outcome is posted"
    assert await channel.press_it(skip, "pat") == ["Noted: it is left out until the sprint ends."]


async def test_after_a_no_the_line_may_be_taken_by_somebody_else(channel: Channel) -> None:
    await channel.posted()
    await channel.press("Take PAY-7")
    [record] = await _requests(channel)
    assert record.approval is not None
    await channel.house.office.ledger.decide(record.approval.id, by=PersonId("pat"), approve=False)
    refused = await channel.house.office.ledger.why(record.proposal.id)
    assert refused is not None and not await shown_in_digest(channel.house.app, refused)
    assert "[Take PAY-7]" in channel.post


async def test_what_has_an_owner_by_now_is_said_and_nothing_is_done(channel: Channel) -> None:
    await channel.posted()
    channel.house.app.store.held = facts(replace(ORPHAN, assignee=account("bob")), issue(8, "bob"), prs=(WAITS,))
    assert await channel.press("Take PAY-7") == ["PAY-7 has an owner already: Bob. Nothing was done."]
    assert await _requests(channel) == [] and re.search(r"~.*PAY-7.*~ PAY-7 has an owner already: Bob", channel.post)


async def test_nobody_reviews_their_own(channel: Channel) -> None:
    await channel.posted()
    [said] = await channel.press("I'll review PAY-8", "bob")
    assert said.endswith("is yours: somebody else reviews it. Nothing was done.") and "~" not in channel.post


async def test_strangers_guests_and_copies_are_refused_privately(channel: Channel) -> None:
    await channel.posted()
    before = channel.post
    channel.house.slack.guests = ("U-ann",)
    for label in ("Take PAY-7", "Details in thread", "Skip until sprint end"):
        assert await channel.press(label) == await channel.press(label, "mallory") == [STRANGER]
        assert await channel.press(label, workspace="T2") == [ELSEWHERE]
        assert await channel.press(label, place=("C-engineering", "9.9")) == [UNKNOWN]
    assert channel.post == before and not channel.thread.replies


# --- the thread and the menu ------------------------------------------------------------------------------------


async def test_the_details_are_posted_once_under_the_summary(channel: Channel) -> None:
    await channel.posted()
    assert await channel.press("Details in thread") == []
    assert await channel.press("Details in thread", "bob") == ["The details are in the thread already."]
    [reply] = channel.thread.replies.values()
    assert "Needs somebody" in reply["text"] and "a day needed" in reply["text"]
    assert await channel.press("Useful", place=("C-engineering", reply["ts"])) == ["Noted: useful."]


async def test_where_past_sprints_are_known_the_thread_begins_with_the_forecast(channel: Channel) -> None:
    alike = past(2, 2, 1, 2, 2, 2, target=2.0, done=0.0, by_points=False)
    for each in alike:
        await channel.house.app.foresight.keep_ended(TEAM, each.stand.sprint, NOON, [each])
    await channel.posted()
    await channel.press("Details in thread")
    [reply] = channel.thread.replies.values()
    assert " all of it by Fri 27 Nov: " in reply["text"] and "a day needed" not in reply["text"]


async def test_without_the_permission_to_read_threads_the_details_are_posted_all_the_same_and_once(
    channel: Channel,
) -> None:
    await channel.posted()

    async def forbidden(*_: Any, **__: Any) -> Any:
        raise Refused("no", code="missing_scope")

    channel.house.slack.find = forbidden  # type: ignore[attr-defined]
    assert await channel.press("Details in thread", noted={SINCE: NOON.isoformat()}) == [UNSEEN]
    assert await channel.press("Details in thread") == [] and len(channel.thread.replies) == 1
    assert await channel.press("Details in thread", "bob") == [ALREADY] and len(channel.thread.replies) == 1


async def test_a_thread_in_which_nobody_may_post_is_said_to_whoever_pressed(channel: Channel) -> None:
    await channel.posted()

    async def closed(*_: Any, **__: Any) -> Any:
        raise Refused("no", code="restricted_action")

    channel.house.slack.post = closed  # type: ignore[method-assign]
    [told] = await channel.press("Details in thread")
    assert "does not let me post in this thread (restricted_action)" in told


async def test_only_the_pm_and_admins_leave_it_out_and_it_comes_back_with_the_next_sprint(channel: Channel) -> None:
    await channel.posted()
    app, held = channel.house.app, channel.house.app.store.held
    assert await channel.press("Skip until sprint end") == [NOT_THEIRS]
    assert await channel.press("Skip until sprint end", "pat") == []
    assert "No summary until Sprint 24 ends, says Pat" in channel.post
    assert await skipped_words(app, TEAM, held)
    over = replace(held, sprints=(sprint(24, state=SprintState.CLOSED), sprint(25)), whole=frozenset({SprintId(25)}))
    assert not await skipped_words(app, TEAM, over) and not await app.store.recall(TEAM, "digest")


async def test_it_can_be_taken_up_again_before_that(channel: Channel) -> None:
    await channel.posted()
    await channel.press("Skip until sprint end", "pat")
    assert await channel.press("Post it every day again", "pat") == []
    assert "No summary" not in channel.post


async def test_while_it_is_left_out_its_hour_is_a_look_like_any_other(channel: Channel) -> None:
    await channel.posted()
    await channel.press("Skip until sprint end", "pat")
    channel.house.office.clock.at = NOON + DAY
    assert not [d for d in await _its_hour(channel) if isinstance(d.proposal.action, PostDigest)]
    await channel.press("Post it every day again", "pat")
    channel.house.office.clock.at = NOON + DAY + HOUR
    assert [d for d in await _its_hour(channel) if isinstance(d.proposal.action, PostDigest)]


async def _its_hour(channel: Channel) -> list[Decided]:
    """What the look of its slot decides."""
    app, decided = channel.house.app, list[Decided]()

    class Ledger:
        def __getattr__(self, name: str) -> Any:
            return getattr(channel.house.office.ledger, name)

        async def record(self, cycle: Any) -> Any:
            decided.extend(cycle.decided)
            return await channel.house.office.ledger.record(cycle)

    async def nothing(*args: Any) -> Any:
        return []

    app.desk = lambda job: replace(channel.house.office.desk, ledger=Ledger())
    app.mailbox.waiting, app.sync.freshen, app.me = nothing, nothing, None
    app.metrics = SimpleNamespace(cycle=lambda reason, seconds: None)
    app.roster = SimpleNamespace(refresh=nothing)
    app.witnessed = lambda team: ()
    await for_the_digest(app, SimpleNamespace(team=TEAM, payload={}))  # type: ignore[arg-type]
    return decided


async def test_moving_it_names_the_line_and_who_keeps_it(channel: Channel) -> None:
    await channel.posted()
    [said] = await channel.press("Move time")
    assert said.startswith("It comes at 09:30 because of ") and said.endswith("Pat or Deb can change it.")


def test_the_line_of_the_time_is_where_it_stands(tmp_path: Path) -> None:
    team = load(CONSTITUTION).teams[0]
    name, _, number = line_of_the_time(CONSTITUTION, team).partition(", line ")
    text = CONSTITUTION.read_text(encoding="utf-8").splitlines()[int(number) - 1]
    assert name == CONSTITUTION.name and text.strip().startswith("at:")
    assert line_of_the_time(tmp_path / "gone.yaml", team) == "gone.yaml"


async def _due(channel: Channel) -> list[Any]:
    """What waits for a worker now; nobody works it."""
    found = []
    while (job := await channel.house.office.mailbox.claim((0, 1, 2), 30)) is not None:
        await channel.house.office.mailbox.finish(job)
        found.append(job)
    return found


async def _audited(channel: Channel) -> list[str]:
    rows = await channel.house.office.database.read(lambda c: c.execute(select(audit.c.what).order_by(audit.c.id)))
    return [row.what for row in rows]


async def _requests(channel: Channel, person: PersonId = ANN) -> list[Any]:
    held = await channel.house.office.ledger.hushes(TEAM, person)
    found = [await channel.house.office.ledger.why(h.said.proposal) for h in held if h.said and h.said.proposal]
    return [record for record in found if record is not None]
