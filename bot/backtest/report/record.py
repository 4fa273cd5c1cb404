"""What a walk through the past came to: every message with whom, when and why, and everything that was withheld."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.backtest.walk.paper import TEXT
from models.actions import (
    AskApproval,
    AskIdentity,
    CommentOnIssue,
    DelegateTask,
    Escalate,
    PostDigest,
    PostToOtherChannel,
    RemindPerson,
    TellAdmins,
    addressee,
)
from models.directives import Directives
from models.ids import PersonId, TeamId
from models.proposals import Effect, Verdict
from models.recollection import Carried, Withheld
from models.signals import Urgency
from planner.bounds.worktime import contact_calendar, team_calendar
from planner.policy.in_words import NO_LINE
from planner.words.titles import brief

WORDS: Mapping[str, str] = {
    RemindPerson.kind: "reminder",
    AskApproval.kind: "question",
    AskIdentity.kind: "question",
    CommentOnIssue.kind: "comment in Jira",
    Escalate.kind: "escalation",
    PostDigest.kind: "daily summary",
    PostToOtherChannel.kind: "post",
    TellAdmins.kind: "notice",
}
"""What is said to somebody; everything else changes something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing that would have been said. Instants are UTC."""

    id: str
    """The effect's: the same for the same thing said of the same matter to the same person."""
    team: TeamId
    at: datetime
    to: str
    """Who, or which channel, as people call it."""
    person: PersonId | None
    zone: str
    """The reader's, for saying when."""
    kind: str
    text: str
    rule: str
    why: str
    costs: bool
    """Whether it took of its reader's attention; what was asked for, and the scheduled summary, do not."""
    out_of_hours: bool
    critical: bool = False
    waited: float | None = None
    """Hours from when its matter began until it was said; ``None`` where it is about none."""

    @property
    def local(self) -> datetime:
        """When, where its reader is."""
        return self.at.astimezone(ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """One thing that was not said, and why."""

    team: TeamId
    at: datetime
    to: str
    zone: str
    kind: str
    text: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One change in Jira that would have been made."""

    team: TeamId
    at: datetime
    zone: str
    words: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One constitution, tried on some days."""

    version: str
    sprints: tuple[str, ...]
    begin: datetime
    end: datetime
    names: Mapping[PersonId, str]
    since: datetime | None = None
    """From when on it was lived through, where that is before ``begin``; what came before that is not counted."""
    messages: tuple[Message, ...] = ()
    silences: tuple[Silence, ...] = ()
    deeds: tuple[Deed, ...] = ()
    days: tuple[date, ...] = field(default=())
    """The days looked at on which anybody works."""
    worked: Mapping[PersonId, int] = field(default_factory=dict)
    """How many of them are working days of everybody's own team."""
    limits: tuple[int, int] = (1, 1)
    """How many messages a day the constitution lets one person have, and how many more that are critical."""

    @property
    def per_person(self) -> Mapping[PersonId, Counter[date]]:
        """Messages to each person on each of their own days; everybody is there, also who got none."""
        found: dict[PersonId, Counter[date]] = {person: Counter() for person in self.names}
        for message in self.messages:
            if message.person is not None and message.costs:
                found.setdefault(message.person, Counter())[message.local.date()] += 1
        return found

    @property
    def written(self) -> Counter[PersonId]:
        """Everything that was said to each person, whether it cost attention or not."""
        return Counter(message.person for message in self.messages if message.person is not None)

    @property
    def most(self) -> int:
        """What nobody may have more of on one day: with what is critical where anything was."""
        ordinary, critical = self.limits
        return ordinary + critical if any(message.critical and message.costs for message in self.messages) else ordinary

    @property
    def out_of_hours(self) -> int:
        """Messages outside their reader's hours."""
        return sum(message.out_of_hours for message in self.messages)


def messages_of(carried: Sequence[Carried], law: Directives) -> tuple[Message, ...]:
    """What reached somebody, oldest first: an edit of what stands there already does not."""
    seen: set[tuple[str, str]] = set()
    found = []
    for each in carried:
        receipt = each.effect.receipt
        place = (receipt.get("channel", ""), receipt.get("ts", each.effect.id))
        if each.effect.action.kind in WORDS and place not in seen:
            found.append(_message(each, law))
        seen.add(place)
    return tuple(found)


def _message(each: Carried, law: Directives) -> Message:
    effect, person = each.effect, addressee(each.effect.action)
    assert effect.ended is not None
    name, zone = whom(effect.action, person, effect.team, law)
    return Message(
        id=effect.id,
        team=effect.team,
        at=effect.ended,
        to=name,
        person=person,
        zone=zone,
        kind=WORDS[effect.action.kind],
        text=plain(effect.receipt.get(TEXT) or effect.proposal.because),
        rule=_line(effect, each),
        why=plain(effect.proposal.because if each.decision is not None else "Nobody had answered yet."),
        costs=each.spent,
        out_of_hours=is_out_of_hours(effect, law),
        critical=effect.proposal.urgency is Urgency.CRITICAL,
        waited=(effect.ended - each.since).total_seconds() / 3600 if each.since is not None else None,
    )


def _line(effect: Effect, each: Carried) -> str:
    """The line of the constitution that made it worth saying; of a question the one that asks for a yes."""
    asked = isinstance(effect.action, AskApproval) and each.decision is not None
    rule = each.decision.rule if asked and each.decision is not None else effect.proposal.rule
    return NO_LINE.get(rule, rule)


def silences_of(withheld: Sequence[Withheld], law: Directives) -> tuple[Silence, ...]:
    """What was refused or put off for good, oldest first."""
    found = []
    for each in withheld:
        name, zone = whom(each.proposal.action, each.person, each.team, law)
        put_off = each.decision.verdict is Verdict.DEFER
        found.append(
            Silence(
                team=each.team,
                at=each.at,
                to=name,
                zone=zone,
                kind=WORDS.get(each.proposal.action.kind, "change in Jira"),
                text=plain(_said(each) or each.proposal.because),
                rule=NO_LINE.get(each.decision.rule, each.decision.rule),
                why=f"put off: {each.decision.reason}; it was over by then" if put_off else each.decision.reason,
            )
        )
    return tuple(found)


def _said(each: Withheld) -> str:
    action = each.proposal.action
    items = action.items if isinstance(action, RemindPerson | PostDigest) else ()
    item = action.item if isinstance(action, CommentOnIssue | Escalate | AskIdentity) else next(iter(items), None)
    return item.text if item is not None else ""


def deeds_of(carried: Sequence[Carried], law: Directives) -> tuple[Deed, ...]:
    """What would have been changed in Jira, oldest first."""
    found = []
    for each in carried:
        effect = each.effect
        if effect.action.kind in WORDS or isinstance(effect.action, DelegateTask) or effect.ended is None:
            continue
        zone = law.team(effect.team).zone
        words, rule = brief(effect.action, effect.team, law), effect.proposal.rule
        found.append(Deed(team=effect.team, at=effect.ended, zone=zone, words=plain(words), rule=rule))
    return tuple(found)


def whom(action: object, person: PersonId | None, team: TeamId, law: Directives) -> tuple[str, str]:
    """Who reads it, as people call them, and in which zone."""
    scope = law.team(team)
    member = next((each for each in scope.members if each.id == person), None)
    if member is not None:
        return member.name, member.zone
    role = getattr(action, "channel", None)
    channel = scope.channels.get(role, role) if isinstance(role, str) else None
    return (f"#{channel.lstrip('#')}" if channel else person or scope.name), scope.zone


def is_out_of_hours(effect: Effect, law: Directives) -> bool:
    """Whether it came when its reader is not to be reached by ``law``.

    What is critical may be said in a channel at any hour, and to whoever is on call.
    """
    person, critical = addressee(effect.action), effect.proposal.urgency is Urgency.CRITICAL
    assert effect.ended is not None
    if effect.proposal.asked_by is not None:
        return False
    if person is None:
        return not critical and not team_calendar(law, effect.team).is_working(effect.ended)
    member = next((each for each in law.team(effect.team).members if each.id == person), None)
    if member is None or (critical and member.on_call):
        return False
    return not contact_calendar(law, effect.team, person).is_working(effect.ended)


_LINK = re.compile(r"<([^|>]*)\|([^>]*)>")
_STARS = re.compile(r"(?<!\w)[*_~](\S(?:[^*_~\n]*\S)?)[*_~](?!\w)")


def plain(text: str) -> str:
    """Slack's way of writing as plain text."""
    text = _LINK.sub(r"\2", text)
    text = _STARS.sub(r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
