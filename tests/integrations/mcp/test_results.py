from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from mcp_types import CallToolResult, TextContent

from integrations.mcp.bindings import BINDINGS, Place, rovo
from integrations.mcp.discovery import hash_of, may_write, offer_of
from integrations.mcp.failures import Failure, Reason, failure_of, refusal_of
from integrations.mcp.operations import FindSprint, GetIssue, GetThread, Operation, SearchIssues, SearchMessages
from integrations.mcp.results import decoded
from integrations.mcp.session import ToolInfo
from models.ids import IssueKey, SlackUserId
from models.work import Progress, SprintState
from tests.integrations.mcp.fakes import ISSUE, SITE, error

PLACE = Place(jira=SITE)
TABLE = (
    "MsgID,UserID,UserName,RealName,Channel,ThreadTs,Text,Time,Permalink,Cursor\n"
    '1794926400.000100,U07NOORR8T2,noor,Noor Rahman,#engineering,,"Refund, again",2026-11-17T14:40:00Z,'
    "https://acme.slack.com/archives/C1/p1794926400000100,\n"
    "1794926500.000100,U07LI,li,Li,#engineering,1794926400.000100,Done,2026-11-17T14:41:40Z,,next\n"
)


def text(*parts, structured=None) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=part) for part in parts], structured_content=structured
    )


def binding(tool):
    return next(each for each in BINDINGS if each.tool == tool)


def answer(tool, raw, question):
    return binding(tool).read(raw, question, PLACE)


def reason(result) -> Reason:
    with pytest.raises(Failure) as failed:
        decoded("s", result)
    return failed.value.reason


def test_json_in_a_string_in_structured_content_is_decoded_twice():
    assert decoded("s", text("other", structured={"result": '{"issues": []}'})) == {"issues": []}


def test_structured_content_is_preferred_to_one_block_for_each_item():
    assert decoded("s", text('{"a": 1}', '{"a": 2}', structured={"result": [{"a": 1}, {"a": 2}]})) == [
        {"a": 1},
        {"a": 2},
    ]


def test_plain_json_and_csv_are_read_from_the_text():
    assert decoded("s", text('[{"a": 1}]')) == [{"a": 1}]
    assert [row["Text"] for row in decoded("s", text(TABLE))] == ["Refund, again", "Done"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('{"ok": false, "error": "invalid_auth"}', Reason.AUTH),
        ('{"ok": false, "error": "ratelimited"}', Reason.RATE_LIMIT),
        ('{"error": "channel_not_found"}', Reason.NOT_FOUND),
        ('{"success": false, "error": "it broke"}', Reason.UPSTREAM),
        ('{"errorMessages": ["Error in the JQL Query: x"]}', Reason.INVALID),
        ("<!DOCTYPE html><html>Maintenance</html>", Reason.UNREADABLE),
        ("all is well", Reason.UNREADABLE),
        ("", Reason.UNREADABLE),
        ("Authentication failed (401)", Reason.AUTH),
    ],
)
def test_an_error_in_an_answers_clothes_is_an_error(said, expected):
    assert reason(text(said)) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Authentication failed for Jira API (401). Token may be expired or invalid.", Reason.AUTH),
        ("Error calling tool 'get_issue': Issue PAY-99999 not found. Verify the issue key.", Reason.NOT_FOUND),
        ("Error calling tool 'search': Field 'foo' does not exist or you do not have permission", Reason.INVALID),
        ("Error searching issues: Unexpected return value type from `jira.jql`: <class 'str'>", Reason.UPSTREAM),
        ("Error calling tool 'search': HTTPError", Reason.UPSTREAM),
        ("slack rate limit exceeded, retry after 30s", Reason.RATE_LIMIT),
    ],
)
def test_what_a_server_says_is_told_apart(said, expected):
    assert reason(error(said)) is expected


def test_how_long_to_wait_is_taken_from_the_words():
    assert failure_of("s", "rate limited, retry after 30s").retry_after == 30


def test_an_issue_of_mcp_atlassian_is_ours():
    (found,) = answer("jira_search", {"issues": [ISSUE]}, SearchIssues("x"))
    assert (found.key, found.url, found.status) == ("PAY-101", f"{SITE}/browse/PAY-101", "Fertig")
    assert found.progress is Progress.DONE  # by its colour: the category's name is translated
    assert (found.assignee, found.assignee_name) == ("712020:abc", "Noor Rahman")
    assert (found.due, found.updated) == (date(2026, 11, 19), datetime(2026, 10, 27, 15, tzinfo=UTC))


