"""Pull requests in every state they were in, from their activity logs and the build statuses of their commits.

What the log does not tell is as it is now, in every state: who is asked to review, and whether it is a draft. Open
tasks and the merge queue are told of the last state only, and an approval that was taken back never was.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from integrations.bitbucket.accounts import account_of
from integrations.bitbucket.activity import VERDICTS
from integrations.bitbucket.calls import PAGE, Calls
from integrations.bitbucket.mapping import hash_of, pull_request_of
from integrations.bitbucket.people import default_reviewers
from integrations.payloads import inside, instant, rows, whole, words
from models.errors import Refused
from models.histories import PullHistory
from models.ids import AccountId
from models.lessons import Act, Way
from models.pulls import PullRequest, ReviewState

MOST_PAGES = 100
"""Pages of a list of pull requests that are read: 5,000 of them."""

MOST_LOG_PAGES = 20
"""Pages of one log: its first 1,000 entries, which are the newest."""

MOST_STATUS_PAGES = 3
"""Pages of one commit's build statuses: 300 of them."""

_KINDS = ("update", "comment", *VERDICTS)
_WORDS = {ReviewState.APPROVED: "approved", ReviewState.CHANGES_REQUESTED: "changes_requested"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that Bitbucket tells of one pull request."""

    raw: Any
    """With its participants and reviewers."""
    repository: str
    activity: Sequence[Any]
    """Its whole log, in any order."""
    statuses: Sequence[Any] = ()
    """The build statuses of all its commits."""
    defaults: Sequence[AccountId] = ()
    """Who reviews by default in its repository."""


async def read(calls: Calls, path: str, wanted: Mapping[str, Any], projects: Collection[str]) -> list[PullHistory]:
    """The pull requests of repository ``path`` that ``wanted`` finds, in every state they were in.

    One after the other: nobody waits for the past. Raises a ``VendorError``.
    """
    params = {**wanted, "pagelen": PAGE, "fields": "+values.participants,+values.reviewers"}
    where = f"repositories/{path}/pullrequests"
    found = await calls.listed(f"list pull requests of {path}", where, params, most_pages=MOST_PAGES)
    defaults = await default_reviewers(calls, path)
    read = [await _told(calls, path, raw, defaults) for raw in found]
    return [history for told in read if (history := history_of(told, projects)) is not None]


async def _told(calls: Calls, path: str, raw: Any, defaults: Sequence[AccountId]) -> Told:
    number = whole(inside(raw, "id"))
    where, what = f"repositories/{path}/pullrequests/{number}/activity", f"read activity of {path}#{number}"
    log, _ = await calls.some(what, where, {"pagelen": PAGE}, most_pages=MOST_LOG_PAGES)
    statuses: list[Any] = []
    for commit in commits_of(raw, log):
        statuses += await _statuses(calls, path, commit)
    return Told(raw=raw, repository=path, activity=log, statuses=statuses, defaults=defaults)


async def _statuses(calls: Calls, path: str, commit: str) -> list[Any]:
    """The builds of a commit; none where it is gone, as after a forced push."""
    where, what = f"repositories/{path}/commit/{commit}/statuses", f"read builds of {path} at {commit[:12]}"
    try:
        found, _ = await calls.some(what, where, {"pagelen": 100}, most_pages=MOST_STATUS_PAGES)
    except Refused as refused:
        if refused.code == "404":
            return []
        raise
    return found


def commits_of(raw: Any, activity: Iterable[Any]) -> tuple[str, ...]:
    """Every commit it was known to end in, each once."""
    told = [hash_of(inside(entry, "update", "source", "commit", "hash")) for entry in activity]
    return tuple(dict.fromkeys(each for each in (*told, hash_of(inside(raw, "source", "commit", "hash"))) if each))


def history_of(told: Told, projects: Collection[str] = ()) -> PullHistory | None:
    """A pull request in every state it was in; ``None`` when it cannot be read."""
    present = _read(told.raw, told, projects, told.activity, told.statuses)
    if present is None:
        return None
    film = _Film(told, present, projects)
    moments = film.moments()
    states = [*(film.still(at) for at in moments[:-1]), present]
    states = _settled(moments, states)
    kept = [n for n, state in enumerate(states) if not n or state != states[n - 1]]
    return PullHistory(
        id=present.id,
        since=tuple(moments[n] for n in kept),
        states=tuple(states[n] for n in kept),
        acts=film.acts(),
    )


class _Film:
    """One pull request's log in order."""

    def __init__(self, told: Told, present: PullRequest, projects: Collection[str]) -> None:
        self._told, self._present, self._projects = told, present, projects
        dated = [(at, entry) for entry in told.activity if (at := _at(entry)) is not None]
        self._log = sorted(dated, key=lambda pair: pair[0])
        self._times = [at for at, _ in self._log]
        self._opened = present.opened or present.updated

    def moments(self) -> list[datetime]:
        """When anything of it changed, ascending: the first is when it was opened, the last how it is now."""
        built = (instant(inside(s, name)) for s in self._told.statuses for name in ("created_on", "updated_on"))
        after = {*self._times, self._present.updated, *(at for at in built if at is not None)}
        return sorted({self._opened, *(at for at in after if at > self._opened)})

    def acts(self) -> tuple[Act, ...]:
        """Who moved it on, oldest first; talk is no reason to look, and so nobody's answer."""
        done = ((at, _actor(entry)) for at, entry in self._log)
        return tuple(Act(who, self._present.id, at, Way.BITBUCKET) for at, who in done if who is not None)

    def still(self, at: datetime) -> PullRequest:
        """It as it stood then."""
        log = [entry for _, entry in self._log[: bisect_right(self._times, at)]]
        raw = {**self._told.raw, **self._facts(log, at), "task_count": 0, "queued": False}
        raw["participants"] = [self._participant(row, log) for row in rows(self._told.raw.get("participants"))]
        return _read(raw, self._told, self._projects, log, self._built(at)) or self._present

    def _facts(self, log: Sequence[Any], at: datetime) -> Mapping[str, Any]:
        """Its title, state, newest commit and time of change, by the last update told."""
        updates = [entry["update"] for entry in log if inside(entry, "update", "date")]
        last = updates[-1] if updates else {}
        heads = [hash for each in updates if (hash := hash_of(inside(each, "source", "commit", "hash")))]
        first = (hash for _, e in self._log if (hash := hash_of(inside(e, "update", "source", "commit", "hash"))))
        head = heads[-1] if heads else next(first, self._present.commit)
        source = {**(inside(self._told.raw, "source") or {}), "commit": {"hash": head}}
        times = [moment for entry in log if (moment := _at(entry)) is not None]
        return {
            "title": words(inside(last, "title")) or self._present.title,
            "state": words(inside(last, "state")) or "OPEN",
            "source": source,
            "updated_on": max([self._opened, *times]).isoformat(),
        }

    def _participant(self, row: Any, log: Sequence[Any]) -> Any:
        """What one of them had said then; whether they are a reviewer is told of today only."""
        who = account_of(inside(row, "user"))
        said = [(at, state) for entry in log for at, by, state in _verdicts(entry) if by == who]
        spoke = [at for entry in log if (at := _spoke(entry, who)) is not None]
        state = max(said)[1] if said else None
        last = max([*(at for at, _ in said), *spoke], default=None)
        return {
            **(row if isinstance(row, dict) else {}),
            "state": _WORDS.get(state) if state is not None else None,
            "approved": state is ReviewState.APPROVED,
            "participated_on": last.isoformat() if last is not None else None,
        }

    def _built(self, at: datetime) -> list[Any]:
        """The builds begun by then; one that had not yet said its last word ran."""
        found = []
        for status in self._told.statuses:
            began, ended = instant(inside(status, "created_on")), instant(inside(status, "updated_on"))
            if began is not None and began <= at:
                runs = {"state": "INPROGRESS", "updated_on": inside(status, "created_on")}
                found.append({**status, **({} if ended is None or ended <= at else runs)})
        return found


def _read(
    raw: Any, told: Told, projects: Collection[str], log: Sequence[Any], statuses: Sequence[Any]
) -> PullRequest | None:
    """It as the mirror reads one: of a draft, or one that is over, neither log nor builds."""
    plain = pull_request_of(raw, told.repository, projects)
    if plain is None or plain.state != "OPEN" or plain.draft:
        return plain
    read = pull_request_of(raw, told.repository, projects, log, statuses)
    if read is None or any(review.reviewer != read.author for review in read.reviews):
        return read
    return replace(read, suggested=tuple(each for each in told.defaults if each != read.author))


def _settled(moments: Sequence[datetime], states: Sequence[PullRequest]) -> list[PullRequest]:
    """The states, over since it first was so: what is said afterwards moves its time of change, nothing more."""
    found: list[PullRequest] = []
    for at, state in zip(moments, states, strict=True):
        same = bool(found) and found[-1].state == state.state
        over = None if state.state == "OPEN" else found[-1].settled_at if same else at
        found.append(replace(state, settled_at=over))
    return found


def _at(entry: Any) -> datetime | None:
    """When an entry of the log was made."""
    told = [inside(entry, kind, name) for kind in _KINDS for name in ("date", "created_on")]
    return next((at for value in told if (at := instant(value)) is not None), None)


def _actor(entry: Any) -> AccountId | None:
    """Who made an entry of the log that moves it on."""
    moves = ("update", *VERDICTS)
    told = (account_of(inside(entry, kind, name)) for kind in moves for name in ("author", "user"))
    return next((who for who in told if who is not None), None)


def _verdicts(entry: Any) -> list[tuple[datetime, AccountId, ReviewState]]:
    found = []
    for kind, state in VERDICTS.items():
        at, by = instant(inside(entry, kind, "date")), account_of(inside(entry, kind, "user"))
        if at is not None and by is not None:
            found.append((at, by, state))
    return found


def _spoke(entry: Any, who: AccountId | None) -> datetime | None:
    """When ``who`` commented, where the entry is a comment of theirs that still stands."""
    comment = inside(entry, "comment")
    mine = who is not None and account_of(inside(comment, "user")) == who and inside(comment, "deleted") is not True
    return instant(inside(comment, "created_on")) if mine else None
