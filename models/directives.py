"""The constitution as validated values: each line has plain words and, where code can enforce it, a typed rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from models.ids import AccountId, PersonId, SlackUserId, TeamId
from models.once import once
from models.rules import (
    RULES,
    THRESHOLDS,
    WEEKDAYS,
    Allow,
    Ask,
    EscalateRule,
    Hours,
    Learn,
    LimitReminders,
    LookEvery,
    Never,
    ProductionDown,
    RepeatAfter,
    Require,
    Route,
    Rule,
    TryFirst,
    Watch,
    Weekday,
)
from models.scalars import ClockTime, Length, Node, Words, Zone
from models.spans import Span
from models.trust import StepBack

# Whoever reads the constitution reads its rules with it.
__all__ = [
    "Allow",
    "Ask",
    "Autonomy",
    "BitbucketScope",
    "DigestPlan",
    "Directive",
    "Directives",
    "EscalateRule",
    "Hours",
    "JiraScope",
    "Learn",
    "Level",
    "LimitReminders",
    "LookEvery",
    "Member",
    "Mode",
    "Never",
    "Objectives",
    "ProductionDown",
    "RULES",
    "RepeatAfter",
    "Require",
    "Role",
    "Route",
    "Rule",
    "THRESHOLDS",
    "Team",
    "TryFirst",
    "WEEKDAYS",
    "Watch",
    "Weekday",
]


class Directive(Node):
    """One line of the constitution: its plain words and, where code can enforce it, a rule."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")
    says: str = Field(min_length=3)
    rule: Rule | None = None
    kept_by: Words = ()
    """Ids of the lines whose rules keep this one, when it needs no rule of its own."""


# --- the team -----------------------------------------------------------------------------------------------


class Member(Node):
    """One person: identities, zone and what is known of how they like to be reached."""

    id: PersonId = Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")
    name: str
    slack: SlackUserId | None = None
    jira: AccountId | None = None
    bitbucket: AccountId | None = None
    email: str | None = Field(None, pattern=r"^[^@\s]+@[^@\s]+$")
    """By which the ids that are not given are looked for; without it, the one of the Slack profile."""
    zone: Zone
    holidays: str | None = None
    channel: Literal["dm", "jira"] | None = None
    """Where to reach them; left out, it is learnt from how they answer, and is ``dm`` until then."""
    hours: Hours | None = None
    reached: Hours | None = None
    """When messages may come, where that is not their working time. How long something waits is not counted by it."""
    per_day: int | None = Field(None, ge=0, le=20)
    """How many messages they get unasked on one day, where that is fewer than the constitution's limit."""
    response: str = ""
    on_call: bool = False
    notes: str = ""

    @property
    def tz(self) -> ZoneInfo:
        """The member's zone."""
        return ZoneInfo(self.zone)

    @property
    def account(self) -> AccountId | None:
        """Their Atlassian account: Jira's, else Bitbucket's, which is the same unless both are given."""
        return self.jira or self.bitbucket

    @property
    def other_account(self) -> AccountId | None:
        """The account they use in Bitbucket, where that is another one."""
        return self.bitbucket if self.bitbucket != self.account else None


class JiraScope(Node):
    """What of Jira this team owns."""

    site: str = ""
    projects: tuple[str, ...]
    boards: tuple[int, ...] = ()
    blocked_statuses: tuple[str, ...] = ("Blocked",)
    parked: tuple[str, ...] = ("Parked", "On Hold", "Waiting", "Waiting for customer", "Deferred")
    """Statuses and labels of what waits on purpose: nobody is asked. Capitals, ``-`` and ``_`` do not count."""
    merged_status: str | None = None
    """The status a ticket gets when its pull request is merged; without one whatever leads to *done*."""
    past_sprints: int = Field(20, ge=0, le=20)
    """Of each team's closed sprints the latest so many are read once with their history: forecasts rest on them."""


class BitbucketScope(Node):
    """What of Bitbucket this team owns."""

    workspace: str = ""
    repositories: tuple[str, ...] = ()
    approvals: int | None = Field(default=None, ge=1, le=20)
    """How many approvals a pull request needs; without a number, everybody who is asked to review it."""


