"""What somebody has not been told: what waits for their attention, their hours or a yes, and what they put off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from models.cycles import History
from models.directives import Directives
from models.events import Reason, Trigger
from models.ids import PersonId, ProposalId, SignalId, named
from models.proposals import Decided, Proposal, Verdict
from models.signals import Signal, SignalKind
from models.work import Facts, Snapshot
from planner.bounds.limits import Place
from planner.bounds.worktime import Calendar, person_calendar
from planner.detect import detect
from planner.facts.observe import observe
from planner.hearers.approvals import approvers_of, card_waits
from planner.hearers.escalation import heard_by
from planner.hearers.moves import is_away
from planner.matters.quiet import agreed, hushed
from planner.policy.law import law_for
from planner.words.titles import channel_of, name_of, title


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One thing somebody would have heard of, and why they have not."""

    text: str
    subject: str
    url: str
    why: str
    until: datetime | None = None
    """Company time at which it is decided again."""


def held_for(
    person: PersonId,
    facts: Facts,
    history: History,
    deferred: Sequence[Decided],
    directives: Directives,
    now: datetime,
) -> tuple[Held, ...]:
    """What ``person`` has not been told, from the facts of now; ``deferred`` is what the last look put off."""
    snapshot = observe(facts, Trigger(team=facts.team, reason=Reason.ASKED, at=now), now)
    calendar = person_calendar(directives, facts.team, snapshot.people.get(person, person))
    signals = detect(snapshot, directives).signals
    held = [
        each
        for signal in signals
        if signal.kind is not SignalKind.IDENTITY_UNCERTAIN
        and heard_by(signal, snapshot, directives) == (None, person)
        and (each := _held(signal, person, history, deferred, calendar, now)) is not None
    ]
    passed_on = _passed_on(person, signals, snapshot, directives)
    asked = (*_questions(person, deferred, snapshot, directives), *_coming(person, history, snapshot, directives))
    return (*passed_on, *held, *asked)


def _passed_on(
    person: PersonId, signals: Sequence[Signal], snapshot: Snapshot, directives: Directives
) -> Iterator[Held]:
    """What they would hear of if they were not away, and who hears of it instead."""
    known = snapshot.people.get(person)
    if known is None or not is_away(known, snapshot.now):
        return
    back = replace(snapshot, people={**snapshot.people, person: replace(known, absent=None)})
    to = {signal.id: heard_by(signal, snapshot, directives) for signal in signals}
    for signal in detect(back, directives).signals:
        channel, other = to.get(signal.id, (None, None))
        if heard_by(signal, back, directives) != (None, person) or other == person or not (channel or other):
            continue
        team = snapshot.team
        name = name_of(other, team, directives) if other else channel_of(str(channel), team, directives)
        yield _row(signal, f"you are away, so it was passed to {name}")


def _held(
    signal: Signal,
    person: PersonId,
    history: History,
    deferred: Sequence[Decided],
    calendar: Calendar,
    now: datetime,
) -> Held | None:
    """Why they have not heard of ``signal``; ``None`` when they have."""
    hush = hushed(signal, person, history.hushes, now)
    if hush is not None:
        return _row(signal, agreed(hush, calendar))
    if _on_card(signal, person, history):
        return None
    if (person, signal.id) in history.told or (person, signal.id, Verdict.DENY) in history.raised:
        return None
    if (person, signal.id, Verdict.ASK) in history.raised:
        return _row(signal, "it waits for a yes")
    waits = _wait(signal.id, deferred)
    if waits is None:
        return _row(signal, "it is weighed at the next look")
    return _row(signal, waits.decision.reason, waits.decision.until)


def _on_card(signal: Signal, person: PersonId, history: History) -> bool:
    """Whether a question about it stands on their card, or they were asked and it is settled."""
    asked = [each for each in history.pending if signal.id in each.proposal.signals]
    if asked:
        return any(person in each.asked for each in asked)
    return any(history.settled.get(ProposalId(named(what, signal.id))) is Verdict.ASK for what in _ASKED_OF_THE_PM)


_ASKED_OF_THE_PM = ("reassign", "transition", "scope")
"""What a question that follows from a finding is named after, together with the finding."""


def _wait(signal: SignalId, deferred: Sequence[Decided]) -> Decided | None:
    return next((each for each in deferred if signal in each.proposal.signals), None)


def _row(signal: Signal, why: str, until: datetime | None = None) -> Held:
    return Held(text=signal.headline, subject=signal.subject, url=signal.url, why=why, until=until)


def _questions(
    person: PersonId, deferred: Sequence[Decided], snapshot: Snapshot, directives: Directives
) -> Iterator[Held]:
    """Questions they would have been asked."""
    for each in deferred:
        if _first_asked(each.proposal, snapshot, directives) == person:
            asked = title(each.proposal.action, snapshot.team, directives)
            until, why = each.decision.until, each.decision.reason
            yield Held(text=f"A question: {asked}", subject="", url="", why=why, until=until)


def _coming(person: PersonId, history: History, snapshot: Snapshot, directives: Directives) -> Iterator[Held]:
    """Questions that name them, whose card waits for their hours or attention."""
    at = Place(snapshot.team, snapshot.people, directives, snapshot.now)
    for each in history.pending:
        wait = card_waits(each, person, at, history)
        if wait is not None:
            asked = title(each.proposal.action, snapshot.team, directives)
            yield Held(text=f"A question: {asked}", subject="", url="", why=wait.reason, until=wait.until)


def _first_asked(proposal: Proposal, snapshot: Snapshot, directives: Directives) -> PersonId | None:
    team = directives.team(snapshot.team)
    law = law_for(proposal, team, directives)
    if law.verdict is not Verdict.ASK:
        return None
    return next(iter(approvers_of(law.role, team, snapshot.people, snapshot.now)), None)
