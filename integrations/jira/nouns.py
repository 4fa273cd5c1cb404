"""What a Jira site has besides issues and sprints, as values: boards, transitions, people, the site itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.hooks import Hook
from integrations.jira.mapping import Change, account_of, progress_of
from integrations.payloads import inside, rows, whole, words
from models.ids import AccountId, IssueKey
from models.ways import Transition
from models.work import Issue, Progress

HOOK_PATH = "rest/webhooks/1.0/webhook"
"""Admin webhooks: the only ones an API token may register, and the only ones with a secret."""

ISSUE_FILTER = "issue-related-events-section"
"""Under this name a hook keeps the JQL that narrows its issue and comment events; sprint events ignore it."""


@dataclass(frozen=True, slots=True)
class Server:
    """What the site says about itself."""

    deployment: str
    """``Cloud``; ``Server`` and ``Data Center`` are refused before anybody sees one."""
    version: str
    url: str
    """Its own address: where people's links lead, whichever host the calls go to."""


@dataclass(frozen=True, slots=True)
class Board:
    """A board: ``scrum``, ``kanban`` or ``simple``."""

    id: int
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class JiraUser:
    """Somebody with an Atlassian account."""

    account: AccountId
    name: str
    email: str | None
    """``None`` when they hide it: then nothing proves that the address asked for is theirs."""
    active: bool
    human: bool
    """Neither an app nor a customer of a help desk."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of each issue of a move, under the names it was asked by."""

    done: tuple[IssueKey, ...]
    failed: Mapping[IssueKey, str] = field(default_factory=dict)
    """Why it did not happen, or that it is not known whether it did."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Issues read by id or key. One that is in neither part does not exist for us."""

    issues: tuple[Issue, ...]
    failed: Mapping[str, str] = field(default_factory=dict)
    """Issue ids that Jira could not give just now, with its words: they are not gone."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has an issue now, and whether it is done."""

    account: AccountId | None
    progress: Progress
    changed: Change | None = None
    """The last hand-over, when its history tells."""


def server_of(raw: Mapping[str, Any]) -> Server:
    """The site from ``GET /serverInfo``."""
    url = words(raw.get("displayUrl")) or words(raw.get("baseUrl"))
    return Server(words(raw.get("deploymentType")), words(raw.get("version")), url.rstrip("/"))


def board_of(raw: Any) -> Board | None:
    """One board; ``None`` without an id. A private board tells neither name nor kind."""
    number = whole(inside(raw, "id"))
    return Board(number, words(inside(raw, "name")), words(inside(raw, "type"))) if number is not None else None


def transition_of(raw: Any) -> Transition | None:
    """One transition; ``None`` when it has no id, leads nowhere, or is told to be closed to us."""
    number, to = inside(raw, "id"), inside(raw, "to")
    if isinstance(number, int) and not isinstance(number, bool):
        number = str(number)
    if not isinstance(number, str) or not number or not isinstance(to, dict) or inside(raw, "isAvailable") is False:
        return None
    screen = inside(raw, "fields")
    fields = screen.items() if isinstance(screen, dict) else ()
    needs = (name for name, each in fields if inside(each, "required") is True and not inside(each, "hasDefaultValue"))
    return Transition(number, words(inside(raw, "name")), words(to.get("name")), progress_of(to), tuple(sorted(needs)))


def user_of(raw: Any) -> JiraUser | None:
    """One person; ``None`` without an account id."""
    account = account_of(raw)
    if account is None:
        return None
    email = words(inside(raw, "emailAddress")).strip() or None
    human = words(inside(raw, "accountType")) in ("atlassian", "")
    return JiraUser(account, words(inside(raw, "displayName")), email, inside(raw, "active") is True, human)


def hook_of(raw: Any) -> Hook | None:
    """One admin webhook; ``None`` when it names no address or has no number. Its id is the end of ``self``."""
    number = words(inside(raw, "self")).rstrip("/").rpartition("/")[2] or str(inside(raw, "id") or "")
    url = words(inside(raw, "url"))
    if whole(number) is None or not url:
        return None
    events = frozenset(each for each in rows(inside(raw, "events")) if isinstance(each, str))
    signed, active = inside(raw, "isSigned") is True, inside(raw, "enabled") is not False
    return Hook(number, url, words(inside(raw, "name")), events, signed, active)
