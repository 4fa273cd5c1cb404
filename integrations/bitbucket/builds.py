"""Many build statuses of a commit as one Build: of each key the latest counts, one failure makes it red."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.payloads import inside, instant, web_address, words
from models.pulls import SHORTEST_HASH, Build, BuildState

STATES: Mapping[str, BuildState] = {
    "FAILED": BuildState.FAILED,
    "INPROGRESS": BuildState.RUNNING,
    "STOPPED": BuildState.STOPPED,
    "SUCCESSFUL": BuildState.PASSED,
}
"""Bitbucket's words, the weightiest first: the first one found among the keys is what all of them come to."""

LONGEST_NAME = 60
"""Characters of a build's name that are kept."""


@dataclass(frozen=True, slots=True)
class _Status:
    key: str
    name: str
    state: BuildState
    at: datetime
    url: str | None


def build_of(statuses: Iterable[Any], commit: str = "") -> Build | None:
    """What ``statuses`` come to; ``None`` when there are none. Those of another commit than ``commit`` are left out."""
    read = (each for status in statuses if (each := _status(status, commit)) is not None)
    latest = {each.key: each for each in sorted(read, key=lambda each: each.at)}
    if not latest:
        return None
    whole = next(state for state in STATES.values() if any(each.state is state for each in latest.values()))
    bad = [each for each in latest.values() if each.state in (BuildState.FAILED, BuildState.STOPPED)]
    last = max(latest.values(), key=lambda each: each.at)
    shown = next((each for each in bad if each.state is whole), last)
    return Build(state=whole, at=last.at, failing=tuple(sorted({each.name for each in bad})), url=shown.url)


def _status(raw: Any, commit: str) -> _Status | None:
    """One status; ``None`` when it is none, or of another commit."""
    key, state = words(inside(raw, "key")), STATES.get(words(inside(raw, "state")))
    at = instant(inside(raw, "updated_on")) or instant(inside(raw, "created_on"))
    if not key or state is None or at is None or not _is_of(raw, commit):
        return None
    name = (words(inside(raw, "name")).strip() or key)[:LONGEST_NAME]
    return _Status(key, name, state, at, web_address(inside(raw, "url")))


def _is_of(raw: Any, commit: str) -> bool:
    """Whether it is about ``commit``; one that does not say so is."""
    told = words(inside(raw, "commit", "hash")) or words(inside(raw, "links", "commit", "href")).rpartition("/")[2]
    shorter, longer = sorted((told, commit), key=len)
    return len(shorter) < SHORTEST_HASH or longer.startswith(shorter)
