"""What people have said of a matter with one press is told to whoever would hear of it next, and not asked again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from models.directives import Directives
from models.hushes import IN_HAND, End, Hush
from models.ids import PersonId, SignalId
from models.signals import Findings, Signal, Urgency
from models.work import Snapshot
from planner.bounds.worktime import Calendar, person_calendar, team_calendar
from planner.matters.quiet import awaited_words
from planner.words.titles import name_of

LONGEST = 120
"""Characters of somebody's own reason that are told to others."""


def with_sayings(
    findings: Findings, hushes: Sequence[Hush], snapshot: Snapshot, directives: Directives, *, aloud: bool = False
) -> Findings:
    """The same findings; whoever hears of a matter reads what somebody else has said of it, as long as that holds.

    What is told ``aloud``, in the channel, says also what the one it is addressed to has said.
    """
    about = _by_subject(hushes, snapshot.now)
    if not about:
        return findings
    told = _told_aloud if aloud else _told
    signals = (told(signal, about.get(signal.subject, ()), snapshot, directives) for signal in findings.signals)
    return replace(findings, signals=tuple(signals))


def in_hand(findings: Findings, hushes: Sequence[Hush], now: datetime) -> Mapping[SignalId, Urgency]:
    """What a daily summary need not tell, because somebody has it in hand or waits on purpose; unless critical."""
    held = {hush.subject for hush in hushes if hush.said and hush.said.end in IN_HAND and hush.holds(now)}
    return {signal.id: Urgency.HIGH for signal in findings.signals if signal.subject in held}


def said_by_others(hushes: Iterable[Hush], reader: PersonId | None, subject: str, now: datetime) -> tuple[Hush, ...]:
    """What others than ``reader`` have said of ``subject`` and still holds, the latest last."""
    return tuple(hush for hush in _by_subject(hushes, now).get(subject, ()) if hush.person != reader)


def saying(hush: Hush, calendar: Calendar, directives: Directives) -> str:
    """``waiting on purpose until Tue 1 Dec 10:00, says Dana: “the vendor answers then”``; empty for what says nothing.

    ``calendar`` is of whoever reads it.
    """
    if hush.said is None or hush.said.end not in _SAYS:
        return ""
    name = name_of(hush.person, hush.team, directives)
    until = calendar.when(hush.until) if hush.until else awaited_words(hush.subject, hush.sight) if hush.sight else ""
    words = _SAYS[hush.said.end].format(name=name, until=until, at=calendar.when(hush.at))
    reason = " ".join(hush.said.words.split()) if hush.said.end is End.WAITING else ""
    reason = reason if len(reason) <= LONGEST else f"{reason[: LONGEST - 1].rstrip()}…"
    return f"{words}: “{reason}”" if reason else words


_SAYS: Mapping[End, str] = {
    End.WAITING: "waiting on purpose until {until}, says {name}",
    End.ON_IT: "{name} is still on it, said {at}",
    End.TODAY: "{name} does it, said {at}",
    End.TAKE: "{name} wants to take it, said {at}",
    End.OVER: "not blocked any more, says {name}, {at}",
    End.BLOCKED: "still blocked, says {name}, {at}",
}
"""What others read; of what somebody wanted changed, the change itself tells them."""


_ALOUD: Mapping[End, str] = {End.OVER: "over, says {name}", End.BLOCKED: "still blocked, says {name}"}
"""The same in few words, for a line of the summary."""


def _by_subject(hushes: Iterable[Hush], now: datetime) -> Mapping[str, list[Hush]]:
    found: dict[str, list[Hush]] = defaultdict(list)
    for hush in hushes:
        if hush.said is not None and hush.said.end in _SAYS and hush.holds(now):
            found[hush.subject].append(hush)
    return found


def _told(signal: Signal, said: Sequence[Hush], snapshot: Snapshot, directives: Directives) -> Signal:
    others = [hush for hush in said if hush.person != signal.addressee]
    if not others:
        return signal
    reader, team = signal.addressee, snapshot.team
    theirs = person_calendar(directives, team, snapshot.people.get(reader, reader)) if reader else None
    words = saying(others[-1], theirs or team_calendar(directives, team), directives)
    return replace(signal, headline=f"{signal.headline} ({words})")


def _told_aloud(signal: Signal, said: Sequence[Hush], snapshot: Snapshot, directives: Directives) -> Signal:
    last = said[-1] if said else None
    if last is None or last.said is None or last.said.end not in _ALOUD:
        return _told(signal, said, snapshot, directives)
    words = _ALOUD[last.said.end].format(name=name_of(last.person, last.team, directives))
    return replace(signal, headline=f"{signal.headline} ({words})")
