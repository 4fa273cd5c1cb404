"""Activity logs and build statuses in our nouns: in any order, with holes in them, and never by guessing."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.bitbucket.activity import history_of
from integrations.bitbucket.builds import build_of
from integrations.bitbucket.mapping import pull_request_of
from models.ids import AccountId
from models.keeping.records import dump, load
from models.pulls import BuildState, PullRequest, ReviewState
from tests.integrations.bitbucket.conftest import (
    ADA,
    LI,
    MAX,
    OPENED,
    TOUCHED,
    commented,
    decided,
    part,
    pull_request,
    status,
    updated,
    user,
)
from tests.integrations.bitbucket.test_mapping import JSON, SHARED, recorded

ME = AccountId(ADA)
FIRST, SECOND, THIRD = ("2026-11-02T10:00:00+00:00", "2026-11-02T11:00:00+00:00", "2026-11-02T12:00:00+00:00")
ONE, TWO = "a1b2c3d4e5f6", "0f1e2d3c4b5a"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_log_says_the_same_in_any_order() -> None:
    log = [updated(ADA, OPENED, ONE), decided(LI, FIRST), commented(MAX, SECOND), updated(ADA, THIRD, TWO)]
    read = [history_of(order, ME) for order in permutations(log)]
    assert all(each == read[0] for each in read)
    assert (read[0].pushed_at, read[0].pushed_by, read[0].own_update) == (at(THIRD), ADA, at(THIRD))
    assert read[0].verdicts == {(LI, ReviewState.CHANGES_REQUESTED): at(FIRST)}
    assert (read[0].asked, read[0].answered) == ({}, {MAX: at(THIRD)})


def test_an_edit_is_no_push_and_a_colleagues_push_is_one() -> None:
    renamed = history_of([updated(ADA, OPENED, ONE), updated(ADA, FIRST, ONE)], ME)
    assert (renamed.pushed_at, renamed.own_update) == (None, at(FIRST))
    helped = history_of([updated(ADA, OPENED, ONE), updated(LI, FIRST, TWO)], ME)
    assert (helped.pushed_at, helped.pushed_by, helped.own_update) == (at(FIRST), LI, at(OPENED))


def test_without_commits_in_the_log_nothing_counts_as_a_push() -> None:
    assert history_of([updated(ADA, OPENED), updated(ADA, FIRST)], ME).pushed_at is None


@pytest.mark.parametrize("kind", ["changes_requested", "changes_request"])
def test_of_several_verdicts_the_last_of_each_kind_counts(kind: str) -> None:
    log = [decided(LI, FIRST, kind), decided(LI, SECOND, "approval"), decided(LI, THIRD, kind)]
    assert history_of(log, ME).verdicts == {
        (LI, ReviewState.APPROVED): at(SECOND),
        (LI, ReviewState.CHANGES_REQUESTED): at(THIRD),
    }


@pytest.mark.parametrize(
    ("comment", "asks"),
    [
        (commented(LI, FIRST, "Why?"), True),
        (commented(LI, FIRST, "This leaks.", inline={"path": "a.py", "to": 3}), True),
        (commented(LI, FIRST, "Nice."), False),
        (commented(LI, FIRST, "Why?", deleted=True), False),
        (commented(LI, FIRST, "Why?", resolution={"type": "comment_resolution", "user": user(ADA)}), False),
        (commented(ADA, FIRST, "Ready?"), False),
        ({"comment": {"user": user(None), "created_on": FIRST, "content": {"raw": "Why?"}}}, False),
        (commented(LI, "yesterday", "Why?"), False),
    ],
)
def test_what_is_a_question(comment: dict[str, Any], asks: bool) -> None:
    assert bool(history_of([updated(ADA, OPENED, ONE), comment], ME).asked) is asks


def test_a_question_stays_open_from_its_first_word_and_only_the_author_answers() -> None:
    log = [commented(LI, FIRST), commented(LI, SECOND), commented(MAX, THIRD, "I wondered too.")]
    assert history_of(log, ME).asked == {LI: at(FIRST)}
    assert history_of([*log, commented(ADA, TOUCHED, "Because.")], ME).asked == {}


def test_an_author_without_an_account_owes_no_answers() -> None:
    assert history_of([commented(LI, FIRST)], None) == history_of([], None)


def test_the_log_corrects_the_time_of_a_request_for_changes() -> None:
    raw = pull_request(1, participants=[part(LI, state="changes_requested", on=TOUCHED)])
    made = pull_request_of(raw, "acme/pay", activity=[decided(LI, FIRST), commented(LI, TOUCHED, "Hm.")])
    assert made is not None and made.reviews[0].at == at(FIRST)


@given(st.lists(JSON, max_size=5))
def test_no_json_makes_a_log_or_a_build_fail(junk: list[Any]) -> None:
    wrapped = [{kind: each} for each in junk for kind in ("update", "approval", "comment", "changes_requested")]
    history_of([*junk, *wrapped], ME)
    assert build_of(junk) is None


# --- builds ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "expected", "failing"),
    [
        (["SUCCESSFUL", "SUCCESSFUL"], BuildState.PASSED, ()),
        (["SUCCESSFUL", "INPROGRESS"], BuildState.RUNNING, ()),
        (["FAILED", "INPROGRESS"], BuildState.FAILED, ("0",)),
        (["STOPPED", "INPROGRESS"], BuildState.RUNNING, ("0",)),
        (["STOPPED", "SUCCESSFUL"], BuildState.STOPPED, ("0",)),
        (["STOPPED", "FAILED", "SUCCESSFUL"], BuildState.FAILED, ("0", "1")),
        (["SUCCESSFUL", "SOMETHING_NEW"], BuildState.PASSED, ()),
    ],
)
def test_many_statuses_are_one_build(states: list[str], expected: BuildState, failing: tuple[str, ...]) -> None:
    build = build_of([status(str(n), state, FIRST) for n, state in enumerate(states)])
    assert build is not None and (build.state, build.failing) == (expected, failing)


def test_of_each_key_the_latest_counts_wherever_it_stands() -> None:
    log = [status("unit", "SUCCESSFUL", THIRD), status("unit", "FAILED", FIRST), status("lint", "SUCCESSFUL", SECOND)]
    for order in permutations(log):
        build = build_of(order)
        assert build is not None and (build.state, build.at) == (BuildState.PASSED, at(THIRD))


def test_a_red_build_leads_to_what_failed() -> None:
    red = status("unit", "FAILED", FIRST, url="https://ci.example/7", name="Unit tests")
    build = build_of([red, status("lint", "SUCCESSFUL", THIRD, url="https://ci.example/8")])
    assert build is not None and (build.url, build.failing) == ("https://ci.example/7", ("Unit tests",))


def test_statuses_of_another_commit_do_not_count() -> None:
    mine, other = status("unit", "SUCCESSFUL", FIRST, ONE + "0" * 28), status("unit", "FAILED", SECOND, TWO)
    linked = status("lint", "FAILED", SECOND, links={"commit": {"href": f"https://x.example/commit/{TWO}"}})
    build = build_of([mine, other, linked], ONE)
    assert build is not None and build.state is BuildState.PASSED
    assert build_of([other], ONE) is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x/ <y>", None, 7])
def test_an_address_that_is_none_is_left_out(url: Any) -> None:
    build = build_of([status("unit", "FAILED", FIRST, url=url)])
    assert build is not None and build.url is None


@recorded
def test_recorded_statuses_are_read() -> None:
    page = json.loads((SHARED / "go-scm-statuses.json").read_text())
    build = build_of(page["values"])
    assert build is not None and build.state is BuildState.PASSED
    assert build.url == "https://ci.example.com/1000/output"


# --- keeping --------------------------------------------------------------------------------------------------


def test_what_was_read_comes_back_from_the_store_as_it_was() -> None:
    raw = pull_request(1, source={"branch": {"name": "x"}, "commit": {"hash": ONE}}, task_count=2, queued=True)
    raw["participants"] = [part(LI, state="changes_requested", on=TOUCHED)]
    log = [updated(ADA, OPENED, TWO), updated(ADA, FIRST, ONE), commented(LI, SECOND), decided(LI, THIRD)]
    made = pull_request_of(raw, "acme/pay", activity=log, statuses=[status("unit", "FAILED", FIRST, ONE)])
    assert made is not None and made.build is not None and made.pushed_at and made.reviews[0].asked
    assert load(PullRequest, json.loads(json.dumps(dump(made)))) == made


def test_a_row_of_an_earlier_version_is_still_read() -> None:
    made = pull_request_of(pull_request(1, participants=[part(LI)]), "acme/pay")
    row = dump(made)
    for new in ("opened", "commit", "pushed_at", "pushed_by", "queued", "tasks", "build", "suggested"):
        del row[new]
    for new in ("asked", "answered"):
        del row["reviews"][0][new]
    read = load(PullRequest, row)
    assert (read.id, read.build, read.commit, read.tasks) == ("acme/pay#1", None, "", 0)
