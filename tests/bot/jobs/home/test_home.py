"""A Home is drawn when it is opened and when something of it changes; what is pressed there is decided here."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from bot import homes
from bot.jobs import HANDLERS
from bot.jobs.home.after import of_the_concerned
from bot.jobs.home.gather import gathered
from bot.jobs.windows.contact import draw
from bot.jobs.windows.form import Opened
from bot.listeners.buttons import work_of
from bot.people import Roster
from bot.sync.people import person_of
from bot.views.home import HomeData
from bot.views.windows import FAULTS
from bot.views.windows.contact import given_in
from bot.views.windows.window import Window, picked
from models.bills import Caps, Wanted
from models.database import Database
from models.directives_file import load
from models.errors import NotDone, Refused
from models.events import Delivery, Source
from models.ids import ApprovalId, DeliveryId, JobId, PersonId, TeamId, named
from models.ledger import Ledger
from models.mailbox import Job, Mailbox
from models.money import Money
from models.pauses import Pause
from models.proposals import Ending, Outcome, effect_of
from models.purse import Purse
from models.signals import Urgency
from models.store import Store
from models.tables.outbox import audit
from models.thoughts import Purpose, Size
from planner.bounds.limits import Place, wait_for_person
from planner.hearers.contact import NO_WISH, Wish, usual
from tests.bot.views.reading import seen
from tests.contracts.blockkit import check_view
from tests.contracts.stores.values import FakeClock, allow, ask, cycle, handover, nudge, proposal, spend
from tests.world import CONSTITUTION, empty_database

pytestmark = pytest.mark.anyio

GIVEN = load(CONSTITUTION)
TEAM = GIVEN.teams[0]
LI, DANA = PersonId("li"), PersonId("dana")
LI_SLACK, DANA_SLACK = str(TEAM.member(LI).slack), str(TEAM.member(DANA).slack)


class App(SimpleNamespace):
    """As the real one: the constitution in force is the roster's."""

    @property
    def directives(self) -> Any:
        return self.roster.directives


@dataclass
class Slack:
    """Publishes as Slack does: a hash that is not the last one is refused."""

    views: list[Mapping[str, Any]] = field(default_factory=list)
    guests: set[str] = field(default_factory=set)
    hash: str = ""
    failure: Exception | None = None
    told: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    async def workspace(self) -> str:
        return "T1"

    async def member(self, user: str) -> SimpleNamespace:
        return SimpleNamespace(guest=user in self.guests, bot=False, deleted=False, tz="Europe/Lisbon")

    async def open_dm(self, user: str) -> str:
        return f"D{user}"

    async def post(self, channel: str, text: str, blocks: Any = (), **how: Any) -> None:
        self.told.append(text)

    async def publish_home(self, user: str, view: Mapping[str, Any], seen: str = "") -> str:
        self.seen.append(seen)
        if self.failure is not None:
            raise self.failure
        if seen and seen != self.hash:
            raise Refused("drawn meanwhile", code="hash_conflict")
        check_view(view)
        self.views.append(view)
        self.hash = f"h{len(self.views)}"
        return self.hash


