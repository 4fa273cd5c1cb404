"""Who may have something done: somebody whom the constitution lists and Slack knows, at this moment, as one of us."""

from __future__ import annotations

from bot.app import App
from models.directives import Directives, Member, Team
from models.errors import Refused
from models.ids import PersonId
from planner.hearers.discretion import ADMINS


async def may_act(app: App, user: str) -> bool:
    """Whether Slack knows them as a full member; guests, bots and deactivated users may not, whatever the file lists.

    Raises ``VendorError`` when Slack cannot say just now: then it is tried again.
    """
    if app.slack is None:
        return False
    try:
        known = await app.slack.member(user)
    except Refused:  # Slack does not know them either
        return False
    return not (known.guest or known.bot or known.deleted)


def run_by(directives: Directives, person: PersonId) -> list[Team]:
    """The teams ``person`` is an admin of, in the order of the file."""
    return [team for team in directives.teams if person in team.people_of(ADMINS)]


def memberships(directives: Directives, user: str) -> list[tuple[Team, Member]]:
    """Every team they are in, in the order of the file, and who they are there; ``user`` is Slack's id of them."""
    every = ((team, member) for team in directives.teams for member in team.members)
    return [(team, member) for team, member in every if user and member.slack == user]
