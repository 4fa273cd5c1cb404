"""A question on Dana's card, and everybody who might answer it, by every way there is."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from bot.jobs.presses.click import settle_one, settle_several
from bot.jobs.windows.open import handle
from integrations.slack.reading.members import SlackMember
from models.directives import Directives
from models.errors import Refused
from models.events import Delivery, Source
from models.ids import ApprovalId, DeliveryId, SlackUserId
from models.ledger import Ledger
from models.mailbox import Job, Mailbox
from models.proposals import Approval
from models.store import Store
from models.tables.outbox import audit, effects
from planner.ports import Desk
from planner.reasoning import RulesMind
from tests.bot.jobs.test_card import FRIDAY, HOUR, LAW, NOOR, TEAM, House
from tests.world import CONSTITUTION

SLACK = {str(member.id): str(member.slack) for member in TEAM.members}
OUTSIDER, OURS, OTHER = "U0OUTSIDE", "T1", "T2"
CARD = ("D1", "1.0")


@dataclass
class Workspace:
    """As much of Slack as answers need."""

    guests: set[str] = field(default_factory=set)
    bots: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    forgotten: list[str] = field(default_factory=list)
    views: dict[str, Any] = field(default_factory=dict)
    closed: bool = False
    private: list[str] = field(default_factory=list)

    async def workspace(self) -> str:
        return OURS

    async def member(self, user: str) -> SlackMember:
        kinds = {"guest": user in self.guests, "bot": user in self.bots, "deleted": user in self.gone}
        return replace(SlackMember(id=SlackUserId(user), name=user, tz=None), **kinds)

    def forget(self, user: str) -> None:
        self.forgotten.append(user)

    async def update_window(self, name: str, view: Any) -> None:
        if self.closed:
            raise Refused("not_found", code="not_found")
        self.views[name] = view

    async def open_dm(self, user: str) -> str:
        return f"D-{user}"

    async def post(self, channel: str, text: str, blocks: Any, **how: Any) -> None:
        self.private.append(text)


@dataclass
class Office:
    """The app on a real database, with Dana's question in it."""

    house: House
    slack: Workspace = field(default_factory=Workspace)
    law: Directives = LAW
    whispered: list[str] = field(default_factory=list)
    bodies: dict[int, bytes] = field(default_factory=dict)
    jira: Any = None

    def __post_init__(self) -> None:
        self.mailbox = Mailbox(self.house.database, self.house.clock)
        self.store = Store(self.house.database, self.house.clock)

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.house.database, self.house.clock)

    @property
    def app(self) -> Any:
        deliveries = SimpleNamespace(delivery=self._delivery, finish=_nothing, note=_nothing, put=self.mailbox.put)
        return SimpleNamespace(
            directives=self.law,
            ledger=self.ledger,
            store=self.store,
            clock=self.house.clock,
            slack=self.slack,
            jira=self.jira,
            mailbox=deliveries,
            notify=SimpleNamespace(whisper=self._whisper),
            settings=SimpleNamespace(directives_file=CONSTITUTION),
            desk=self._desk,
            constitution=SimpleNamespace(look=_nothing),
        )

    def _desk(self, job: Job) -> Desk:
        return Desk(
            clock=self.house.clock,
            directives=self.law,
            work=self.store,
            mind=RulesMind(),
            ledger=self.ledger,
            hands={},
        )

    # --- what people do -------------------------------------------------------------------------------------

    async def press(
        self, user: str, button: str, value: Any, *, team: str = OURS, place: tuple[str, str] = CARD, **more: Any
    ) -> list[str]:
        """What the presser is told privately: nothing when it counted."""
        action = {"action_id": button, "value": json.dumps(value)}
        body = {
            "type": "block_actions",
            "actions": [action],
            "user": {"id": user},
            "team": {"id": team},
            "container": {"channel_id": place[0], "message_ts": place[1]},
            "response_url": "https://slack.test/r",
            "trigger_id": "9.9.9",
        } | {key: value for key, value in more.items() if key != "attempts"}
        settle = settle_several if button == "several_yes" else settle_one
        return await self._work(settle, body, more.get("attempts", 1))

    async def opens(self, user: str, button: str, value: Any, *, team: str = OURS, **more: Any) -> Any:
        """The window somebody is shown."""
        body = {
            "type": "block_actions",
            "actions": [{"action_id": button, "value": json.dumps(value)}],
            "user": {"id": user},
            "team": {"id": team},
            "container": {"channel_id": CARD[0], "message_ts": CARD[1]},
            "trigger_id": "9.9.9",
        } | more
        await self._work(handle, body)
        return next(iter(self.slack.views.values()), None)

    async def fills(
        self, user: str, word: str, ids: Any, values: Any, *, team: str = OURS, attempts: int = 1
    ) -> list[str]:
        """What whoever sends a window off is told privately."""
        state = {"values": {name: {name: value} for name, value in values.items()}}
        view = {"callback_id": word, "private_metadata": json.dumps(ids), "state": state}
        body = {"type": "view_submission", "user": {"id": user}, "team": {"id": team}, "view": view}
        return await self._work(handle, body, attempts)

    async def _work(self, settle: Any, body: Any, attempts: int = 1) -> list[str]:
        self.whispered.clear()
        self.slack.private.clear()
        row = len(self.bodies) + 1
        self.bodies[row] = json.dumps(body).encode()
        await settle(self.app, SimpleNamespace(id=row, team=TEAM.id, attempts=attempts, payload={"inbox": row}))
        return [*self.whispered, *self.slack.private]

    async def _delivery(self, row: int) -> Delivery:
        body = self.bodies[row]
        return Delivery(source=Source.SLACK, id=DeliveryId(f"d{row}"), name="press", body=body, received=FRIDAY)

    async def _whisper(self, url: str, words: str) -> None:
        self.whispered.append(words)

    # --- what is so -----------------------------------------------------------------------------------------

    async def question(self) -> Approval:
        """Dana is asked, and Noor may answer too; both see the card."""
        approval = await self.house.ask()
        await self.ledger.pass_on(approval, NOOR, FRIDAY + 96 * HOUR)
        await self.ledger.place_card([approval], "D2", "2.0", NOOR)
        return await self.now(approval)

    async def now(self, approval: ApprovalId) -> Approval:
        found = await self.ledger.approval(approval)
        assert found is not None
        return found

    async def becomes(self, asked: Approval, state: str) -> None:
        """It is over before anybody presses, by the hand of Noor where somebody answered."""
        match state:
            case "approved" | "rejected":
                await self.ledger.decide(asked.id, by=NOOR, approve=state == "approved")
            case "expired":
                self.house.clock.at = asked.expires + timedelta(minutes=1)
            case "superseded":
                await self.ledger.supersede([asked.id], "PAY-1 is done")

    async def executions(self) -> int:
        """How many changes of tickets are planned."""
        rows = await self.house.database.read(
            lambda c: c.execute(select(effects.c.id).where(effects.c.kind != "ask_approval")).all()
        )
        return len(rows)

    async def audited(self) -> list[str]:
        rows = await self.house.database.read(lambda c: c.execute(select(audit.c.who, audit.c.what)).all())
        return [f"{who} {what}" for who, what in rows]


async def _nothing(*_: Any, **__: Any) -> None:
    pass
