"""The page's side: act as anybody in the company, see what they see, make things happen, change the clock.

Nothing here reaches into the product: every act leaves as a signed request of the simulated vendor.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from integrations.simulator.company import Company
from integrations.simulator.doorway import SAFE, Wrong, acting, reading
from integrations.simulator.happenings import HAPPENINGS, NothingFits
from integrations.simulator.nouns import Issue, PullRequest
from integrations.simulator.slack.out import NotThere, SlackOut
from integrations.simulator.slack.workspace import Channel, Message, User, Workspace
from integrations.simulator.stream import Stream
from integrations.simulator.traffic import Traffic
from integrations.simulator.workdays import of_team
from models.clock import Clock, SharedClock
from models.directives import Directives

COMMAND = "/pm"
FASTEST = 86_400.0
"""Company seconds in one real second at most: a day."""

FARTHEST = timedelta(days=60).total_seconds()
"""Seconds one jump may go forward."""

TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


class Control:
    """The routes of ``/``, ``/static`` and ``/sim``."""

    def __init__(
        self,
        *,
        company: Company,
        workspace: Workspace,
        slack_out: SlackOut,
        traffic: Traffic,
        clock: Clock,
        directives: Directives,
        directives_text: str,
        product_url: str,
        static: Path,
    ) -> None:
        self._company, self._workspace, self._slack = company, workspace, slack_out
        self._traffic, self._clock = traffic, clock
        self._days = of_team(directives.teams[0], directives)
        self._text, self._product, self._static = directives_text, product_url, static.resolve()
        self.stream = Stream(workspace)
        company.listeners.append(self.stream.on_news)
        traffic.listeners.append(self.stream.on_traffic)

    def routes(self) -> list[web.RouteDef]:
        """What to serve."""
        reads: dict[str, Callable[[web.Request], Awaitable[Any]]] = {
            "state": self.state,
            "messages": self.messages,
            "happenings": self.happenings,
            "constitution": self.constitution,
            "jira": self.jira,
            "traffic": self.traffic,
        }
        acts: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {
            "command": self.command,
            "message": self.message,
            "click": self.click,
            "submit": self.submit,
            "home": self.home,
            "happen": self.happen,
            "clock": self.set_clock,
        }
        return [
            web.get("/", self.page),
            web.get("/static/{name}", self.file),
            web.get("/sim/stream", self.listen),
            *(web.get(f"/sim/{name}", reading(read)) for name, read in reads.items()),
            *(web.post(f"/sim/{name}", acting(act)) for name, act in acts.items()),
        ]

    def close(self) -> None:
        """End the streams."""
        self.stream.close()

    # --- the page -----------------------------------------------------------------------------------------

    async def page(self, _request: web.Request) -> web.StreamResponse:
        """``/``."""
        return self._file("index.html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """``/static/{name}``: files of one folder, by name."""
        return self._file(request.match_info["name"])

    def _file(self, name: str) -> web.StreamResponse:
        path = self._static / name
        if path.suffix not in TYPES or path.resolve().parent != self._static or not path.is_file():
            return web.json_response({"error": f"there is no {name}"}, status=404)
        headers = {**SAFE, "Cache-Control": "no-cache", "Content-Type": TYPES[path.suffix]}
        return web.FileResponse(path, headers=headers)

    # --- looking ------------------------------------------------------------------------------------------

    async def state(self, request: web.Request) -> dict[str, Any]:
        """``GET /sim/state?user=``."""
        world = self._workspace
        me = request.query.get("user", "")
        if me not in world.users or world.users[me].bot:
            me = next(iter(world.users))
        rooms = [room for room in world.channels.values() if world.visible(me, room.id)]
        open_view = world.views.get(world.open_views.get(me, ""))
        return {
            "me": me,
            "workspace": {"id": world.team, "name": world.name},
            "app": {"user": world.bot, "name": world.users[world.bot].name, "id": world.app},
            "users": [_user(user) for user in world.users.values()],
            "channels": [self._room(room, me) for room in rooms],
            "clock": self._time(),
            "home": world.homes.get(me),
            "view": open_view,
            "happenings": [{"name": h.name, "title": h.title} for h in HAPPENINGS.values()],
            "product": {"url": self._product, "ok": await self._alive()},
        }

    async def messages(self, request: web.Request) -> dict[str, Any]:
        """``GET /sim/messages?user=&channel=``: oldest first, with this user's ephemeral ones."""
        me, room = self._who(dict(request.query)), self._where(dict(request.query))
        shown = self._workspace.shown(room.id, me)
        self._workspace.seen[(me, room.id)] = max((m.news for m in shown), default="0")
        return {"messages": [_message(m) for m in shown]}

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """``GET /sim/stream?user=``."""
        user = request.query.get("user", "")
        if user not in self._workspace.users:
            return web.json_response({"error": "there is no such user"}, status=404)
        return await self.stream.serve(request, user)

    async def happenings(self, _request: web.Request) -> dict[str, Any]:
        """``GET /sim/happenings``."""
        return {"happenings": [{"name": h.name, "title": h.title, "says": h.says} for h in HAPPENINGS.values()]}

    async def constitution(self, _request: web.Request) -> dict[str, Any]:
        """``GET /sim/constitution``."""
        return {"text": self._text, "file": "directives.yaml"}

    async def jira(self, _request: web.Request) -> dict[str, Any]:
        """``GET /sim/jira``: sprints, issues and pull requests as the company has them."""
        company = self._company
        order = {"active": 0, "future": 1, "closed": 2}
        sprints = sorted(company.sprints.values(), key=lambda s: order[s.state])
        return {
            "sprints": [{"id": s.id, "name": s.name, "state": s.state} for s in sprints],
            "issues": [self._issue(issue) for issue in company.issues.values()],
            "pull_requests": [self._pull(pull) for pull in company.pull_requests.values()],
        }

    async def traffic(self, _request: web.Request) -> dict[str, Any]:
        """``GET /sim/traffic``."""
        return {"traffic": self._traffic.shown()}

    # --- acting -------------------------------------------------------------------------------------------

    async def command(self, given: dict[str, Any]) -> dict[str, Any]:
        """``POST /sim/command {user, channel, text}``: what follows ``/pm``."""
        me, room = self._who(given), self._where(given)
        text = str(given.get("text", "")).strip()
        answered = await self._slack.command(me, room.id, COMMAND, text.removeprefix(COMMAND).strip())
        return {"ok": answered.ok, "status": answered.status}

    async def message(self, given: dict[str, Any]) -> dict[str, Any]:
        """``POST /sim/message {user, channel, text, thread_ts?}``."""
        me, room, text = self._who(given), self._where(given), str(given.get("text", "")).strip()
        if me not in room.members:
            raise Wrong(403, "this person is not in that channel")
        if not text:
            raise Wrong(400, "there is nothing to say")
        thread = str(given.get("thread_ts") or "") or None
        return {"ok": True, "ts": self._slack.say(me, room.id, text, thread).ts}

    async def click(self, given: dict[str, Any]) -> dict[str, Any]:
        """``POST /sim/click``: a button of a message, an ephemeral, a modal or the Home tab."""
        try:
            answered = await self._slack.click(self._who(given), given, given)
        except NotThere as gone:
            raise Wrong(409, str(gone)) from None
        if not answered.ok:
            raise Wrong(502, f"the app answered {answered.status}" if answered.status else "the app did not answer")
        return {"ok": True}

    async def submit(self, given: dict[str, Any]) -> dict[str, Any]:
        """``POST /sim/submit {user, view_id, values}``."""
        try:
            return await self._slack.submit(self._who(given), str(given.get("view_id")), given.get("values") or {})
        except NotThere as gone:
            raise Wrong(409, str(gone)) from None

    async def home(self, given: dict[str, Any]) -> dict[str, Any]:
        """``POST /sim/home {user}``: somebody opens the Home tab."""
        self._slack.open_home(self._who(given))
        return {"ok": True}

    async def happen(self, given: dict[str, Any]) -> dict[str, Any]:
        """``POST /sim/happen {name}``."""
        happening = HAPPENINGS.get(str(given.get("name")))
        if happening is None:
            raise Wrong(404, "there is no such happening")
        try:
            return {"ok": True, "told": happening.act(self._company)}
        except NothingFits as nothing:
            raise Wrong(409, str(nothing)) from None

    async def set_clock(self, given: dict[str, Any]) -> dict[str, Any]:
        """``POST /sim/clock {speed?, advance_seconds?, to?}``: faster, or forward; never back."""
        clock = self._clock
        if not isinstance(clock, SharedClock):
            raise Wrong(409, "this clock is the machine's own")
        speed = _number(given, "speed", clock.pace().speed, FASTEST)
        now = clock.now() + timedelta(seconds=_number(given, "advance_seconds", 0.0, FARTHEST))
        if given.get("to") == "next_morning":
            now = max(now, self._next_morning())
        clock.set(now, speed)
        self.stream.tell({"type": "clock", "clock": self._time()})
        return self._time()

    # --- shapes -------------------------------------------------------------------------------------------

    def _time(self) -> dict[str, Any]:
        now = self._clock.now().isoformat()
        speed = self._clock.pace().speed if isinstance(self._clock, SharedClock) else 1.0
        return {"now": now, "company": now, "speed": speed, "zone": self._days.zone.key}

    def _next_morning(self) -> datetime:
        now = self._clock.now()
        day = now.astimezone(self._days.zone).date()
        if not self._days.works(day) or now >= self._days.at(day, self._days.begin):
            day = self._days.shift(day, 1)
        return self._days.at(day, self._days.begin).astimezone(UTC) + timedelta(minutes=1)

    def _room(self, room: Channel, me: str) -> dict[str, Any]:
        last = next((m.at.isoformat() for m in reversed(self._workspace.shown(room.id, me))), None)
        news = {"unread": self._workspace.unread(me, room.id), "asked": self._workspace.asked(me, room.id)}
        shared = {"id": room.id, "name": room.name, "last": last, **news}
        if room.direct:
            return {**shared, "kind": "im", "user": self._workspace.bot}
        return {**shared, "kind": "channel", "topic": room.topic, "has_app": self._workspace.bot in room.members}

    def _issue(self, issue: Issue) -> dict[str, Any]:
        return {
            "key": issue.key,
            "title": issue.title,
            "status": f"{issue.status}, impediment" if issue.flagged else issue.status,
            "priority": issue.priority,
            "points": issue.points,
            "assignee": self._company.people[issue.assignee].name if issue.assignee else None,
            "sprint": issue.sprints[-1] if issue.sprints else None,
            "flagged": issue.flagged,
            "comments": len(issue.comments),
        }

    def _pull(self, pull: PullRequest) -> dict[str, Any]:
        people = self._company.people
        return {
            "repository": pull.repository.partition("/")[2],
            "id": pull.number,
            "title": pull.title,
            "state": pull.state,
            "author": people[pull.author].name,
            "reviewers": [{"name": people[r.account].name, "approved": r.state == "approved"} for r in pull.reviews],
        }

    def _who(self, given: dict[str, Any]) -> str:
        user = self._workspace.users.get(str(given.get("user")))
        if user is None or user.bot:
            raise Wrong(404, "there is no such person")
        return user.id

    def _where(self, given: dict[str, Any]) -> Channel:
        room = self._workspace.channels.get(str(given.get("channel")))
        if room is None or not self._workspace.visible(self._who(given), room.id):
            raise Wrong(404, "this person cannot see that conversation")
        return room

    async def _alive(self) -> bool:
        """Whether the product answers at all."""
        try:
            limit = aiohttp.ClientTimeout(total=0.5)
            async with aiohttp.ClientSession(timeout=limit) as session, session.get(f"{self._product}/health") as said:
                return said.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False


def _user(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "handle": user.handle,
        "title": user.title,
        "label": user.roles[0] if user.roles else "",
        "tz": user.zone,
        "is_bot": user.bot,
        "is_guest": user.guest,
    }


def _message(message: Message) -> dict[str, Any]:
    at = message.at.isoformat()
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "text": message.text,
        "at": at,
        "company_time": at,
        "blocks": [dict(block) for block in message.blocks],
        "thread_ts": message.thread,
        "broadcast": message.broadcast,
        "edited": message.edited is not None,
        "ephemeral": message.only_for is not None,
        "reactions": {name: list(users) for name, users in message.reactions.items()},
        "metadata": dict(message.metadata) if message.metadata else None,
    }


def _number(given: dict[str, Any], name: str, default: float, most: float) -> float:
    try:
        value = float(given.get(name, default))
    except (TypeError, ValueError):
        raise Wrong(400, f"{name} is a number") from None
    if not 0 <= value <= most:
        raise Wrong(400, f"{name} is between 0 and {most:.0f}")
    return value
