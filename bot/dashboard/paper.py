"""What pages are written with: templates that escape everything, times in the reader's zone, and headers for each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from bot.dashboard.place import ROOT
from bot.dashboard.viewer import Viewer
from bot.views.parts.moments import age, dated
from models.clock import Clock

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
STATIC = HERE / "static"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer browsers send forms with "Origin: null", which says nothing
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Of every answer of the dashboard."""

NAVIGATION = (
    ("Today", (("", "Now"), ("/promises", "Promises"))),
    ("Work", (("/cycles", "Cycles"), ("/approvals", "Approvals"), ("/signals", "Signals"), ("/forecast", "Forecast"))),
    ("People", (("/people", "Message load"), ("/constitution", "Constitution"))),
    ("Machine", (("/sources", "Sources"), ("/queue", "Queue"), ("/costs", "Costs"), ("/health", "Health"))),
)
"""Paths below the dashboard and what they are called."""


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # a process nobody looks at never needs it

    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        finalize=straight,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(plural=plural, ticked=ticked)
    made.globals.update(root=ROOT, navigation=NAVIGATION, asset=asset)
    return made


@dataclass(frozen=True, slots=True)
class Times:
    """Instants as one reader reads them. Company time and real time are the same but in a demo."""

    zone: str
    company: datetime
    real: datetime

    def at(self, moment: datetime | None) -> Markup:
        """An instant of company time: when, and how long ago or ahead."""
        return self._told(moment, self.company)

    def really(self, moment: datetime | None) -> Markup:
        """An instant of real time."""
        return self._told(moment, self.real)

    def _told(self, moment: datetime | None, now: datetime) -> Markup:
        if moment is None:
            return Markup("never")
        old = age(moment, now) + " ago" if moment <= now else "in " + age(now, moment)
        exact = dated(moment, self.zone, now, named=True)
        return _TIME.format(moment.isoformat(), exact, old)


_TIME = Markup('<time datetime="{}">{}</time> <span class="ago">{}</span>')


def times_for(viewer: Viewer, clock: Clock, told: str = "") -> Times:
    """As ``viewer`` reads them now; the host in the zone that its browser has ``told``, where that is one."""
    zone = told if viewer.is_host and _is_zone(told) else viewer.zone
    return Times(zone, clock.now(), clock.real())


def _is_zone(name: str) -> bool:
    try:
        return bool(name) and ZoneInfo(name).key == name
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def page(template: str, status: int = 200, /, **data: Any) -> Response:
    """One page; everything in ``data`` is escaped where it is put in."""
    text = _environment().get_template(template).render(**data)
    return HTMLResponse(text, status, headers=dict(HEADERS))


def plural(count: float, one: str, many: str = "") -> str:
    """``1 message``, ``2 messages``."""
    return f"{count:g} {one if count == 1 else many or one + 's'}"


_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""What turns the direction of the text around it: a title could make a page read otherwise."""


def straight(value: Any) -> Any:
    """What is put into a page, without these."""
    if isinstance(value, Markup):
        return Markup(str(value).translate(_TURNS))  # noqa: S704 - it was escaped, and only has fewer letters now
    return value.translate(_TURNS) if isinstance(value, str) else value


def ticked(words: str) -> Markup:
    """Plain text in which ``names`` between backticks are set apart; everything is escaped."""
    parts = words.split("`")
    if len(parts) % 2 == 0:  # one that is no pair
        return escape(words)
    return Markup("").join(_CODE.format(part) if n % 2 else escape(part) for n, part in enumerate(parts))


_CODE = Markup("<code>{}</code>")


@cache
def assets() -> Mapping[str, tuple[bytes, str]]:
    """Style, script and icon by name, with the kind of each: there are no others."""
    return {file.name: (file.read_bytes(), KINDS[file.suffix]) for file in sorted(STATIC.iterdir()) if file.is_file()}


@cache
def asset(name: str) -> str:
    """The address of one of them; another content is another address, so browsers may keep it."""
    content, _ = assets()[name]
    return f"{ROOT}/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"
