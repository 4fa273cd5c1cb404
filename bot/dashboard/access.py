"""Every route of the dashboard and who may use it: one table, by which routes are made and tests walk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from starlette.responses import Response

from bot.dashboard.viewer import Viewer


class Needs(Enum):
    """Who may use a route."""

    NOBODY = "nobody"
    """Anybody who reaches it: they are not signed in yet."""
    MEMBER = "member"
    """A member of a team; they see that team's things."""
    ADMINS = "admins"
    """An admin of any team; they see that team's things."""
    ADMIN = "admin"
    """An admin of the team it is about: asked again where it is known which that is."""


Handler = Callable[..., Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One route."""

    method: str
    path: str
    """Below ``/dashboard``."""
    needs: Needs
    handler: Handler
    """Of a request, or of a viewer and a request."""

    @property
    def writes(self) -> bool:
        """Whether it changes anything; whatever is only looked at changes nothing."""
        return self.method == "POST"


def may_use(viewer: Viewer | None, entry: Entry) -> bool:
    """Whether ``viewer`` may use it at all; what it is about may still not be theirs."""
    match entry.needs:
        case Needs.NOBODY:
            return True
        case Needs.MEMBER:
            return viewer is not None
        case Needs.ADMINS | Needs.ADMIN:
            return viewer is not None and (viewer.is_host or bool(viewer.runs))
