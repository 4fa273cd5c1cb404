"""The constitution as validated values: each line has plain words and, where code can enforce it, a typed rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import time
from enum import StrEnum
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from models.ids import AccountId, PersonId, SlackUserId, TeamId
from models.scalars import ClockTime, Length, Node, Share, Words, Zone, time_of_day
from models.signals import SignalKind
from models.spans import Span

# --- rules: the first key of a rule says what kind it is ---------------------------------------------------


class Watch(Node):
    """Find a condition: ``watch: blocked_too_long`` with its thresholds."""

    watch: SignalKind
    after: Length | None = None
    days_before_end: int | None = Field(None, ge=0, description="working days")
    done_below: Share | None = None
    more_than: int | None = Field(None, ge=0, description="things of one kind at once")
    tell: str | None = None
    """The role that hears of it; without one whoever has the next move, else the PM."""

    @model_validator(mode="after")
    def _has_a_threshold(self) -> Watch:
        _must_be_measured(self.watch)
        needed, further = THRESHOLDS[self.watch]
        given = {key for key, value in self if key not in {"watch", "tell"} and value is not None}
        if self.watch is SignalKind.SPRINT_AT_RISK and not given & set(further):
            raise ValueError("watch: sprint_at_risk needs 'days_before_end' or 'done_below'")
        for key in needed:
            if key not in given:
                raise ValueError(f"watch: {self.watch} needs {key!r}, for example '{key}: {_EXAMPLES[key]}'")
        for key in sorted(given - {*needed, *further}):
            known = ", ".join((*needed, *further)) or "none"
            raise ValueError(f"watch: {self.watch} is not measured by {key!r}; its thresholds are: {known}")
        return self


_AFTER = (("after",), ())

THRESHOLDS: Mapping[SignalKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    SignalKind.BLOCKED_TOO_LONG: _AFTER,
    SignalKind.BLOCKER_OF_SEVERAL: (("more_than", "after"), ()),
    SignalKind.STALE_IN_PROGRESS: _AFTER,
    SignalKind.OVERDUE_DATE: ((), ("after",)),
    SignalKind.NOBODY_ASSIGNED: _AFTER,
    SignalKind.REVIEW_OVERDUE: _AFTER,
    SignalKind.REVIEWS_PILING_UP: (("more_than",), ()),
    SignalKind.CHANGES_IDLE: _AFTER,
    SignalKind.BUILD_RED: _AFTER,
    SignalKind.MERGED_BUT_OPEN: _AFTER,
    SignalKind.DONE_BUT_OPEN: _AFTER,
    SignalKind.WORK_OUTSIDE_SPRINT: _AFTER,
    SignalKind.SPRINT_AT_RISK: ((), ("days_before_end", "done_below")),
    SignalKind.SPRINT_CRITICAL: (("days_before_end", "done_below"), ()),
    SignalKind.SCOPE_CHANGED: (("more_than",), ()),
    SignalKind.PERSON_OVERLOADED: (("more_than",), ()),
    SignalKind.PERSON_AWAY: _AFTER,
    SignalKind.PRODUCTION_DOWN: ((), ()),
}
"""By what each condition is measured: the thresholds it must have, and those it may have."""

_EXAMPLES = {"after": "1 business day", "more_than": "3", "days_before_end": "1", "done_below": "40%"}


def _must_be_measured(kind: SignalKind) -> None:
    if kind is SignalKind.IDENTITY_UNCERTAIN:
        raise ValueError("identity_uncertain cannot be watched or escalated; write 'allow: ask_identity' instead")


class EscalateRule(Node):
    """Take a condition that went on to a channel or a role: ``escalate: blocked_too_long``."""

    escalate: SignalKind
    after: Length | None = None
    days_before_end: int | None = Field(None, ge=0, description="working days")
    to: str | None = None
    """A channel or a role of the team; without one, where the constitution routes escalations."""

    @field_validator("escalate")
    @classmethod
    def _can_go_on(cls, value: SignalKind) -> SignalKind:
        _must_be_measured(value)
        return value


class TryFirst(Node):
    """Before a condition is taken further: ``try_first: 4 business hours`` for whoever has the next move."""

    try_first: Length
    """Of their own working time, from when they were told."""


class RepeatAfter(Node):
    """What comes back is not told to the same person again before: ``repeat_after: 1 business day``."""

    repeat_after: Length
    """Of their own working time, from when they were told of it before."""


class Allow(Node):
    """May be done without asking: ``allow: remind_person``."""

    allow: str
    when: Literal["pull_request_merged"] | None = None


class Ask(Node):
    """Needs a yes of somebody in ``of``: ``ask: reassign`` with ``of: pm``."""

    ask: str
    of: str = "pm"
    four_eyes: bool | None = None
    """Whether whoever asked for it may not say yes to it themselves."""


class Never(Node):
    """Never; or, with ``unless_approved_by``, only with that role's yes."""

    never: Words
    unless_approved_by: str | None = None
    four_eyes: bool | None = None
    """With ``unless_approved_by``: whether whoever asked for it may not say yes to it themselves."""


