"""What shadow mode has kept of a day: what would have been sent, what would have been withheld, each once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from models.actions import (
    AskIdentity,
    CommentOnIssue,
    Escalate,
    Kept,
    PostDigest,
    PostToOtherChannel,
    RemindPerson,
    TellAdmins,
    addressee,
)
from models.directives import Directives, Team
from models.proposals import Proposal, Verdict
from models.signals import Urgency
from models.trust import Recorded
from planner.bounds.worktime import Calendar, team_calendar
from planner.words.titles import channel_of, name_of, title

SCHEDULE = "shadow:"
"""What the log of a team is fired under, before its id; its slots are the moments at which it was cut."""

BEFORE_THE_END = timedelta(minutes=30)
"""So long before the end of the team's working day its log is cut: there is time left to read it."""

LONGEST = timedelta(days=7)
"""What is older than that when a log is cut is not told any more."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing, however often it was decided."""

    kept: Kept
    sent: bool
    """Whether it would have been sent."""
    decisions: int
    """How many decisions of the time it stands for."""
    urgency: Urgency
    at: datetime
    """When it was decided last (company time)."""


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one time, the most urgent first."""

    sent: tuple[Entry, ...]
    withheld: tuple[Entry, ...]

    def __bool__(self) -> bool:
        return bool(self.sent or self.withheld)


def cut_of(team: Team, directives: Directives, now: datetime) -> datetime | None:
    """The moment (UTC) at which the log of ``now``'s day is cut; ``None`` on a day on which the team does not work."""
    calendar = team_calendar(directives, team.id)
    worked = calendar.worked_on(calendar.local_day(now))
    return max(worked[0], worked[1] - BEFORE_THE_END) if worked is not None else None


def begin_of(team: Team, directives: Directives, until: datetime, last: datetime | None) -> datetime:
    """After which moment a log begins that is cut at ``until``: where the ``last`` one was cut, or the working day
    before would have been."""
    if last is not None and last < until:
        return max(last, until - LONGEST)
    calendar = team_calendar(directives, team.id)
    day = calendar.local_day(until)
    days = (day - timedelta(days=back) for back in range(1, LONGEST.days))
    before = next((worked for each in days if (worked := calendar.worked_on(each)) is not None), None)
    return max(before[1] - BEFORE_THE_END if before is not None else until - LONGEST, until - LONGEST)


def day_of(recorded: Sequence[Recorded], directives: Directives) -> Day:
    """Every decision of ``recorded`` (oldest first) in exactly one entry, as it was decided last.

    What waited and grew, as a message to somebody to which more was added, is the one it became.
    """
    latest: dict[str, Recorded] = {}
    counts: dict[str, int] = {}
    for each in recorded:
        counts[each.proposal.id] = counts.get(each.proposal.id, 0) + 1
        latest.pop(each.proposal.id, None)  # its place is where it was decided last
        latest[each.proposal.id] = each
    entries: list[tuple[Recorded, int]] = []
    for each in reversed(latest.values()):
        whole = next((n for n, (later, _) in enumerate(entries) if _became(each, later)), None)
        if whole is None:
            entries.append((each, counts[each.proposal.id]))
        else:
            entries[whole] = (entries[whole][0], entries[whole][1] + counts[each.proposal.id])
    told = [_entry(each, count, directives) for each, count in reversed(entries)]
    ordered = sorted(told, key=lambda entry: -entry.urgency)
    return Day(tuple(e for e in ordered if e.sent), tuple(e for e in ordered if not e.sent))


def midnight_of(reader: Calendar, now: datetime) -> datetime:
    """The moment (UTC) at which ``reader``'s day began."""
    return reader.local(now).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def _became(earlier: Recorded, later: Recorded) -> bool:
    """Whether what was put off is part of what was decided later for the same reader."""
    mine, others = set(earlier.proposal.signals), set(later.proposal.signals)
    same = addressee(earlier.proposal.action) == addressee(later.proposal.action)
    kind = type(earlier.proposal.action) is type(later.proposal.action)
    return not earlier.would_be_sent and same and kind and bool(mine) and mine <= others


def _entry(each: Recorded, count: int, directives: Directives) -> Entry:
    proposal = each.proposal
    what = _what(proposal, each, directives)
    kept = Kept(proposal=proposal.id, to=_to(each, directives), what=what, why=_why(each), rule=proposal.rule)
    return Entry(kept, each.would_be_sent, count, proposal.urgency, each.at)


def _to(each: Recorded, directives: Directives) -> str:
    """Whom it would have reached."""
    action, supposed, team = each.proposal.action, each.decision.supposed, each.team
    if supposed is not None and supposed.asked is not None:
        return name_of(supposed.asked, team, directives)
    who = addressee(action)
    if who is not None:
        return name_of(who, team, directives)
    match action:
        case Escalate() | PostDigest() | PostToOtherChannel() | TellAdmins():
            return channel_of(action.channel, team, directives)
        case _:
            return "Jira"


def _what(proposal: Proposal, each: Recorded, directives: Directives) -> str:
    """The words it would have said, or what it would have done and why: enough to judge it by."""
    action, supposed = proposal.action, each.decision.supposed
    if supposed is not None and supposed.verdict is Verdict.ASK:
        return f"Approve? {title(action, each.team, directives)}: {proposal.because}"
    match action:
        case RemindPerson(items=items, more=more):
            return " · ".join([*(item.text for item in items), *([f"and {more} more"] if more else [])])
        case PostDigest(headline=headline, items=items):
            return " · ".join([headline, *(item.text for item in items)])
        case Escalate(item=item, facts=facts):
            return " · ".join([item.text, *facts])
        case CommentOnIssue(item=item) | AskIdentity(item=item):
            return item.text
        case PostToOtherChannel(headline=headline, facts=facts) | TellAdmins(headline=headline, facts=facts):
            return " · ".join([headline, *facts])
        case _:
            return f"{title(action, each.team, directives)}: {proposal.because}"


def _why(each: Recorded) -> str:
    """Why it would have gone out, or what held it back."""
    supposed = each.decision.supposed
    if supposed is None:
        return each.decision.reason
    if supposed.verdict is Verdict.ALLOW:
        return f"found by {each.proposal.rule}, allowed by {supposed.rule}"
    if supposed.verdict is Verdict.ASK:
        return f"found by {each.proposal.rule}, {supposed.reason}"
    return f"{supposed.reason} ({supposed.rule})"


def told(entries: Iterable[Entry], most: int, reader: Calendar, day: date) -> tuple[Kept, ...]:
    """The first of them, as ``reader`` is told them on ``day``: with the day only of what was decided on another."""
    return tuple(replace(entry.kept, when=_when(entry.at, reader, day)) for entry in islice(entries, most))


def _when(at: datetime, reader: Calendar, day: date) -> str:
    return f"{reader.local(at):%H:%M}" if reader.local_day(at) == day else reader.when(at)


def count_words(sent: int, withheld: int) -> str:
    """``would have sent 3, withheld 5``."""
    return f"would have sent {sent}, withheld {withheld}"