class DigestPlan(Node):
    """When the daily summary is posted, in the team's zone."""

    at: ClockTime
    when: Literal["daily", "needed"] = "daily"
    catch_up: Length = Span(3, "hour", False)

    @field_validator("catch_up")
    @classmethod
    def _on_the_clock(cls, value: Span) -> Span:
        if value.business:
            plain = Span(value.count, value.unit, business=False)
            raise ValueError(f"'{value}': catch_up is counted on the clock; write for example '{plain}'")
        return value


class Mode(StrEnum):
    """How far the agent may go for a team."""

    SHADOW = "shadow"
    SUGGEST = "suggest"
    ACT = "act"


class Team(Node):
    """One team: where its work lives, who is in it, who may say yes."""

    id: TeamId = Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")
    name: str
    zone: Zone
    holidays: str | None = None
    mode: Mode = Mode.ACT
    modes: dict[str, Mode] = {}
    """Where one line, by its id, or one kind of action goes further, or less far, than ``mode``."""
    stepped: tuple[StepBack, ...] = ()
    """Kinds of action that need a yes again since an undo or a no. Never of the file: kept in memory, joined in."""
    jira: JiraScope
    bitbucket: BitbucketScope = BitbucketScope()
    channels: dict[str, str]
    roles: dict[str, tuple[PersonId, ...]]
    digest: DigestPlan
    daily_cap_usd: float = Field(1.0, ge=0, allow_inf_nan=False)
    """What a model may cost on one day of the team's own."""
    daily_cap_per_person_usd: float = Field(0.25, ge=0, allow_inf_nan=False)
    """How much of it the questions of one person may take."""
    members: tuple[Member, ...]

    @field_validator("stepped")
    @classmethod
    def _is_not_written(cls, value: tuple[StepBack, ...]) -> tuple[StepBack, ...]:
        if value:
            raise ValueError("what has stepped back is kept by the agent, and is not written here; write 'modes'")
        return value

    @property
    def tz(self) -> ZoneInfo:
        """The team's own zone: the digest's and the sprint's."""
        return ZoneInfo(self.zone)

    def member(self, person: PersonId) -> Member:
        """The member of that id. Raises ``KeyError``."""
        member = next((m for m in self.members if m.id == person), None)
        if member is None:
            raise KeyError(person)
        return member

    def people_of(self, role: str) -> tuple[PersonId, ...]:
        """Who holds ``role``, deputies last (role ``deputy_<role>``); empty when nobody does."""
        return tuple(dict.fromkeys(self.roles.get(role, ()) + self.roles.get(f"deputy_{role}", ())))


class Level(Node):
    """One level of urgency."""

    says: str
    rule: LookEvery
    directives: tuple[Directive, ...] = ()


class Role(Node):
    """Who the agent is."""

    title: str
    says: str


class Objectives(Node):
    """What it is for."""

    primary: tuple[Directive, ...]
    secondary: tuple[Directive, ...] = ()


class Autonomy(Node):
    """What it may do."""

    automatic: tuple[Directive, ...]
    needs_confirmation: tuple[Directive, ...]
    never: tuple[Directive, ...]


class Directives(Node):
    """The whole constitution. ``version`` is the hash of the file's content, filled by the loader."""

    constitution: Literal[1]
    role: Role
    objectives: Objectives
    communication: tuple[Directive, ...]
    escalation: tuple[Directive, ...]
    autonomy: Autonomy
    uncertainty: tuple[Directive, ...]
    learning: tuple[Directive, ...]
    urgency: dict[Literal["critical", "high", "medium", "low"], Level]
    teams: tuple[Team, ...] = Field(min_length=1)
    version: str = ""

    def lines(self) -> Iterator[Directive]:
        """Every line, in the order of the file."""
        yield from self.objectives.primary
        yield from self.objectives.secondary
        yield from self.communication
        yield from self.escalation
        yield from self.autonomy.automatic
        yield from self.autonomy.needs_confirmation
        yield from self.autonomy.never
        yield from self.uncertainty
        yield from self.learning
        for level in self.urgency.values():
            yield from level.directives

    def team(self, team: TeamId) -> Team:
        """The team of that id. Raises ``KeyError``."""
        return _by_id(self.teams)[team]

    def teams_of(self, person: PersonId) -> tuple[Team, ...]:
        """Every team that has ``person`` among its members."""
        return tuple(team for team in self.teams if any(member.id == person for member in team.members))


@once
def _by_id(teams: tuple[Team, ...]) -> Mapping[TeamId, Team]:
    """Asked some hundred times in a look, whose cost is not to grow with the teams there are."""
    return {team.id: team for team in teams}
