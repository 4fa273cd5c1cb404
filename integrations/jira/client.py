"""Jira Cloud over REST, whole: one client whose methods take and return our nouns.

Writes are sent once: no retry, no waiting inside. Every failure is a ``VendorError`` that says who must act.
"""

from __future__ import annotations

from integrations.jira.admin_hooks import AdminHooks
from integrations.jira.changing import Changing
from integrations.jira.comments import MARKER, Comments
from integrations.jira.moving import Moving
from integrations.jira.nouns import Board, Fetched, Holder, JiraUser, Moved, Server
from integrations.jira.past import Histories
from integrations.jira.people import People
from integrations.jira.standing import Standings
from integrations.jira.telling import Telling
from models.ways import Transition

__all__ = ["MARKER", "Board", "Fetched", "Holder", "Jira", "JiraUser", "Moved", "Server", "Transition"]


class Jira(Moving, Changing, Standings, Histories, Telling, Comments, People, AdminHooks):
    """A client of one Jira Cloud site; each part is described in the module of its topic.

    ``site``: the connection · ``reading``: issues, counts, history · ``boards``: boards and sprints · ``moving``:
    sprint and backlog · ``changing``: owner, status, priority, links · ``comments`` · ``people``: accounts and
    permissions · ``standing``: one issue before it is changed · ``past``: issues and sprints as they were ·
    ``telling``: what a webhook's body says by itself · ``admin_hooks``: webhooks.
    """
