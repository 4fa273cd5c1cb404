"""Values the store suites keep and find again, and a clock that moves only when told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.actions import Action, Item, Reassign, RemindPerson
from models.cycles import Cycle
from models.events import Delivery, Reason, Source, Trigger
from models.ids import CycleId, DeliveryId, IssueKey, PersonId, ProposalId, SignalId, SprintId, TeamId, fresh
from models.mailbox import NewJob
from models.proposals import Decided, Decision, Proposal, Spend, Verdict
from models.signals import Evidence, Urgency
from models.work import Issue, Progress

MONDAY = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
PAY = TeamId("pay")
ADA, LI, PM = PersonId("ada"), PersonId("li"), PersonId("pm")


class FakeClock:
    """Company time and real time a year apart, so that taking one for the other shows."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def now(self) -> datetime:
        return MONDAY + self.passed

    def real(self) -> datetime:
        return MONDAY - timedelta(days=365) + self.passed

    def monotonic(self) -> float:
        return self.passed.total_seconds()

    def tick(self, seconds: float) -> None:
        self.passed += timedelta(seconds=seconds)


def delivery(name: str, *, source: Source = Source.JIRA, event: str = "jira:issue_updated") -> Delivery:
    return Delivery(source=source, id=DeliveryId(name), name=event, body=b'{"n": "\xc3\xbc"}', received=MONDAY)


def look(team: TeamId = PAY, **changes: Any) -> NewJob:
    return replace(NewJob("cycle", f"cycle:{team}", team, coalesce=True), **changes)


def item(signal: str = "s1") -> Item:
    return Item(SignalId(signal), "blocked_too_long", "PAY-7", "PAY-7 is blocked", "https://x/PAY-7", "high", "rule")


def nudge(person: PersonId = ADA, *signals: str) -> RemindPerson:
    return RemindPerson(person=person, items=tuple(item(signal) for signal in signals or ("s1",)))


def handover(issue: str = "PAY-7") -> Reassign:
    return Reassign(issue=IssueKey(issue), issue_title="Pay", issue_url="https://x", giver=None, taker=LI)


def proposal(action: Action, name: str = "", **changes: Any) -> Proposal:
    given = Proposal(
        id=ProposalId(name or fresh()),
        action=action,
        because="it has been blocked for two days",
        evidence=(Evidence("blocked since Friday", "https://x"),),
        signals=(SignalId("s1"),),
        urgency=Urgency.HIGH,
        rule="no-ticket-blocked",
    )
    return replace(given, **changes)


def spend(person: PersonId = ADA, ordinal: int = 1) -> Spend:
    return Spend(person=person, day=date(2027, 3, 1), budget="daily", ordinal=ordinal)


def allow(what: Proposal, **changes: Any) -> Decided:
    return Decided(what, replace(Decision(verdict=Verdict.ALLOW, rule="automatic", reason="may be done"), **changes))


def ask(what: Proposal, *approvers: PersonId, hours: float = 24) -> Decided:
    expires = MONDAY + timedelta(hours=hours)
    decision = Decision(
        verdict=Verdict.ASK, rule="asks", reason="needs a yes", approvers=approvers or (PM, LI), expires=expires
    )
    return Decided(what, decision)


def cycle(clock: FakeClock, *decided: Decided, **trigger: Any) -> Cycle:
    reason = Trigger(team=trigger.pop("team", PAY), reason=Reason.EVENT, at=clock.now(), **trigger)
    return Cycle(
        id=CycleId(fresh()),
        trigger=reason,
        at=clock.now(),
        directives_version="v1",
        signals=(),
        decided=decided,
        urgency=Urgency.MEDIUM,
        next_look=clock.now() + timedelta(hours=3),
    )


def issue(key: str = "PAY-7", *, updated: datetime = MONDAY, **changes: Any) -> Issue:
    given = Issue(
        key=IssueKey(key),
        id=key.removeprefix("PAY-"),
        title="Refund fails",
        url=f"https://x/{key}",
        kind="Bug",
        status="Blocked",
        progress=Progress.DOING,
        status_since=MONDAY - timedelta(days=2),
        assignee=None,
        unassigned_since=None,
        priority="High",
        labels=frozenset({"api", "p0"}),
        points=3.0,
        due=date(2027, 3, 5),
        flagged_since=None,
        blocked_by=(IssueKey("PAY-8"),),
        sprint=SprintId(24),
        created=MONDAY - timedelta(days=9),
        updated=updated,
    )
    return replace(given, **changes)
