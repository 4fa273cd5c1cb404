"""A whole sprint in which nobody meant well: titles, names, statuses, goals are attacks; only the work is real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any

from models.cycles import LastCycle, WhyRecord
from models.directives import Directives
from models.ids import AccountId, IssueKey, PullRequestId, SprintId, TeamId
from models.pulls import Build, BuildState, PullRequest
from models.work import Facts, Issue, Person, Progress, SprintState
from planner.ports import Desk
from planner.reasoning import RulesMind
from tests.planner.large import Shown, Still
from tests.planner.test_stories import Book
from tests.planner.world import DAY, HOUR, LAW, NOON, TEAM, account, facts, issue, pull_request, sprint
from tests.promises.hostile import Words

MEMBERS = tuple(str(member.id) for member in LAW.teams[0].members)


class Memory(Book):
    """A ledger that remembers what it was given, and has a record of nothing."""

    async def last_cycles(self, team: TeamId, limit: int) -> Sequence[LastCycle]:
        return [
            LastCycle(c.id, c.trigger.reason, c.at, c.urgency, len(c.signals), c.pressing, c.next_look)
            for c in reversed(self.cycles[-limit:])
        ]

    async def why(self, id: str) -> WhyRecord | None:
        return None


@dataclass(frozen=True)
class HostileSprint:
    """A desk at which a hostile sprint lies, and what is known of it."""

    desk: Desk
    facts: Facts
    memory: Memory


def hostile_sprint(seed: int) -> HostileSprint:
    """The same for the same seed; one in fifty has as many issues as the largest teams."""
    words, dice = Words(seed), Random(seed)
    size = 120 if seed % 50 == 7 else dice.choice((0, 1, 4, 9, 16))
    held = facts(
        *(_issue(number, size, words, dice) for number in range(1, size + 1)),
        prs=tuple(_pull(number, size, words, dice) for number in range(1, size // 2 + 1)),
        sprints=tuple(_sprint(number, words, dice) for number in (23, 24, 25)),
    )
    law = _law(words)
    held = replace(held, people=tuple(_person(each, law) for each in held.people))
    memory = Memory()
    desk = Desk(clock=Still(), directives=law, work=Shown(held), mind=RulesMind(), ledger=memory, hands={})
    return HostileSprint(desk, held, memory)


def _law(words: Words) -> Directives:
    """The usual constitution with people, and a team, called anything at all."""
    [team] = LAW.teams
    named = [member.model_copy(update={"name": words.text()}) for member in team.members]
    changed = team.model_copy(update={"name": words.text(), "members": tuple(named)})
    return LAW.model_copy(update={"teams": (changed,)})


def _person(person: Person, law: Directives) -> Person:
    return replace(person, name=law.team(TEAM).member(person.id).name)


def _sprint(number: int, words: Words, dice: Random) -> Any:
    state = {23: SprintState.CLOSED, 24: SprintState.ACTIVE, 25: SprintState.FUTURE}[number]
    shift = timedelta(days=14 * (number - 24) + dice.randrange(-3, 4))
    base = sprint(number)
    assert base.start is not None and base.end is not None
    return replace(
        base, name=words.text(), goal=words.text(), state=state, start=base.start + shift, end=base.end + shift
    )


def _issue(number: int, size: int, words: Words, dice: Random) -> Issue:
    since = NOON - dice.randrange(1, 150) * HOUR
    progress = dice.choice(list(Progress))
    owner = dice.choice((*MEMBERS, "stranger", None))
    changes: Mapping[str, Any] = {
        "title": words.text(),
        "url": words.url(),
        "status": words.text(),
        "kind": words.text(),
        "priority": dice.choice(("P0", "High", words.text(), None)),
        "labels": frozenset({words.text(), dice.choice(("incident", "late"))}),
        "progress": progress,
        "status_since": since,
        "progress_since": since,
        "unassigned_since": None if owner else since,
        "points": dice.choice((None, 0.5, 3.0, 8.0)),
        "due": dice.choice((None, (NOON + dice.randrange(-5, 9) * DAY).date())),
        "flagged_since": dice.choice((None, None, since)),
        "blocked_by": dice.choice(((), (IssueKey(f"PAY-{dice.randrange(1, size + 1)}"),), (IssueKey(words.text()),))),
        "sprint": dice.choice((SprintId(24), SprintId(24), None)),
        "sprint_since": dice.choice((None, since)),
        "updated": since,
    }
    return issue(number, owner, **changes)


def _pull(number: int, size: int, words: Words, dice: Random) -> PullRequest:
    since = NOON - dice.randrange(1, 150) * HOUR
    reviews = {who: dice.choice(("waiting", "approved", "changes_requested")) for who in dice.sample(MEMBERS, 3)}
    builds = (None, Build(state=BuildState.FAILED, at=since, failing=(words.text(),), url=words.url()))
    return replace(
        pull_request(number, dice.choice((*MEMBERS, None)), reviews),
        id=PullRequestId(f"acme/api#{number}" if number % 4 else f"acme/{words.text()[:50]}#{number}"),
        title=words.text(),
        url=words.url(),
        state=dice.choice(("OPEN", "OPEN", "MERGED", "DECLINED")),
        issues=(IssueKey(f"PAY-{dice.randrange(1, size + 1)}"),),
        waiting_since=since,
        updated=since,
        opened=since,
        commit=f"{number:012x}",
        build=dice.choice(builds),
        suggested=(AccountId(str(account(MEMBERS[0]))),),
    )
