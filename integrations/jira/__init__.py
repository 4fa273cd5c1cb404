"""Jira Cloud: what a team's issues say, and what the agent may do to them."""

from __future__ import annotations

from integrations.jira.client import Board, Fetched, Jira, JiraUser, Moved, Server, Transition
from integrations.jira.hand import JiraHand

__all__ = ["Board", "Fetched", "Jira", "JiraHand", "JiraUser", "Moved", "Server", "Transition"]
