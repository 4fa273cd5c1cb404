"""What the product does with its vendors: how each operation is begun, which call of it is struck, what it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from models.events import Source
from models.mailbox import NewJob
from tests.faults.stage.town import Town

Count = Callable[[], int]


@dataclass(frozen=True)
class Operation:
    """``begin`` plans it and hands back how often it has been done since then; ``source`` is what a reading reads."""

    name: str
    where: str
    """The call that goes wrong, as ``METHOD /path``."""
    begin: Callable[[Town], Awaitable[Count]]
    source: Source | None = None


def _effect(kind: str) -> Callable[[Town], Awaitable[Count]]:
    async def begin(town: Town) -> Count:
        effect = await town.plan(kind)
        return lambda: town.marked(effect)

    return begin


async def _assignment(town: Town) -> Count:
    await town.plan("reassign")
    company = town.simulator.company
    before = sum(len(issue.changes) for issue in company.issues.values())
    return lambda: sum(len(issue.changes) for issue in company.issues.values()) - before


async def _mention(town: Town) -> Count:
    workspace = town.simulator.workspace
    channel = next(c.id for c in workspace.channels.values() if c.name == "engineering")
    asked = town.simulator.slack_out.say(town.world.slack_id("dana"), channel, f"<@{workspace.bot}> help")
    await town.simulator.slack_out.idle()
    return lambda: sum(m.user == workspace.bot and m.thread == asked.ts for m in workspace.messages.values())


async def _command(town: Town) -> Count:
    workspace = town.simulator.workspace
    channel = next(c.id for c in workspace.channels.values() if c.name == "engineering")
    before = set(workspace.messages)
    assert (await town.simulator.slack_out.command(town.world.slack_id("dana"), channel, "/pm", "help")).ok
    mine = lambda m: m.user == workspace.bot and m.ts not in before and "I was interrupted" not in m.text  # noqa: E731
    return lambda: sum(mine(m) for m in workspace.messages.values())


async def _reading(town: Town) -> Count:
    team = town.world.team.id
    for app in town.apps():
        for member in town.world.team.members:
            if app.slack is not None and member.slack is not None:
                app.slack.forget(member.slack)
    await town.app.mailbox.put(NewJob("sync", f"sync:{team}", team, 2, {"whole": True}, coalesce=True))
    await asyncio.sleep(0)
    return lambda: 1


OPERATIONS: Mapping[str, Operation] = {
    each.name: each
    for each in (
        Operation("slack post", "POST /slack/api/chat.postMessage", _effect("post_digest")),
        Operation("slack message", "POST /slack/api/chat.postMessage", _effect("remind_person")),
        Operation("slack reply", "POST /slack/api/chat.postMessage", _mention),
        Operation("slack answer", "POST /slack/response/", _command),
        Operation("slack people", r"[A-Z]+ /slack/api/users\.(info|list)", _reading, source=Source.SLACK),
        Operation("jira comment", "POST /jira/rest/api/3/issue/[^/]+/comment", _effect("comment_on_issue")),
        Operation("jira assign", "PUT /jira/rest/api/3/issue/[^/]+/assignee", _assignment),
        Operation("jira sprints", "GET /jira/rest/agile/1.0/board/[0-9]+/sprint", _reading, source=Source.JIRA),
        Operation("jira issues", "POST /jira/rest/api/3/search/jql", _reading, source=Source.JIRA),
        Operation("jira history", "POST /jira/rest/api/3/changelog/bulkfetch", _reading, source=Source.JIRA),
        Operation("bitbucket list", "GET /bitbucket/2.0/.*/pullrequests[?]", _reading, source=Source.BITBUCKET),
    )
}  # fmt: skip
"""By the name the table gives them."""
