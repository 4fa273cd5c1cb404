"""What Bitbucket says, in our nouns. Pure; what cannot be read is left out, never guessed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.bitbucket.accounts import account_of as account_of
from integrations.bitbucket.activity import History, history_of
from integrations.bitbucket.builds import build_of
from integrations.payloads import inside, instant, rows, web_address, whole, words
from models.ids import AccountId, IssueKey, PullRequestId
from models.pulls import PullRequest, Review, ReviewState

REPOSITORY = re.compile(r"[A-Za-z0-9_.~{}-]{1,128}/[A-Za-z0-9_.{}-]{1,128}")
"""``workspace/repository``; either may be a UUID in braces. Data Center's personal projects begin with ``~``."""

HASH = re.compile(r"[0-9a-f]{7,64}")
"""A commit, as short as anybody writes it."""

_IN_TEXT = re.compile(r"(?<![A-Za-z0-9_])([A-Z][A-Z0-9_]{1,19})-([1-9][0-9]{0,9})(?![A-Za-z0-9]|\.[0-9])")
_IN_BRANCH = re.compile(r"(?<![A-Za-z0-9])([A-Za-z][A-Za-z0-9_]{1,19})-([1-9][0-9]{0,9})(?![A-Za-z0-9]|\.[0-9])")
"""No word is read twice and a project's key is at most 20 long, so the time taken grows with the text only."""

LONGEST = 10_000
"""Characters of one title or message that are searched for keys."""

NOT_PROJECTS = frozenset(
    {
        *("AES", "BLAKE2", "DES", "HMAC", "MD", "PKCS", "RSA", "SHA", "SHA1", "SHA2", "SHA3", "SSL", "TLS"),
        *("ASCII", "BASE", "CP", "KOI8", "LATIN", "UCS", "UTF", "WINDOWS"),
        *("DIN", "ECMA", "EN", "GB", "IEC", "IEEE", "ISO", "JSR", "PEP", "RFC"),
        *("CVE", "CWE", "FIPS", "GHSA"),
        *("COVID", "GPT", "HTTP", "IPV", "JDK", "MPEG", "XML"),
    }
)
"""Words that look like a project's key in front of a number; they count only when a team really has such a project."""


def pull_request_of(
    raw: Any,
    repository: str,
    projects: Collection[str] = (),
    activity: Iterable[Any] | None = None,
    statuses: Iterable[Any] = (),
) -> PullRequest | None:
    """One pull request; ``None`` when it has no number or no time of change.

    ``repository`` is where it was read. ``activity`` is its log, ``None`` when there is none to be had;
    ``statuses`` are the build statuses of its newest commit.
    """
    number, updated = whole(inside(raw, "id")), instant(inside(raw, "updated_on"))
    if number is None or updated is None:
        return None
    author, commit = account_of(inside(raw, "author")), hash_of(inside(raw, "source", "commit", "hash"))
    history = None if activity is None else history_of(activity, author)
    where = repository_of(inside(raw, "destination", "repository")) or repository
    return PullRequest(
        id=PullRequestId(f"{where}#{number}"),
        title=words(inside(raw, "title")),
        url=web_address(inside(raw, "links", "html", "href"))
        or f"https://bitbucket.org/{where}/pull-requests/{number}",
        author=author,
        state=words(inside(raw, "state")),
        draft=inside(raw, "draft") is True,
        reviews=reviews_of(raw, history),
        issues=issues_of(raw, projects),
        waiting_since=waiting_since(raw, history),
        updated=updated,
        opened=instant(inside(raw, "created_on")),
        commit=commit,
        pushed_at=history.pushed_at if history else None,
        pushed_by=history.pushed_by if history else None,
        queued=inside(raw, "queued") is True,
        tasks=whole(inside(raw, "task_count")) or 0,
        build=build_of(statuses, commit),
        settled_at=None if words(inside(raw, "state")) in ("OPEN", "") else updated,
    )


