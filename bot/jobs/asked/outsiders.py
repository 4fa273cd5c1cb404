"""Who is answered, and where: members of the teams, in places nobody else reads; whoever is not hears why, no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.app import App
from bot.jobs.presses.acting import memberships
from models.directives import Directives, Member
from models.errors import Refused
from planner.hearers.discretion import ADMINS
from planner.words.replies import PlainReply

OUTSIDE = PlainReply(text="I answer members of this workspace only: what I know is internal to it.")
SHARED = PlainReply(
    text="This channel is shared with another organisation, so I say nothing internal here. Ask me in a direct message."
)
UNSURE = PlainReply(
    text="Slack does not tell me whether another organisation reads this channel, so I say nothing internal here. "
    "Ask me in a direct message. An admin finds out more with pm test-connections."
)

MOST = 5
"""Admins who are named to somebody who would have to ask one of them."""


async def refusal(app: App, user: str, place: str, body: Mapping[str, Any], *, public: bool) -> PlainReply | None:
    """Why ``user`` is not answered, or ``None``. What everybody in ``place`` reads is weighed by who may be there.

    Raises ``VendorError`` when Slack cannot say just now: then it is tried again.
    """
    if body.get("is_ext_shared_channel"):
        return SHARED
    if app.slack is None:
        return None
    shared = await _read_by_others(app, place) if public else None
    if shared is not None or memberships(app.directives, user):
        return shared
    try:
        asker = await app.slack.member(user)
    except Refused:  # Slack does not know them either
        return OUTSIDE
    return OUTSIDE if asker.guest or asker.bot or asker.deleted else of_no_team(app.directives)


async def _read_by_others(app: App, place: str) -> PlainReply | None:
    """When in doubt, nothing is said there."""
    assert app.slack is not None
    try:
        return SHARED if not place or await app.slack.is_shared(place) else None
    except Refused:
        return UNSURE


def of_no_team(directives: Directives) -> PlainReply:
    """A colleague whom no team lists hears no facts, but who could have them listed."""
    admins: dict[str, Member] = {}
    for team in directives.teams:
        able = team.people_of(ADMINS) or team.people_of("pm")
        admins |= {member.id: member for member in team.members if member.id in able}
    names = [member.name for member in admins.values()][:MOST]
    who = " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names or ["An admin"])
    return PlainReply(
        text=f"I answer members of my teams only, and directives.yaml lists you in none. {who} can add you."
    )
