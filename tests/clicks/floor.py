"""Two hundred questions on forty messages, a crowd that presses their buttons, and everything that may go wrong.

Real are the doors' inbox, the queue, the worker, the jobs of a press and the ledger. Slack is a list of who is a guest.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bot.jobs.presses.click import settle_one, settle_several
from bot.listeners.buttons import work_of
from bot.listeners.intake import Intake
from bot.metrics import Metrics
from bot.people import Roster
from bot.worker import run_worker
from integrations.slack.reading.members import SlackMember
from models.actions import Reassign
from models.cycles import Cycle
from models.database import Database
from models.errors import Unclear
from models.events import Reason, Trigger
from models.ids import ApprovalId, CycleId, EffectId, IssueKey, PersonId, ProposalId, SlackUserId, named
from models.ledger import Ledger
from models.mailbox import Job, Mailbox
from models.proposals import Approval, Decided, Decision, Ending, Outcome, Verdict
from models.signals import Urgency
from models.store import Store
from tests.bot.jobs.test_card import DANA, FRIDAY, LAW, NOOR, TEAM, Clock
from tests.contracts.stores.values import proposal
from tests.waiting import unfinished
from tests.world import fresh_database

PER_CARD = 5
"""Questions on one message."""

MAY = (DANA, NOOR)
"""Who may answer."""

SLACK = {str(member.id): str(member.slack) for member in TEAM.members}
WRONG, OUTSIDER = SLACK["sarah"], "U0OUTSIDE"
SOON, LATE = timedelta(hours=1), timedelta(days=4)
"""After how long a question lapses: some do while the crowd presses."""


class Died(Exception):
    """The process ended between what it had done and what it had to tell the queue."""


@dataclass
class Workspace:
    """As much of Slack as a press needs; now and then it does not answer."""

    chance: random.Random
    guests: set[str] = field(default_factory=set)
    down: float = 0.0
    """The share of questions to it that stay unanswered."""
    slow: Mapping[str, float] = field(default_factory=dict)
    """How many seconds it takes to say who somebody is."""
    silent: set[str] = field(default_factory=set)
    """Of whom it says nothing the next time it is asked."""

    async def workspace(self) -> str:
        self._answer()
        return "T1"

    async def member(self, user: str) -> SlackMember:
        await asyncio.sleep(self.slow.get(user, self.chance.random() * 0.04))  # others press while it is asked
        self._answer()
        if user in self.silent:
            self.silent.remove(user)
            raise Unclear("Slack did not answer")
        return SlackMember(id=SlackUserId(user), name=user, tz=None, guest=user in self.guests)

    def forget(self, user: str) -> None: ...

    def _answer(self) -> None:
        if self.chance.random() < self.down:
            raise Unclear("Slack did not answer")


class Mortal(Ledger):
    """The real ledger; now and then its process ends right after it has decided."""

    chance: random.Random
    deaths: float = 0.0

    async def decide(self, approval: ApprovalId, **said: Any) -> Approval:
        settled = await super().decide(approval, **said)
        if self.chance.random() < self.deaths:
            raise Died
        return settled


@dataclass(frozen=True, slots=True)
class Press:
    """One press of somebody's."""

    number: int
    user: str
    button: str
    about: tuple[ApprovalId, ...]


