"""The Jira client against a site on loopback; every exchange is held against Atlassian's own description."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import sys
import threading
from datetime import UTC, date, datetime

import pytest

from integrations.jira import Jira, adf
from models.errors import NotDone, OperatorError, Refused, Unclear, VendorError
from models.work import Progress, SprintState
from tests.integrations.jira.conftest import (
    ADA,
    BOT,
    DONE,
    FLAG,
    LI,
    POINTS,
    SITE,
    SPRINT,
    JiraSite,
    basic,
    issue,
    row,
)
from tests.integrations.loopback import Loopback, Reply

pytestmark = pytest.mark.anyio

HELLO = adf.doc(adf.text("Hello"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


async def test_a_sprint_is_read_to_its_last_page_with_what_changed_when(jira: Jira, site: JiraSite) -> None:
    other = {"key": "PAY-9", "fields": {"status": DONE}}
    waiting = {"key": "PAY-3", "fields": {"status": {"statusCategory": {"key": "new"}}}}
    blocks = {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"}
    site.put(
        issue("PAY-1", 101, **{FLAG: [{"id": "10019", "value": "Impediment"}]}),
        issue("PAY-2", 102, assignee=None),
        issue("PAY-3", 103, issuelinks=[{"type": blocks, "inwardIssue": i} for i in (other, waiting)]),
        issue("PAY-4", 104, status=DONE),
        issue("PAY-5", 105, issuelinks=[{"type": blocks, "outwardIssue": waiting}]),
    )
    site.history["101"] = [
        row("2026-11-02T10:00:00.000+0000", "status", "1", "3"),
        row("2026-11-03T10:00:00.000+0000", "Flagged", None, "[10019]", FLAG),
    ]
    site.history["102"] = [row("2026-11-03T11:00:00.000+0000", "assignee", ADA, None)]

    found = {each.key: each for each in await jira.sprint_issues(197)}

    assert sorted(found) == ["PAY-1", "PAY-2", "PAY-3", "PAY-4", "PAY-5"]
    one = found["PAY-1"]
    assert one.status_since == at("2026-11-02T10:00:00+00:00")
    assert one.flagged_since == at("2026-11-03T10:00:00+00:00")
    assert (one.sprint, one.assignee, one.progress, one.due) == (197, ADA, Progress.DOING, date(2026, 11, 20))
    assert one.url == f"{SITE}/browse/PAY-1"
    assert one.updated == at("2026-11-04T09:00:00+00:00")
    assert found["PAY-2"].unassigned_since == at("2026-11-03T11:00:00+00:00")
    assert (found["PAY-3"].unassigned_since, found["PAY-3"].flagged_since) == (None, None)
    assert found["PAY-3"].blocked_by == ("PAY-3",)
    assert found["PAY-5"].blocked_by == ()
    assert found["PAY-4"].progress is Progress.DONE


async def test_a_full_read_names_its_fields_and_nothing_deprecated(
    jira: Jira, site: JiraSite, loopback: Loopback
) -> None:
    site.put(issue("PAY-1", 101))
    await jira.sprints(9)
    found = await jira.sprint_issues(197)
    asked = loopback.calls("POST", "/rest/api/3/search/jql")[0].json
    assert asked["jql"] == "sprint = 197 ORDER BY key"
    assert {SPRINT, FLAG, POINTS} <= set(asked["fields"])
    assert found[0].points == 5.0


async def test_a_list_that_never_ends_is_given_up(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    loopback.on("POST", "/rest/api/3/search/jql", {"issues": [], "isLast": False, "nextPageToken": "again"})
    with pytest.raises(Unclear, match="does not end"):
        await jira.sprint_issues(197)
    assert len(loopback.asked) < 100


async def test_a_board_tells_its_latest_closed_sprints_and_those_to_come(jira: Jira, site: JiraSite) -> None:
    found = await jira.sprints(9)
    assert [s.id for s in found] == [*range(101, 121), 197]
    assert (found[-1].state, found[-1].name, found[-1].goal, found[-1].board) == (
        SprintState.ACTIVE,
        "Sprint 197",
        "Pay",
        9,
    )


async def test_the_next_read_of_a_board_does_not_walk_its_whole_past(
    jira: Jira, site: JiraSite, loopback: Loopback
) -> None:
    first = await jira.sprints(9)
    walked = len(loopback.calls("GET", "/rest/agile/1.0/board/9/sprint"))
    assert await jira.sprints(9) == first
    assert len(loopback.calls("GET", "/rest/agile/1.0/board/9/sprint")) - walked < walked
    site.closed.clear()
    assert [s.id for s in await jira.sprints(9)] == [197]


async def test_a_board_without_sprints_has_none(jira: Jira, loopback: Loopback) -> None:
    refusal = Reply(400, {"errorMessages": ["The board does not support sprints"]})
    loopback.on("GET", "/rest/agile/1.0/board/9/sprint", refusal)
    assert await jira.sprints(9) == []


async def test_issues_are_fetched_a_hundred_at_a_time_by_id_or_key(
    jira: Jira, site: JiraSite, loopback: Loopback
) -> None:
    site.put(*(issue(f"PAY-{n}", 1000 + n) for n in range(1, 131)))
    site.history_page = 50
    found = await jira.issues([*(f"PAY-{n}" for n in range(1, 130)), "1130", "PAY-1", "NOPE-1"])
    assert len(found) == 130
    assert [len(a.json["issueIdsOrKeys"]) for a in loopback.calls("POST", "/rest/api/3/issue/bulkfetch")] == [100, 31]


async def test_a_comment_carries_its_marker_and_is_found_by_it(jira: Jira, site: JiraSite) -> None:
    made = await jira.comment("PAY-1", HELLO, "effect-1")
    await jira.comment("PAY-1", HELLO, "effect-2")
    assert site.comments[0]["properties"] == [{"key": "pm-agent", "value": {"effect": "effect-1"}}]
    assert await jira.find_comment("PAY-1", "effect-1") == made
    assert await jira.find_comment("PAY-1", "effect-3") is None


async def test_a_comment_is_found_behind_many_later_ones(jira: Jira, site: JiraSite) -> None:
    made = await jira.comment("PAY-1", HELLO, "effect-1")
    site.comments += [{"id": str(30_000 + n)} for n in range(150)]
    assert await jira.find_comment("PAY-1", "effect-1") == made


async def test_an_issue_is_given_to_somebody_by_account(jira: Jira, site: JiraSite) -> None:
    site.put(issue("PAY-1", 101))
    await jira.assign("PAY-1", LI)
    assert await jira.assignee("PAY-1") == LI


async def test_nobody_is_assigned_whom_the_project_does_not_allow(
    jira: Jira, site: JiraSite, loopback: Loopback
) -> None:
    site.put(issue("PAY-1", 101))
    with pytest.raises(Refused) as refused:
        await jira.assign("PAY-1", "somebody-else")
    assert refused.value.code == "not_assignable"
    assert loopback.calls("PUT", ".*") == []


async def test_the_token_is_sent_as_basic_auth_and_checked(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    check = await jira.check()
    assert (check.ok, BOT in check.detail) == (True, True)
    assert loopback.asked[0].headers["Authorization"] == basic("bot@acme.example", "t0ken")


async def test_a_refused_token_is_told_with_the_remedy(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    loopback.on("GET", "/rest/api/3/myself", Reply(401, {"message": "Client must be authenticated"}))
    check = await jira.check()
    assert not check.ok
    assert "expired" in check.detail
    assert "ATLASSIAN_EMAIL" in check.hint


async def test_a_path_before_the_api_is_kept_as_at_the_gateway(loopback: Loopback) -> None:
    loopback.on("GET", "/ex/jira/cloud-1/rest/api/3/myself", {"accountId": BOT})
    client = Jira(base_url=f"{loopback.url}/ex/jira/cloud-1/", site_url=SITE, email="a@b.example", token="t")
    assert await client.myself() == BOT
    await client.close()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(429, {}, {"Retry-After": "7"}), NotDone),
        (Reply(500, {"errorMessages": ["boom"]}), Unclear),
        (Reply(503, {}, {"Retry-After": "1"}), Unclear),
        (Reply(502, raw=b"<html>Bad gateway</html>"), Unclear),
        (Reply(201, raw=b'{"id": "1'), Unclear),
        (Reply(201, raw=b"[]"), Unclear),
        (Reply(201, {"self": "no id"}), Unclear),
        (Reply(cut=True), Unclear),
        (Reply(400, {"errors": {"comment": "Comment body is not valid!"}}), Refused),
        (Reply(401, raw=b"Basic auth failed"), Refused),
        (Reply(403, {}), Refused),
        (Reply(404, {}), Refused),
        (Reply(302, {}, {"Location": "https://evil.example/"}), Refused),
    ],
)
async def test_a_write_is_sent_once_and_its_failure_means_what_it_is(
    jira: Jira, site: JiraSite, loopback: Loopback, reply: Reply, error: type[VendorError]
) -> None:
    loopback.in_contract = False
    loopback.on("POST", "/rest/api/3/issue/PAY-1/comment", reply)
    with pytest.raises(error) as raised:
        await jira.comment("PAY-1", HELLO, "e")
    assert type(raised.value) is error
    assert [a.path for a in loopback.asked if a.method != "GET"] == ["/rest/api/3/issue/PAY-1/comment"]
    if reply.status == 429:
        assert raised.value.retry_after == 7
    if reply.status in (401, 403, 404):
        assert raised.value.code == str(reply.status)
        assert len(str(raised.value)) > 60, "a remedy is told"


async def test_jiras_own_words_are_told(jira: Jira, loopback: Loopback) -> None:
    loopback.on("POST", "/rest/api/3/issue/PAY-1/comment", Reply(400, {"errors": {"comment": "Not\nvalid!"}}))
    with pytest.raises(Refused, match="Not valid!"):
        await jira.comment("PAY-1", HELLO, "e")


async def test_nothing_has_happened_when_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = Jira(base_url=f"http://127.0.0.1:{port}", site_url=SITE, email="a@b.example", token="t")
    with pytest.raises(NotDone):
        await client.comment("PAY-1", HELLO, "e")
    await client.close()


async def test_a_cancelled_caller_does_not_block_the_next(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    release = threading.Event()
    loopback.on("GET", "/rest/api/3/myself", Reply(body={"accountId": BOT}, hang=release))
    task = asyncio.create_task(jira.myself())
    while not loopback.asked:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    loopback.on("GET", "/rest/api/3/myself", {"accountId": BOT})
    assert await jira.myself() == BOT
    release.set()


async def test_no_body_and_no_token_reaches_a_log(jira: Jira, site: JiraSite, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await jira.comment("PAY-1", adf.doc(adf.text("canary words")), "e")
    assert "canary" not in caplog.text
    assert "t0ken" not in caplog.text


async def test_a_key_is_one_segment_of_the_path(jira: Jira, site: JiraSite, loopback: Loopback) -> None:
    loopback.in_contract = False
    loopback.on("POST", ".*", Reply(404, {}))
    with pytest.raises(Refused):
        await jira.comment("../../webhook?x=1#", HELLO, "e")
    assert loopback.asked[0].path == "/rest/api/3/issue/..%2F..%2Fwebhook%3Fx%3D1%23/comment"


@pytest.mark.parametrize("base", ["", "acme.atlassian.net", "ftp://acme.example", "https://user:pw@acme.example"])
def test_an_address_that_is_none_is_told_before_anything_is_sent(base: str) -> None:
    with pytest.raises(OperatorError, match="JIRA_API_URL"):
        Jira(base_url=base, site_url=SITE, email="a@b.example", token="t")


def test_the_library_is_not_imported_until_it_is_called() -> None:
    code = "import sys, integrations.jira, integrations.bitbucket"
    code += "; sys.exit(not {'atlassian', 'requests'}.isdisjoint(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
