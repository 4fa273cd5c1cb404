"""What the checks look at: the constitution, the vendors behind small ports, and the addresses between them and us."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from bot.connections.mcp import McpPort
from bot.connections.offices import BitbucketHooks, JiraHooks
from integrations.health import Check
from integrations.slack.reading.members import SlackMember
from models.clock import Clock
from models.directives import Directives, Member, Team
from models.events import Source
from models.ids import AccountId
from models.thoughts import Prompt, Thought

T = TypeVar("T")


class DatabasePort(Protocol):
    """The agent's own database."""

    dialect: str

    async def check_version(self) -> None:
        """Raises ``DatabaseNotReady``."""
        ...

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """A transaction that changes nothing."""
        ...

    async def write(self, fn: Callable[[Connection], T], label: str) -> T:
        """A transaction that commits."""
        ...

    def describe(self) -> str:
        """Version and how commits are made durable."""
        ...


class SlackPort(Protocol):
    """What is asked of Slack."""

    async def check(self) -> Check:
        """Whether the token works."""
        ...

    async def workspace(self) -> str:
        """The workspace of the token."""
        ...

    async def scopes(self) -> frozenset[str]:
        """What the token may do."""
        ...

    async def channel_named(self, name: str, /) -> str:
        """The id of a channel. Raises ``Refused``."""
        ...

    async def in_channel(self, channel: str, /) -> bool:
        """Whether the app is a member."""
        ...

    async def is_shared(self, channel: str, /) -> bool:
        """Whether another organisation reads it. Raises ``Refused``."""
        ...

    async def member(self, user: str, /) -> SlackMember:
        """Who somebody is. Raises ``Refused``."""
        ...

    async def validate(self, blocks: Sequence[dict[str, Any]], /) -> str | None:
        """What Slack has against these blocks."""
        ...


class Served(Protocol):
    """What a Jira server says of itself."""

    @property
    def deployment(self) -> str:
        """``Cloud``, ``Server`` or ``DataCenter``."""

    @property
    def version(self) -> str:
        """For people."""

    @property
    def url(self) -> str:
        """Where it says it lives."""


class BoardLike(Protocol):
    """A board."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def kind(self) -> str:
        """``scrum``, ``kanban`` or ``simple``."""


class FieldsLike(Protocol):
    """A site's own fields."""

    @property
    def sprint(self) -> str | None:
        """Where the sprint stands."""

    @property
    def points(self) -> tuple[str, ...]:
        """Where an estimate may stand."""

    @property
    def flagged(self) -> str | None:
        """Where the flag stands."""


class UserLike(Protocol):
    """An account."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def active(self) -> bool:
        """Whether they can still sign in."""

    @property
    def human(self) -> bool:
        """Whether it is a person's."""


class JiraPort(JiraHooks, Protocol):
    """What is asked of Jira."""

    async def check(self) -> Check:
        """Whether the token works."""
        ...

    async def server(self) -> Served:
        """What the server says of itself, also to strangers."""
        ...

    async def myself(self) -> AccountId:
        """Whose token it is. Raises ``Refused`` when it is nobody's."""
        ...

    async def project_keys(self) -> frozenset[str]:
        """The projects this account can see."""
        ...

    async def may(self, permissions: Sequence[str], project: str | None = None) -> Mapping[str, bool]:
        """Which of these this account has."""
        ...

    async def board(self, number: int, /) -> BoardLike | None:
        """One board."""
        ...

    async def boards(self, project: str, /) -> Sequence[BoardLike]:
        """The boards that show a project."""
        ...

    async def site_fields(self) -> FieldsLike:
        """The site's own fields."""
        ...

    async def user(self, account: AccountId, /) -> UserLike | None:
        """Who has this account."""
        ...

    async def assignable(self, project: str, account: AccountId, /) -> bool:
        """Whether they can be given the project's issues."""
        ...

    async def close(self) -> None:
        """Take no more calls."""
        ...


