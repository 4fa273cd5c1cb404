"""Lists that lie about their end: nothing partial passes for whole, and nothing is read for ever."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.jira import Jira
from integrations.jira.paging import MOST_PAGES
from models.errors import Unclear
from tests.integrations.jira.conftest import JiraSite, issue
from tests.integrations.loopback import Asked, Loopback

pytestmark = pytest.mark.anyio

SEARCH, HISTORY = "/rest/api/3/search/jql", "/rest/api/3/changelog/bulkfetch"
SPRINTS, PROJECTS = "/rest/agile/1.0/board/9/sprint", "/rest/api/3/project/search"


@pytest.fixture
def site(site: JiraSite, loopback: Loopback) -> JiraSite:
    """The usual site; its vendor breaks its own contract here."""
    loopback.in_contract = False
    return site


def pages(*told: Any) -> Any:
    """Answer with one after the other, the last one for ever."""
    left = list(told)
    return lambda asked: left.pop(0) if len(left) > 1 else left[0]


# --- lists by token ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        {"issues": [], "isLast": False, "nextPageToken": "again"},
        {"issues": [issue("PAY-1", 101)], "nextPageToken": "again"},
        {"issues": [], "isLast": False},
        {"issues": [], "isLast": False, "nextPageToken": None},
        {"issues": [], "isLast": False, "nextPageToken": 7},
        {"isLast": True},
        {"issues": None, "isLast": True},
        {"issues": {"0": {}}, "isLast": True},
        {},
    ],
)
async def test_a_sprint_that_is_not_read_to_its_end_is_not_a_sprint(
    jira: Jira, site: JiraSite, loopback: Loopback, page: Any
) -> None:
    loopback.on("POST", SEARCH, page)
    with pytest.raises(Unclear):
        await jira.sprint_issues(197)
    assert len(loopback.calls("POST", SEARCH)) <= 2


async def test_ever_new_tokens_are_given_up(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    loopback.on("POST", SEARCH, lambda a: {"issues": [], "nextPageToken": str(len(loopback.asked))})
    with pytest.raises(Unclear, match="does not end"):
        await jira.sprint_issues(197)
    assert len(loopback.calls("POST", SEARCH)) == MOST_PAGES


async def test_a_short_or_empty_page_is_not_the_last(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    first = {"issues": [issue("PAY-1", 101)], "nextPageToken": "a"}
    empty: dict[str, Any] = {"issues": [], "isLast": False, "nextPageToken": "b"}
    loopback.on("POST", SEARCH, pages(first, empty, {"issues": [issue("PAY-2", 102)]}))
    assert [i.key for i in await jira.sprint_issues(197)] == ["PAY-1", "PAY-2"]


async def test_an_issue_that_moves_between_two_pages_comes_once(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    again = issue("PAY-1", 101, summary="Later")
    loopback.on("POST", SEARCH, pages({"issues": [issue("PAY-1", 101)], "nextPageToken": "a"}, {"issues": [again]}))
    assert [(i.key, i.title) for i in await jira.sprint_issues(197)] == [("PAY-1", "Later")]


async def test_a_search_stops_at_what_was_asked_for_and_not_at_the_end(
    jira: Jira, site: JiraSite, loopback: Loopback
) -> None:
    endless = lambda a: {"issues": [issue("PAY-1", len(loopback.asked))], "nextPageToken": str(len(loopback.asked))}  # noqa: E731
    loopback.on("POST", SEARCH, endless)
    assert len(await jira.search("project = PAY", most=5)) == 5
    assert len(loopback.calls("POST", SEARCH)) == 5


@pytest.mark.parametrize("told", [{}, {"issueChangeLogs": None}, {"issueChangeLogs": [], "nextPageToken": "same"}])
async def test_a_history_that_is_not_whole_dates_nothing(
    jira: Jira, site: JiraSite, loopback: Loopback, told: Any
) -> None:
    site.put(issue("PAY-1", 101))
    loopback.on("POST", HISTORY, told)
    with pytest.raises(Unclear):
        await jira.issues(["PAY-1"])


async def test_an_answer_to_count_that_is_no_number_is_unclear(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    for told in ({}, {"count": "many"}, {"count": -1}, {"count": True}):
        loopback.on("POST", "/rest/api/3/search/approximate-count", told)
        with pytest.raises(Unclear):
            await jira.count("project = PAY")


# --- lists by offset ---------------------------------------------------------------------------------------


def sprint_row(number: int) -> dict[str, Any]:
    return {"id": number, "state": "active", "name": f"Sprint {number}"}


def serve_sprints(loopback: Loopback, many: int, size: int, **ends: Any) -> None:
    """``many`` active sprints in pages of ``size`` at most; ``ends`` is what a page says about the end."""

    def page(asked: Asked) -> Any:
        active = asked.query["state"] != "closed"
        start = int(asked.query["startAt"])
        values = [sprint_row(n) for n in range(1, many + 1)][start : start + size] if active else []
        return {"values": values, **{name: each(many if active else 0) for name, each in ends.items()}}

    loopback.on("GET", SPRINTS, page)


@pytest.mark.parametrize("ends", [{}, {"total": lambda total: total}, {"isLast": lambda total: None}])
async def test_where_the_last_page_is_not_said_the_list_is_read_to_its_end(
    jira: Jira, site: JiraSite, loopback: Loopback, ends: Any
) -> None:
    serve_sprints(loopback, 45, 10, **ends)
    assert [s.id for s in await jira.sprints(9)] == list(range(1, 46))


async def test_a_list_that_repeats_its_first_page_is_given_up(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    loopback.on("GET", SPRINTS, {"values": [sprint_row(1)], "isLast": False})
    with pytest.raises(Unclear, match="does not end"):
        await jira.sprints(9)
    assert len(loopback.calls("GET", SPRINTS)) == 2


async def test_a_list_of_ever_new_rows_is_given_up(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    loopback.on("GET", PROJECTS, lambda a: {"values": [{"key": f"P{len(loopback.asked)}"}], "isLast": False})
    with pytest.raises(Unclear, match="does not end"):
        await jira.project_keys()
    assert len(loopback.calls("GET", PROJECTS)) == MOST_PAGES


@pytest.mark.parametrize("told", [{}, {"values": None, "isLast": True}, {"values": "none"}])
async def test_a_page_without_its_rows_is_not_an_empty_list(
    jira: Jira, site: JiraSite, loopback: Loopback, told: Any
) -> None:
    loopback.on("GET", f"{SPRINTS}|{PROJECTS}|/rest/agile/1.0/board", told)
    for call in (jira.sprints(9), jira.project_keys(), jira.boards("PAY")):
        with pytest.raises(Unclear):
            await call


async def test_comments_are_searched_behind_a_short_page(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    site.comments += [{"id": str(20_000 + n)} for n in range(5)]
    site.comments[0]["properties"] = [{"key": "pm-agent", "value": {"effect": "mine"}}]

    def two_at_most(asked: Asked) -> Any:
        start = int(asked.query["startAt"])
        newest = [{"id": c["id"]} for c in reversed(site.comments)]
        return {"comments": newest[start : start + 2], "startAt": start}

    loopback.on("GET", "/rest/api/3/issue/PAY-1/comment", two_at_most)
    assert await jira.find_comment("PAY-1", "mine") == "20000"
    assert await jira.find_comment("PAY-1", "other") is None


async def test_an_answer_without_comments_does_not_say_that_there_is_none(
    jira: Jira, site: JiraSite, loopback: Loopback
) -> None:
    loopback.on("GET", "/rest/api/3/issue/PAY-1/comment", {"total": 0})
    with pytest.raises(Unclear):
        await jira.find_comment("PAY-1", "mine")
