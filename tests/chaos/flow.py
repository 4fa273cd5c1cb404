"""One story of fifty events: a team works for four days while its agent may die at any moment."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, select

from integrations.simulator import happenings
from integrations.simulator.nouns import Issue
from integrations.simulator.seed import ASKER
from integrations.simulator.server import Simulator
from integrations.simulator.slack.wire import NotThere
from integrations.simulator.slack.workspace import Message
from integrations.simulator.traffic import Exchange
from models.clock import SharedClock
from models.directives_file import parse
from models.ids import PersonId
from models.tables.everything import all_tables
from tests.chaos.checker import Post, Seen, violations
from tests.chaos.product import HELD, Passed, Product, environment
from tests.chaos.wire import Wire

CONSTITUTION = Path(__file__).parents[2] / "directives.yaml"
MORNING = datetime.fromisoformat("2026-11-17T09:25:00-05:00")
"""A Tuesday of the constitution's team, five minutes before its digest."""

PATIENCE = 30.0
"""Seconds until something that must happen is missed."""

TICK = 1.3
"""Seconds until the agent's clock has surely ticked."""


LONGEST = 4
"""Times that patience after which a run is given up."""


class Missed(Exception):
    """Something that must happen did not; the story ends here."""


_ACTION = {"reject": "reject_why"}
"""Buttons that open a window, and theirs."""

_OF_A_LIST = {"approve": "several_yes", "reject": "several_no"}
"""The same below a list of questions, for those that are ticked."""


@dataclass(frozen=True)
class Kill:
    """Die at the ``nth`` passing of ``point`` after ``step`` has begun."""

    point: str
    step: str
    nth: int = 1


@dataclass
class Run:
    """What a run came to."""

    seen: Seen
    kill: Kill | None
    troubles: list[str]
    seconds: float
    events: int
    passed: Mapping[str, Counter[str]]
    killed: bool
    repeats: int
    log: Path

    @property
    def verdict(self) -> list[str]:
        """Everything that is wrong; empty is good."""
        missed = [] if self.kill is None or self.killed else [f"the kill at {self.kill} was not reached"]
        return [*self.troubles, *missed, *violations(self.seen)]


