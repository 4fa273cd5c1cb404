"""Jira Cloud: what a team's issues say, and the two things the agent may do to them."""

from __future__ import annotations

from integrations.jira.client import Jira
from integrations.jira.hand import JiraHand

__all__ = ["Jira", "JiraHand"]