def test_nobody_is_not_called_unassigned():
    raw = ISSUE | {"assignee": {"display_name": "Unassigned"}}
    found = answer("jira_get_issue", raw, GetIssue(IssueKey("PAY-101")))
    assert (found.assignee, found.assignee_name, found.unassigned) == (None, "", True)


@pytest.mark.parametrize(
    ("told", "unassigned"),
    [({"assignee": None}, True), ({}, False), ({"assignee": {"displayName": "Carla"}}, False)],
)
def test_that_nobody_has_an_issue_is_known_only_where_rovo_says_so(told, unassigned):
    raw = {"key": "PAY-101", "fields": {"summary": "3DS", **told}}
    found = rovo.issue_of(raw, Place(jira=SITE))
    assert (found.assignee, found.unassigned) == (None, unassigned)


@pytest.mark.parametrize("told", [None, {"display_name": "Carla"}])
def test_that_nobody_has_an_issue_is_known_only_where_mcp_atlassian_says_so(told):
    found = answer("jira_get_issue", ISSUE | {"assignee": told}, GetIssue(IssueKey("PAY-101")))
    assert (found.assignee_name, found.unassigned) == ("Carla" if told else "", False)


@pytest.mark.parametrize("raw", [{}, [], "x", None, {"key": "no key"}, {"key": 7}])
def test_what_is_not_an_issue_is_not_made_into_one(raw):
    with pytest.raises(Failure) as failed:
        answer("jira_get_issue", raw, GetIssue(IssueKey("PAY-101")))
    assert failed.value.reason is Reason.UNREADABLE


def test_sprints_of_mcp_atlassian_are_ours_and_none_is_no_answer():
    raw = [{"id": "10002", "name": "Sprint 24", "state": "active", "start_date": "2026-11-06T14:00:00.000Z"}]
    (found,) = answer("jira_get_sprints_from_board", raw, FindSprint(7))
    assert (found.id, found.state, found.board, found.end) == (10002, SprintState.ACTIVE, 7, None)
    with pytest.raises(Failure):  # the server says [] when Jira fails
        answer("jira_get_sprints_from_board", [], FindSprint(7))


def test_messages_of_a_table_are_ours_newest_first():
    rows = decoded("s", text(TABLE))
    late, early = answer("conversations_search_messages", rows, SearchMessages(words="refund"))
    assert (early.author, early.channel_name, early.text) == ("U07NOORR8T2", "engineering", "Refund, again")
    assert (late.thread, late.at > early.at) == ("1794926400.000100", True)


def test_the_other_slack_servers_shapes_are_read():
    raw = {
        "ok": True,
        "messages": [{"ts": "1794926400.000100", "user": "U1AB", "text": "hi", "thread_ts": "1794926400.000100"}],
    }
    thread = GetThread("C07ENG0001", "1794926400.000100")
    for tool in ("slack_get_thread_replies", "slack_read_thread"):
        assert [(m.channel, m.author, m.text) for m in answer(tool, raw, thread)] == [("C07ENG0001", "U1AB", "hi")]
    found = {"messages": {"matches": [raw["messages"][0] | {"channel": {"id": "C07ENG0009", "name": "eng"}}]}}
    assert answer("slack_search_public", found, SearchMessages(words="hi"))[0].channel == "C07ENG0009"
    with pytest.raises(Failure):
        answer("slack_read_thread", {"messages": []}, thread)


def test_rovos_shape_is_read_and_its_site_is_chosen_by_address():
    fields = {
        "summary": "S",
        "status": {"name": "Open", "statusCategory": {"key": "new"}},
        "assignee": {"accountId": "a:1"},
    }
    for raw in (
        {"issues": [{"key": "PAY-1", "fields": fields}]},
        {"issues": {"nodes": [{"key": "PAY-1", "fields": fields}]}},
    ):
        (found,) = answer("searchJiraIssuesUsingJql", raw, SearchIssues("x"))
        assert (found.key, found.progress, found.assignee) == ("PAY-1", Progress.TODO, "a:1")
    sites = [{"id": "one", "url": "https://other.atlassian.net"}, {"id": "two", "url": SITE}]
    assert rovo.cloud_of(sites, SITE) == "two"
    with pytest.raises(Failure, match="cannot reach"):
        rovo.cloud_of(sites[:1], SITE)


