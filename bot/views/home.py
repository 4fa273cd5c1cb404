"""App Home: what waits for you, your work, and how I may contact you. Nobody is ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.views.held import held_back
from bot.views.parts.message import Block, context, divider, header, section, sections
from bot.views.parts.moments import data_age, moment
from bot.views.parts.moves import Channels, Names, move
from bot.views.parts.mrkdwn import and_more, escape, link
from models.directives import Directives, Hours, LimitReminders, Member
from models.ids import AccountId
from models.proposals import Approval, ApprovalState
from models.work import Facts, Person
from planner.asked.held import Held
from planner.lessons.known import Known
from planner.reports.summaries import moves_of, work_of
from planner.words.replies import Row

MOST_QUESTIONS, MOST_MOVES, MOST_ROWS, MOST_KNOWN = 6, 5, 8, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How somebody may be contacted, as the constitution has it."""

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
    waiting: tuple[Approval, ...] = ()
    moves: tuple[Row, ...] = ()
    """Reviews awaited of them, and tickets of theirs that are blocked."""
    work: tuple[Row, ...] = ()
    names: Names = field(default_factory=dict)
    channels: Channels = field(default_factory=dict)
    read_at: Mapping[str, datetime] = field(default_factory=dict)
    known: tuple[Known, ...] = ()
    """What has been learnt about them."""
    held: tuple[Held, ...] = ()
    """What they have not been told."""


def home_of(
    member: Member, directives: Directives, facts: Facts, waiting: Sequence[Approval], *, now: datetime, real: datetime
) -> HomeData:
    """Gather what one member's Home shows from what is already known. ``now`` is company time."""
    person = next((p for p in facts.people if p.id == member.id), _as_person(member))
    return HomeData(
        zone=member.zone,
        now=now,
        real=real,
        reach=_reach_of(member, directives, facts),
        waiting=tuple(a for a in waiting if a.state is ApprovalState.PENDING),
        moves=moves_of(person, facts, directives, now),
        work=work_of(person, facts, directives, now),
        names={m.id: m.name for team in directives.teams for m in team.members},
        channels=directives.team(facts.team).channels,
        read_at=facts.read_at,
    )


def home(data: HomeData) -> dict[str, object]:
    """The view for ``views.publish``."""
    if data.reach is None:
        return {"type": "home", "blocks": _stranger()}
    read = data_age(data.read_at, data.real)
    held = held_back(data.held, data.zone, data.now)
    blocks = [*_waiting(data), divider(), *_work(data), *held, divider(), *_reach(data.reach), *_known(data.known)]
    return {"type": "home", "blocks": [*blocks, context(read)] if read else blocks}


def _waiting(data: HomeData) -> list[Block]:
    """Questions first: they are listed here and answered on their card, which is where the record is."""
    blocks: list[Block] = [header("Waiting for you")]
    if not data.waiting and not data.moves:
        return [*blocks, section("Nothing.")]
    for approval in data.waiting[:MOST_QUESTIONS]:
        until = moment(approval.expires, data.zone, data.now)
        asked = move(approval.proposal.action, data.names, data.channels)
        blocks.append(section(f"*Approve?* {asked}\nLapses {until} with no action."))
    left = len(data.waiting) - MOST_QUESTIONS
    where = "Answer on the card in our direct messages."
    if data.waiting:
        blocks.append(context(f"{and_more(left, 'question')}. {where}" if left > 0 else where))
    blocks += sections(_line(row) for row in data.moves[:MOST_MOVES])
    left = len(data.moves) - MOST_MOVES
    return [*blocks, context(f"{left} more")] if left > 0 else blocks


def _work(data: HomeData) -> list[Block]:
    blocks: list[Block] = [header("Your work")]
    if not data.work:
        return [*blocks, section("No issue in an active sprint is assigned to you.")]
    blocks += sections(_line(row) for row in data.work[:MOST_ROWS])
    left = len(data.work) - MOST_ROWS
    return [*blocks, context(and_more(left, "issue"))] if left > 0 else blocks


def _line(row: Row) -> str:
    return f"*{link(row.url, row.key, 60)}*  {escape(row.title, 90)} · {escape(row.why, 90)}"


def _reach(reach: Reach) -> list[Block]:
    when = f"{escape(reach.hours, 20)}, {escape(reach.days, 60)}, {escape(reach.zone, 60)} time"
    limit = "At most one message" if reach.per_day == 1 else f"At most {reach.per_day} messages"
    where = _WHERE.get(reach.channel, "as direct messages or Jira comments, whichever you answer")
    lines = [
        f"{limit} a day that you did not ask for, {where}, {when}.",
        "When something critical waits for you, one more"
        + (", at any hour: you are on call." if reach.on_call else "."),
    ]
    if reach.absent:
        lines.append(f"Right now nothing is sent: {escape(reach.absent, 120)}.")
    return [header("How I may contact you"), section("\n".join(lines))]


_WHERE = {"dm": "as direct messages", "jira": "as Jira comments"}


def _known(known: Sequence[Known]) -> list[Block]:
    """The first of it; all of it, with the buttons, is a command away."""
    lines = [escape(each.words, 300) for each in known if each.topic][:MOST_KNOWN]
    about = "`/pm me` shows everything I know about you, to be set right or deleted."
    return [header("What I have learnt about you"), *sections(lines or ["Nothing."]), context(about)]


def _reach_of(member: Member, directives: Directives, facts: Facts) -> Reach:
    rules = [line.rule for line in directives.lines()]
    hours = member.hours or next((rule for rule in rules if isinstance(rule, Hours)), Hours(hours="09:00-18:00"))
    per_day = next((rule.per_person_per_day for rule in rules if isinstance(rule, LimitReminders)), 1)
    absent = next((person.absent for person in facts.people if person.id == member.id), None)
    return Reach(
        hours=hours.hours,
        days=", ".join(day.capitalize() for day in hours.days),
        zone=member.zone,
        per_day=per_day,
        channel=member.channel or "",
        on_call=member.on_call,
        absent=absent.reason if absent else "",
    )


def _as_person(member: Member) -> Person:
    """As the constitution has them, before anything was read of them today."""
    account = AccountId(member.jira) if member.jira else None
    return Person(id=member.id, name=member.name, zone=member.zone, account=account)


def _stranger() -> list[Block]:
    text = "You are not in this team's constitution, so I never contact you. An admin can add you to directives.yaml."
    return [section(text)]
