"""Slack, outbound: what we say there, said safely and once; and whose request it was."""

from __future__ import annotations

from integrations.slack.client import Slack
from integrations.slack.reading.members import SlackMember
from integrations.slack.signature import sign, verify

__all__ = ["Slack", "SlackMember", "sign", "verify"]
