"""Pull requests as the company has them: what was said, what was pushed, what was built, and in how many calls."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.bitbucket import Bitbucket
from integrations.simulator.company import Company
from integrations.simulator.nouns import PullRequest
from integrations.simulator.server import Simulator
from models.errors import Refused
from models.pulls import BuildState, ReviewState
from tests.contracts.bitbucket.conftest import Held, Story, connect

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)


async def test_what_is_open_is_read_as_the_company_has_it(
    bitbucket: Bitbucket, company: Company, repository: str, pull: PullRequest
) -> None:
    read = {pr.id: pr for pr in await bitbucket.open_pull_requests(repository)}
    assert set(read) == {f"{p.repository}#{p.number}" for p in company.open_pull_requests()}
    for mine in company.open_pull_requests():
        pr = read[f"{mine.repository}#{mine.number}"]
        assert (pr.title, pr.author, pr.commit, pr.draft) == (mine.title, mine.author, mine.commit, mine.draft)
        assert [(r.reviewer, r.state) for r in pr.reviews] == [
            (r.account, ReviewState(r.state or "waiting")) for r in mine.reviews
        ]
        assert (pr.opened, pr.updated) == (mine.created, mine.updated)
    assert read[f"{repository}#{pull.number}"].issues == ("PAY-104",)


async def test_one_and_the_list_say_the_same(bitbucket: Bitbucket, slug: str, story: Story, people: list[str]) -> None:
    story.then("review", people[1], "changes_requested").then("build", "unit", "FAILED").then("push")
    story.then("build", "unit", "SUCCESSFUL")
    listed = {pr.id: pr for pr in await bitbucket.open_pull_requests(slug)}
    one = await bitbucket.pull_request(slug, story.pull.number)
    assert listed[one.id] == one


async def test_a_push_after_changes_were_requested_is_seen_with_who_and_when(
    bitbucket: Bitbucket, slug: str, story: Story, people: list[str]
) -> None:
    asked = story.then("review", people[1], "changes_requested").pull.updated
    pushed = story.then("push").pull.updated
    pr = await bitbucket.pull_request(slug, story.pull.number)
    assert (pr.pushed_at, pr.pushed_by, pr.waiting_since) == (pushed, people[0], pushed)
    assert [(r.state, r.at) for r in pr.reviews] == [(ReviewState.CHANGES_REQUESTED, asked)]


async def test_the_time_of_a_verdict_is_the_logs_and_not_that_of_a_later_comment(
    bitbucket: Bitbucket, slug: str, story: Story, people: list[str]
) -> None:
    asked = story.then("review", people[1], "changes_requested").pull.updated
    story.then("discuss", people[1], "By the way, nice tests.")
    assert story.pull.reviews[0].at != asked
    assert (await bitbucket.pull_request(slug, story.pull.number)).reviews[0].at == asked


async def test_an_approval_takes_the_request_for_changes_away(
    bitbucket: Bitbucket, slug: str, story: Story, people: list[str]
) -> None:
    story.then("review", people[1], "changes_requested")
    approved = story.then("review", people[1], "approved").pull.updated
    (review,) = (await bitbucket.pull_request(slug, story.pull.number)).reviews
    assert (review.state, review.at) == (ReviewState.APPROVED, approved)


async def test_a_question_waits_until_its_author_answers_and_praise_asks_nothing(
    bitbucket: Bitbucket, slug: str, story: Story, people: list[str]
) -> None:
    async def asked() -> list[object]:
        (review,) = (await bitbucket.pull_request(slug, story.pull.number)).reviews
        return [review.asked, review.answered]

    story.then("discuss", people[1], "Looks promising.")
    assert await asked() == [None, None]
    question = story.then("discuss", people[1], "Why not the other queue?").pull.updated
    assert await asked() == [question, None]
    story.then("discuss", people[1], "This loses a cent.", on_code=True)
    assert await asked() == [question, None]
    answer = story.then("discuss", people[0], "Good catch, it is the rounding.").pull.updated
    assert await asked() == [None, answer]


async def test_draft_queue_and_tasks_are_read(bitbucket: Bitbucket, slug: str, story: Story, people: list[str]) -> None:
    for fields in ({"draft": True}, {"draft": False}, {"tasks": 2}, {"queued": True}):
        story.then("edit_pull_request", people[0], "pullrequest:updated", **fields)
    pr = await bitbucket.pull_request(slug, story.pull.number)
    assert (pr.draft, pr.tasks, pr.queued) == (False, 2, True)
    assert pr.waiting_since == story.pull.updated
    assert pr.pushed_at is None


@pytest.mark.parametrize("state", ["MERGED", "DECLINED", "SUPERSEDED"])
async def test_what_has_changed_is_found_in_every_state_and_nothing_older(
    bitbucket: Bitbucket, repository: str, story: Story, people: list[str], held: Held, state: str
) -> None:
    before = story.clock.now() + MINUTE / 2
    assert await bitbucket.updated_since(repository, before) == []
    story.then("edit_pull_request", people[0], "pullrequest:rejected", state=state)
    (pr,) = await bitbucket.updated_since(repository, before)
    assert (pr.id, pr.state) == (f"{repository}#{story.pull.number}", state)
    assert await bitbucket.updated_since(repository, story.pull.updated) == [pr]
    assert await bitbucket.updated_since(repository, story.pull.updated + MINUTE) == []
    assert await bitbucket.settled_since(repository, before) == [pr]
    assert pr.settled_at == story.pull.updated
    assert held.count("/activity") == held.count("/statuses") == 0


# --- builds ---------------------------------------------------------------------------------------------------


async def test_of_several_builds_one_failure_counts_and_of_each_key_the_latest(
    bitbucket: Bitbucket, slug: str, story: Story
) -> None:
    async def build() -> tuple[BuildState, tuple[str, ...]] | None:
        found = await bitbucket.build(slug, story.pull.commit)
        assert (await bitbucket.pull_request(slug, story.pull.number)).build == found
        return None if found is None else (found.state, found.failing)

    assert await build() is None
    story.then("build", "unit", "INPROGRESS").then("build", "lint", "SUCCESSFUL")
    assert await build() == (BuildState.RUNNING, ())
    story.then("build", "unit", "FAILED")
    assert await build() == (BuildState.FAILED, ("unit",))
    story.then("build", "deploy", "STOPPED")
    assert await build() == (BuildState.FAILED, ("deploy", "unit"))
    story.then("build", "unit", "SUCCESSFUL")
    assert await build() == (BuildState.STOPPED, ("deploy",))
    story.then("build", "deploy", "SUCCESSFUL")
    assert await build() == (BuildState.PASSED, ())


async def test_a_push_leaves_the_old_builds_behind(bitbucket: Bitbucket, slug: str, story: Story) -> None:
    old = story.then("build", "unit", "FAILED").pull.commit
    assert (await bitbucket.pull_request(slug, story.pull.number)).build is not None
    story.then("push")
    assert (await bitbucket.pull_request(slug, story.pull.number)).build is None
    stale = await bitbucket.build(slug, old)
    assert stale is not None and stale.failing == ("unit",)
    assert (await bitbucket.open_pull_requests(slug))[0].build != stale


async def test_a_commit_leads_to_its_pull_requests(
    bitbucket: Bitbucket, repository: str, slug: str, story: Story
) -> None:
    first, second = story.pull.commit, story.then("push").pull.commit
    name = f"{repository}#{story.pull.number}"
    for commit in (first, second, second + "0" * 28, second[:12]):
        assert await bitbucket.pull_requests_of_commit(slug, commit) == [name]
    assert await bitbucket.pull_requests_of_commit(slug, "0" * 40) == []
    assert (await bitbucket.pull_request(slug, story.pull.number)).is_at(second + "0" * 28)


@pytest.mark.parametrize("commit", ["", "main", "../../x", "deadbeef/..", "DEADBEEF"])
async def test_what_is_no_commit_reaches_no_address(bitbucket: Bitbucket, slug: str, held: Held, commit: str) -> None:
    for ask in (bitbucket.pull_requests_of_commit, bitbucket.build):
        with pytest.raises(Refused) as refused:
            await ask(slug, commit)
        assert refused.value.code == "bad_name"
    assert held.asked == []


# --- how many calls -------------------------------------------------------------------------------------------


def many(story: Story, number: int, people: list[str]) -> list[PullRequest]:
    """``number`` open pull requests: built, every second one discussed, every eighth a draft."""
    company, made = story.company, []
    for n in range(number):
        opened = company.open_pull_request(
            story.pull.repository, people[0], f"PAY-{n} x", f"b{n}", [people[1]], draft=n % 8 == 7
        )
        story.pull = opened
        made.append(story.then("build", "unit", "SUCCESSFUL").pull)
        if n % 2:
            made[-1] = story.then("discuss", people[1], "Why?").pull
    return made


async def test_the_first_read_of_80_pull_requests_is_counted_and_the_second_costs_its_pages(
    simulator: Simulator, company: Company, repository: str, story: Story, people: list[str], held: Held
) -> None:
    company.pull_requests.clear()
    made = many(story, 80, people)
    ready = [p for p in made if not p.draft]
    client = connect(simulator)
    first = await client.open_pull_requests(repository)
    assert len(first) == 80
    # Two pages; the builds of each that is ready; the log of each of those that somebody has touched.
    assert held.count("/pullrequests") == 2
    assert held.count("/statuses") == len(ready) == 70
    assert held.count("/activity") == sum(p.updated != p.created for p in ready) == 30
    assert len(held.asked) == 102
    assert await client.open_pull_requests(repository) == first
    assert len(held.asked) == 104
    await client.close()

    restarted = connect(simulator)
    restarted.remember(first)
    assert await restarted.open_pull_requests(repository) == first
    assert len(held.asked) == 106
    await restarted.close()


async def test_an_event_costs_two_calls_at_most(
    bitbucket: Bitbucket, slug: str, story: Story, people: list[str], held: Held
) -> None:
    story.then("build", "unit", "SUCCESSFUL")
    happenings = [
        None,
        ("review", people[1], "changes_requested"),
        ("discuss", people[0], "Done."),
        ("push",),
        ("build", "unit", "INPROGRESS"),
        ("build", "unit", "FAILED"),
        ("review", people[1], "approved"),
        ("edit_pull_request", people[0], "pullrequest:updated"),
        ("merge", people[0]),
    ]
    for happening in happenings:
        if happening:
            story.then(*happening)
        before = len(held.asked)
        if happening and happening[0] == "build":
            await bitbucket.build(slug, story.pull.commit)
        else:
            pr = await bitbucket.pull_request(slug, story.pull.number)
            assert pr.updated == story.pull.updated
        assert len(held.asked) - before <= 2, happening


async def test_a_build_that_ended_without_a_word_is_found_by_the_next_list(
    bitbucket: Bitbucket, repository: str, story: Story, held: Held
) -> None:
    """A build's end does not touch its pull request, and webhooks get lost."""
    story.then("build", "unit", "INPROGRESS")
    name = f"{repository}#{story.pull.number}"

    async def build() -> BuildState | None:
        found = next(pr for pr in await bitbucket.open_pull_requests(repository) if pr.id == name).build
        return found.state if found else None

    assert await build() is BuildState.RUNNING
    story.then("build", "unit", "FAILED")
    assert await build() is BuildState.FAILED
    story.then("build", "unit", "SUCCESSFUL")
    assert await build() is BuildState.PASSED
    before = len(held.asked)
    assert await build() is BuildState.PASSED
    assert len(held.asked) - before == 1


async def test_a_build_told_by_a_webhook_is_not_forgotten_by_the_next_list(
    bitbucket: Bitbucket, repository: str, story: Story
) -> None:
    story.then("build", "unit", "SUCCESSFUL")
    await bitbucket.open_pull_requests(repository)
    story.then("build", "unit", "FAILED")
    failed = await bitbucket.build(repository, story.pull.commit)
    listed = {pr.id: pr.build for pr in await bitbucket.open_pull_requests(repository)}
    assert listed[f"{repository}#{story.pull.number}"] == failed  # type: ignore[index]


async def test_where_nothing_is_built_nothing_is_asked_about_builds_again(
    bitbucket: Bitbucket, company: Company, repository: str, people: list[str], held: Held
) -> None:
    company.pull_requests.clear()
    company.open_pull_request(repository, people[0], "Docs", "docs", [people[1]])
    await bitbucket.open_pull_requests(repository)
    assert held.count("/statuses") == 1
    await bitbucket.open_pull_requests(repository)
    assert held.count("/statuses") == 1
