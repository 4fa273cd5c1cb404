"""One small company to draw messages about: Dana approves, Li and Noor build, Friday is the sprint's end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.actions import Action, AskIdentity, Escalate, Item, PostDigest, Reassign, RemindPerson
from models.ids import AccountId, ApprovalId, IssueKey, PersonId, ProposalId, SignalId, TeamId
from models.people import Identity, Service, Standing
from models.proposals import Approval, ApprovalState, Ending, Proposal
from models.signals import Evidence, Urgency
from planner.words.replies import Row, StatusReply

BERLIN = "Europe/Berlin"
TUESDAY = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
"""09:30 in Berlin."""

DANA, LI, NOOR = PersonId("dana"), PersonId("li"), PersonId("noor")
NAMES = {DANA: "Dana Ortiz", LI: "Li Wei", NOOR: "Noor Haddad"}
SITE = "https://example.atlassian.net/browse"


def item(subject: str = "PAY-398", **changes: Any) -> Item:
    made = Item(
        signal=SignalId("s1"),
        kind="blocked_too_long",
        subject=subject,
        text=f"{subject} “Settle refunds nightly” has been blocked by INFRA-77 for 2 working days",
        url=f"{SITE}/{subject}",
        urgency="high",
        rule="blocked-one-day",
        remedy="move it on in Jira",
    )
    return replace(made, **changes)


REVIEW = item(
    "acme/payments#88",
    kind="review_overdue",
    text="PR payments#88 “Retry 3DS challenges” has waited for review for 9 working hours",
    url="https://bitbucket.org/acme/payments/pull-requests/88",
    rule="review-in-eight-hours",
)


def remind(*items: Item, more: int = 0) -> RemindPerson:
    return RemindPerson(person=LI, items=items or (item(),), more=more)


def reassign(**changes: Any) -> Reassign:
    made = Reassign(
        issue=IssueKey("PAY-420"),
        issue_title="Refund webhooks for partial captures",
        issue_url=f"{SITE}/PAY-420",
        giver=None,
        taker=LI,
    )
    return replace(made, **changes)


def escalate() -> Escalate:
    facts = ("Flagged since Fri 20 Nov 10:00", "Is blocked by INFRA-77, which is not done", "Assignee: Li Wei")
    return Escalate(channel="leadership", item=item(rule="blocked-two-days"), facts=facts)


ACCOUNT = AccountId("712020:2d60b7f8-94ea-4a13-8c75-e1f3a902b605")


def ask(**changes: Any) -> AskIdentity:
    about = item(
        f"account:{ACCOUNT}",
        kind="identity_uncertain",
        text=f"The Atlassian account “lwei” ({ACCOUNT}) may be yours",
        url=f"https://example.atlassian.net/jira/people/{ACCOUNT}",
        urgency="low",
        rule="ask-who-you-are",
        remedy="",
    )
    return replace(AskIdentity(person=LI, account=ACCOUNT, item=about), **changes)


def said(standing: Standing) -> Identity:
    """What Li has answered, a minute ago."""
    at = TUESDAY - timedelta(minutes=1)
    return Identity(
        person=LI, service=Service.JIRA, account=ACCOUNT, standing=standing, why="w", name="lwei", since=at, at=at
    )


ON_TRACK = "Sprint 24: On track: 18 of 34 points done, 3 working days left after today."


def summary(*items: Item, headline: str = ON_TRACK) -> PostDigest:
    day, footer = date(2026, 11, 24), "2 more need somebody"
    return PostDigest(channel="team", day=day, headline=headline, items=items, footer=footer)


def proposal(action: Action | None = None, **changes: Any) -> Proposal:
    made = Proposal(
        id=ProposalId("0f1e2d3c4b5a69788796"),
        action=action or reassign(),
        because="PAY-420 has had no owner since Monday.",
        evidence=(
            Evidence("Unassigned for 1 working day", f"{SITE}/PAY-420"),
            Evidence("Li Wei has 2 open issues, the fewest on the team"),
        ),
        signals=(SignalId("s1"),),
        urgency=Urgency.MEDIUM,
        rule="nobody-without-owner",
        if_nothing="PAY-420 stays without an owner and shows up in tomorrow's summary.",
        undo="Yes, assign it back in Jira",
    )
    return replace(made, **changes)


CHANNELS = {"team": "engineering", "leadership": "#leadership"}


def approval(number: int = 1, action: Action | None = None, **changes: Any) -> Approval:
    made = Approval(
        id=ApprovalId(f"{number:020d}"),
        team=TeamId("payments"),
        proposal=proposal(action),
        payload_hash="beefbeefbeefbeefbeef",
        approvers=(DANA, NOOR),
        state=ApprovalState.PENDING,
        asked_at=TUESDAY,
        expires=TUESDAY + timedelta(days=1, hours=8, minutes=30),
        decision_rule="reassign-needs-yes",
        directives_version="abc",
    )
    return replace(made, **changes)


def answered(state: ApprovalState, number: int = 1, **changes: Any) -> Approval:
    return approval(number, state=state, by=DANA, at=TUESDAY + timedelta(minutes=44), **changes)


def done(number: int = 1) -> Approval:
    return answered(ApprovalState.APPROVED, number, outcome="PAY-420 → Li Wei", ending=Ending.DONE)


def status(**changes: Any) -> StatusReply:
    made = StatusReply(
        title="Sprint 24 · Payments · day 7 of 10",
        headline="On track: 18 of 34 points done, 3 working days left after today.",
        counts=("9 in progress, 5 in review, 2 not started, 3 added since it began.",),
        rows=(
            Row(
                "PAY-398",
                "Settle refunds nightly",
                f"{SITE}/PAY-398",
                "Li Wei",
                "blocked by INFRA-77 for 2 working days",
                TUESDAY - timedelta(days=4),
            ),
            Row(
                "PAY-420",
                "Refund webhooks for partial captures",
                f"{SITE}/PAY-420",
                "nobody",
                "no owner for 3 working hours",
                TUESDAY - timedelta(hours=19),
            ),
        ),
        more=0,
        total=34,
        read_at={"jira": TUESDAY - timedelta(minutes=2), "bitbucket": TUESDAY - timedelta(minutes=41)},
        notes=("Bitbucket was last read 41 min ago.",),
        how=("Points: 30 of 34 issues have an estimate, the others count as 0.", "No model was asked for any number."),
        why="why status id:24",
        url=f"{SITE.removesuffix('/browse')}/issues/?jql=sprint%3D24",
        choices=(("What changed since yesterday", "changes id:24"), ("Show all 34", "all id:24")),
    )
    return replace(made, **changes)
