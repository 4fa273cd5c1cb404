"""What a line of the constitution may tell code to do: its rule, of which the first key says what kind it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from models.scalars import Length, Node, Share, Words, time_of_day
from models.signals import SignalKind


class Watch(Node):
    """Find a condition: ``watch: blocked_too_long`` with its thresholds."""

    watch: SignalKind
    after: Length | None = None
    days_before_end: int | None = Field(None, ge=0, description="working days")
    done_below: Share | None = None
    chance_below: Share | None = None
    """Of the forecast of today, which then decides alone; without one ``done_below`` does."""
    more_than: int | None = Field(None, ge=0, description="things of one kind at once")
    tell: str | None = None
    """The role that hears of it; without one whoever has the next move, else the PM."""

    @model_validator(mode="after")
    def _has_a_threshold(self) -> Watch:
        _must_be_measured(self.watch)
        needed, further = THRESHOLDS[self.watch]
        given = {key for key, value in self if key not in {"watch", "tell"} and value is not None}
        if self.watch is SignalKind.SPRINT_AT_RISK and not given & set(further):
            raise ValueError("watch: sprint_at_risk needs 'days_before_end' or 'done_below' or 'chance_below'")
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
    SignalKind.SPRINT_AT_RISK: ((), ("days_before_end", "done_below", "chance_below")),
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


LookEvery.model_rebuild()
