"""A pull request is rebuilt from its log as it stood, and what the log leaves out is never guessed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from integrations.bitbucket.histories import Told, history_of
from models.histories import PullHistory
from models.ids import AccountId
from models.pulls import BuildState, PullRequest, ReviewState
from tests.integrations.bitbucket.conftest import (
    ADA,
    LI,
    MAX,
    OPENED,
    commented,
    decided,
    part,
    pull_request,
    status,
    updated,
    user,
)
from tests.integrations.bitbucket.test_mapping import JSON

ONE, TWO = "a1b2c3d4e5f6", "0f1e2d3c4b5a"
TIMES = [f"2026-11-02T{hour:02}:00:00+00:00" for hour in range(10, 20)]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def state(entry: dict[str, Any], words: str) -> dict[str, Any]:
    return {**entry, "update": {**entry["update"], "state": words}}


def read(log: list[Any], statuses: list[Any] = (), defaults: tuple[str, ...] = (), **own: Any) -> PullHistory:  # type: ignore[assignment]
    last = max([OPENED, *(each["update"]["date"] for each in log if "update" in each)])
    raw = pull_request(7, **{"updated_on": last, "source": {"commit": {"hash": TWO}}, **own})
    told = Told(
        raw=raw,
        repository="acme/pay",
        activity=log,
        statuses=statuses,
        defaults=[AccountId(each) for each in defaults],
    )
    found = history_of(told, ["PAY"])
    assert found is not None
    return found


def on(history: PullHistory, hour: int) -> PullRequest:
    found = history.at(at(TIMES[hour]))
    assert found is not None
    return found


WHOLE = [
    updated(ADA, OPENED, ONE),
    commented(LI, TIMES[0]),
    decided(LI, TIMES[1]),
    updated(ADA, TIMES[2], TWO),
    decided(LI, TIMES[3], "approval"),
    state(updated(ADA, TIMES[4], TWO), "MERGED"),
]
REVIEWED = {"reviewers": [user(LI)], "participants": [part(LI, state="approved", on=TIMES[3])], "state": "MERGED"}


def test_each_verdict_push_and_merge_is_told_of_its_own_time_on() -> None:
    history = read(WHOLE, **REVIEWED)
    verdicts = [on(history, hour).reviews[0].state for hour in range(4)]
    assert verdicts == [ReviewState.WAITING, *[ReviewState.CHANGES_REQUESTED] * 2, ReviewState.APPROVED]
    assert [on(history, hour).commit for hour in (1, 2)] == [ONE, TWO]
    assert [on(history, hour).state for hour in (3, 4)] == ["OPEN", "MERGED"]
    assert on(history, 2).pushed_at == on(history, 3).waiting_since == at(TIMES[2])
    assert history.now.settled_at == at(TIMES[4]) and on(history, 3).settled_at is None


def test_before_it_was_opened_there_is_none() -> None:
    assert read(WHOLE, **REVIEWED).at(at("2026-10-01T00:00:00+00:00")) is None


def test_a_question_waits_until_the_author_answers() -> None:
    history = read([*WHOLE[:2], commented(ADA, TIMES[5], "Because.")], reviewers=[user(LI)], participants=[part(LI)])
    assert [on(history, hour).reviews[0].asked for hour in (0, 4)] == [at(TIMES[0])] * 2
    assert (on(history, 5).reviews[0].asked, on(history, 5).reviews[0].answered) == (None, at(TIMES[5]))


def test_a_build_ran_from_its_beginning_until_its_last_word_and_belongs_to_its_commit() -> None:
    built = status("unit", "FAILED", TIMES[3], ONE, created_on=TIMES[1])
    history = read([updated(ADA, OPENED, ONE), updated(ADA, TIMES[5], TWO)], [built])
    told = [build.state if (build := on(history, hour).build) else None for hour in (0, 1, 3, 5)]
    assert told == [None, BuildState.RUNNING, BuildState.FAILED, None]


def test_what_was_said_after_the_end_does_not_move_the_end() -> None:
    history = read([*WHOLE, commented(MAX, TIMES[6])], updated_on=TIMES[6], **{**REVIEWED})
    assert history.now.updated == at(TIMES[6]) and history.now.settled_at == at(TIMES[4])


def test_where_nobody_is_asked_the_default_reviewers_are_suggested_while_it_is_open() -> None:
    history = read([WHOLE[0], WHOLE[5]], defaults=(ADA, LI), state="MERGED")
    assert (on(history, 3).suggested, history.now.suggested) == ((LI,), ())


def test_an_approval_that_was_taken_back_is_told_until_the_log_ends_because_nothing_tells_when() -> None:
    history = read(WHOLE[:5], reviewers=[user(LI)], participants=[part(LI)], updated_on=TIMES[7])
    assert on(history, 6).reviews[0].state is ReviewState.APPROVED
    assert history.now.reviews[0].state is ReviewState.WAITING


@given(JSON, JSON, JSON)
def test_nothing_that_bitbucket_might_say_breaks_it(log: Any, statuses: Any, own: Any) -> None:
    entries, builds = (value if isinstance(value, list) else [value] for value in (log, statuses))
    raw = pull_request(7, **(own if isinstance(own, dict) else {}))
    history_of(Told(raw=raw, repository="acme/pay", activity=entries, statuses=builds))


@given(st.permutations(WHOLE))
def test_the_order_in_which_the_log_comes_means_nothing(log: list[Any]) -> None:
    assert read(log, **REVIEWED) == read(WHOLE, **REVIEWED)
