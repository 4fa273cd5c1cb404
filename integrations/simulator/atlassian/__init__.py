"""The simulated Jira and Bitbucket: the official paths over the company, and the webhooks each change fires."""

from __future__ import annotations
