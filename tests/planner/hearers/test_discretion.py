"""What is said of a person, or to one role alone, is read by those who hear it; everybody else hears an outline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from models.actions import AskIdentity, CommentOnIssue, Escalate, RemindPerson
from models.directives import Directives
from models.ids import AccountId, IssueKey, PersonId
from models.proposals import Decision, EffectState, Verdict
from models.signals import Evidence, Signal, SignalKind, Urgency
from models.work import Absence
from planner.answer import answer
from planner.asked.questions import parse_command
from planner.bounds.limits import Place, wait_for_person
from planner.matters.pressing import CALM, pressing
from planner.ports import Desk, Ledger
from planner.reasoning import RulesMind, reminder
from planner.reports.status import status
from planner.reports.summaries import digest, item_of
from planner.words.replies import PlainReply, Reply, WhyReply
from tests.planner.test_answer import Clock, Mirror, Records, record
from tests.planner.world import (
    BASE,
    DAY,
    NOON,
    TEAM,
    constitution,
    facts,
    issue,
    line,
    people,
    signal,
    snapshot,
    sprint,
)

pytestmark = pytest.mark.anyio

ABOUT = [line("work-in-progress", {"watch": "person_away", "after": "1 business day", "tell": "pm"})]
LAW = constitution(
    escalation=[*BASE["escalation"], *ABOUT],
    team={"roles": {"pm": ["pat"], "deputy_pm": ["deb"], "tech_lead": ["tess"], "admins": ["kai"]}},
)
AWAY = signal(
    "person:mike",
    "pat",
    kind=SignalKind.PERSON_AWAY,
    headline="Mike is away since Monday with 1 unfinished ticket",
    evidence=(Evidence("PAY-9 is To Do"),),
    rule="work-in-progress",
)
PILE = signal(
    "author:bob",
    "tess",
    kind=SignalKind.REVIEWS_PILING_UP,
    headline="4 pull requests of Bob wait",
    rule="pile",
)
OPEN = signal(headline="PAY-1 waits", kind=SignalKind.CHANGES_IDLE)


# --- the reason of an urgency -----------------------------------------------------------------------------------


def why_medium(*found: Signal) -> str:
    return pressing(Urgency.MEDIUM, found, snapshot(issue(1)), LAW)


def test_what_is_said_of_a_person_is_never_the_shown_reason() -> None:
    assert why_medium(AWAY) == "something only the PM needs to decide"
    assert why_medium(AWAY, OPEN) == "PAY-1 waits"


def test_what_one_role_alone_is_told_is_never_the_shown_reason() -> None:
    assert why_medium(PILE) == "something only the tech lead needs to decide"
    assert why_medium(PILE, OPEN) == "PAY-1 waits"


def test_what_has_gone_on_to_a_channel_is_known_to_everybody() -> None:
    further = [
        *BASE["escalation"],
        line("loud", {"escalate": "reviews_piling_up", "after": "1 hour", "to": "leadership"}),
    ]
    loud = replace(PILE, rule="loud", step=1, addressee=None)
    seen = snapshot(issue(1))
    assert pressing(Urgency.MEDIUM, [loud], seen, constitution(escalation=further)) == PILE.headline


def test_nothing_found_is_calm() -> None:
    assert why_medium() == CALM


def test_neither_the_daily_summary_nor_a_status_tells_what_one_role_alone_hears() -> None:
    seen = snapshot(issue(1))
    told = digest(seen, [AWAY, PILE, OPEN], LAW)
    assert told is not None and [item.text.partition(":")[0] for item in told.items] == ["PAY-1 waits"]
    overdue = signal(kind=SignalKind.OVERDUE_DATE, addressee="pat")
    ours = constitution(escalation=[*ABOUT, line("due", {"watch": "overdue_date", "tell": "pm"})])
    assert status(seen, sprint(), [overdue], ours).rows == ()


# --- why ---------------------------------------------------------------------------------------------------------

TOLD = record(proposal=reminder(PersonId("pat"), [AWAY], LAW), signals=(AWAY,), effect=EffectState.SENT)
PLAIN = record(effect=EffectState.SENT)
SECRETS = ("Mike", "PAY-9", "unfinished")


async def hears(person: str | None, kept: Any, *, public: bool = False, law: Directives = LAW) -> Reply:
    desk = Desk(
        clock=Clock(),
        directives=law,
        work=Mirror(facts(issue(1))),
        mind=RulesMind(),
        ledger=cast(Ledger, Records({"abc": kept})),
        hands={},
    )
    asker = PersonId(person) if person else None
    return await answer(parse_command("why abc"), TEAM, desk, asker=asker, public=public)


@pytest.mark.parametrize("person", ["pat", "kai"])
async def test_its_reader_and_the_admins_hear_all_of_a_message_to_one_person(person: str) -> None:
    reply = await hears(person, TOLD)
    assert isinstance(reply, WhyReply) and reply.facts[0] == AWAY.headline


@pytest.mark.parametrize("person", ["ann", "tess", "deb", "mike", None])
async def test_others_hear_an_outline_without_what_is_private(person: str | None) -> None:
    reply = await hears(person, TOLD)
    said = "A message to Pat about something only the PM needs to decide. Its readers"
    assert isinstance(reply, PlainReply) and reply.text.startswith(said)
    assert not any(secret in reply.text for secret in SECRETS) and reply.choices == ()


async def test_others_hear_whom_a_message_about_a_ticket_was_for_but_not_how_their_day_went() -> None:
    late = Decision(verdict=Verdict.DEFER, rule="hours", reason="Ann is not there: sick")
    reply = await hears("bob", record(decision=late))
    assert isinstance(reply, PlainReply) and reply.text.startswith("Message to Ann about PAY-1; rule blocked-1-day.")
    assert "sick" not in reply.text
    assert isinstance(await hears("ann", record(decision=late)), WhyReply)


async def test_whoever_may_say_yes_to_a_message_hears_all_of_it() -> None:
    ask = replace(PLAIN, decision=Decision(verdict=Verdict.ASK, rule="mode-suggest", reason=""), effect=None)
    law = LAW.model_copy(update={"teams": (LAW.teams[0].model_copy(update={"mode": "suggest"}),)})
    assert isinstance(await hears("pat", ask, law=law), WhyReply)
    assert isinstance(await hears("tess", ask, law=law), PlainReply)


async def test_whether_an_account_is_theirs_is_between_them_and_us() -> None:
    doubt = signal("account:x", "ann", kind=SignalKind.IDENTITY_UNCERTAIN, headline="Account x may be Ann's")
    asked = AskIdentity(person=PersonId("ann"), account=AccountId("x"), item=item_of(doubt))
    kept = record(proposal=replace(PLAIN.proposal, action=asked), signals=(doubt,), effect=EffectState.SENT)
    reply = await hears("bob", kept)
    assert isinstance(reply, PlainReply) and "Account x" not in reply.text
    assert isinstance(await hears("ann", kept), WhyReply)


@pytest.mark.parametrize("person", ["pat", "ann", "kai"])
@pytest.mark.parametrize("kept", [TOLD, PLAIN, record()])
async def test_in_a_channel_a_message_to_one_person_is_explained_to_nobody(person: str, kept: Any) -> None:
    reply = await hears(person, kept, public=True)
    assert reply == PlainReply(text="I answer that privately: /pm why abc")


POSTED = Escalate(channel="leadership", item=item_of(signal()), facts=())
ASKED = CommentOnIssue(person=PersonId("mike"), issue=IssueKey("PAY-1"), item=item_of(signal()))


@pytest.mark.parametrize("action", [POSTED, ASKED])
@pytest.mark.parametrize("public", [True, False])
async def test_what_stands_where_all_can_read_it_is_explained_to_all(action: Any, public: bool) -> None:
    kept = record(proposal=replace(PLAIN.proposal, action=action), effect=EffectState.SENT)
    reply = await hears("bob", kept, public=public)
    assert isinstance(reply, WhyReply) and reply.facts == ("PAY-1 waits",)


async def test_a_private_finding_behind_something_public_is_left_out_for_others() -> None:
    kept = record(proposal=replace(TOLD.proposal, action=POSTED), signals=(AWAY, OPEN), effect=EffectState.SENT)
    reply = await hears("bob", kept)
    assert isinstance(reply, WhyReply) and reply.facts == ("PAY-1 waits",)
    told = await hears("kai", kept)
    assert isinstance(told, WhyReply) and AWAY.headline in told.facts
    assert isinstance(await hears("kai", kept, public=True), WhyReply)
    assert AWAY.headline not in str(await hears("kai", kept, public=True))


async def test_a_question_that_waits_is_no_business_of_a_channel() -> None:
    waits = record(proposal=replace(PLAIN.proposal, action=POSTED))
    assert isinstance(await hears("bob", waits, public=True), PlainReply)
    assert isinstance(await hears("bob", waits), WhyReply)
    private = record(proposal=replace(TOLD.proposal, action=POSTED), signals=(AWAY,))
    reply = await hears("bob", private)
    assert isinstance(reply, PlainReply) and "Mike" not in reply.text


def test_a_message_to_one_person_is_what_the_records_here_are_about() -> None:
    assert isinstance(TOLD.proposal.action, RemindPerson) and isinstance(PLAIN.proposal.action, RemindPerson)


def test_why_somebody_is_away_is_told_to_nobody_who_waits_for_them() -> None:
    gone = people(pat=Absence(reason="at the clinic", until=NOON + DAY))
    wait = wait_for_person(PersonId("pat"), Urgency.LOW, Place(TEAM, gone, LAW, NOON))
    assert wait is not None and wait.reason == "Pat is not there"
