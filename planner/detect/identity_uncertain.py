"""An account that holds work here and may be a team member's; only they can say."""

from __future__ import annotations

from collections.abc import Sequence

from models.directives import Directives
from models.ids import AccountId
from models.people import Doubt, Service
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Snapshot
from planner.bounds.worktime import quoted
from planner.facts.observe import running
from planner.hearers.identity import asking_line, owners

SUBJECT = "account:"


def identity_uncertain(snapshot: Snapshot, directives: Directives) -> Findings:
    """One Signal for each account in doubt that has unfinished work here: until then nobody needs to know."""
    rule = asking_line(directives)
    if rule is None:
        return Findings(())
    taken = owners(directives)
    found: list[Signal] = []
    for doubt in snapshot.doubts:
        person, work = snapshot.people.get(doubt.person), _work_of(doubt.account, snapshot)
        settled = person is None or person.account is not None or (Service.JIRA, doubt.account) in taken
        if work and not settled:
            found.append(_signal(doubt, work, rule, snapshot, directives))
    return Findings(tuple(found))


def account_of(signal: Signal) -> AccountId:
    """The account a Signal of this kind is about."""
    return AccountId(signal.subject.removeprefix(SUBJECT))


def _signal(doubt: Doubt, work: Sequence[Evidence], rule: str, snapshot: Snapshot, directives: Directives) -> Signal:
    named = f"{quoted(doubt.name)} ({doubt.account})" if doubt.name else doubt.account
    return Signal(
        kind=SignalKind.IDENTITY_UNCERTAIN,
        subject=f"{SUBJECT}{doubt.account}",
        headline=f"The Atlassian account {named} may be yours",
        url=_profile(doubt.account, work, snapshot, directives),
        since=doubt.since,
        urgency=Urgency.LOW,
        addressee=doubt.person,
        evidence=(*work[:3], Evidence(f"Not certain: {doubt.why}")),
        rule=rule,
    )


def _work_of(account: AccountId, snapshot: Snapshot) -> list[Evidence]:
    """Unfinished work the account has a part in: what makes it recognisable, and worth a question."""
    found = [
        Evidence(f"{i.key} {quoted(i.title)} is assigned to it", i.url)
        for i in running(snapshot)
        if i.assignee == account
    ]
    for pull in snapshot.pull_requests:
        name = f"PR {pull.id.rpartition('/')[2]} {quoted(pull.title)}"
        if pull.author == account:
            found.append(Evidence(f"{name} is by it", pull.url))
        elif any(review.reviewer == account for review in pull.reviews):
            found.append(Evidence(f"{name} waits for its review", pull.url))
    return found


def _profile(account: AccountId, work: Sequence[Evidence], snapshot: Snapshot, directives: Directives) -> str:
    """The account's page in Jira, at the address the issues have; where nothing tells that, its work."""
    site = directives.team(snapshot.team).jira.site
    base = next((i.url.partition("/browse/")[0] for i in snapshot.issues if "/browse/" in i.url), "")
    base = base or (f"https://{site}" if site else "")
    return f"{base}/jira/people/{account}" if base else work[0].url or ""
