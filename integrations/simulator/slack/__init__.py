"""The simulated Slack: a workspace, its Web API, and the signed requests it sends to the app."""

from __future__ import annotations
