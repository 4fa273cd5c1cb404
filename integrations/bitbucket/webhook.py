"""What Bitbucket sends us: taken only when signed, kept as it came, and read without ever failing.

The event's name is in a header only. The signature covers the body alone, so a name decides nothing but what to
read again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from integrations.bitbucket.mapping import REPOSITORY, account_of, hash_of, issues_of, keys_in, repository_of
from integrations.payloads import inside, instant, rows, said, whole, words
from integrations.signatures import Secrets, checked, plain
from models.events import Delivery, Event, Source
from models.ids import DeliveryId, IssueKey, PullRequestId, named

_NAME = re.compile(r"[A-Za-z0-9_:.\-]{1,100}")


def receive(headers: Mapping[str, str], body: bytes, secret: Secrets, received: datetime) -> Delivery:
    """A signed delivery. ``secret`` may be several (comma list or sequence) while one is being replaced.

    Raises ``Unwelcome``: 401 unsigned (always so without a secret), 400 not a plain JSON object, 413 too large.
    """
    sent = checked(headers, body, secret)
    given = sent.headers.get("x-event-key", "").strip()
    name = given if _NAME.fullmatch(given) else ""
    number = DeliveryId(plain(sent.headers.get("x-request-uuid")) or named("bitbucket", name, body))
    return Delivery(source=Source.BITBUCKET, id=number, name=name, body=body, received=received, said=sent.said)


def parse(delivery: Delivery, projects: Collection[str] = ()) -> Event:
    """What a delivery says. Total: what it does not say, or says in a way we do not know, is simply absent.

    ``projects`` are the Jira projects whose keys count in titles, branches and messages; empty means any.
    """
    body = said(delivery)
    if body is None:
        return Event(source=Source.BITBUCKET, name=delivery.name)
    repository = _repository(body)
    changed = body.get("changes")
    return Event(
        source=Source.BITBUCKET,
        name=delivery.name,
        at=_at(body),
        actor=account_of(body.get("actor")),
        changed=frozenset(map(str.lower, changed)) if isinstance(changed, dict) else frozenset(),
        pull_request=_pull_request(body, repository),
        repository=repository,
        commit=_commit(body),
        mentioned=frozenset(_mentioned(body, projects)),
    )


def _repository(body: Mapping[str, Any]) -> str | None:
    """``workspace/repository``: where the pull request goes to, when the body is a Data Center's."""
    home = repository_of(body.get("repository")) or repository_of(
        inside(body, "pullrequest", "destination", "repository")
    )
    if home is not None:
        return home
    there = inside(body, "pullRequest", "toRef", "repository")
    name = f"{words(inside(there, 'project', 'key'))}/{words(inside(there, 'slug'))}"
    return name if REPOSITORY.fullmatch(name) else None


def _pull_request(body: Mapping[str, Any], repository: str | None) -> PullRequestId | None:
    number = whole(inside(body, "pullrequest", "id")) or whole(inside(body, "pullRequest", "id"))
    return PullRequestId(f"{repository}#{number}") if repository is not None and number is not None else None


def _commit(body: Mapping[str, Any]) -> str | None:
    """The commit a build status is about; older bodies have it in a link only."""
    told = inside(body, "commit_status", "commit", "hash")
    link = words(inside(body, "commit_status", "links", "commit", "href")).rstrip("/").rpartition("/")[2]
    return hash_of(told) or hash_of(link) or None


def _at(body: Mapping[str, Any]) -> datetime | None:
    """Bitbucket's own time of the event, in the places it is found, the nearest to the event first."""
    places = (
        ("comment", "updated_on"),
        ("approval", "date"),
        ("changes_request", "date"),
        ("commit_status", "updated_on"),
        ("pullrequest", "updated_on"),
    )
    found = [inside(body, *place) for place in places]
    found += [inside(change, "new", "target", "date") for change in _changes(body)]
    return next((at for each in found if (at := instant(each)) is not None), None)


def _mentioned(body: Mapping[str, Any], projects: Collection[str]) -> list[IssueKey]:
    found = list(issues_of(body.get("pullrequest"), projects))
    for change in _changes(body):
        for side in ("new", "old"):
            found += keys_in(words(inside(change, side, "name")), projects, branch=True)
        for commit in rows(inside(change, "commits")):
            found += keys_in(words(inside(commit, "message")), projects)
    return found


def _changes(body: Mapping[str, Any]) -> list[Any]:
    return rows(inside(body, "push", "changes"))
