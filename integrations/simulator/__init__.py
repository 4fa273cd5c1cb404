"""A small company on loopback: Slack, Jira and Bitbucket over real HTTP, built from the constitution it is given."""

from __future__ import annotations
