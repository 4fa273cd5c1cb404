"""The simulated Jira and Bitbucket keep to the vendors' descriptions, and refuse what the vendors refuse."""

from __future__ import annotations

import pytest

from integrations.bitbucket.client import Bitbucket
from integrations.jira.client import Jira
from integrations.simulator.server import Simulator
from models.work import SprintState
from tests.contracts import openapi
from tests.integrations.simulator.conftest import Asking, basic

pytestmark = pytest.mark.anyio

needs_contracts = pytest.mark.skipif(not openapi.AVAILABLE, reason=openapi.MISSING)


def document(text: str) -> dict[str, object]:
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


def stuck(simulator: Simulator) -> str:
    return next(i.key for i in simulator.company.issues.values() if i.flagged)


def running(simulator: Simulator) -> int:
    return next(s.id for s in simulator.company.sprints.values() if s.state == "active")


@needs_contracts
async def test_every_jira_reply_is_what_the_vendor_describes(ask: Asking, simulator: Simulator) -> None:
    key, sprint = stuck(simulator), running(simulator)
    board = next(iter(simulator.company.boards))
    asked = [
        ("GET", "api/3/serverInfo", None),
        ("GET", "api/3/myself", None),
        ("GET", "api/3/field", None),
        ("GET", "api/3/project/search", None),
        ("GET", "api/3/mypermissions?permissions=BROWSE_PROJECTS,ADMINISTER", None),
        ("POST", "api/3/search/jql", {"jql": f"sprint = {sprint}", "fields": ["*all"], "expand": "changelog"}),
        ("POST", "api/3/search/approximate-count", {"jql": f"sprint = {sprint}"}),
        ("POST", "api/3/issue/bulkfetch", {"issueIdsOrKeys": [key, "NO-1"], "fields": ["summary"]}),
        ("POST", "api/3/changelog/bulkfetch", {"issueIdsOrKeys": [key], "fieldIds": ["status"]}),
        ("GET", f"api/3/issue/{key}?expand=changelog", None),
        ("GET", f"api/3/issue/{key}/changelog", None),
        ("GET", f"api/3/user/assignable/search?issueKey={key}", None),
        ("GET", f"api/3/issue/{key}/comment", None),
        ("GET", "agile/1.0/board", None),
        ("GET", f"agile/1.0/board/{board}", None),
        ("GET", f"agile/1.0/board/{board}/configuration", None),
        ("GET", f"agile/1.0/board/{board}/sprint?state=active,future", None),
        ("GET", f"agile/1.0/sprint/{sprint}", None),
        ("GET", f"software/1.0/sprint/{sprint}/issue?maxResults=3", None),
    ]
    for method, path, body in asked:
        status, reply = await ask.jira(method, path, body)
        assert status == 200, (path, reply)
        assert reply, path


@needs_contracts
async def test_every_bitbucket_reply_is_what_the_vendor_describes(ask: Asking, simulator: Simulator) -> None:
    pull = simulator.company.open_pull_requests()[0]
    here = f"repositories/{pull.repository}"
    people = "?state=OPEN&fields=%2Bvalues.participants,%2Bvalues.reviewers"
    for path in (
        here,
        pull.repository.join(["repositories/", ""]).rpartition("/")[0],
        f"{here}/pullrequests{people}",
        f"{here}/pullrequests/{pull.number}",
        f"{here}/pullrequests/{pull.number}/statuses",
        f"{here}/commit/{pull.commit}/pullrequests",
    ):
        status, reply = await ask.bitbucket(path)
        assert status == 200, (path, reply)