@dataclass
class Room:
    app: Any
    clock: FakeClock
    presses: int = 0

    @property
    def shown(self) -> str:
        return seen(self.app.slack.views[-1]["blocks"])

    async def work(self) -> int:
        """Everything that is due; how many jobs."""
        done = 0
        while (job := await self.app.mailbox.claim([0, 1, 2], 30)) is not None:
            if job.kind == homes.JOB:
                await HANDLERS[job.kind](self.app, job)
            else:
                await self.app.mailbox.finish(job)
            done += 1
        return done

    async def opens(self, user: str = LI_SLACK) -> str:
        await homes.opened(self.app, user)
        await self.work()
        return self.shown

    async def presses_on_home(self, button: str, user: str = LI_SLACK, value: str = "{}", **more: Any) -> str:
        """Kept as the door keeps it, worked, and drawn again; what the Home says then."""
        view = {"type": "home", "id": "V1"}
        action = {"action_id": button, "value": value}
        await self._handle({"type": "block_actions", "view": view, "actions": [action]} | more, user)
        return await self.later()

    async def saves(self, user: str = LI_SLACK, **filled: Any) -> str:
        """The window, filled in past the door's own check."""
        values = {block: {"x": value} for block, value in filled.items()}
        view = {"type": "modal", "callback_id": "contact", "private_metadata": "{}", "state": {"values": values}}
        await self._handle({"type": "view_submission", "view": view}, user)
        return await self.later()

    async def later(self) -> str:
        self.clock.tick(homes.BREATH)
        await self.work()
        return self.shown

    async def _handle(self, body: dict[str, Any], user: str) -> None:
        self.presses += 1
        body = {"user": {"id": user}, "team": {"id": "T1"}, "trigger_id": "1.1"} | body
        kind = "window" if body["type"] == "view_submission" else str(work_of(body)[0])
        raw = json.dumps(body).encode()
        name = DeliveryId(f"d{self.presses}")
        delivery = Delivery(source=Source.SLACK, id=name, name=body["type"], body=raw, received=self.clock.real())
        job = Job(id=JobId(0), kind=kind, key="k", team=TEAM.id, lane=0, payload={"inbox": 1}, attempts=1, token=1)
        app = App(**vars(self.app) | {"mailbox": Letters(self.app.mailbox, delivery)})
        await HANDLERS[kind](app, job)  # type: ignore[arg-type]

    def wish(self, person: PersonId = LI) -> Wish:
        return self.app.roster.wishes.get(person, NO_WISH)  # type: ignore[no-any-return]

    async def audited(self) -> list[tuple[str, str]]:
        rows = await self.app.database.read(lambda c: c.execute(select(audit.c.what, audit.c.who)).all())
        return [(row.what, row.who) for row in rows]


@dataclass
class Letters:
    """The real queue, but for the delivery of the press at hand."""

    queue: Mailbox
    delivered: Delivery

    async def delivery(self, row: int) -> Delivery:
        return self.delivered

    async def finish(self, job: Job) -> None:
        return None

    async def note(self, job: Job, **words: Any) -> None:
        return None

    async def put(self, job: Any) -> None:
        await self.queue.put(job)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    clock = FakeClock()
    file = tmp_path / "pm.db"
    file.write_bytes(empty_database())
    database = Database(f"sqlite:///{file}", clock)
    store, ledger, mailbox = Store(database, clock), Ledger(database, clock), Mailbox(database, clock)
    roster = Roster(GIVEN, store)
    app = App(
        clock=clock,
        database=database,
        store=store,
        ledger=ledger,
        purse=Purse(database),
        mailbox=mailbox,
        roster=roster,
        slack=Slack(),
        constitution=SimpleNamespace(trouble=None),
        settings=SimpleNamespace(anthropic_api_key=""),
        hands={},
    )
    yield Room(app, clock)
    await database.close()


# --- when it is drawn -------------------------------------------------------------------------------------------


async def test_it_is_drawn_when_it_is_opened_and_for_nobody_who_has_not_opened_theirs(room: Room) -> None:
    await homes.touch(room.app, LI_SLACK)
    assert await room.work() == 0
    assert "# Waiting for you" in await room.opens()


async def test_what_follows_each_other_in_a_few_seconds_is_one_drawing(room: Room) -> None:
    await room.opens()
    for _ in range(20):
        await homes.touch(room.app, LI_SLACK)
    await room.work()
    assert len(room.app.slack.views) == 1, "not yet: it has just been drawn"
    await room.later()
    assert len(room.app.slack.views) == 2


async def test_however_much_happens_one_home_is_drawn_once_in_a_breath(room: Room) -> None:
    await room.opens()
    room.clock.tick(homes.TOGETHER + 0.1)
    await homes.touch(room.app, LI_SLACK)
    room.clock.tick(homes.BREATH - homes.TOGETHER - 0.2)
    await room.work()
    assert len(room.app.slack.views) == 1
    room.clock.tick(0.1)
    await room.work()
    assert len(room.app.slack.views) == 2


async def test_each_drawing_names_the_one_it_follows(room: Room) -> None:
    await room.opens()
    await homes.touch(room.app, LI_SLACK)
    await room.later()
    assert room.app.slack.seen == ["", "h1"]


async def test_a_home_that_is_opened_again_while_it_is_drawn_stays_in_sight(room: Room) -> None:
    await room.opens()
    real = room.app.slack.publish_home

    async def publish(user: str, view: Mapping[str, Any], seen: str = "") -> str:
        room.app.slack.publish_home = real
        room.clock.tick(60)
        await homes.opened(room.app, LI_SLACK)
        return str(await real(user, view, seen))

    room.app.slack.publish_home = publish
    await homes.touch(room.app, LI_SLACK)
    await room.later()
    known = await homes.seen(room.app, LI_SLACK)
    assert known is not None and known.opened == room.clock.real()


