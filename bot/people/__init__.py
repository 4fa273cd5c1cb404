"""Who is who in Slack, Jira and Bitbucket: found by e-mail, asked about when in doubt, never guessed."""

from bot.people.roster import Roster
from bot.people.search import Search

__all__ = ["Roster", "Search"]