def reviews_of(raw: Any, history: History | None = None) -> tuple[Review, ...]:
    """What each reviewer has said last; a reviewer without a word waits. The author reviews nothing."""
    author = account_of(inside(raw, "author"))
    said = {
        who: _review(who, row, history or History())
        for row in rows(inside(raw, "participants"))
        if isinstance(row, dict) and row.get("role") == "REVIEWER" and (who := account_of(row.get("user"))) is not None
    }
    asked = [who for row in rows(inside(raw, "reviewers")) if (who := account_of(row)) is not None]
    order = dict.fromkeys([*asked, *said])
    return tuple(said.get(who, Review(reviewer=who, state=ReviewState.WAITING)) for who in order if who != author)


def _review(who: AccountId, participant: Mapping[str, Any], history: History) -> Review:
    """One reviewer; the time of a verdict is the log's where it has one."""
    state = _said(participant)
    return Review(
        reviewer=who,
        state=state,
        at=history.verdicts.get((who, state)) or instant(participant.get("participated_on")),
        asked=history.asked.get(who),
        answered=history.answered.get(who),
    )


def issues_of(raw: Any, projects: Collection[str] = ()) -> tuple[IssueKey, ...]:
    """The issue keys in title and source branch, in the order they are named."""
    title, branch = inside(raw, "title"), inside(raw, "source", "branch", "name")
    found = [*keys_in(words(title), projects), *keys_in(words(branch), projects, branch=True)]
    return tuple(dict.fromkeys(found))


def keys_in(text: str, projects: Collection[str] = (), *, branch: bool = False) -> list[IssueKey]:
    """Issue keys in ``text``. With ``projects`` only theirs; a branch may then also name them in lower case.

    Without ``projects`` anything formed like a key counts, but for words known to be none (``UTF-8``, ``CVE-2024``).
    """
    pattern = _IN_BRANCH if branch else _IN_TEXT
    allowed = {project.upper() for project in projects}
    found = [(_project(match[1], allowed), match[2]) for match in pattern.finditer(text[:LONGEST])]
    return [IssueKey(f"{project}-{number}") for project, number in found if project is not None]


def waiting_since(raw: Any, history: History | None = None) -> datetime:
    """Since when a review is the next move: opened, or last updated by its author.

    The activity log tells the author's own updates (pushes, and edits such as leaving draft). Without it there is
    only ``updated_on``, which everybody's comments move too: it counts only when somebody has reviewed and it is
    later than the last review. Otherwise the opening counts, so a wait is never made shorter by a comment.
    """
    updated = instant(inside(raw, "updated_on")) or datetime.fromtimestamp(0, UTC)
    opened = instant(inside(raw, "created_on")) or updated
    if history is not None:
        return max(opened, history.own_update or opened)
    last = max((review.at for review in reviews_of(raw) if review.at is not None), default=None)
    return updated if last is not None and updated > last else opened


def hash_of(value: Any) -> str:
    """A commit's hash, short or whole; empty when it is none."""
    return value if isinstance(value, str) and HASH.fullmatch(value) else ""


def repository_of(raw: Any) -> str | None:
    """``workspace/repository``, or ``None``."""
    name = inside(raw, "full_name")
    return name if isinstance(name, str) and REPOSITORY.fullmatch(name) else None


def _project(word: str, allowed: Collection[str]) -> str | None:
    """The project ``word`` names: itself, or its end in ``fix_PAY``, as people write in branches."""
    for part in (word, word.rpartition("_")[2]):
        if part.upper() in allowed if allowed else part.isupper() and len(part) > 1 and part not in NOT_PROJECTS:
            return part.upper()
    return None


def _said(participant: Mapping[str, Any]) -> ReviewState:
    """Older replies have only ``approved``; ``state`` is surer where it is given."""
    state = participant.get("state")
    if state == "changes_requested":
        return ReviewState.CHANGES_REQUESTED
    approved = state == "approved" or participant.get("approved") is True
    return ReviewState.APPROVED if approved else ReviewState.WAITING