async def test_the_products_own_clients_read_the_company_as_it_is(simulator: Simulator) -> None:
    settings, company = simulator.environment(), simulator.company
    jira = Jira(
        base_url=settings["JIRA_API_URL"],
        site_url=f"https://{settings['ATLASSIAN_DOMAIN']}",
        email=settings["ATLASSIAN_EMAIL"],
        token=settings["ATLASSIAN_API_TOKEN"],
        boards=list(company.boards),
    )
    assert (await jira.check()).ok
    (sprint,) = [s for s in await jira.sprints(next(iter(company.boards))) if s.state is SprintState.ACTIVE]
    issues = {i.key: i for i in await jira.sprint_issues(sprint.id)}
    assert set(issues) == {i.key for i in company.active()}
    for key, issue in issues.items():
        mine = company.issues[key]
        assert (issue.points, issue.assignee, issue.status) == (mine.points, mine.assignee, mine.status)
        assert (issue.flagged_since is not None) == mine.flagged
    (flagged,) = [i for i in issues.values() if i.flagged_since]
    assert flagged.flagged_since == next(
        c.at.replace(microsecond=c.at.microsecond // 1000 * 1000)
        for c in company.issues[flagged.key].changes
        if c.items[0].field == "Flagged"
    )
    written = await jira.comment(flagged.key, document("How is it going?"), "marker-1")
    assert await jira.find_comment(flagged.key, "marker-1") == written
    assert await jira.find_comment(flagged.key, "marker-2") is None
    taker = next(a for a in company.members[company.issues[flagged.key].project] if a != flagged.assignee)
    await jira.assign(flagged.key, taker)  # type: ignore[arg-type]
    assert company.issues[flagged.key].assignee == taker
    await jira.close()

    bitbucket = Bitbucket(
        base_url=settings["BITBUCKET_API_URL"],
        workspace=settings["BITBUCKET_WORKSPACE"],
        email=settings["BITBUCKET_EMAIL"],
        token=settings["BITBUCKET_TOKEN"],
        projects=list(company.projects),
    )
    assert (await bitbucket.check()).ok
    repository = next(iter(company.repositories))
    assert {p.id for p in await bitbucket.open_pull_requests(repository)} == {
        f"{p.repository}#{p.number}" for p in company.open_pull_requests()
    }
    await bitbucket.close()


async def test_search_pages_by_token_and_never_says_a_total(ask: Asking, simulator: Simulator) -> None:
    seen: list[str] = []
    body = {"jql": f"sprint = {running(simulator)} ORDER BY key", "fields": ["key"], "maxResults": 5}
    while True:
        status, page = await ask.jira("POST", "api/3/search/jql", body)
        assert status == 200
        assert set(page) <= {"issues", "isLast", "nextPageToken"}
        seen += [issue["id"] for issue in page["issues"]]
        if page["isLast"]:
            break
        body["nextPageToken"] = page["nextPageToken"]
    assert seen == [str(i.id) for i in simulator.company.active()]


async def test_search_gives_ids_alone_unless_fields_are_asked_for(ask: Asking, simulator: Simulator) -> None:
    _, page = await ask.jira("POST", "api/3/search/jql", {"jql": f"key = {stuck(simulator)}"})
    assert [set(issue) for issue in page["issues"]] == [{"id"}]


@pytest.mark.parametrize("body", [{"jql": "key = PAY-101", "startAt": 0}, {"jql": "colour = red"}, {"jql": ""}, []])
async def test_search_refuses_with_jiras_shape(ask: Asking, body: object) -> None:
    status, reply = await ask.jira("POST", "api/3/search/jql", body, refused=True)
    assert status == 400
    assert reply["errorMessages"]


@pytest.mark.parametrize(
    "path",
    ["api/3/search?jql=key=A-1", "api/2/search", "agile/1.0/sprint/1/issue", "agile/1.0/board/7/issue"],
)
async def test_what_the_vendor_has_withdrawn_answers_410(ask: Asking, simulator: Simulator, path: str) -> None:
    headers = basic(simulator.secrets.atlassian_email, simulator.secrets.atlassian_token)
    async with ask.http.get(f"{simulator.url}/jira/rest/{path}", headers=headers) as response:
        assert response.status == 410


async def test_wrong_credentials_are_401_everywhere(ask: Asking, simulator: Simulator) -> None:
    repository = next(iter(simulator.company.repositories))
    for path in ("jira/rest/api/3/myself", "jira/rest/agile/1.0/board", f"bitbucket/2.0/repositories/{repository}"):
        for headers in ({}, basic("somebody@example.com", "guess")):
            async with ask.http.get(f"{simulator.url}/{path}", headers=headers) as response:
                assert response.status == 401


async def test_an_issue_goes_only_to_somebody_who_may_have_it(ask: Asking, simulator: Simulator) -> None:
    key = stuck(simulator)
    status, reply = await ask.jira("PUT", f"api/3/issue/{key}/assignee", {"accountId": "712020:stranger"})
    assert (status, "assignee" in reply["errors"]) == (400, True)
    assert (await ask.jira("PUT", f"api/3/issue/{key}/assignee", {"accountId": None}, refused=True))[0] == 204
    assert simulator.company.issues[key].assignee is None
    status, _ = await ask.jira("PUT", "api/3/issue/NO-1/assignee", {"accountId": None}, refused=True)
    assert status == 404


@pytest.mark.parametrize(
    "wrong",
    [
        "a plain string",
        {"type": "doc", "version": 1, "content": [{"type": "text", "text": "at the top"}]},
        {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": ""}]}]},
        {
            "type": "doc",
            "version": 1,
            "content": [{"type": "paragraph", "content": [{"type": "mention", "attrs": {"accountId": "x"}}]}],
        },
    ],
)
async def test_a_comment_that_is_no_document_is_refused(ask: Asking, simulator: Simulator, wrong: object) -> None:
    status, _ = await ask.jira("POST", f"api/3/issue/{stuck(simulator)}/comment", {"body": wrong}, refused=True)
    assert status == 400


async def test_a_comments_properties_are_shown_only_when_asked_for(ask: Asking, simulator: Simulator) -> None:
    key, marker = stuck(simulator), {"key": "pm-agent", "value": {"effect": "e1"}}
    body = {"body": document("Hello"), "properties": [marker]}
    status, written = await ask.jira("POST", f"api/3/issue/{key}/comment", body)
    assert status == 201
    _, page = await ask.jira("POST", "api/3/comment/list?expand=properties", {"ids": [int(written["id"])]})
    assert page["values"][0]["properties"] == [marker]
    _, plain = await ask.jira("GET", f"api/3/issue/{key}/comment")
    assert "properties" not in plain["comments"][-1]
    _, found = await ask.jira("GET", f"api/3/comment/{written['id']}/properties/pm-agent")
    assert found == marker


async def test_reviewers_come_with_a_pull_request_or_when_asked_for(ask: Asking, simulator: Simulator) -> None:
    pull = simulator.company.open_pull_requests()[0]
    here = f"repositories/{pull.repository}/pullrequests"
    _, bare = await ask.bitbucket(here)
    _, full = await ask.bitbucket(f"{here}?fields=%2Bvalues.participants,%2Bvalues.reviewers")
    _, alone = await ask.bitbucket(f"{here}/{pull.number}")
    assert all("reviewers" not in each for each in bare["values"])
    assert all(each["reviewers"] and each["participants"] for each in full["values"])
    assert alone["participants"][0]["user"]["account_id"] == pull.reviews[0].account


async def test_pull_requests_are_paged_by_next(ask: Asking, simulator: Simulator) -> None:
    company = simulator.company
    repository, author = next(iter(company.repositories)), company.open_pull_requests()[0].author
    for number in range(12):
        company.open_pull_request(repository, author, f"Change {number}", f"change-{number}", [])
    path, seen = f"repositories/{repository}/pullrequests?pagelen=5&fields=%2Bvalues.reviewers", []
    while path:
        _, page = await ask.bitbucket(path)
        seen += [each["id"] for each in page["values"]]
        path = page.get("next", "").partition("/bitbucket/2.0/")[2]
    assert len(seen) == len(set(seen)) == 14


async def test_planned_faults_happen_before_or_after_the_change(ask: Asking, simulator: Simulator) -> None:
    import aiohttp

    key = stuck(simulator)
    before = simulator.company.issues[key].assignee
    simulator.faults.add(r"PUT .*/assignee", status=503, retry_after=2)
    status, _ = await ask.jira("PUT", f"api/3/issue/{key}/assignee", {"accountId": None}, refused=True)
    assert (status, simulator.company.issues[key].assignee) == (503, before)
    for close, expected in (("before", before), ("after", None)):
        simulator.faults.add(r"PUT .*/assignee", close=close, times=2)  # the client tries a kept connection twice
        with pytest.raises(aiohttp.ClientError):
            await ask.jira("PUT", f"api/3/issue/{key}/assignee", {"accountId": None}, refused=True)
        assert simulator.company.issues[key].assignee == expected
    assert any(each.words == "planned fault" and each.way == "in" for each in simulator.traffic.log)
