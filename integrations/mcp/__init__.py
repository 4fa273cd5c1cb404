"""MCP servers, called by our own code: read-only, bounded in time and size, and never the only way to an answer."""

from __future__ import annotations

from integrations.mcp.bindings import Place
from integrations.mcp.failures import Failure, Reason
from integrations.mcp.hub import Hub, Standing, hub_of
from integrations.mcp.operations import (
    FindSprint,
    GetIssue,
    GetThread,
    Operation,
    Question,
    SearchIssues,
    SearchMessages,
    operation_of,
)
from integrations.mcp.session import Limits

__all__ = [
    "Failure",
    "FindSprint",
    "GetIssue",
    "GetThread",
    "Hub",
    "Limits",
    "Operation",
    "Place",
    "Question",
    "Reason",
    "SearchIssues",
    "SearchMessages",
    "Standing",
    "hub_of",
    "operation_of",
]