async def test_what_was_done_at_somebodys_yes_shows_at_once_in_their_open_home(room: Room) -> None:
    assert "Nothing that concerns you." in await room.opens(DANA_SLACK)
    asked = ask(proposal(handover(), "p1", asked_by=LI), DANA)
    made = cycle(room.clock, asked, team=TEAM.id)
    await room.app.ledger.record(made)
    await room.app.ledger.decide(ApprovalId(named("approval", "p1", made.id)), by=DANA, approve=True)
    effect = effect_of(asked.proposal.id)

    async def send(app: Any, job: Job) -> None:
        await room.app.ledger.begin(effect)
        await room.app.ledger.settle(effect, Outcome(ending=Ending.DONE, words="done"))

    await of_the_concerned(send)(room.app, SimpleNamespace(payload={"effect": effect}))  # type: ignore[arg-type]
    await room.later()
    assert len(room.app.slack.views) == 2 and "PAY-7" in room.shown


async def test_whoever_gets_a_ticket_at_anothers_yes_sees_it_at_once_with_their_name(room: Room) -> None:
    assert "Nothing that concerns you." in await room.opens(LI_SLACK)
    asked = ask(proposal(handover(), "p1", signals=()), DANA)
    made = cycle(room.clock, asked, team=TEAM.id)
    await room.app.ledger.record(made)
    await room.app.ledger.decide(ApprovalId(named("approval", "p1", made.id)), by=DANA, approve=True)
    effect = effect_of(asked.proposal.id)

    async def send(app: Any, job: Job) -> None:
        await room.app.ledger.begin(effect)
        await room.app.ledger.settle(effect, Outcome(ending=Ending.DONE, words="done"))

    await of_the_concerned(send)(room.app, SimpleNamespace(payload={"effect": effect}))  # type: ignore[arg-type]
    await room.later()
    assert "PAY-7 → Li Wei · Dana Whitfield said yes" in room.shown


async def test_a_home_nobody_has_looked_at_for_long_is_left_alone(room: Room) -> None:
    await room.opens()
    room.clock.tick(homes.IN_SIGHT.total_seconds() + 1)
    await homes.touch(room.app, LI_SLACK)
    await room.later()
    assert len(room.app.slack.views) == 1


async def test_an_older_drawing_gives_way_and_the_newest_facts_are_shown(room: Room) -> None:
    await room.opens()
    room.app.slack.hash = "drawn by somebody else"
    await homes.touch(room.app, LI_SLACK, "Noted.")
    assert (await room.later()).startswith("*Noted.*")


async def test_what_slack_cannot_take_now_is_tried_again_and_at_last_left(room: Room) -> None:
    room.app.slack.failure = NotDone("busy")
    job = SimpleNamespace(payload={"user": LI_SLACK}, attempts=1)
    with pytest.raises(NotDone):
        await HANDLERS["home"](room.app, job)  # type: ignore[arg-type]
    await homes.opened(room.app, LI_SLACK)
    real = await room.app.mailbox.claim([0], 30)
    room.app.slack.failure = Refused("no such user", code="user_not_found")
    await HANDLERS["home"](room.app, real)
    assert await room.work() == 0


async def test_a_message_that_was_sent_shows_at_once_in_its_readers_open_home(room: Room) -> None:
    assert "Nothing that concerns you." in await room.opens()
    spent = spend(LI)
    await room.app.ledger.record(cycle(room.clock, allow(proposal(nudge(LI), "n1"), spend=spent), team=TEAM.id))
    effect = effect_of(proposal(nudge(LI), "n1").id)

    async def send(app: Any, job: Job) -> None:
        await room.app.ledger.begin(effect)
        await room.app.ledger.settle(effect, Outcome(ending=Ending.DONE, words="sent"))

    await of_the_concerned(send)(room.app, SimpleNamespace(payload={"effect": effect}))  # type: ignore[arg-type]
    assert "Wrote to you about PAY-7  [Why?]" in await room.later()


# --- whose it is ------------------------------------------------------------------------------------------------


async def test_a_stranger_and_a_guest_are_told_honestly_why_there_is_nothing(room: Room) -> None:
    room.app.slack.guests.add("UGUEST")
    assert "You are not in this team's constitution" in await room.opens("USTRANGER")
    assert "members of this workspace only" in await room.opens("UGUEST")