class LimitReminders(Node):
    """The attention budget: ``limit: reminders``."""

    limit: Literal["reminders"]
    per_person_per_day: int = Field(1, ge=0, le=20)
    critical_per_person_per_day: int = Field(1, ge=0, le=5)


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Hours(Node):
    """When people may be reached, in their own zone: ``hours: 09:00-18:00``."""

    hours: str
    days: tuple[Weekday, ...] = Field(default=("mon", "tue", "wed", "thu", "fri"), min_length=1)

    @field_validator("hours")
    @classmethod
    def _two_times(cls, value: str) -> str:
        begin, _, end = value.partition("-")
        if not time_of_day(begin) < time_of_day(end):
            raise ValueError(f"{value!r}: the day must end after it begins, for example '09:00-18:00'")
        return value

    @property
    def begin(self) -> time:
        """Local start of the working day."""
        return time_of_day(self.hours.partition("-")[0])

    @property
    def end(self) -> time:
        """Local end of the working day."""
        return time_of_day(self.hours.partition("-")[2])

    @property
    def weekdays(self) -> frozenset[int]:
        """Working days as ``datetime.weekday()`` numbers, Monday is 0."""
        return frozenset(WEEKDAYS.index(d) for d in self.days)


class Route(Node):
    """Which of a team's channels a topic goes to: ``route: technical`` with ``to: team``."""

    route: Literal["technical", "escalations"]
    to: str


class Require(Node):
    """What every message carries: ``require: [link, urgency, why]``."""

    require: tuple[Literal["link", "urgency", "why"], ...]


class Learn(Node):
    """What experience may teach: ``learn: [response, channel, hour]``."""

    learn: tuple[Literal["response", "channel", "hour", "feedback", "velocity"], ...] = Field(min_length=1)


class LookEvery(Node):
    """How often to look at this urgency: ``look_every: 15 minutes`` and what makes it so."""

    look_every: Length
    answer_within: Length | None = None
    production_down: ProductionDown | None = None
    done_below: Share | None = None
    days_left: int | None = Field(None, ge=0)
    blocker_of: int | None = Field(None, ge=1, description="tickets held up by one blocker")
    blocked_for: Length | None = None
    review_waiting: Length | None = None
    review_priorities: tuple[str, ...] = ()
    """Only reviews for a ticket of one of these priorities count; empty counts all."""


class ProductionDown(Node):
    """What marks an issue as production down: any of the priorities and any of the labels."""

    priorities: Words = ()
    labels: Words = ()


RULES = {
    "watch": Watch,
    "escalate": EscalateRule,
    "try_first": TryFirst,
    "repeat_after": RepeatAfter,
    "allow": Allow,
    "ask": Ask,
    "never": Never,
    "limit": LimitReminders,
    "hours": Hours,
    "route": Route,
    "require": Require,
    "learn": Learn,
    "look_every": LookEvery,
}


def _rule_kind(value: Any) -> str:
    keys = value if isinstance(value, dict) else getattr(type(value), "model_fields", ())
    return next((key for key in keys if key in RULES), "unknown")


Rule = Annotated[
    Annotated[Watch, Tag("watch")]
    | Annotated[EscalateRule, Tag("escalate")]
    | Annotated[TryFirst, Tag("try_first")]
    | Annotated[RepeatAfter, Tag("repeat_after")]
    | Annotated[Allow, Tag("allow")]
    | Annotated[Ask, Tag("ask")]
    | Annotated[Never, Tag("never")]
    | Annotated[LimitReminders, Tag("limit")]
    | Annotated[Hours, Tag("hours")]
    | Annotated[Route, Tag("route")]
    | Annotated[Require, Tag("require")]
    | Annotated[Learn, Tag("learn")]
    | Annotated[LookEvery, Tag("look_every")],
    Discriminator(
        _rule_kind,
        custom_error_type="unknown_rule",
        custom_error_message="a rule begins with one of: " + ", ".join(RULES),
    ),
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
    jira: JiraScope
    bitbucket: BitbucketScope = BitbucketScope()
    channels: dict[str, str]
    roles: dict[str, tuple[PersonId, ...]]
    digest: DigestPlan
    daily_cap_usd: float = Field(1.0, ge=0, allow_inf_nan=False)
    members: tuple[Member, ...]

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
        for found in self.teams:  # asked some ten times for every issue of a look
            if found.id == team:
                return found
        raise KeyError(team)

    def teams_of(self, person: PersonId) -> tuple[Team, ...]:
        """Every team that has ``person`` among its members."""
        return tuple(team for team in self.teams if any(member.id == person for member in team.members))


LookEvery.model_rebuild()
