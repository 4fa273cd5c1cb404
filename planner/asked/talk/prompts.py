"""What is offered to somebody who opens the conversation: at most four questions that have an answer for them now."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from models.cycles import History
from models.directives import Directives
from models.ids import PersonId
from models.work import Facts, Snapshot, SprintState
from planner.facts.observe import blocked_since, people_of
from planner.hearers.moves import unfinished_blockers
from planner.reports.summaries import moves_of, work_of
from planner.words.latest import latest_to

MOST = 4
"""Slack shows no more."""

Prompt = tuple[str, str]
"""What is shown, and the words that are sent when it is pressed."""

ABOUT_ME: Prompt = ("What can I ask you?", "help")


def prompts_for(
    person: PersonId, snapshot: Snapshot, facts: Facts, directives: Directives, history: History
) -> tuple[Prompt, ...]:
    """What is true for ``person`` first; where nothing is known, what can be asked at all."""
    found = _true_for(person, snapshot, facts, directives, history)
    return tuple(islice(found, MOST - 1)) + (ABOUT_ME,)


def _true_for(
    person: PersonId, snapshot: Snapshot, facts: Facts, directives: Directives, history: History
) -> Iterator[Prompt]:
    who = people_of(facts).get(person)
    if who is not None and moves_of(who, facts, directives, snapshot.now):
        yield "What waits for me?", "mine"
    elif who is not None and work_of(who, facts, directives, snapshot.now):
        yield "What is on my plate?", "mine"
    if latest_to(person, history):
        yield "Why did you write to me?", "why"
    if any(sprint.state is SprintState.ACTIVE for sprint in snapshot.sprints):
        yield "Where does the sprint stand?", "status"
    team = directives.team(snapshot.team)
    if any(blocked_since(each, team) or any(unfinished_blockers(each, snapshot)) for each in snapshot.unfinished):
        yield "What is blocked?", "blockers"
