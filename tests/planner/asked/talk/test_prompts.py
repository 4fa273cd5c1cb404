"""What is offered to somebody who opens the conversation is true for them, and never more than Slack shows."""

from __future__ import annotations

from models.cycles import History
from models.ids import PersonId
from models.work import Facts
from planner.asked.questions import AskHelp, parse_command
from planner.asked.talk.prompts import ABOUT_ME, MOST, prompts_for
from tests.planner.reports.believable import LAW, work
from tests.planner.world import facts, history, snapshot


def offered(person: str, held: Facts, past: History | None = None) -> tuple[str, ...]:
    shown = snapshot(*held.issues, prs=held.pull_requests)
    return tuple(title for title, _ in prompts_for(PersonId(person), shown, held, LAW, past or history()))


def test_whoever_others_wait_for_is_asked_about_that_first() -> None:
    assert offered("ann", work())[0] == "What waits for me?"


def test_what_is_blocked_is_offered_only_while_something_is() -> None:
    assert "What is blocked?" in offered("ann", work())
    free = work(issues=tuple(i for i in work().issues if not i.blocked_by and not i.flagged_since))
    assert "What is blocked?" not in offered("ann", free)


def test_where_nothing_is_known_there_is_still_one_question() -> None:
    empty = facts(sprints=())
    shown = snapshot(sprints=())
    assert prompts_for(PersonId("ann"), shown, empty, LAW, history())[-1] == ABOUT_ME


def test_they_are_at_most_four_and_each_is_a_command() -> None:
    prompts = prompts_for(PersonId("ann"), snapshot(*work().issues), work(), LAW, history())
    assert 1 < len(prompts) <= MOST
    assert all(not isinstance(parse_command(says), AskHelp) or says == "help" for _, says in prompts)
