"""Which sprint somebody means by a number, a name or a part of one; and which to offer when it is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from models.work import Sprint, SprintState
from planner.words.typed import plain_text, which

NEAREST = 3
"""How many sprints are offered instead of an unknown one."""


def meant_by(words: str, sprints: Sequence[Sprint]) -> tuple[Sprint, ...]:
    """The sprints an operator can mean by an id, a name or a number: ``SPRINT-24`` as well as ``24``."""
    name = which(plain_text(words))
    return matching(f"id:{words.strip()}", sprints) or (matching(name, sprints) if name else ())


def matching(wanted: str, sprints: Sequence[Sprint]) -> tuple[Sprint, ...]:
    """The sprints somebody can mean, best kind of match only: id, whole name, number, part of the name.

    Of several that match equally the running ones are meant.
    """
    tests: tuple[Callable[[Sprint], bool], ...] = (
        lambda sprint: wanted == f"id:{sprint.id}",
        lambda sprint: wanted in (sprint.name.casefold(), which(plain_text(sprint.name))),
        lambda sprint: wanted.isdecimal() and int(wanted) in _numbers(sprint.name),
        lambda sprint: len(wanted) > 2 and wanted in sprint.name.casefold(),
    )
    for test in tests:
        found = [sprint for sprint in sprints if test(sprint)]
        running = [sprint for sprint in found if sprint.state is SprintState.ACTIVE]
        if found:
            return tuple(running or found)
    return ()


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"[0-9]{1,9}", text)]


def nearest(wanted: str, sprints: Iterable[Sprint]) -> list[Sprint]:
    """By number when one was given, else the running and the latest."""
    numbers = _numbers(wanted)
    if not numbers:
        return by_end(sprints)

    def distance(sprint: Sprint) -> int:
        return min((abs(number - numbers[-1]) for number in _numbers(sprint.name)), default=10**9)

    return sorted(sprints, key=lambda sprint: (distance(sprint), -sprint.id))


def coming(sprints: Iterable[Sprint]) -> Sprint | None:
    """The next one that has not begun; ``None`` where none is planned."""
    planned = [sprint for sprint in sprints if sprint.state is SprintState.FUTURE]
    last = datetime.max.replace(tzinfo=UTC)
    return min(planned, key=lambda s: (s.start or last, s.id), default=None)


def by_end(sprints: Iterable[Sprint]) -> list[Sprint]:
    """The running ones first, then the latest."""
    first = datetime.min.replace(tzinfo=UTC)
    return sorted(sprints, key=lambda s: (s.state is SprintState.ACTIVE, s.end or first, s.id), reverse=True)
