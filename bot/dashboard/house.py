"""What every page is written from: the app, its stores, who is signed in, and the cookies that say so."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from bot.app import App
from bot.dashboard.attempts import Attempts
from bot.dashboard.paper import page, times_for
from bot.dashboard.place import ROOT, Place, Proxies, proxies_of
from bot.dashboard.viewer import Viewer
from bot.doors.readiness import Answer
from bot.watch import read_of
from integrations.slack.openid import OpenId
from models.events import Source
from models.ids import named
from models.operations import Operations
from models.stories import Stories
from models.visits import Visits

VISIT_SECONDS, DOOR_SECONDS = 12 * 3600, 600
"""How long a browser keeps the cookie of a visit, and of a sign-in that is under way."""


_ID = re.compile(r"[0-9A-Za-z_-]{1,40}")


def is_id(name: str) -> bool:
    """Whether ``name`` can be an id of ours: no database is asked for anything else."""
    return _ID.fullmatch(name) is not None


class Sorry(Exception):
    """Why something is not done or not shown, in words for whoever asked."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class Missing(Sorry):
    """There is no such thing, or it is not theirs to know of: the same words for both."""

    def __init__(self) -> None:
        super().__init__(404, "There is no such page here, or it is not yours to see.")


@dataclass(frozen=True)
class House:
    """The parts."""

    app: App
    place: Place
    visits: Visits
    stories: Stories
    operations: Operations
    attempts: Attempts
    openid: OpenId
    proxies: Proxies
    ready: Callable[[], Awaitable[Sequence[Answer]]]
    """What ``/ready`` knows."""

    @classmethod
    def of(cls, app: App, ready: Callable[[], Awaitable[Sequence[Answer]]]) -> House:
        """Put together; opens nothing."""
        told = app.settings
        return cls(
            app=app,
            place=Place(told.dashboard_url.rstrip("/")),
            visits=Visits(app.database, app.clock),
            stories=Stories(app.database),
            operations=Operations(app.database, app.clock),
            attempts=Attempts(app.clock),
            openid=OpenId(
                client=told.slack_client_id,
                secret=told.slack_client_secret.get_secret_value(),
                api_url=told.slack_api_url,
            ),
            proxies=proxies_of(told.forwarded_allow_ips),
            ready=ready,
        )

    @property
    def with_slack(self) -> bool:
        """Whether people can sign in with Slack: it sends browsers back to https alone, but for a simulated one."""
        known = bool(self.openid.client and self.openid.secret) and self.app.slack is not None
        simulated = urlsplit(self.openid.api_url).scheme == "http"
        return known and self.openid.is_safe and (self.place.secure or simulated)

    @property
    def read(self) -> frozenset[Source]:
        """The sources that are set up."""
        return read_of(self.app)

    # --- cookies ----------------------------------------------------------------------------------------------

    def cookie(self, request: Request, name: str) -> str:
        """What the browser brings; empty for nothing."""
        return str(request.cookies.get(self.place.cookie(name), ""))

    def keep_visit(self, answer: Response, secret: str) -> None:
        """Have the browser keep who it is."""
        self.keep(answer, "visit", secret, VISIT_SECONDS)

    def keep(self, answer: Response, name: str, value: str, seconds: int = DOOR_SECONDS) -> None:
        """Lax and not strict: people come by links in Slack, and come back from Slack's sign-in. No GET changes
        anything, and every form carries a token besides."""
        path = "/" if self.place.secure else ROOT
        more: dict[str, Any] = {"secure": self.place.secure, "httponly": True, "samesite": "lax", "path": path}
        answer.set_cookie(self.place.cookie(name), value, max_age=seconds, **more)

    def drop(self, answer: Response, *names: str) -> None:
        """Have the browser forget."""
        for name in names:
            self.keep(answer, name, "", 0)

    def word_for(self, door: str) -> str:
        """What a form of somebody who is not signed in yet must carry; empty for nobody."""
        return named("form", door) if door else ""

    # --- pages ------------------------------------------------------------------------------------------------

    def page(self, template: str, viewer: Viewer, request: Request, **data: Any) -> Response:
        """A page for somebody who is signed in."""
        times = times_for(viewer, self.app.clock, request.cookies.get("pm-zone", ""))
        path = request.url.path.removeprefix(ROOT).rstrip("/")
        return page(template, viewer=viewer, times=times, path=path, form=viewer.visit.form, **data)
