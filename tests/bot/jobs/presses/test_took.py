"""A press in the daily summary does the asked thing once, for the team alone; the line says who has it since when."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.look import for_the_digest
from bot.jobs.presses import digest_menu, took
from bot.jobs.presses.digest_menu import NOT_THEIRS, line_of_the_time
from bot.jobs.presses.press import ELSEWHERE
from bot.jobs.presses.took import STRANGER, UNKNOWN, shown_in_digest, skipped_words
from bot.listeners.buttons import work_of
from models.actions import PostDigest, RemindPerson
from models.directives_file import load
from models.events import Reason, Trigger
from models.ids import PersonId, SprintId
from models.proposals import Decided, Effect, Ending, effect_of
from models.store import Store
from models.work import Facts, SprintState
from planner.cycle import run_cycle
from tests.bot.jobs.presses.test_ending import House, house, law
from tests.contracts.stores.conftest import sqlite_databases
from tests.planner.asked.requests.test_story import Office, office
from tests.planner.world import BASE, DAY, HOUR, NOON, TEAM, account, facts, issue, line, pull_request, sprint
from tests.world import CONSTITUTION

__all__ = ["house", "office", "sqlite_databases"]

pytestmark = pytest.mark.anyio

ORPHAN = issue(7, None)
WAITS = pull_request(9, "bob", {"ann": "waiting", "tess": "waiting"}, issues=("PAY-8",))
ANN = PersonId("ann")
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

    async def post(self, channel: str, text: str, blocks: Any, *, marker: str, thread: str | None = None) -> Any:
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
        await settle(self.house.app, self.house.job())
        return self.house.whispers[before:]


@pytest.fixture
async def channel(house: House, office: Office) -> AsyncIterator[Channel]:
    house.app.store = Shelf(Store(office.database, office.clock), office.held)
    house.app.notify._work = house.app.store
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
    assert [len(said) for said in await channel.press_it(button)] in ([], [0])
    assert len(await _requests(channel)) == 1 and not await _requests(channel, PersonId("bob"))


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
    assert (
        "Needs somebody" in reply["text"] and "Waits for a review" in reply["text"] and "a day needed" in reply["text"]
    )
    assert await channel.press("Useful", place=("C-engineering", reply["ts"])) == ["Noted: useful."]


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
    app.metrics = SimpleNamespace(cycle=lambda reason: None)
    app.roster = SimpleNamespace(refresh=nothing)
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


async def _requests(channel: Channel, person: PersonId = ANN) -> list[Any]:
    held = await channel.house.office.ledger.hushes(TEAM, person)
    found = [await channel.house.office.ledger.why(h.said.proposal) for h in held if h.said and h.said.proposal]
    return [record for record in found if record is not None]
