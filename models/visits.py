"""Who is signed in to the dashboard: each by a cookie whose hash alone is kept, and for some hours at most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from models.clock import Clock
from models.database import Database
from models.ids import SlackUserId, unguessable
from models.keeping import visits as kept
from models.keeping.visits import HOST

__all__ = ["HOST", "Visit", "Visits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One browser that is signed in."""

    row: str
    who: str
    """A Slack user id, or ``HOST``."""
    form: str
    """What each of its forms must carry."""
    begun: datetime
    """Real time, as the end."""
    until: datetime
    due: bool
    """Whether it shall be given another cookie now."""

    @property
    def is_host(self) -> bool:
        """Whether they came by a link that was made on the host."""
        return self.who == HOST

    @property
    def slack(self) -> SlackUserId | None:
        """Who they are in Slack; ``None`` for the host."""
        return None if self.is_host else SlackUserId(self.who)


class Visits:
    """Links, sign-ins and sign-outs. All in real time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def make_link(self, by: str = HOST) -> tuple[str, datetime]:
        """A secret that signs the host in once, and until when it does."""
        secret, now = unguessable(), self._clock.real()
        until = await self._database.write(lambda c: kept.add_link(c, secret, by, now), "dashboard_link")
        return secret, until

    async def link_works(self, secret: str) -> bool:
        """Whether that link would let somebody in; it is not used up by asking."""
        now = self._clock.real()
        return await self._database.read(lambda c: kept.link_works(c, secret, now))

    async def enter_by_link(self, secret: str, instead_of: str = "") -> str | None:
        """Use the link up and sign the host in, in one transaction: the cookie's secret. ``None`` for a bad link.

        The visit of the cookie ``instead_of``, which that browser had until now, ends.
        """
        now = self._clock.real()

        def enter(connection: Connection) -> str | None:
            if not kept.use_link(connection, secret, now):
                return None
            return kept.begin(connection, HOST, "by a link", now, instead_of)

        return await self._database.write(enter, "dashboard_enter")

    async def enter(self, user: SlackUserId, instead_of: str = "") -> str:
        """Sign somebody in whom Slack has named: the cookie's secret. ``instead_of`` as above."""
        now = self._clock.real()
        return await self._database.write(
            lambda c: kept.begin(c, user, "with Slack", now, instead_of), "dashboard_enter"
        )

    async def of(self, secret: str, *, there: bool = True) -> Visit | None:
        """Who is behind that cookie; ``None`` for nobody, or not any more.

        ``there`` says that a person asked: what a page asks by itself must not keep anybody signed in.
        """
        now = self._clock.real()
        row = await self._database.read(lambda c: kept.find(c, secret, now)) if secret else None
        if row is None:
            return None
        if there and row["seen"] <= now - kept.SEEN:
            await self._database.write(lambda c: kept.touch(c, row["hash"], now), "dashboard_seen")
        due = kept.is_due(row, secret, now)
        times = {"begun": row["begun"], "until": row["until"]}
        return Visit(row=row["hash"], who=row["who"], form=row["form"], due=due, **times)

    async def renew(self, secret: str) -> str | None:
        """Another secret for the same visit, the old one works a moment longer; ``None`` when there is one already."""
        now = self._clock.real()
        return await self._database.write(lambda c: kept.renew(c, secret, now), "dashboard_renew")

    async def leave(self, visit: Visit) -> None:
        """Sign this browser out."""
        now = self._clock.real()
        await self._database.write(lambda c: kept.end(c, visit.row, visit.who, now), "dashboard_leave")

    async def leave_everywhere(self, who: str, why: str = "") -> int:
        """Sign every browser of theirs out; how many."""
        now = self._clock.real()
        return await self._database.write(lambda c: kept.end_all(c, who, now, why), "dashboard_leave")

    async def refused(self, who: str, why: str) -> None:
        """Write down who was not let in."""
        now = self._clock.real()
        await self._database.write(lambda c: kept.note(c, who[:60], "sign-in refused", "dashboard", now, why), "audit")