async def test_only_those_who_run_a_team_see_how_the_agent_does(room: Room) -> None:
    assert "# Running the agent" not in await room.opens(LI_SLACK)
    home = await room.opens(DANA_SLACK)
    assert "# Running the agent" in home and "Spent today: $0.00, no model is used" in home
    assert "[Pause everything]" in home
    room.app.slack.guests.add(DANA_SLACK)
    room.clock.tick(homes.BREATH)
    home = await room.opens(DANA_SLACK)
    assert "# Running the agent" not in home and "Slack knows you as a guest" in home


# --- how I may contact you --------------------------------------------------------------------------------------


FILLED: dict[str, Any] = {
    "hours": {"type": "plain_text_input", "value": "10-11"},
    "days": {"type": "checkboxes", "selected_options": [{"value": "sat"}]},
    "zone": {"type": "plain_text_input", "value": "Europe/Lisbon"},
    "per_day_1": {"type": "plain_text_input", "value": "0"},
    "way": {"type": "radio_buttons", "selected_option": {"value": "jira"}},
}


async def test_a_wish_counts_at_once_and_in_every_process(room: Room) -> None:
    other = Roster(GIVEN, room.app.store)
    await room.opens()
    home = await room.saves(**FILLED)
    wanted = Wish(hours="10:00-11:00", days=("sat",), zone="Europe/Lisbon", per_day=0, channel="jira")
    assert room.wish() == wanted and ("contact", LI_SLACK) in await room.audited()
    assert home.startswith("*Noted. It counts from the next message on.*")
    assert "No message that you did not ask for" in home and "This is your own word." in home
    await other.refresh()
    at = Place(TEAM.id, {}, other.directives, room.clock.now())
    wait = wait_for_person(LI, Urgency.HIGH, at)
    assert wait is not None and f"{wait.until:%a %H:%M}" == "Sat 10:00"


async def test_what_is_left_as_it_stands_in_the_window_goes_on_following_the_constitution(room: Room) -> None:
    await room.opens()
    window = await draw(room.app, Opened(word="contact", user=LI_SLACK, workspace="T1"))
    assert isinstance(window, Window)
    first = {block["block_id"]: block["element"] for block in window.blocks if block["type"] == "input"}
    asis = usual(TEAM.member(LI), TEAM.id, GIVEN)
    assert first["hours"]["initial_value"] == asis.hours and first["zone"]["initial_value"] == asis.zone
    assert [each["value"] for each in first["days"]["initial_options"]] == list(asis.days)
    untouched = {
        "hours": {"type": "plain_text_input", "value": asis.hours},
        "days": {"type": "checkboxes", "selected_options": [{"value": day} for day in asis.days]},
        "zone": {"type": "plain_text_input", "value": asis.zone},
        "way": {"type": "radio_buttons", "selected_option": {"value": asis.channel}},
    }
    await room.saves(**untouched, per_day_1={"type": "plain_text_input", "value": "0"})
    assert room.wish() == Wish(per_day=0)


async def test_more_than_the_limit_is_refused_in_the_window_and_again_when_it_is_forged_past_it(room: Room) -> None:
    much = FILLED | {"per_day_1": {"type": "plain_text_input", "value": "2"}}
    view = {"state": {"values": {block: {"x": value} for block, value in much.items()}}}
    assert FAULTS["contact"](picked(view)) == {
        "per_day_1": "At most 1 a day: the constitution's limit. You can choose fewer, not more."
    }
    await room.opens()
    forged = {block: value for block, value in much.items() if block != "per_day_1"} | {"per_day_9": much["per_day_1"]}
    await room.saves(**forged)
    assert room.wish() == NO_WISH and ("window_refused", LI_SLACK) in await room.audited()
    assert room.app.slack.told[-1].startswith("Nothing was changed. At most 1 a day")


async def test_back_to_the_constitutions_deletes_it_and_says_so(room: Room) -> None:
    await room.opens()
    await room.saves(**FILLED)
    home = await room.presses_on_home("contact_back")
    assert room.wish() == NO_WISH and "This is your own word." not in home
    assert home.startswith("*I contact you as the constitution has it")