@dataclass
class Floor:
    """The product on one database, and what the crowd did and was told."""

    url: str
    chance: random.Random
    clock: Clock = field(default_factory=Clock)
    presses: list[Press] = field(default_factory=list)
    told: dict[int, list[str]] = field(default_factory=dict)
    """What each press was answered privately, by its number."""
    done: Counter[str] = field(default_factory=Counter)
    """How often each effect was carried out."""
    places: dict[ApprovalId, int] = field(default_factory=dict)
    """On which card a question stands."""
    backoff: float = 0.0
    """Seconds until what failed is tried again."""

    def __post_init__(self) -> None:
        self.slack = Workspace(self.chance)
        self.deaths = 0.0
        self.open()

    def open(self) -> None:
        """A process begins: it remembers nothing of the one before."""
        self.database = Database(self.url, self.clock)  # type: ignore[arg-type]
        self.mailbox = Mailbox(self.database, self.clock)  # type: ignore[arg-type]
        self.store = Store(self.database, self.clock)  # type: ignore[arg-type]
        self.ledger = Mortal(self.database, self.clock)  # type: ignore[arg-type]
        self.ledger.chance, self.ledger.deaths = self.chance, self.deaths
        self.mailbox.start()

    async def close(self) -> None:
        await self.mailbox.stop()
        await self.database.close()

    async def restart(self) -> None:
        """The process ends with jobs waiting, and another begins on what it left."""
        await self.close()
        self.open()

    @property
    def app(self) -> Any:
        return SimpleNamespace(
            directives=LAW,
            ledger=self.ledger,
            store=self.store,
            clock=self.clock,
            slack=self.slack,
            jira=None,
            mailbox=self.mailbox,
            notify=SimpleNamespace(whisper=self._whisper),
            roster=Roster(LAW, self.store),
            settings=SimpleNamespace(lease_seconds=30.0),
            worker_backoff=lambda job, after: self.backoff,
        )

    # --- what is asked ----------------------------------------------------------------------------------------------

    async def ask(self, count: int) -> list[Approval]:
        """So many questions to Dana and Noor, five on a message; every fifth lapses within the hour."""
        decided = [self._asked(number) for number in range(count)]
        trigger = Trigger(team=TEAM.id, reason=Reason.LOOK, at=FRIDAY)
        cycle = Cycle(
            id=CycleId("c"),
            trigger=trigger,
            at=FRIDAY,
            directives_version="v",
            signals=(),
            decided=tuple(decided),
            urgency=Urgency.LOW,
            next_look=FRIDAY + LATE,
        )
        await self.ledger.record(cycle)
        names = [ApprovalId(named("approval", each.proposal.id, "c")) for each in decided]
        for card in range(0, count, PER_CARD):
            await self._show(card // PER_CARD, names[card : card + PER_CARD])
        return [found for name in names if (found := await self.ledger.approval(name)) is not None]

    def _asked(self, number: int) -> Decided:
        link = {"issue_title": "t", "issue_url": "https://x", "giver": None, "taker": PersonId("li")}
        action = Reassign(issue=IssueKey(f"PAY-{number + 1}"), **link)  # type: ignore[arg-type]
        wanted = replace(proposal(action, f"p{number}"), id=ProposalId(f"p{number}"), asked_by=None)
        ends = FRIDAY + (SOON if number % 5 == 4 else LATE)
        decision = Decision(verdict=Verdict.ASK, rule="confirm-reassign", reason="r", approvers=(DANA,), expires=ends)
        return Decided(wanted, decision)

    async def _show(self, card: int, names: list[ApprovalId]) -> None:
        """On Dana's message and, passed on, on Noor's."""
        for name in names:
            self.places[name] = card
            asked = await self.ledger.approval(name)
            assert asked is not None
            await self.ledger.pass_on(name, NOOR, asked.expires)
        await self.ledger.place_card(names, "D1", f"{card}.0", DANA)
        await self.ledger.place_card(names, "D2", f"{card}.0", NOOR)

    # --- what people do ---------------------------------------------------------------------------------------------

    async def press(self, user: str, button: str, asked: list[Approval], *, version: str = "", card: str = "") -> None:
        """As Slack delivers it: kept by the door, worked on when a worker comes."""
        number = len(self.presses)
        self.presses.append(Press(number, user, button, tuple(each.id for each in asked)))
        room = "D2" if user == SLACK[NOOR] else "D1"
        values = [json.dumps({"a": each.id, "v": version or each.payload_hash}) for each in asked]
        body = {
            "type": "block_actions",
            "user": {"id": user},
            "team": {"id": "T1"},
            "trigger_id": f"1.{number}",
            "response_url": f"https://slack.test/{number}",
            "container": {"channel_id": room, "message_ts": card or f"{self.places[asked[0].id]}.0"},
            "actions": [{"action_id": button, "value": values[0] if button != "several_yes" else '{"a": "several"}'}],
        }
        if button == "several_yes":
            ticked = {"type": "checkboxes", "selected_options": [{"value": value} for value in values]}
            body |= {"state": {"values": {"questions": {"questions": ticked}}}}
        job, key = work_of(body)
        intake = Intake(
            inbox=self.mailbox,
            directives=lambda: LAW,
            clock=self.clock,  # type: ignore[arg-type]
            metrics=Metrics(),
            forgotten=lambda group: None,
        )
        assert job in {"click", "batch"} and await intake.keep("block_actions", body, job=job, key=key)

    async def _whisper(self, url: str, words: str) -> None:
        self.told.setdefault(int(url.rpartition("/")[2]), []).append(words)

    async def work(self, seconds: float = 120.0) -> None:
        """A worker comes and does whatever waits."""
        stop = asyncio.Event()
        working = asyncio.create_task(
            run_worker(self.app, stop, Jobs({"click": settle_one, "batch": settle_several, "effect": self._carry_out}))
        )
        try:
            async with asyncio.timeout(seconds):
                while await unfinished(self.database):
                    await asyncio.sleep(0.02)
        finally:
            stop.set()
            self.mailbox.doorbell.ring()
            await working

    async def _carry_out(self, app: Any, job: Job) -> None:
        """What the world would see of one effect; cards cost nothing here."""
        ledger = self.ledger.under(job)
        effect = await ledger.begin(EffectId(job.payload["effect"]))
        if effect is not None:
            self.done[effect.id] += effect.action.kind != "ask_approval"
            await ledger.settle(effect.id, Outcome(ending=Ending.DONE, words="done"))
        await self.mailbox.finish(job)


class Jobs(dict[str, Callable[[Any, Job], Awaitable[None]]]):
    """The jobs this is about; of any other kind, as of redrawing a card, nothing is to be seen here."""

    def get(self, kind: str, default: Any = None) -> Any:
        return super().get(kind, _finished)


async def _finished(app: Any, job: Job) -> None:
    await app.mailbox.finish(job)


def floor_of(folder: Path, seed: str) -> Floor:
    """An empty one."""
    return Floor(fresh_database(folder / "pm.db"), random.Random(seed))


def wishes(press: Press) -> str:
    """What becomes of a question this press is about, should it count."""
    return "rejected" if press.button == "reject" else "approved"


def answers(floor: Floor) -> Iterator[tuple[Press, list[str]]]:
    """Each press, and what it was told."""
    return ((press, floor.told.get(press.number, [])) for press in floor.presses)
