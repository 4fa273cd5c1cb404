"""Where a question is asked, and which board or team was chosen there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.directives import Directives, Team
from models.ids import PersonId, TeamId
from planner.asked.questions import AskTeam
from planner.words.replies import PlainReply

MOST_CHOICES = 5

_THEN = 400
"""Characters of a question that wait in a button for the team to be chosen."""


@dataclass(frozen=True, slots=True)
class Here:
    """What is known of the place of a question."""

    board: int | None = None
    """The board this channel, or this person in direct messages, is answered for; ``None`` while none was chosen."""
    private: bool = False
    """A direct message: what is chosen there is one person's."""

    @property
    def called(self) -> str:
        """``this channel``."""
        return "you" if self.private else "this channel"


NOWHERE = Here()
"""No place is known, for example on the command line."""


def which_team(asked: AskTeam, person: PersonId | None, team: TeamId, directives: Directives, here: Here) -> PlainReply:
    """For which of somebody's teams they are answered here, with the others to choose from."""
    theirs = _teams_of(person, team, directives)
    if len(theirs) < 2:
        only = f"one team here, {theirs[0].name}" if theirs else "no team of the constitution"
        return PlainReply(text=f"You are in {only}, so there is nothing to choose.")
    then = f": {asked.then[:_THEN]}" if asked.then else ""
    choices = tuple((each.name[:75], f"for team {each.id}{then}") for each in theirs)
    if asked.team == team:
        return PlainReply(text=f"From now on I answer you here for {directives.team(team).name}.", choices=choices)
    text = f"Which team? I remember it for {here.called}." if then else "For which team shall I answer you here?"
    return PlainReply(text=text, choices=choices[:MOST_CHOICES])


def _teams_of(person: PersonId | None, team: TeamId, directives: Directives) -> Sequence[Team]:
    """The teams of one Slack account, by who it is in one of them."""
    slack = next((member.slack for member in directives.team(team).members if member.id == person), None)
    among = [each for each in directives.teams if slack and any(member.slack == slack for member in each.members)]
    return among or [each for each in directives.teams if person is not None and each.id == team]
