"""What a person on the page does: each act leaves as a signed request of the simulated vendor, as from a real one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from integrations.simulator import showing
from integrations.simulator.company import Company
from integrations.simulator.doorway import Wrong
from integrations.simulator.happenings import HAPPENINGS, NothingFits
from integrations.simulator.slack import doing
from integrations.simulator.slack.manifest import Promised
from integrations.simulator.slack.out import SlackOut
from integrations.simulator.slack.wire import Answered, NotThere
from integrations.simulator.slack.workspace import Channel, Message, Workspace
from integrations.simulator.stream import Stream
from integrations.simulator.trouble import TROUBLES, Troubles, Unable, Wish
from integrations.simulator.workdays import Workdays
from models.clock import Clock, SharedClock

COMMAND = "/pm"
FASTEST = 86_400.0
"""Company seconds in one real second at most: a day."""

FARTHEST = timedelta(days=60).total_seconds()
"""Seconds one jump may go forward."""

Given = Mapping[str, Any]
Reply = dict[str, Any]


class Acting:
    """The acts behind ``POST /sim/...``, by name."""

    def __init__(
        self,
        *,
        company: Company,
        workspace: Workspace,
        slack_out: SlackOut,
        clock: Clock,
        days: Workdays,
        stream: Stream,
        troubles: Troubles,
        promised: Promised,
    ) -> None:
        self._company, self._workspace, self._slack = company, workspace, slack_out
        self._clock, self._days, self._stream = clock, days, stream
        self._troubles, self._promised = troubles, promised

    def acts(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Reply]]]:
        """Everything that can be done."""
        return {
            "command": self.command,
            "message": self.message,
            "edit": self.edit,
            "click": self.click,
            "shortcut": self.shortcut,
            "submit": self.submit,
            "close": self.close,
            "home": self.home,
            "look": self.look,
            "stop": self.stop,
            "join": self.join,
            "react": self.react,
            "hears": self.hears,
            "happen": self.happen,
            "fault": self.fault,
            "clock": self.set_clock,
        }

    # --- in Slack -----------------------------------------------------------------------------------------

    async def command(self, given: Given) -> Reply:
        """``{user, channel, text}``: what follows ``/pm``."""
        me, where = self.who(given), self.where(given)
        text = str(given.get("text", "")).strip()
        answered = await self._slack.command(me, where.id, COMMAND, text.removeprefix(COMMAND).strip())
        return {"ok": answered.ok, "status": answered.status}

    async def message(self, given: Given) -> Reply:
        """``{user, channel, text, thread_ts?}``."""
        me, where, text = self.who(given), self.where(given), _words(given)
        if me not in where.members:
            raise Wrong(403, "this person is not in that channel")
        thread = str(given.get("thread_ts") or "") or None
        return {"ok": True, "ts": self._slack.say(me, where.id, text, thread).ts}

    async def edit(self, given: Given) -> Reply:
        """``{user, channel, ts, text}``: one's own message gets other words."""
        me, said, text = self.who(given), self._message(given), _words(given)
        try:
            doing.edit(self._slack, me, said, text)
        except NotThere as gone:
            raise Wrong(409, str(gone)) from None
        return {"ok": True}

    async def click(self, given: Given) -> Reply:
        """A button of a message, an ephemeral, a modal or the Home tab; ``values`` is what else is chosen there."""
        try:
            return _taken(await self._slack.click(self.who(given), given, given))
        except NotThere as gone:
            raise Wrong(409, str(gone)) from None

    async def shortcut(self, given: Given) -> Reply:
        """``{user, channel, ts, callback_id}``: an entry of a message's menu."""
        me, said, callback = self.who(given), self._message(given), str(given.get("callback_id"))
        if callback not in {each.callback_id for each in self._promised.shortcuts}:
            raise Wrong(404, "the app has no such shortcut")
        return _taken(await doing.shortcut(self._slack, me, said, callback))

    async def submit(self, given: Given) -> Reply:
        """``{user, view_id, values}``."""
        try:
            return await self._slack.submit(self.who(given), str(given.get("view_id")), given.get("values") or {})
        except NotThere as gone:
            raise Wrong(409, str(gone)) from None

    async def close(self, given: Given) -> Reply:
        """``{user, view_id}``: a modal is closed; what was below it comes back."""
        try:
            return {"ok": True, "view": await doing.close(self._slack, self.who(given), str(given.get("view_id")))}
        except NotThere as gone:
            raise Wrong(409, str(gone)) from None

    async def home(self, given: Given) -> Reply:
        """``{user, tab?}``: somebody opens the app's Home tab, or its messages."""
        tab = "messages" if given.get("tab") == "messages" else "home"
        self._slack.open_home(self.who(given), tab)
        return {"ok": True}

    async def look(self, given: Given) -> Reply:
        """``{user, channel}``: somebody turns to another conversation."""
        doing.look(self._slack, self.who(given), self.where(given))
        return {"ok": True}

    async def stop(self, given: Given) -> Reply:
        """``{user, channel, thread_ts}``: somebody stops what the app is doing."""
        doing.stop(self._slack, self.who(given), self.where(given), str(given.get("thread_ts", "")))
        return {"ok": True}

    async def join(self, given: Given) -> Reply:
        """``{user, channel, app?}``: somebody joins a channel, or takes the app into it."""
        me, where = self.who(given), self.where(given)
        if where.direct:
            raise Wrong(409, "nobody can join a direct conversation")
        doing.join(self._slack, self._workspace.bot if given.get("app") else me, where, me)
        self._stream.tell({"type": "room", "channel": where.id})
        return {"ok": True}

    async def react(self, given: Given) -> Reply:
        """``{user, channel, ts, name}``: a reaction is added or taken back."""
        name = str(given.get("name", ""))
        if not name.replace("_", "").replace("+", "").replace("-", "").isalnum():
            raise Wrong(400, "name an emoji")
        doing.react(self._slack, self.who(given), self._message(given), name)
        return {"ok": True}

    async def hears(self, given: Given) -> Reply:
        """``{on}``: whether the app was given the right to hear channels without a mention."""
        self._slack.hears = given.get("on") is True
        return {"ok": True, "on": self._slack.hears}

    # --- in the company -----------------------------------------------------------------------------------

    async def happen(self, given: Given) -> Reply:
        """``{name}``."""
        happening = HAPPENINGS.get(str(given.get("name")))
        if happening is None:
            raise Wrong(404, "there is no such happening")
        try:
            return {"ok": True, "told": happening.act(self._company)}
        except NothingFits as nothing:
            raise Wrong(409, str(nothing)) from None

    async def fault(self, given: Given) -> Reply:
        """``{name, times?, seconds?, channel?}``: something goes wrong."""
        trouble = TROUBLES.get(str(given.get("name")))
        if trouble is None:
            raise Wrong(404, "there is no such trouble")
        first, most = trouble.times
        times = int(_number(given, "times", first, most)) or 1
        wish = Wish(times, int(_number(given, "seconds", 5, 60)) or 1, str(given.get("channel") or "") or None)
        try:
            return {"ok": True, "told": await self._troubles.make(trouble.name, wish)}
        except Unable as why:
            raise Wrong(409, str(why)) from None

    async def set_clock(self, given: Given) -> Reply:
        """``{speed?, advance_seconds?, to?}``: faster, or forward; never back."""
        clock = self._clock
        if not isinstance(clock, SharedClock):
            raise Wrong(409, "this clock is the machine's own")
        speed = _number(given, "speed", clock.pace().speed, FASTEST)
        now = clock.now() + timedelta(seconds=_number(given, "advance_seconds", 0.0, FARTHEST))
        if given.get("to") == "next_morning":
            now = max(now, showing.next_morning(clock.now(), self._days))
        clock.set(now, speed)
        time = showing.time(clock, self._days)
        self._stream.tell({"type": "clock", "clock": time})
        return time

    # --- who and where ------------------------------------------------------------------------------------

    def who(self, given: Given) -> str:
        """The person who acts. Raises ``Wrong``."""
        user = self._workspace.users.get(str(given.get("user")))
        if user is None or user.bot:
            raise Wrong(404, "there is no such person")
        return user.id

    def where(self, given: Given) -> Channel:
        """A conversation that person can see. Raises ``Wrong``."""
        room = self._workspace.channels.get(str(given.get("channel")))
        if room is None or not self._workspace.visible(self.who(given), room.id):
            raise Wrong(404, "this person cannot see that conversation")
        return room

    def _message(self, given: Given) -> Message:
        """A message everybody there can see: an ephemeral one can be neither changed nor used. Raises ``Wrong``."""
        room, said = self.where(given), self._workspace.messages.get(str(given.get("ts")))
        if said is None or said.channel != room.id or said.only_for is not None:
            raise Wrong(404, "there is no such message here")
        return said


def _taken(answered: Answered) -> Reply:
    if not answered.ok:
        raise Wrong(502, f"the app answered {answered.status}" if answered.status else "the app did not answer")
    return {"ok": True}


def _words(given: Given) -> str:
    text = str(given.get("text", "")).strip()
    if not text:
        raise Wrong(400, "there is nothing to say")
    return text


def _number(given: Given, name: str, default: float, most: float) -> float:
    try:
        value = float(given.get(name, default))
    except (TypeError, ValueError):
        raise Wrong(400, f"{name} is a number") from None
    if not 0 <= value <= most:
        raise Wrong(400, f"{name} is between 0 and {most:.0f}")
    return value