class BitbucketPort(BitbucketHooks, Protocol):
    """What is asked of Bitbucket."""

    async def check(self, repository: str | None = None) -> Check:
        """Whether the workspace, or a repository, can be read."""
        ...


class ClaudePort(Protocol):
    """What is asked of Claude."""

    async def ask(self, prompt: Prompt, model: str, effort: str) -> Thought:
        """One question. Raises ``NotThought``."""
        ...

    async def count(self, prompt: Prompt, model: str) -> int:
        """How many tokens one has, which costs nothing. Raises ``NotThought``."""
        ...

    def standing(self) -> Check:
        """How its last call in this process ended."""
        ...


class WorkerPort(Protocol):
    """What is asked of the program that works on delegated tasks."""

    async def check(self) -> Check:
        """Whether it is there and new enough."""
        ...


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same site under its other address."""

    jira: JiraPort
    cloud_id: str
    """What the gateway calls the site."""


async def nowhere() -> Elsewhere | None:
    """There is no other address."""
    return None


@dataclass(frozen=True, kw_only=True)
class JiraAddress:
    """Where Jira is called: directly at the site, or through Atlassian's gateway, and the other way to try."""

    base: str
    site: str
    cloud_id: str = ""
    elsewhere: Callable[[], Awaitable[Elsewhere | None]] = nowhere
    """The same token at the other host; asked only when this one refuses it."""


@dataclass(frozen=True, kw_only=True)
class Outside:
    """Where vendors reach us, and what they sign with."""

    public_url: str
    """Empty when nobody has said."""
    here: str
    """This machine's own door, for when there is no public address."""
    secrets: Mapping[Source, str]
    by_socket: bool = False
    """Whether Slack speaks over a socket that we open."""

    @property
    def address_wanted(self) -> bool:
        """Whether anybody is to reach us from outside."""
        webhooks = self.secrets.get(Source.JIRA) or self.secrets.get(Source.BITBUCKET)
        return bool(self.public_url or webhooks) or not self.by_socket

    @property
    def url(self) -> str:
        """The address that is tried."""
        return self.public_url or self.here


@dataclass(frozen=True, kw_only=True)
class Company:
    """Everything the checks look at."""

    directives: Directives
    clock: Clock
    database: DatabasePort
    no_database: str = ""
    """The file that would be the database, while it is not there: looking must not make it."""
    off: Mapping[str, str]
    outside: Outside
    slack: SlackPort | None = None
    open_socket: Callable[[], Awaitable[str]] | None = None
    """Asks Slack for the address of a socket, with the app-level token; raises as ``Opening.address``."""
    jira: JiraPort | None = None
    jira_at: JiraAddress = field(default_factory=lambda: JiraAddress(base="", site=""))
    jira_domain: str = ""
    """The site by the settings; empty when calls are only redirected."""
    bitbucket: BitbucketPort | None = None
    bitbucket_as: str = ""
    """Whose token it is, in words."""
    bitbucket_workspace: str = ""
    vendors: Mapping[str, str] = field(default_factory=dict)
    """Name and address of those whose clock is compared with ours."""
    expiries: Mapping[str, date | None] = field(default_factory=dict)
    """Vendor and the day its token ends, as far as the operator has told."""
    claude: ClaudePort | None = None
    worker: WorkerPort | None = None
    mcp: McpPort | None = None
    redis: Callable[[], Awaitable[Check]] | None = None
    """Whether Redis answers, or is not asked for."""
    in_force: Callable[[], tuple[Directives, str]] | None = None
    """The constitution of a process that watches its file, and what keeps the file from coming into force."""
    gaps: Callable[[Source, str], Awaitable[Check]] | None = None
    """(source, name of the check): whether its webhooks tell what reading finds."""


def members(directives: Directives) -> list[tuple[Team, Member]]:
    """Everybody the constitution names, once."""
    named: dict[str, tuple[Team, Member]] = {}
    for team in directives.teams:
        for member in team.members:
            named.setdefault(str(member.id), (team, member))
    return list(named.values())
