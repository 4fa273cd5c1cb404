"""Replies no vendor should send: nothing is guessed from them, and nothing that may exist is taken for gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.jira import Jira
from integrations.jira.nouns import hook_of, transition_of, user_of
from models.errors import Refused, Unclear
from models.work import Progress
from tests.integrations.jira.conftest import ADA, FIELDS, FLAG, LI, SPRINT, JiraSite, issue
from tests.integrations.loopback import Loopback, Reply

pytestmark = pytest.mark.anyio

SEARCH, BULK = "/rest/api/3/search/jql", "/rest/api/3/issue/bulkfetch"
NOW = datetime(2026, 11, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def site(site: JiraSite, loopback: Loopback) -> JiraSite:
    """The usual site; its vendor breaks its own contract here."""
    loopback.in_contract = False
    return site


def pages(*told: Any) -> Any:
    """Answer with one after the other, the last one for ever."""
    left = list(told)
    return lambda asked: left.pop(0) if len(left) > 1 else left[0]


# --- issues ------------------------------------------------------------------------------------------------


async def test_what_could_not_be_given_is_asked_for_once_more(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    first = {"issues": [issue("PAY-1", 101)], "issueErrors": [{"id": "102", "errorMessage": "busy"}]}
    loopback.on("POST", BULK, pages(first, {"issues": [issue("PAY-2", 102)]}))
    assert [i.key for i in await jira.issues(["PAY-1", "PAY-2"])] == ["PAY-1", "PAY-2"]
    assert loopback.calls("POST", BULK)[1].json["issueIdsOrKeys"] == ["102"]


async def test_what_still_cannot_be_given_is_unclear_and_not_gone(
    jira: Jira, site: JiraSite, loopback: Loopback
) -> None:
    errors = [{"id": "102", "errorMessage": "too large"}]
    loopback.on("POST", BULK, {"issues": [issue("PAY-1", 101)], "issueErrors": errors})
    found = await jira.fetched(["PAY-1", "PAY-2"])
    assert ([i.key for i in found.issues], found.failed) == (["PAY-1"], {"102": "too large"})
    with pytest.raises(Unclear, match="too large"):
        await jira.issues(["PAY-1", "PAY-2"])


async def test_an_issue_asked_for_by_its_old_key_comes_with_its_new_one(jira: Jira, site: JiraSite) -> None:
    site.at.on("POST", BULK, {"issues": [issue("CORE-7", 101)]})
    assert [(i.key, i.id) for i in await jira.issues(["PAY-1"])] == [("CORE-7", "101")]
    assert set(await jira.open_sprints(["PAY-1"])) == {"PAY-1"}  # type: ignore[list-item]


async def test_a_translated_site_is_read_by_ids_and_categories(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    flag = {**FIELDS[2], "name": "已标记", "clauseNames": ["cf[10042]", "Flagged"]}
    loopback.on("GET", "/rest/api/3/field", [{**FIELDS[1], "name": "冲刺"}, flag])
    done = {"name": "已完成", "id": "5", "statusCategory": {"key": "done", "name": "完成"}}
    site.put(issue("PAY-1", 101, status=done, **{FLAG: [{"id": "1", "value": "障碍"}]}))
    (found,) = await jira.issues(["PAY-1"])
    assert (found.progress, found.sprint, found.flagged_since is not None) == (Progress.DONE, 197, True)


async def test_with_two_sprint_fields_either_may_name_the_sprint(
    jira: Jira, site: JiraSite, loopback: Loopback
) -> None:
    other = "customfield_10999"
    loopback.on("GET", "/rest/api/3/field", [{**FIELDS[1], "id": other}, *FIELDS])
    site.put(
        issue("PAY-1", 101, **{SPRINT: None, other: [{"id": 198, "state": "active"}]}),
        issue("PAY-2", 102, **{SPRINT: [{"id": 199, "state": "active"}], other: None}),
    )
    assert {i.key: i.sprint for i in await jira.issues(["PAY-1", "PAY-2"])} == {"PAY-1": 198, "PAY-2": 199}
    assert {SPRINT, other} <= set(loopback.calls("POST", BULK)[0].json["fields"])


async def test_legacy_sprint_strings_name_the_sprint_too(jira: Jira, site: JiraSite) -> None:
    old = "com.atlassian.greenhopper.service.sprint.Sprint@1f[id={},state={},name=a, b,goal=]"
    site.put(issue("PAY-1", 101, **{SPRINT: [old.format(196, "CLOSED"), old.format(197, "ACTIVE")]}))
    (found,) = await jira.issues(["PAY-1"])
    assert found.sprint == 197
    assert await jira.open_sprints(["PAY-1"]) == {"PAY-1": {197}}  # type: ignore[list-item]


async def test_an_issue_with_fields_missing_is_left_out_or_left_open(jira: Jira, site: JiraSite) -> None:
    bare = {"id": "102", "key": "PAY-2", "fields": {"updated": "2026-11-04T10:00:00.000+0000"}}
    site.at.on("POST", BULK, {"issues": [{"id": "101", "key": "PAY-1"}, bare, {}, None, "x"]})
    (found,) = await jira.issues(["PAY-1", "PAY-2"])
    assert (found.key, found.assignee, found.unassigned_since, found.sprint) == ("PAY-2", None, None, None)


async def test_who_has_it_is_not_guessed_from_an_answer_that_does_not_say(
    jira: Jira, site: JiraSite, loopback: Loopback
) -> None:
    for told in ({"id": "101"}, {"id": "101", "fields": {}}, {"id": "101", "fields": None}):
        loopback.on("GET", "/rest/api/3/issue/PAY-1", told)
        with pytest.raises(Unclear):
            await jira.assignee("PAY-1")


async def test_what_changed_is_asked_in_minutes_rounded_up_with_overlap_and_projects_quoted(
    jira: Jira, site: JiraSite, loopback: Loopback
) -> None:
    await jira.changed_since(["AND", 'P"X', "AND"], NOW - timedelta(minutes=7, seconds=1), NOW)
    asked = loopback.calls("POST", SEARCH)[0].json["jql"]
    assert asked == 'project in ("AND", "P\\"X") AND updated >= "-10m" ORDER BY updated ASC'
    await jira.changed_since(["PAY"], NOW + timedelta(hours=1), NOW)
    assert '"-1m"' in loopback.calls("POST", SEARCH)[1].json["jql"]


# --- moves -------------------------------------------------------------------------------------------------


@pytest.fixture
def sprint(loopback: Loopback) -> str:
    loopback.on("GET", "/rest/agile/1.0/sprint/198", {"id": 198, "state": "future", "name": "Next"})
    return "/rest/agile/1.0/sprint/198/issue"


async def test_when_neither_the_move_nor_the_look_afterwards_is_answered_it_stays_unclear(
    jira: Jira, site: JiraSite, loopback: Loopback, sprint: str
) -> None:
    loopback.on("POST", sprint, Reply(502, raw=b"<html>"))
    loopback.on("POST", BULK, Reply(503, {}))
    moved = await jira.move_to_sprint(198, ["PAY-1", "PAY-2"])
    assert moved.done == ()
    assert {why.partition(":")[0] for why in moved.failed.values()} == {"it is unclear whether it was done"}
    assert len(loopback.calls("POST", sprint)) == 1


async def test_after_an_unclear_move_an_old_key_is_looked_up_on_its_own(
    jira: Jira, site: JiraSite, loopback: Loopback, sprint: str
) -> None:
    there = {SPRINT: [{"id": 198, "state": "future"}]}
    now = {"PAY-1": issue("PAY-1", 101, **there), "OLD-2": issue("CORE-2", 102, **there), "PAY-3": issue("PAY-3", 103)}
    loopback.on("POST", sprint, Reply(cut=True))
    loopback.on("POST", BULK, lambda a: {"issues": [now[k] for k in a.json["issueIdsOrKeys"] if k in now]})
    moved = await jira.move_to_sprint(198, ["PAY-1", "OLD-2", "PAY-3", "GONE-4"])
    assert moved.done == ("PAY-1", "OLD-2")
    assert set(moved.failed) == {"PAY-3", "GONE-4"}
    assert "does not exist" in moved.failed["GONE-4"]  # type: ignore[index]


async def test_a_refused_token_is_not_tried_fifty_times(
    jira: Jira, site: JiraSite, loopback: Loopback, sprint: str
) -> None:
    loopback.on("POST", sprint, Reply(401, {}))
    moved = await jira.move_to_sprint(198, [f"PAY-{n}" for n in range(1, 51)])
    assert (moved.done, len(moved.failed)) == ((), 50)
    assert len(loopback.calls("POST", sprint)) == 1


# --- what is no issue --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {},
        {"id": "", "to": {}},
        {"id": "3"},
        {"id": True, "to": {"name": "Done"}},
        {"id": "3", "to": {"name": "Done"}, "isAvailable": False},
    ],
)
def test_a_way_that_cannot_be_gone_is_none(raw: Any) -> None:
    assert transition_of(raw) is None


def test_a_way_of_a_translated_site_is_known_by_its_category() -> None:
    to = {"name": "Fertig", "statusCategory": {"key": "done"}}
    screen = {
        "resolution": {"required": True, "hasDefaultValue": False},
        "worklog": {"required": True, "hasDefaultValue": True},
        "summary": {"required": False},
        "odd": None,
    }
    way = transition_of({"id": 31, "name": "Abschließen", "to": to, "fields": screen})
    assert way is not None
    assert (way.id, way.to, way.progress, way.needs) == ("31", "Fertig", Progress.DONE, ("resolution",))


@pytest.mark.parametrize("raw", [None, {}, {"name": "ada", "key": "ada"}, {"accountId": ""}])
def test_a_user_without_account_id_is_nobody(raw: Any) -> None:
    assert user_of(raw) is None


def test_a_user_who_is_not_said_to_be_active_is_not() -> None:
    found = user_of({"accountId": ADA, "accountType": "customer", "emailAddress": ""})
    assert found is not None
    assert (found.active, found.human, found.email) == (False, False, None)


@pytest.mark.parametrize("raw", [None, {}, {"url": "https://a"}, {"self": "https://x/webhook/x", "url": "https://a"}])
def test_a_webhook_without_number_or_address_is_none(raw: Any) -> None:
    assert hook_of(raw) is None


async def test_permissions_that_are_not_told_are_not_given(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    loopback.on("GET", "/rest/api/3/mypermissions", {"permissions": {"A": {"havePermission": "yes"}}})
    assert await jira.may(["A", "B"]) == {"A": False, "B": False}
    loopback.on("GET", "/rest/api/3/mypermissions", {})
    with pytest.raises(Unclear):
        await jira.may(["A"])


async def test_an_issue_without_priorities_on_its_screen_is_told(
    jira: Jira, site: JiraSite, loopback: Loopback
) -> None:
    loopback.on("GET", "/rest/api/3/issue/PAY-1/editmeta", {"fields": {}})
    with pytest.raises(Refused, match="not on its screen"):
        await jira.set_priority("PAY-1", "High")
    assert loopback.calls("PUT", ".*") == []


@pytest.mark.parametrize(
    "fields", [{}, {"c3": 7}, {"c3": {"allowedValues": "Impediment"}}, {"c3": {"allowedValues": [{"id": None}, 7]}}]
)
async def test_an_issue_whose_screen_tells_no_flag_is_left_as_it_is(
    jira: Jira, site: JiraSite, loopback: Loopback, fields: dict[str, Any]
) -> None:
    kind = {"custom": "com.atlassian.jira.plugin.system.customfieldtypes:multicheckboxes"}
    loopback.on("GET", "/rest/api/3/field", [{"id": "c3", "name": "Flagged", "schema": kind}])
    loopback.on("GET", "/rest/api/3/issue/PAY-1/editmeta", {"fields": fields})
    with pytest.raises(Refused, match="no flag on its edit screen"):
        await jira.set_flag("PAY-1", on=False)
    assert loopback.calls("PUT", ".*") == []


async def test_people_found_for_an_address_are_those_who_may_be_meant(
    jira: Jira, site: JiraSite, loopback: Loopback
) -> None:
    people = [
        {"accountId": ADA, "emailAddress": "Ada@acme.example", "active": True, "accountType": "atlassian"},
        {"accountId": LI, "emailAddress": "ada@acme.example.org", "active": True},
        {"accountId": "hidden", "displayName": "ada@acme.example", "active": True},
        {"displayName": "no account"},
    ]
    loopback.on("GET", "/rest/api/3/user/search", people)
    found = await jira.users_with_email("ada@acme.example")
    assert [(each.account, each.email) for each in found] == [(ADA, "Ada@acme.example"), ("hidden", None)]


# --- no Cloud ----------------------------------------------------------------------------------------------


async def test_data_center_behind_a_refused_token_is_named(jira: Jira, loopback: Loopback) -> None:
    loopback.on("GET", "/rest/api/3/myself", Reply(401, raw=b"<html>Login</html>"))
    loopback.on("GET", "/rest/api/2/serverInfo", {"deploymentType": "Server", "version": "9.4.0"})
    check = await jira.check()
    assert not check.ok
    assert "is Jira Server 9.4.0" in check.detail
    (asked,) = loopback.calls("GET", "/rest/api/2/serverInfo")
    assert "Authorization" not in asked.headers


@pytest.mark.parametrize(
    "told", [Reply(404, {}), Reply(200, raw=b"<html>"), {}, {"deploymentType": None}, [], Reply(503)]
)
async def test_where_the_kind_is_not_told_the_refusal_stays_what_it_was(
    jira: Jira, loopback: Loopback, told: Any
) -> None:
    loopback.on("GET", "/rest/api/3/myself", Reply(401, {}))
    loopback.on("GET", "/rest/api/2/serverInfo", told)
    with pytest.raises(Refused) as refused:
        await jira.myself()
    assert refused.value.code == "401"


async def test_a_site_that_has_worked_once_is_not_asked_what_it_is(
    jira: Jira, site: JiraSite, loopback: Loopback
) -> None:
    await jira.myself()
    loopback.on("GET", "/rest/api/3/issue/PAY-1", Reply(404, {}))
    with pytest.raises(Refused):
        await jira.holder("PAY-1")
    assert loopback.calls("GET", "/rest/api/2/serverInfo") == []
