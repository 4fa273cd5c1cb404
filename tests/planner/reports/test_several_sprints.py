"""A team with several running sprints reads of each, and of each only what is its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.ids import IssueKey, SprintId
from models.work import Progress, Snapshot
from planner.detect import detect
from planner.reports.summaries import digest
from planner.words.replies import SheetReply, StatusReply
from tests.planner.reports.believable import ask, two_boards
from tests.planner.world import LAW, LONG_AGO, issue, pull_request, snapshot, sprint

pytestmark = pytest.mark.anyio


def running(number: int, wordy: str = "Platform", blocked: int = 0) -> Snapshot:
    """So many sprints, of each one ticket; and some blocked tickets in the first."""
    sprints = tuple(sprint(24 + n, name=f"{wordy} {24 + n}") for n in range(number))
    own = [issue(100 + n, sprint=each.id, progress=Progress.DOING) for n, each in enumerate(sprints)]
    return snapshot(*own, *(issue(n, flagged_since=LONG_AGO) for n in range(blocked)), sprints=sprints)


def posted(world: Snapshot) -> tuple[str, int, int]:
    post = digest(world, detect(world, LAW).signals, LAW)
    assert post is not None
    text = " ".join((post.headline, *(item.text for item in post.items), post.footer))
    return post.headline, len(post.items), len(text.split())


def test_the_summary_has_a_sentence_for_every_running_sprint() -> None:
    line, _, _ = posted(running(2))
    assert line == (
        "Platform 24: 0 of 1 issue done, 6 working days left after today. "
        "Platform 25: 0 of 1 issue done, 6 working days left after today. Nothing needs anybody."
    )


@pytest.mark.parametrize("number", [1, 2, 3, 4, 9])
def test_however_many_run_it_keeps_to_eighty_words_and_counts_what_is_left_out(number: int) -> None:
    line, items, words = posted(running(number, "a very long name of a platform sprint, number", blocked=9))
    assert words <= 80 and items >= 1
    assert (f"{number - 3} more sprint" in line) is (number > 3)


async def test_a_pull_request_is_told_in_its_own_sprint_alone() -> None:
    every = await ask("status all", two_boards())
    assert isinstance(every, SheetReply)
    first, second = every.groups
    assert "api#7" in [row.key for row in first.rows] and "api#7" not in [row.key for row in second.rows]


async def test_a_pull_request_of_no_running_sprint_is_told_in_each() -> None:
    held = two_boards()
    [theirs] = [pr for pr in held.pull_requests if pr.id.endswith("#7")]
    loose = pull_request(7, "bob", issues=(IssueKey("X-9"),))
    others = tuple(pr for pr in held.pull_requests if pr is not theirs)
    for number in (24, 31):
        reply = await ask(f"status id:{number}", replace(held, pull_requests=(*others, loose)))
        assert isinstance(reply, StatusReply) and "api#7" in [row.key for row in reply.rows], SprintId(number)
