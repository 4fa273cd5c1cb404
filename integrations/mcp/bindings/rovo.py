"""Atlassian's own Rovo MCP server: Jira in REST's shapes. Made from recorded shapes; not run against the service."""

from __future__ import annotations

from typing import Any

from integrations.mcp.bindings.atlassian import KEY, day_of
from integrations.mcp.bindings.binding import Binding, Place, unreadable
from integrations.mcp.failures import Failure, Reason
from integrations.mcp.operations import MOST, GetIssue, Operation, SearchIssues
from integrations.payloads import inside, instant, rows, words
from models.found import FoundIssue
from models.ids import AccountId, IssueKey
from models.work import Progress

KIND = "Atlassian Rovo"
SITES = "getAccessibleAtlassianResources"
"""The tool that tells the cloud id every other tool asks for."""

FIELDS = ["summary", "status", "assignee", "priority", "issuetype", "duedate", "updated"]


def cloud_of(value: Any, site: str) -> str:
    """The cloud id of ``site`` among the sites the account can reach. Raises ``Failure``."""
    listed = value if isinstance(value, list) else rows(inside(value, "resources") or inside(value, "values"))
    sites = {words(inside(each, "url")).rstrip("/"): words(inside(each, "id")) for each in listed}
    if site in sites:
        return sites[site]
    if len(sites) == 1 and not site:
        return next(iter(sites.values()))
    raise Failure(f"{KIND}: its account cannot reach {site or 'exactly one site'}", Reason.AUTH)


def issue_of(raw: Any, place: Place) -> FoundIssue | None:
    """One issue as REST v3 has it; ``None`` without a key."""
    key, own = inside(raw, "key"), inside(raw, "fields")
    if not isinstance(key, str) or not KEY.fullmatch(key):
        return None
    category = words(inside(own, "status", "statusCategory", "key"))
    account = inside(own, "assignee", "accountId")
    return FoundIssue(
        key=IssueKey(key),
        title=words(inside(own, "summary")),
        url=f"{place.jira}/browse/{key}" if place.jira else "",
        status=words(inside(own, "status", "name")),
        progress=Progress(category) if category in {each.value for each in Progress} else None,
        assignee=AccountId(account) if isinstance(account, str) and 0 < len(account) <= 128 else None,
        assignee_name=words(inside(own, "assignee", "displayName")),
        unassigned=isinstance(own, dict) and own.get("assignee", "untold") is None,
        priority=words(inside(own, "priority", "name")) or None,
        kind=words(inside(own, "issuetype", "name")),
        due=day_of(inside(own, "duedate")),
        updated=instant(inside(own, "updated")),
    )


def _issues(value: Any, question: SearchIssues, place: Place) -> list[FoundIssue]:
    listed = value if isinstance(value, list) else inside(value, "issues")
    # Some versions wrap the list once more, in the form of a page of a graph.
    listed = inside(listed, "nodes") if isinstance(listed, dict) else listed
    if not isinstance(listed, list):
        raise unreadable(KIND, "a list of issues")
    return [issue for raw in listed if (issue := issue_of(raw, place)) is not None][: question.most]


def _issue(value: Any, question: GetIssue, place: Place) -> FoundIssue:
    found = issue_of(value[0] if isinstance(value, list) and value else value, place)
    if found is None:
        raise unreadable(KIND, f"the issue {question.key}")
    return found


BINDINGS = (
    Binding(
        kind=KIND,
        operation=Operation.SEARCH_ISSUES,
        tool="searchJiraIssuesUsingJql",
        arguments=lambda q, place: {
            "cloudId": place.cloud,
            "jql": q.jql,
            "fields": FIELDS,
            "maxResults": min(q.most, MOST),
        },
        sends=frozenset({"cloudId", "jql", "fields", "maxResults"}),
        read=_issues,
    ),
    Binding(
        kind=KIND,
        operation=Operation.GET_ISSUE,
        tool="getJiraIssue",
        arguments=lambda q, place: {"cloudId": place.cloud, "issueIdOrKey": q.key, "fields": FIELDS},
        sends=frozenset({"cloudId", "issueIdOrKey", "fields"}),
        read=_issue,
    ),
)
