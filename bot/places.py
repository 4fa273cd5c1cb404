"""Whom and where something reaches in Slack: people and channels as the constitution names them, or why nowhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from models.actions import (
    Action,
    AskApproval,
    AskIdentity,
    Asking,
    Escalate,
    PostDigest,
    PostToOtherChannel,
    RemindPerson,
    ShadowLog,
    TellAdmins,
)
from models.directives import Directives, Member
from models.errors import Refused
from models.ids import PersonId, TeamId
from models.proposals import Effect

Block = Mapping[str, Any]


class Workspace(Protocol):
    """What of Slack is needed to say something, to find it again, and to say it otherwise. Raises as ``Hand``."""

    async def open_dm(self, user: str) -> str:
        """The id of the direct messages with ``user``."""
        ...

    async def channel_named(self, name: str) -> str:
        """The id of the channel of that name."""
        ...

    async def post(self, channel: str, text: str, blocks: Sequence[Block], *, marker: str) -> dict[str, str]:
        """Say it; where it stands."""
        ...

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        """Say what stands there otherwise."""
        ...

    async def find(self, channel: str, marker: str, since: datetime) -> dict[str, str] | None:
        """Where what carries the marker stands."""
        ...

    async def permalink(self, channel: str, ts: str) -> str:
        """The address of what stands there."""
        ...

    async def respond(self, response_url: str, text: str, blocks: Sequence[Block]) -> None:
        """Answer a press, for whoever pressed alone."""
        ...


class Places:
    """Of one workspace; what cannot be reached raises ``Refused`` with the remedy. With ``None`` everything does."""

    def __init__(self, slack: Workspace | None, directives_of: Callable[[], Directives]) -> None:
        self._service, self._directives_of = slack, directives_of

    @property
    def is_on(self) -> bool:
        """Whether there is a workspace at all."""
        return self._service is not None

    @property
    def slack(self) -> Workspace:
        """The workspace."""
        if self._service is None:
            raise Refused("Slack is off; set SLACK_BOT_TOKEN", code="service_off")
        return self._service

    async def where(self, team: TeamId, action: Action) -> str:
        """The id of the conversation ``action`` is said in."""
        match action:
            case RemindPerson(person=person) | AskApproval(person=person) | AskIdentity(person=person):
                return await self.slack.open_dm(self._slack_id(self.member(team, person)))
            case TellAdmins(person=str(person)) | ShadowLog(person=person):
                return await self.slack.open_dm(self._slack_id(self.member(team, PersonId(person))))
            case Escalate() | PostDigest() | PostToOtherChannel() | TellAdmins():
                return await self.slack.channel_named(self._channel_name(team, action.channel))
            case _:
                raise Refused(f"{action.kind} is not done in Slack", code="wrong_hand")

    def words(self, effect: Effect) -> str:
        """What was done, for the record: ``message to Li Wei``, ``posted in #leadership``."""
        match effect.action:
            case RemindPerson(person=person):
                return f"message to {self.member(effect.team, person).name}"
            case TellAdmins(person=str(person)) | ShadowLog(person=person):
                return f"message to {self.member(effect.team, PersonId(person)).name}"
            case AskApproval(person=person, asking=Asking.AGAIN | Asking.PROMISED):
                return f"reminded {self.member(effect.team, person).name} of a question"
            case AskApproval(person=person) | AskIdentity(person=person):
                return f"asked {self.member(effect.team, person).name}"
            case Escalate() | PostDigest() | PostToOtherChannel() | TellAdmins() as action:
                return f"posted in #{self._channel_name(effect.team, action.channel)}"
            case _:
                return ""

    def member(self, team: TeamId, person: PersonId) -> Member:
        """Who that is in the team."""
        try:
            return self._directives_of().team(team).member(person)
        except (KeyError, StopIteration):
            words = f"{person} is not a member of team {team} in directives.yaml"
            raise Refused(words, code="unknown_person") from None

    def _slack_id(self, member: Member) -> str:
        if member.slack is None:
            raise Refused(f"{member.name} has no slack id in directives.yaml; add it", code="no_slack_id")
        return member.slack

    def _channel_name(self, team: TeamId, role: str) -> str:
        name = self._directives_of().team(team).channels.get(role)
        if not name:
            raise Refused(f"team {team} names no {role} channel in directives.yaml; add it", code="no_channel")
        return name.lstrip("#")
