"""MCP servers for tests: in this process where words are enough, small programs where processes matter."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mcp import Client
from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult, TextContent

from integrations.mcp import Place
from integrations.mcp.config import Entry
from integrations.mcp.hub import Hub
from integrations.mcp.pins import Pins
from integrations.mcp.session import Limits
from tests.moved import Moved

SITE = "https://acme.atlassian.net"
QUICK = Limits(connect=5, call=0.6, patience=2, stop=6)
ISSUE = {
    "id": "10004",
    "key": "PAY-101",
    "summary": "Collect payments by bank debit",
    "status": {"name": "Fertig", "category": "Fertig", "color": "green"},
    "issue_type": {"name": "Story"},
    "priority": {"name": "High"},
    "assignee": {"account_id": "712020:abc", "display_name": "Noor Rahman", "name": "Noor Rahman", "email": None},
    "duedate": "2026-11-19",
    "updated": "2026-10-27 15:00:00 UTC",
}


class Jira:
    """An mcp-atlassian in this process. ``answer`` decides what its tools say; ``asked`` is what they heard."""

    def __init__(self, answer: Callable[[str, dict[str, Any]], Any] | None = None) -> None:
        self.answer = answer or self.usual
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.description = "Search Jira"
        self.opened = 0

    @staticmethod
    def usual(tool: str, arguments: dict[str, Any]) -> Any:
        return {"issues": [ISSUE], "total": -1} if tool == "jira_search" else ISSUE

    async def _say(self, tool: str, **arguments: Any) -> CallToolResult:
        self.asked.append((tool, arguments))
        said = self.answer(tool, arguments)
        if asyncio.iscoroutine(said):
            said = await said
        if isinstance(said, CallToolResult):
            return said
        text = json.dumps(said)
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content={"result": text})

    def server(self) -> MCPServer:
        made = MCPServer("jira")

        async def jira_search(jql: str, fields: str = "", limit: int = 10) -> CallToolResult:
            return await self._say("jira_search", jql=jql, fields=fields, limit=limit)

        async def jira_get_issue(
            issue_key: str, fields: str = "", comment_limit: int = 10, update_history: bool = True
        ) -> CallToolResult:
            return await self._say("jira_get_issue", issue_key=issue_key, update_history=update_history)

        async def jira_add_comment(issue_key: str, body: str) -> CallToolResult:
            return await self._say("jira_add_comment", issue_key=issue_key, body=body)

        made.add_tool(jira_search, description=self.description)
        made.add_tool(jira_get_issue)
        made.add_tool(jira_add_comment)
        return made

    def open(self) -> Client:
        self.opened += 1
        return Client(self.server())


def hub(folder: Path, clock: Moved | None = None, limits: Limits = QUICK, **servers: Callable[[], Any]) -> Hub:
    """A hub over these servers; nothing is started."""
    made = Hub(clock or Moved(), Pins(folder / "lock.json"), Place(jira=SITE), limits)
    for name, opens in servers.items():
        made.add(name, opens)
    return made


def error(text: str) -> CallToolResult:
    """A tool's complaint."""
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def program(folder: Path, source: str, env: Mapping[str, str] | None = None, name: str = "jira") -> Entry:
    """An entry that runs a small program."""
    file = folder / f"{name}_server.py"
    file.write_text(source)
    return Entry(name=name, kind="stdio", command=sys.executable, args=(str(file),), env=dict(env or {}), folder=folder)
