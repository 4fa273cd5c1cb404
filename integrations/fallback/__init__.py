"""MCP first to discover, REST second, and never a dead end: what a question costs and who answers it is counted."""

from __future__ import annotations

from integrations.fallback.asking import Someone, Surroundings, understand
from integrations.fallback.direct import Direct, JiraReads, SlackReads
from integrations.fallback.finder import Answered, Attempt, Finder, Way
from integrations.fallback.search import Result, search

__all__ = [
    "Answered",
    "Attempt",
    "Direct",
    "Finder",
    "JiraReads",
    "Result",
    "SlackReads",
    "Someone",
    "Surroundings",
    "Way",
    "search",
    "understand",
]
