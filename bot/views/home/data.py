"""All that one person's Home shows, as data; nobody else's, and nobody is ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.views.home.admins import RunningData
from bot.views.parts.moves import Channels, Names
from models.directives import Directives, Member
from models.ids import ApprovalId, PersonId
from models.proposals import Approval, ApprovalState
from models.work import Facts
from planner.asked.quiet.held import Held
from planner.asked.quiet.pausing import pause_line
from planner.bounds.limits import budget, most_for
from planner.bounds.worktime import house_hours
from planner.hearers.contact import named_days
from planner.lessons.known import Known
from planner.reports.deeds import Deed
from planner.reports.summaries import moves_of, work_of
from planner.words.people import as_listed, nobody_in_jira
from planner.words.replies import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How somebody may be contacted today."""

    hours: str
    """``09:00-18:00``."""
    days: str
    """``Mon to Fri``."""
    zone: str
    per_day: int
    channel: str
    """``dm`` or ``jira``; empty where it is learnt."""
    on_call: bool = False
    absent: str = ""
    """Why nothing is sent now, for example a Slack status; empty when they can be reached."""
    used: int = 0
    """Messages of today that they did not ask for."""
    critical: int = 1
    """How many more a day when something is critical."""
    critical_used: int = 0
    given: str = ""
    """What the constitution would have, in words, where they have a wish of their own; empty where they have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeData:
    """All that one person's Home shows."""

    zone: str
    now: datetime
    """Company time."""
    real: datetime
    """Real time, against which the age of data is told."""
    reach: Reach | None
    """``None`` for somebody the constitution does not know."""
    person: PersonId = PersonId("")
    note: str = ""
    """What came of the press that had it drawn again; stands first."""
    guest: bool = False
    """Whether Slack knows them as a guest, a bot or deactivated: they may look, and change nothing."""
    waiting: tuple[Approval, ...] = ()
    cards: Mapping[ApprovalId, str] = field(default_factory=dict)
    """The address of the message that shows each question, where it has one."""
    coming: Mapping[ApprovalId, datetime] = field(default_factory=dict)
    """When the message with a question comes that waits for its reader's hours or attention (company time)."""
    moves: tuple[Row, ...] = ()
    """Reviews awaited of them, and tickets of theirs that are blocked."""
    work: tuple[Row, ...] = ()
    unknown: str = ""
    """Why none of it can be told; empty where their account is known."""
    names: Names = field(default_factory=dict)
    channels: Channels = field(default_factory=dict)
    read_at: Mapping[str, datetime] = field(default_factory=dict)
    known: tuple[Known, ...] = ()
    """What has been learnt about them."""
    held: tuple[Held, ...] = ()
    """What they have not been told."""
    deeds: tuple[Deed, ...] = ()
    """What was done for them or at their word, the newest first."""
    deeds_in_all: int = 0
    paused: str = ""
    """Who has paused the team and since when, in a sentence; empty while nobody has."""
    running: RunningData | None = None
    """How the agent does, for those who run it."""


def fewer(most: int, less: int) -> int:
    """How many lines of a list are shown where a Home would otherwise be longer than Slack takes."""
    return max(most // less, 1)


def home_of(
    member: Member, directives: Directives, facts: Facts, waiting: Sequence[Approval], *, now: datetime, real: datetime
) -> HomeData:
    """Gather what one member's Home shows from what is already known. ``now`` is company time."""
    person = next((p for p in facts.people if p.id == member.id), as_listed(member))
    moves = moves_of(person, facts, directives, now)
    moving = {row.key for row in moves}
    return HomeData(
        zone=member.zone,
        now=now,
        real=real,
        person=member.id,
        reach=reach_of(member, directives, facts),
        waiting=tuple(a for a in waiting if a.state is ApprovalState.PENDING),
        moves=moves,
        work=tuple(row for row in work_of(person, facts, directives, now) if row.key not in moving),
        unknown="" if person.accounts else nobody_in_jira(person, asks=True),
        names={m.id: m.name for team in directives.teams for m in team.members},
        channels=directives.team(facts.team).channels,
        read_at=facts.read_at,
        paused=pause_line(facts.paused, facts.team, directives, now, member.id),
    )


def reach_of(member: Member, directives: Directives, facts: Facts) -> Reach:
    """How ``member`` may be contacted, as ``directives`` have them."""
    hours = member.reached or member.hours or house_hours(directives)
    absent = next((person.absent for person in facts.people if person.id == member.id), None)
    return Reach(
        hours=hours.hours,
        days=named_days(hours.days),
        zone=member.zone,
        per_day=most_for(member.id, facts.team, directives),
        channel=member.channel or "",
        on_call=member.on_call,
        absent=absent.reason if absent else "",
        critical=budget(directives).critical_per_person_per_day,
    )