def test_a_refused_http_request_says_what_is_to_be_done():
    told = [refusal_of("jira", *given) for given in ((401,), (403,), (429, "120"), (429, "soon"), (404,), (500,))]
    assert [each and (each.reason, each.retry_after) for each in told] == [
        (Reason.AUTH, None),
        (Reason.AUTH, None),
        (Reason.RATE_LIMIT, 120.0),
        (Reason.RATE_LIMIT, None),
        None,
        None,
    ]


SINCE = datetime(2026, 11, 16, tzinfo=ZoneInfo("Asia/Tokyo"))
UNTIL = SINCE + timedelta(days=1)


@pytest.mark.parametrize("hours", [-12, 0, 9, 14])
@pytest.mark.parametrize("inclusive", [True, False])
def test_a_slack_that_counts_days_in_another_way_is_asked_for_enough(hours, inclusive):
    zone, asked = timezone(timedelta(hours=hours)), SearchMessages(words="x", since=SINCE, until=UNTIL)
    sent = binding("conversations_search_messages").arguments(asked, PLACE)
    after, before = (date.fromisoformat(sent[f"filter_date_{side}"]) for side in ("after", "before"))
    for at in (SINCE, UNTIL - timedelta(seconds=1)):
        day = at.astimezone(zone).date()
        assert (after <= day <= before) if inclusive else (after < day < before)


def test_what_a_server_shows_beside_the_period_is_dropped_before_the_newest_are_chosen():
    times = [SINCE - timedelta(seconds=1), SINCE, UNTIL - timedelta(seconds=1), UNTIL, UNTIL + timedelta(hours=9)]
    raw = {"messages": [{"ts": f"{at.timestamp():.6f}", "user": "U1AB", "text": "hi"} for at in times]}
    for tool in ("conversations_search_messages", "slack_search_public"):
        rows = raw if tool == "slack_search_public" else [{"MsgID": each["ts"]} for each in raw["messages"]]
        found = answer(tool, rows, SearchMessages(words="hi", since=SINCE, until=UNTIL, most=2))
        assert [each.at for each in found] == [times[2], times[1]]


def test_arguments_are_those_the_tools_take():
    search = SearchMessages(words="refund", channel="engineering", author=SlackUserId("U1"), since=SINCE, until=UNTIL)
    assert binding("conversations_search_messages").arguments(search, PLACE) == {
        "search_query": "refund",
        "limit": 50,
        "filter_in_channel": "#engineering",
        "filter_users_from": "U1",
        "filter_date_after": "2026-11-14",
        "filter_date_before": "2026-11-18",
    }
    assert (
        binding("slack_search_public").arguments(search, PLACE)["query"]
        == "refund in:#engineering from:<@U1> after:2026-11-14 before:2026-11-18"
    )
    assert binding("jira_get_issue").arguments(GetIssue(IssueKey("PAY-1")), PLACE)["update_history"] is False


# --- discovery ---------------------------------------------------------------------------------------------


def tool(name, required=(), properties=(), description="", read_only=None) -> ToolInfo:
    schema = {"type": "object", "properties": {p: {"type": "string"} for p in properties}, "required": list(required)}
    return ToolInfo(name, description, schema, read_only)


def test_a_tool_is_offered_only_when_it_takes_what_we_send():
    takes = ["jql", "fields", "limit"]
    assert Operation.SEARCH_ISSUES in offer_of([tool("jira_search", ["jql"], takes)]).bindings
    assert offer_of([tool("jira_search", ["jql"], ["jql"])]).problems == ("jira_search takes no fields, limit",)
    more = offer_of([tool("jira_search", ["jql", "site"], [*takes, "site"])])
    assert not more.bindings and "asks for site" in more.problems[0]


def test_the_hash_changes_with_the_description_and_not_with_the_order_of_default_fields():
    one, two = tool("a", description="x"), tool("a", description="x ")
    assert hash_of(one) != hash_of(two)
    lists = [
        ToolInfo("a", "", {"properties": {"f": {"default": d}}}) for d in ("summary,status,due", "due,summary,status")
    ]
    assert hash_of(lists[0]) == hash_of(lists[1])


@pytest.mark.parametrize("name", ["jira_add_comment", "createJiraIssue", "slack_post_message", "conversations_mark"])
def test_a_tool_that_can_change_things_is_seen(name):
    assert may_write(tool(name)) and not may_write(tool(name, read_only=True))


@pytest.mark.parametrize("name", ["jira_search", "getJiraIssue", "conversations_replies", "slack_read_thread"])
def test_a_tool_that_reads_is_not_taken_for_one(name):
    assert not may_write(tool(name))


def test_every_tool_we_call_is_one_that_reads():
    assert not [each.tool for each in BINDINGS if may_write(tool(each.tool))]