async def test_forgetting_everything_forgets_the_wish_too(room: Room) -> None:
    await room.opens()
    await room.saves(**FILLED)
    home = await room.presses_on_home("known_forget", value=json.dumps({"p": LI}))
    assert room.wish() == NO_WISH and home.startswith("*Deleted:")
    refused = await room.presses_on_home("known_forget", value=json.dumps({"p": DANA}))
    assert refused.startswith("*What is known of somebody is theirs alone.")


async def test_a_zone_of_ones_own_reaches_the_mirror_and_goes_back(room: Room) -> None:
    await room.app.store.save(TEAM.id, source=Source.SLACK, people=[person_of(TEAM.member(LI), TEAM)])
    for wish, zone in ((Wish(zone="Asia/Tokyo"), "Asia/Tokyo"), (NO_WISH, TEAM.member(LI).zone)):
        await room.app.roster.wish(LI, wish)
        assert [person.zone for person in await room.app.store.people(TEAM.id)] == [zone]


# --- pausing ----------------------------------------------------------------------------------------------------


async def test_an_admin_pauses_everything_and_resumes(room: Room) -> None:
    await room.opens(DANA_SLACK)
    home = await room.presses_on_home("pause_all", DANA_SLACK)
    assert await room.app.store.paused(TEAM.id) and home.startswith("*Paused: ")
    assert "[Resume]" in home and "[Pause everything]" not in home
    home = await room.presses_on_home("resume_all", DANA_SLACK)
    assert not await room.app.store.paused(TEAM.id) and home.startswith("*Resumed: ")


async def test_nobody_else_pauses_whatever_their_button_says(room: Room) -> None:
    await room.opens(LI_SLACK)
    home = await room.presses_on_home("pause_all", LI_SLACK)
    assert home.startswith("*Only admins of a team can pause") and not await room.app.store.paused(TEAM.id)
    room.app.slack.guests.add(DANA_SLACK)
    await room.presses_on_home("pause_all", DANA_SLACK)
    await room.presses_on_home("pause_all", DANA_SLACK, team={"id": "T2"})
    assert not await room.app.store.paused(TEAM.id)
    assert [what for what, _ in await room.audited()] == ["pause_refused"] * 3


async def test_why_on_a_home_opens_a_window_and_on_a_message_it_does_not(room: Room) -> None:
    pressed: dict[str, Any] = {"actions": [{"action_id": "why:3", "value": "p1"}]}
    assert work_of(pressed)[0] == "answer"
    assert work_of(pressed | {"view": {"type": "home"}})[0] == "window"
    assert work_of(pressed | {"view": {"type": "modal"}})[0] == "answer"


async def test_somebody_in_two_teams_sees_which_of_them_is_paused(room: Room) -> None:
    second = TEAM.model_copy(update={"id": TeamId("second"), "name": "Second"})
    room.app.roster = Roster(GIVEN.model_copy(update={"teams": (TEAM, second)}), room.app.store)
    await room.app.store.pause(second.id, Pause(by=DANA, since=room.clock.now()))
    home = await room.opens()
    assert "Second: Paused by Dana" in home and f"{TEAM.name}: Paused" not in home
    await room.app.store.pause(TEAM.id, Pause(by=DANA, since=room.clock.now()))
    room.clock.tick(homes.BREATH)
    assert f"{TEAM.name}: Paused by Dana" in await room.opens()


async def test_what_is_gathered_is_of_that_person_alone(room: Room) -> None:
    await room.app.roster.wish(DANA, Wish(per_day=0))
    data: HomeData = await gathered(room.app, LI_SLACK)
    assert data.person == LI and data.reach is not None and not data.reach.given and data.reach.per_day == 1
    assert data.running is None and given_in({}) == {"hours": "", "days": (), "zone": "", "per_day": "", "channel": ""}


async def test_who_runs_it_sees_what_claude_has_cost_today_and_what_it_may_still_cost(room: Room) -> None:
    room.app.settings = SimpleNamespace(anthropic_api_key="a-key")
    at, day = room.clock.now(), room.clock.now().astimezone(TEAM.tz).date()
    ask = Wanted(
        id="c1", team=TEAM.id, day=day, at=at, purpose=Purpose.PLAN, prompt="plan/1", size=Size.SMALL,
        worst={Size.SMALL: Money.usd("0.12")},
    )  # fmt: skip
    await room.app.purse.hold(ask, Caps(team=Money.usd(1), person=Money.usd(1)))
    assert "$0.00 of $1.00 and $0.12 held for what is under way" in await room.opens(DANA_SLACK)