@dataclass
class Flow:
    """The company, the wire and the product, and what people do."""

    folder: Path
    clock: SharedClock
    simulator: Simulator
    wire: Wire
    product: Product
    passed: Passed
    mark: Path
    database: str
    troubles: list[str] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)
    patience: float = PATIENCE

    # --- what people do ---------------------------------------------------------------------------------------

    def work(self, count: int) -> None:
        """``count`` changes in Jira and Bitbucket, spread over the open tickets of the sprint."""
        company = self.simulator.company
        ways = ("comment", "comment", "approve", "review", "unblock", "comment", "finish")
        for number in range(count):
            with contextlib.suppress(happenings.NothingFits):
                happenings.HAPPENINGS[ways[number % len(ways)]].act(company)
                continue
            happenings.comment_on_a_ticket(company)

    def block(self, person: str) -> None:
        """One of somebody's tickets gets stuck."""
        company, member = self.simulator.company, self.simulator.directives.teams[0].member(PersonId(person))
        theirs = (i for i in company.active() if self._may_lose(i) and i.assignee in (member.jira, None))
        issue = next(theirs, None) or next(i for i in company.active() if self._may_lose(i))
        company.edit(issue.key, by=str(member.jira), assignee=str(member.jira), flagged=True)

    def lose_an_owner(self, *, but: str = "") -> str:
        """Somebody takes their name off a ticket in progress; returns its key."""
        company = self.simulator.company
        issue = next(i for i in company.active() if self._may_lose(i) and i.key != but)
        company.edit(issue.key, by=str(issue.assignee), assignee=None)
        return issue.key

    def _may_lose(self, issue: Issue) -> bool:
        return bool(issue.assignee) and not issue.flagged and self.simulator.company.category(issue) != "done"

    async def ask(self, person: str, words: str = "status sprint 24") -> None:
        """Somebody asks, again and again until the command is taken."""
        for _ in range(60):
            if (await self.simulator.slack_out.command(self.slack_id(person), self.channel(), "/pm", words)).ok:
                return
            await asyncio.sleep(0.4)
        raise Missed(f"{person} could not ask {words!r}")

    def mention(self, person: str, words: str) -> None:
        """Somebody asks in the channel."""
        self.simulator.slack_out.say(
            self.slack_id(person), self.channel(), f"<@{self.simulator.workspace.bot}> {words}"
        )

    async def press(self, person: str, ask: str, button: str) -> None:
        """Somebody presses a button of an ask until that is taken or the button is gone."""
        for _ in range(60):
            found = self.buttons(button).get(ask)
            if found is None:
                return
            message, block = found
            with contextlib.suppress(NotThere):
                where, used = _hand(message, block, ask, button)
                pressed = await self.simulator.slack_out.click(self.slack_id(person), where, used)
                if pressed.ok and (button not in _ACTION or await self._said_why(person, ask)):
                    return
            await asyncio.sleep(0.4)
        raise Missed(f"{person} could not press {button}")

    async def _said_why(self, person: str, ask: str) -> bool:
        """The window of a no is filled in once it is drawn; ``False`` when it was not in time."""
        workspace, user = self.simulator.workspace, self.slack_id(person)
        for _ in range(40):
            await asyncio.sleep(0.05)
            view = workspace.views.get(workspace.open_views.get(user, ""), {})
            if ask in str(view.get("private_metadata", "")):
                form = next(each["element"] for each in view["blocks"] if each.get("block_id") == "reason")
                option = next(each for each in form["options"] if each["value"] == "not_needed")
                chosen = {"type": form["type"], "selected_option": option}
                filled = {"reason": {"reason": chosen}}
                return not (await self.simulator.slack_out.submit(user, view["id"], filled)).get("errors")
        return False

    # --- what they see ----------------------------------------------------------------------------------------

    def slack_id(self, person: str) -> str:
        return str(self.simulator.directives.teams[0].member(PersonId(person)).slack)

    def channel(self) -> str:
        name = self.simulator.directives.teams[0].channels["team"].lstrip("#")
        return next(c.id for c in self.simulator.workspace.channels.values() if c.name == name)

    def said(self) -> list[Message]:
        """Everything the agent has said that lasts."""
        workspace = self.simulator.workspace
        return [m for m in workspace.messages.values() if m.user == workspace.bot and m.only_for is None]

    def buttons(self, button: str = "approve") -> dict[str, tuple[Message, str]]:
        """The open asks: by approval id, the message and the block of the button, or of the box in a list."""
        return {
            ask: (message, str(block["block_id"]))
            for message in self.said()
            for block in message.blocks
            for element in block.get("elements", ())
            for ask in _asks(element, button)
        }

    def note_reply(self, exchange: Exchange) -> None:
        """Remember an answer that came through a response URL: it is the last thing said."""
        if exchange.way == "in" and exchange.path.startswith("/response/") and exchange.status == 200:
            said = next(reversed(self.simulator.workspace.messages.values()))
            self.replies.setdefault(exchange.path.rpartition("/")[2], []).append(said.text)

    async def until(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait for something that must happen."""
        end = time.monotonic() + self.patience
        while not holds():
            if time.monotonic() > end:
                raise Missed(f"not within {self.patience:.0f} s: {what}")
            await asyncio.sleep(0.05)

    async def quiet(self) -> None:
        """Wait until nothing is on its way to the product or in its queue, twice in a row."""
        end, still = time.monotonic() + self.patience, 0
        while still < 2:
            if time.monotonic() > end:
                raise Missed(f"not quiet within {self.patience:.0f} s: {await self.product.queue()}")
            still = still + 1 if await self._is_quiet() else 0
            await asyncio.sleep(0.15)

    async def _is_quiet(self) -> bool:
        outside = self.simulator.webhooks
        if outside is None or outside._tasks or self.simulator.slack_out._tasks:
            return False
        await self.wire.idle()
        queue = await self.product.queue()
        return queue is not None and not (
            sum(queue["waiting"].values()) or queue["running"] or queue["deliveries_unseen"]
        )

    async def later(self, by: timedelta) -> None:
        """Company time jumps."""
        self.clock.advance(by)
        await asyncio.sleep(TICK)


# --- the story --------------------------------------------------------------------------------------------------


async def the_start(flow: Flow) -> None:
    """The first look, while people are already at work and Jira is too busy at first."""
    flow.simulator.faults.add("GET /jira/rest/agile", status=429, retry_after=0.3)
    flow.work(2)
    await flow.until("an answer of the product", lambda: flow.product.log.exists())
    await flow.ask("dana", "help")
    await flow.quiet()


async def a_burst(flow: Flow) -> None:
    """Everything at once: changes, commands, a mention, an opened Home. Two tickets get stuck, two lose their owner."""
    flow.block("mike")
    flow.block("li")
    flow.lose_an_owner(but=flow.lose_an_owner())
    flow.work(6)
    flow.mention("li", "status")
    flow.simulator.slack_out.open_home(flow.slack_id("dana"))
    await asyncio.gather(*(flow.ask(person) for person in ("mike", "li", "noor")))
    await flow.quiet()


async def the_digest(flow: Flow) -> None:
    """09:30 has come; meanwhile Slack is slow, so that a lease has to be renewed."""
    flow.simulator.faults.add("chat.postMessage", delay=1.6)
    await flow.later(timedelta(minutes=6))
    await flow.until("the digest", lambda: any(m.channel == flow.channel() for m in flow.said()))
    await flow.quiet()


async def a_question(flow: Flow) -> None:
    """Two tickets have had no owner for long enough: their approver is asked on one card, while others work."""
    await flow.later(timedelta(minutes=20))
    flow.work(6)
    await flow.ask("sam", "status")
    await flow.until("two questions for the approver", lambda: len(flow.buttons()) == 2)
    await flow.quiet()


async def the_answers(flow: Flow) -> None:
    """One yes, pressed twice, with a no at the same moment; a no to the other; a third ticket loses its owner."""
    asks = sorted(flow.buttons())
    presses: list[Awaitable[None]] = []
    for ask, button in zip(
        (asks[0], asks[0], asks[0], *asks[1:]), ("approve", "approve", "reject", "reject"), strict=False
    ):
        presses.append(flow.press("dana", ask, button))
    await asyncio.gather(*presses, flow.ask("noor"))
    flow.work(3)
    await flow.until("every button gone", lambda: not flow.buttons())
    flow.lose_an_owner()
    await flow.quiet()


async def another_day(flow: Flow) -> None:
    """Wednesday: a digest, reminders, a question nobody will answer; Slack wants less for a moment."""
    flow.simulator.faults.add("chat.postMessage", status=429, retry_after=1)
    await flow.later(timedelta(days=1, minutes=30))
    await flow.until("a question", lambda: len(flow.buttons()) >= 1)
    await flow.quiet()


async def more_work(flow: Flow) -> None:
    """An ordinary hour."""
    flow.work(8)
    flow.mention("mike", "status sprint 24")
    await asyncio.gather(*(flow.ask(person) for person in ("dana", "sam", "noor", "mike")))
    await flow.quiet()
    await flow.later(timedelta(hours=1))
    await flow.quiet()


async def a_lapse(flow: Flow) -> None:
    """Friday: the question has lapsed, what is still stuck goes on to others."""
    asked = set(flow.buttons())
    await flow.later(timedelta(days=2, hours=1))
    await flow.until("the lapsed questions off their card", lambda: not asked & set(flow.buttons()))
    flow.work(3)
    await flow.ask("dana")
    await flow.quiet()
    await asyncio.sleep(TICK)
    await flow.quiet()


Step = Callable[[Flow], Awaitable[None]]

STEPS: tuple[Step, ...] = (
    the_start,
    a_burst,
    the_digest,
    a_question,
    the_answers,
    another_day,
    more_work,
    a_lapse,
)


async def run(
    folder: Path,
    database: str,
    kill: Kill | None = None,
    *,
    steps: Sequence[Step] = STEPS,
    disturb: Callable[[Flow], Coroutine[Any, Any, None]] | None = None,
    patience: float = PATIENCE,
) -> Run:
    """The story once; with ``kill`` the product dies at that point of it, with ``disturb`` that goes on beside it."""
    began = time.monotonic()
    async with _flow(folder, database, kill) as flow:
        flow.patience = patience
        beside = asyncio.create_task(disturb(flow)) if disturb else None
        try:
            async with asyncio.timeout(LONGEST * patience):
                for step in steps:
                    flow.passed.enter(step.__name__)
                    if kill is not None and step.__name__ == kill.step:
                        flow.mark.unlink()
                    await step(flow)
                if beside is not None:
                    beside.cancel()
                    await asyncio.gather(beside, return_exceptions=True)
                    await flow.quiet()
        except (Missed, TimeoutError) as missed:
            flow.troubles.append(str(missed) or f"not done within {LONGEST * patience:.0f} s")
    seen = look_back(flow)
    return Run(
        seen=seen,
        kill=kill,
        troubles=flow.troubles,
        seconds=time.monotonic() - began,
        events=len(flow.wire.deliveries),
        passed=flow.passed.read(),
        killed=kill is not None and flow.mark.exists() and flow.mark.read_text() == kill.point,
        repeats=flow.wire.repeats,
        log=flow.product.log,
    )


@contextlib.asynccontextmanager
async def _flow(folder: Path, database: str, kill: Kill | None) -> Any:
    constitution, clock, mark = _set_up(folder)
    text = constitution.read_text(encoding="utf-8")
    wire = Wire(f"http://127.0.0.1:{(port := free_port())}")
    await wire.start()
    simulator = Simulator(
        parse(text, "directives.yaml"),
        text,
        clock,
        wire.url,
        pacing=False,
        webhook_waits=(0.3,) * 100,
        event_retries=(0.3,) * 100,
    )
    await simulator.start()
    variables = environment(folder, constitution, port, database, simulator.environment())
    if kill is not None:
        variables |= {"CHAOS_KILL_AT": f"{kill.point}:{kill.nth}", "CHAOS_KILL_ONCE": str(mark)}
    product = Product(folder, port, variables)
    flow = Flow(folder, clock, simulator, wire, product, Passed(folder / "trace.txt"), mark, database)
    simulator.traffic.listeners.append(flow.note_reply)
    flow.passed.enter("before")
    await product.start()
    try:
        yield flow
    finally:
        await product.stop()
        await simulator.stop()
        await wire.stop()


def _set_up(folder: Path) -> tuple[Path, SharedClock, Path]:
    """The run's own constitution and clock, and the file that keeps everybody alive."""
    folder.mkdir(parents=True, exist_ok=True)
    constitution = folder / "directives.yaml"
    constitution.write_text(CONSTITUTION.read_text(encoding="utf-8"), encoding="utf-8")
    clock = SharedClock(folder / "clock.json")
    clock.set(MORNING, 1.0)
    mark = folder / "killed.txt"
    mark.write_text(HELD)
    return constitution, clock, mark


def look_back(flow: Flow) -> Seen:
    """Everything the run left behind, from both sides."""
    company, channels = flow.simulator.company, flow.simulator.workspace.channels
    engine = create_engine(flow.database.replace("postgresql://", "postgresql+psycopg://"))
    wanted = ("inbox", "jobs", "cycles", "decisions", "effects", "approvals", "cards", "reminders", "facts")
    with engine.connect() as connection:
        rows = {n: [dict(r) for r in connection.execute(select(all_tables().tables[n])).mappings()] for n in wanted}
    engine.dispose()
    believed = [row["value"] for row in rows.pop("facts") if row["kind"] == "issue"]
    return Seen(
        deliveries=list(flow.wire.deliveries.values()),
        posts=[_post(message, channels[message.channel].user) for message in flow.said()],
        comments=[(i.key, _left(c.properties)) for i in company.issues.values() for c in i.comments if c.by == ASKER],
        handed=[
            (issue.key, str(item.new))
            for issue in company.issues.values()
            for change in issue.changes
            for item in change.items
            if change.by == ASKER and item.field_id == "assignee"
        ],
        replies=flow.replies,
        me=ASKER,
        world={issue.key: (issue.assignee, issue.status) for issue in company.active()},
        mirror={value["key"]: (value["assignee"], value["status"]) for value in believed},
        **rows,
    )


def _asks(element: Mapping[str, Any], button: str) -> list[str]:
    """The questions that can be answered with an element: a button of that name, or a box in a list."""
    boxes = element.get("options", ()) if element.get("type") == "checkboxes" else ()
    pressed = [element] if str(element.get("action_id", "")).startswith(button) else []
    return [str(json.loads(each["value"])["a"]) for each in (*boxes, *pressed)]


def _hand(message: Message, block: str, ask: str, button: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Where somebody presses, and what: the question's own button, or that of its list with its box ticked."""
    where: dict[str, Any] = {"channel": message.channel, "ts": message.ts}
    held = next(each for each in message.blocks if each["block_id"] == block)["elements"]
    boxes = [option for element in held for option in element.get("options", ()) if element["type"] == "checkboxes"]
    if not boxes:
        return where, {"action_id": _ACTION.get(button, button), "block_id": block}
    ticked = [option for option in boxes if json.loads(option["value"])["a"] == ask]
    where["values"] = {block: {"pick": {"type": "checkboxes", "selected_options": ticked}}}
    of = block.rpartition(".")[0].split(".")[:2]
    below = next(str(each["block_id"]) for each in message.blocks if _answers(each, button, of))
    return where, {"action_id": _OF_A_LIST[button], "block_id": below}


def _answers(block: Mapping[str, Any], button: str, of: list[str]) -> bool:
    mine = str(block.get("block_id", "")).split(".")[:2] == of
    return mine and any(each.get("action_id") == _OF_A_LIST[button] for each in block.get("elements", ()))


def _post(message: Message, to: str | None) -> Post:
    elements = [element for block in message.blocks for element in block.get("elements", ())]
    payload = (message.metadata or {}).get("event_payload") or {}
    return Post(
        channel=message.channel,
        ts=message.ts,
        to=to or "",
        marker=str(payload.get("effect", "")),
        open_asks=frozenset(ask for element in elements for ask in _asks(element, "approve")),
        text=message.text,
    )


def _left(properties: Any) -> str:
    return next((str(p["value"].get("effect")) for p in properties if p["key"] == "pm-agent"), "")


def free_port() -> int:
    """A port of 127.0.0.1 nobody listens on."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
