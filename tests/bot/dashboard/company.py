"""Two teams and the people who look at the dashboard: each with a browser that keeps its own cookies."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from httpx2 import Response

from bot.app import App
from integrations.slack.reading.members import SlackMember
from models.cycles import Cycle
from models.directives import Directives, Member
from models.events import Reason, Trigger
from models.ids import CycleId, EffectId, IssueKey, PersonId, SlackUserId, TeamId, fresh
from models.mailbox import NewJob
from models.money import Money
from models.signals import Signal, SignalKind, Urgency
from models.visits import Visits
from tests.bot.knocking import Door
from tests.contracts.stores.test_documents import DONE, NEW

T = TypeVar("T")
PAY, OPS = TeamId("payments"), TeamId("ops")
DANA, SARAH, OMAR, STRANGER = "U07DANAW3K1", "U07SARAH5Q3", "U0OMAR", "U0STRANGER"
HERE = {"Host": "127.0.0.1"}
HOSTILE = "<script>alert(1)</script>"


def two_teams(law: Directives) -> Directives:
    """The usual team, and one of Omar alone, who runs it."""
    [own] = law.teams
    omar = Member(id=PersonId("omar"), name="Omar Haddad", slack=SlackUserId(OMAR), zone="Europe/Berlin")
    jira = own.jira.model_copy(update={"projects": ("OPS",), "boards": (9,)})
    roles = {"pm": (omar.id,), "admins": (omar.id,)}
    changes: dict[str, Any] = {"id": OPS, "name": "Operations", "jira": jira, "members": (omar,), "roles": roles}
    return law.model_copy(update={"teams": (own, own.model_copy(update=changes))})


@dataclass
class Workspace:
    """Slack, as far as the dashboard asks it: who is a full member, and whose workspace it is."""

    gone: set[str] = field(default_factory=set)
    trouble: Exception | None = None
    instead_of: Any = None

    async def member(self, user: str) -> SlackMember:
        if self.trouble is not None:
            raise self.trouble
        return SlackMember(id=SlackUserId(user), name=user, tz=None, deleted=user in self.gone)

    async def workspace(self) -> str:
        return "T1"

    async def close(self) -> None:
        if self.instead_of is not None:
            await self.instead_of.close()


@dataclass
class Browser:
    """Somebody's browser: cookies by name, no redirect followed by itself."""

    door: Door
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str = "", **headers: str) -> Response:
        return self._kept(self.door.client.get(_at(path), headers=self._headers(headers), follow_redirects=False))

    def post(self, path: str, /, form: str | None = None, headers: Mapping[str, str] | None = None, **fields: str):
        """With the token of a page of theirs, unless another ``form`` is given."""
        given = {"form": self.token() if form is None else form, **fields}
        said = self._headers({"Content-Type": "application/x-www-form-urlencoded", **(headers or {})})
        sent = self.door.client.post(_at(path), content=urlencode(given), headers=said, follow_redirects=False)
        return self._kept(sent)

    def token(self, path: str = "/constitution") -> str:
        found = re.search(r'name="form" value="([^"]+)"', self.get(path).text)
        return found[1] if found else "none"

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {**HERE, **({"Cookie": cookies} if cookies else {}), **more}

    def _kept(self, answer: Response) -> Response:
        self.door.client.cookies.clear()
        for said in answer.headers.get_list("set-cookie"):
            name, _, value = said.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
            if "Max-Age=0" in said:
                del self.cookies[name]
        return answer


def _at(path: str) -> str:
    return path if path.startswith("/dashboard") else f"/dashboard{path}"


@dataclass
class Company:
    """The doors, with both teams behind them."""

    door: Door
    slack: Workspace = field(default_factory=Workspace)

    def __post_init__(self) -> None:
        self.app.roster.enact(two_teams(self.app.roster.constitution))
        self.slack.instead_of = self.app.slack
        self.app.slack = self.slack  # type: ignore[assignment]

    @property
    def app(self) -> App:
        return self.door.app

    @property
    def visits(self) -> Visits:
        return Visits(self.app.database, self.app.clock)

    def run(self, work: Callable[..., Awaitable[T]], *given: Any) -> T:
        """On the loop of the doors."""
        return self.door.client.portal.call(work, *given)  # type: ignore[union-attr]

    def browser(self) -> Browser:
        return Browser(self.door)

    def signed_in(self, user: str) -> Browser:
        """As if Slack had just named them."""
        return Browser(self.door, {"pm-visit": self.run(self.visits.enter, SlackUserId(user))})

    def host(self) -> Browser:
        secret, _ = self.run(self.visits.make_link)
        entered = self.run(self.visits.enter_by_link, secret)
        assert entered is not None
        return Browser(self.door, {"pm-visit": entered})

    # --- what there is to see -----------------------------------------------------------------------------------

    def looked(self, *signals: Signal, team: TeamId = PAY, pressing: str = "") -> CycleId:
        """A look that found ``signals`` and decided nothing."""
        now = self.app.clock.now()
        trigger = Trigger(team=team, reason=Reason.LOOK, at=now)
        cycle = Cycle(
            id=CycleId(fresh()),
            trigger=trigger,
            at=now,
            directives_version="v1",
            signals=signals,
            decided=(),
            urgency=Urgency.MEDIUM,
            pressing=pressing,
            next_look=now + timedelta(hours=3),
        )
        self.run(self.app.ledger.record, cycle)
        return cycle.id

    def gave_up(self, team: str = PAY, error: str = "Slack refuses", key: str = "k") -> int:
        """A dead letter."""

        async def bury() -> int:
            mailbox = self.app.mailbox
            await mailbox.put(NewJob(kind="trial", key=key, team=TeamId(team), lane=1, payload={}))
            job = await mailbox.claim([1], 20.0)
            assert job is not None
            await mailbox.bury(job, error)
            return int(job.id)

        return self.run(bury)

    def reported(self, asker: str = "li") -> str:
        """A report of a delegated task of the payments team."""
        new = replace(NEW, id=EffectId(fresh()), asker=PersonId(asker))
        self.run(self.app.documents.begin, new, Money())
        self.run(self.app.documents.finish, new.id, DONE, new.begun)
        return new.id


def signal(now: datetime, kind: SignalKind = SignalKind.BLOCKED_TOO_LONG, **changes: Any) -> Signal:
    """One finding."""
    given: dict[str, Any] = {"subject": IssueKey("PAY-7"), "headline": "PAY-7 is stuck", "url": "https://x/PAY-7"}
    given |= {"since": now, "urgency": Urgency.HIGH, "addressee": None, "evidence": (), "rule": "blocked-1-day"}
    return Signal(kind=kind, **(given | changes))
