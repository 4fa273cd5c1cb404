"""Which of their teams somebody is answered for: the one whose channel it is, else one chosen there once."""

from __future__ import annotations

from bot.app import App
from bot.jobs.presses.acting import memberships
from models.directives import Team
from models.errors import VendorError
from models.ids import TeamId

EVERYWHERE = TeamId("-")
"""Stands where a team's id would: a place is Slack's, not a team's."""

_ABOUT = "team"


async def team_here(app: App, user: str, place: str, room: str = "") -> tuple[Team, bool]:
    """The team, and whether that is sure; somebody of no team asks about the first.

    ``place`` is the channel's id and ``room`` its name, where Slack told it: not of private channels, nor in a mention.
    """
    theirs = _teams_of(app, user)
    if len(theirs) < 2:
        return next(iter(theirs), app.directives.teams[0]), True
    chosen = await app.store.remembered(EVERYWHERE, _ABOUT, _key(user, place))
    at_home = [team for team in theirs if team.id == chosen]
    at_home = at_home or [team for team in theirs if await _is_its(app, team, place, room)]
    return (at_home or theirs)[0], len(at_home) == 1


async def choose_team(app: App, user: str, place: str, team: str) -> Team | None:
    """Keep the choice for that place; ``None`` when the asker has no such team, or no choice."""
    theirs = _teams_of(app, user)
    chosen = next((each for each in theirs if each.id.casefold() == team.casefold()), None)
    if chosen is None or len(theirs) < 2:
        return None
    await app.store.remember(EVERYWHERE, _ABOUT, _key(user, place), chosen.id)
    return chosen


def _teams_of(app: App, user: str) -> list[Team]:
    return [team for team, _ in memberships(app.directives, user)]


def _key(user: str, place: str) -> str:
    """The channel's id; in a direct message and at Home the person's."""
    return user if place.startswith("D") or not place else place


async def _is_its(app: App, team: Team, place: str, room: str) -> bool:
    """Whether the constitution names that channel as one of the team's; not while Slack cannot say."""
    names = {name.lstrip("#") for name in team.channels.values()}
    if room in names:
        return True
    if app.slack is None or not place or place.startswith("D"):
        return False
    for name in names:
        try:
            if await app.slack.channel_named(name) == place:
                return True
        except VendorError:  # named, but not seen by us
            continue
    return False
