"""A person's question is understood however it was typed, and answered from facts or with a plain reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.actions import Escalate, RemindPerson
from models.cycles import History, LastCycle, WhyRecord
from models.ids import ApprovalId, EffectId, PersonId, SprintId, TeamId
from models.proposals import Approval, ApprovalState, Decision, EffectState, Objection, Verdict
from models.standing import Living
from models.work import Facts, SprintState
from planner.answer import answer, explained
from planner.asked.pleasantries import Pleasantry
from planner.asked.questions import (
    FIRST_COMMANDS,
    AskBlockers,
    AskHelp,
    AskStatus,
    AskWhy,
    Question,
    parse_command,
)
from planner.policy import BY_MODEL
from planner.ports import Desk
from planner.reasoning import RulesMind, reminder
from planner.reports.summaries import item_of
from planner.words.replies import HelpReply, PlainReply, Reply, StatusReply, WhyReply
from tests.planner.world import DAY, LAW, NOON, TEAM, autonomy, constitution, facts, history, issue, signal, sprint

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("", AskHelp()),
        ("   ", AskHelp()),
        ("help", AskHelp()),
        ("HELP?", AskHelp()),
        ("status", AskStatus()),
        ("Status", AskStatus()),
        ("status current", AskStatus()),
        ("status current sprint", AskStatus()),
        ("status sprint", AskStatus()),
        ("status of the current sprint?", AskStatus()),
        ("status sprint 24", AskStatus("24")),
        ("status SPRINT-24", AskStatus("24")),
        ("status sprint24", AskStatus("24")),
        ("status sprint #24", AskStatus("24")),
        ("status 24", AskStatus("24")),
        ("status\u00a0sprint\u00a024", AskStatus("24")),
        ("  status   sprint   24  ", AskStatus("24")),
        ("“status sprint 24”", AskStatus("24")),
        ("status “Sprint 24”", AskStatus("24")),
        ("`status sprint 24`", AskStatus("24")),
        ("*status* sprint 24.", AskStatus("24")),
        ("status sprint –24", AskStatus("24")),
        ("ｓｔａｔｕｓ ２４", AskStatus("24")),
        ("<@U07AGENT|pm agent> status sprint 24", AskStatus("24")),
        ("<@U07AGENT> status", AskStatus()),
        ("/pm status 24", AskStatus("24")),
        ("sprint 24", AskStatus("24")),
        ("SPRINT-24", AskStatus("24")),
        ("24", AskStatus("24")),
        ("status Checkout Q4", AskStatus("checkout q4")),
        ("status id:24", AskStatus("id:24")),
        ("why 0a1b2c3d4e5f60718293", AskWhy("0a1b2c3d4e5f60718293")),
        ("why PAY-111", AskWhy("PAY-111")),
        ("why “0A1B2C3D4E5F60718293”?", AskWhy("0A1B2C3D4E5F60718293")),
        ("why", AskWhy("")),
        ("why me?", AskWhy("")),
        ("why did you ping me?", AskWhy("")),
        ("Why are you telling me this", AskWhy("")),
        ("dance to production", AskHelp(unknown="dance to production")),
        ("what's blocked?", AskBlockers()),
        ("<@U07AGENT> What’s *up*", AskHelp(unknown="What’s *up*")),
        ("thanks", Pleasantry(thanks=True)),
        ("Thank you so much!", Pleasantry(thanks=True)),
        ("<@U07AGENT> hello :)", Pleasantry()),
        ("Good morning, all", Pleasantry()),
        ("hello, is sprint 24 late?", AskHelp(unknown="hello, is sprint 24 late?")),
    ],
)
def test_a_command_is_understood_however_it_was_typed(typed: str, question: Question) -> None:
    assert parse_command(typed) == question


@given(st.text())
def test_every_text_is_some_question(text: str) -> None:
    assert isinstance(parse_command(text), get_args(Question))


# --- answers --------------------------------------------------------------------------------------------------


@dataclass
class Clock:
    def now(self) -> datetime:
        return NOON

    def real(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return 0.0


@dataclass
class Mirror:
    held: Facts

    async def facts_about(self, team: TeamId) -> Facts:
        return self.held


@dataclass
class Records:
    kept: dict[str, WhyRecord] = field(default_factory=dict)
    known: History = field(default_factory=history)

    async def history(self, team: TeamId) -> History:
        return self.known

    async def history_of(self, team: TeamId, person: PersonId) -> History:
        return self.known

    async def why(self, id: str) -> WhyRecord | None:
        return self.kept.get(id)

    async def last_cycles(self, team: TeamId, limit: int) -> Sequence[LastCycle]:
        return ()


async def asked(
    typed: str, held: Facts | None = None, known: History | None = None, person: str = "ann", **kept: WhyRecord
) -> Reply:
    desk = Desk(
        clock=Clock(),
        directives=LAW,
        work=Mirror(held or facts(issue(1), sprints=SPRINTS)),
        mind=RulesMind(),
        ledger=Records(kept, known or history()),  # type: ignore[arg-type]
        hands={},
    )
    return await answer(parse_command(typed), TEAM, desk, asker=PersonId(person))


def old(number: int, **changes: Any) -> Any:
    return sprint(number, state=SprintState.CLOSED, end=NOON - (24 - number) * 14 * DAY, **changes)


SPRINTS = (old(21), old(22), old(23), sprint(24), sprint(25, state=SprintState.FUTURE, end=NOON + 30 * DAY))


def choices(reply: Reply) -> list[str]:
    assert isinstance(reply, PlainReply)
    return [label for label, _ in reply.choices]


@pytest.mark.parametrize("typed", ["status", "status sprint 24", "24", "status Sprint 24", "sprint-24", "status id:24"])
async def test_a_status_is_answered_with_real_numbers(typed: str) -> None:
    reply = await asked(typed)
    assert isinstance(reply, StatusReply)
    assert reply.title.startswith("Sprint 24 · Payments") and reply.total == 1


async def test_an_unknown_sprint_offers_the_nearest() -> None:
    reply = await asked("status sprint 27")
    assert choices(reply) == ["Sprint 25", "Sprint 24", "Sprint 23"]
    assert isinstance(await asked(reply.choices[1][1]), StatusReply)  # type: ignore[union-attr]


async def test_an_unknown_sprint_offers_none_that_could_only_be_refused() -> None:
    held = replace(facts(issue(1), sprints=SPRINTS), whole=frozenset({SprintId(24)}))
    assert choices(await asked("status sprint 27", held)) == ["Sprint 24"]


async def test_several_running_sprints_are_a_question_back() -> None:
    both = (sprint(24, name="Payments 24"), sprint(31, name="Mobile 24"))
    reply = await asked("status", facts(issue(1), sprints=both))
    assert choices(reply) == ["Payments 24", "Mobile 24"]
    assert isinstance(await asked("status mobile", facts(issue(1), sprints=both)), StatusReply)
    assert choices(await asked("status 24", facts(issue(1), sprints=both))) == ["Payments 24", "Mobile 24"]


async def test_of_two_sprints_of_one_number_the_running_one_is_meant() -> None:
    reply = await asked("status 24", facts(issue(1), sprints=(sprint(24), old(4, name="Sprint 24 (old board)"))))
    assert isinstance(reply, StatusReply)


async def test_a_name_with_odd_characters_is_found_by_itself() -> None:
    reply = await asked("status Bob's *big* sprint", facts(issue(1), sprints=(sprint(24, name="Bob's *big* sprint"),)))
    assert isinstance(reply, StatusReply)


async def test_no_running_sprint_is_said_and_others_are_offered() -> None:
    reply = await asked("status", facts(sprints=SPRINTS[:3]))
    assert isinstance(reply, PlainReply) and reply.text == "No sprint is running."
    assert choices(reply) == ["Sprint 23", "Sprint 22", "Sprint 21"]


async def test_no_number_is_told_of_a_sprint_that_was_not_read_whole() -> None:
    edited = issue(77, None, sprint=SprintId(25))  # a webhook named one of its twenty issues
    held = facts(issue(1), edited, sprints=SPRINTS, whole=frozenset({SprintId(24)}))
    for typed, said in (("status 25", "Sprint 25 has not started, and"), ("status 22", "Sprint 22 is over, and")):
        reply = await asked(typed, held)
        assert isinstance(reply, PlainReply) and reply.text.startswith(said)
        assert choices(reply) == ["Sprint 24"]
    unwatched = await asked("status", replace(held, whole=frozenset()))
    assert isinstance(unwatched, PlainReply) and unwatched.text.startswith("Sprint 24 has not been read")


async def test_of_several_running_sprints_the_one_being_watched_is_meant() -> None:
    both = facts(issue(1), sprints=(sprint(24), sprint(30)), whole=frozenset({SprintId(24)}))
    assert isinstance(await asked("status", both), StatusReply)


async def test_what_was_never_read_is_not_guessed() -> None:
    unread = await asked("status", replace(facts(issue(1)), read_at={}))
    assert isinstance(unread, PlainReply) and "Jira has not been read" in unread.text


async def test_a_source_never_read_is_named() -> None:
    reply = await asked("status", facts(issue(1), read_at={"jira": NOON}))
    assert isinstance(reply, StatusReply) and "Bitbucket has not been read" in reply.notes[0]


async def test_help_names_what_was_not_understood() -> None:
    assert await asked("sing") == HelpReply(
        commands=FIRST_COMMANDS, unknown="sing", choices=(("All commands", "help"),)
    )


@pytest.mark.parametrize("typed", ["status Sprint Bob’s", "status of the sprint Bob’s?", "Sprint Bob’s"])
async def test_an_unknown_sprint_is_quoted_as_it_was_typed(typed: str) -> None:
    reply = await asked(typed)
    assert isinstance(reply, PlainReply) and reply.text == "There is no sprint “Bob’s” here."


async def test_a_greeting_is_answered_in_one_line() -> None:
    assert await asked("hello") == PlainReply(text="Hello. /pm help lists what you can ask me.")
    assert await asked("Thanks!") == PlainReply(text="You are welcome. /pm help lists what you can ask me.")


# --- why -------------------------------------------------------------------------------------------------------

PROPOSAL = reminder(PersonId("ann"), [signal()], LAW)


def record(**changes: Any) -> WhyRecord:
    base = WhyRecord(
        team=TEAM,
        proposal=PROPOSAL,
        decision=Decision(verdict=Verdict.ALLOW, rule="may-remind", reason="the constitution allows it"),
        at=NOON,
        directives_version="v1",
        signals=(signal(),),
    )
    return replace(base, **changes)


async def test_why_answers_from_the_record() -> None:
    reply = await asked("why abc", abc=record(effect=EffectState.SENT))
    assert reply == WhyReply(
        title="Message to Ann about PAY-1",
        facts=("PAY-1 waits",),
        rule="blocked-1-day: The words of blocked-1-day.",
        decision="Allowed: line `may-remind` of the constitution. Outcome: message sent.",
        at=NOON,
        directives_version="v1",
        proposal=PROPOSAL.id,
    )


async def test_why_tells_what_a_model_made_of_it_and_that_its_choice_needed_a_yes() -> None:
    thought = replace(PROPOSAL, weighed="PAY-1 waits, so this matters here.", by_model=True)
    asks = Decision(verdict=Verdict.ASK, rule=BY_MODEL, reason="it needs the PM's yes", approvers=(PersonId("pat"),))
    reply = await asked("why abc", abc=record(proposal=thought, decision=asks))
    assert isinstance(reply, WhyReply)
    assert reply.weighed == thought.weighed
    assert "(a model chose this, the rules alone would not have)" in reply.decision
    assert explained(record(proposal=thought), LAW, whole=False).weighed == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": ApprovalState.REJECTED, "objection": Objection.TOO_EARLY}, "Rejected by Pat: too early"),
        ({"state": ApprovalState.REJECTED, "objection": Objection.OTHER}, "Rejected by Pat"),
        ({"state": ApprovalState.SUPERSEDED}, "Edited by Pat"),
        ({"state": ApprovalState.APPROVED, "edits": ApprovalId("b")}, "Edited and approved by Pat"),
    ],
)
async def test_why_tells_of_a_reason_and_of_an_edit(changes: dict[str, Any], said: str) -> None:
    ask = Approval(
        id=ApprovalId("a"),
        team=TEAM,
        proposal=PROPOSAL,
        payload_hash="h",
        approvers=(PersonId("pat"),),
        asked_at=NOON,
        expires=NOON + DAY,
        decision_rule="r",
        directives_version="v1",
        **{"by": PersonId("pat"), "at": NOON, **changes},
    )
    reply = await asked("why abc", abc=record(approval=ask))
    assert isinstance(reply, WhyReply) and reply.decision.endswith(f"{said}.")


@pytest.mark.parametrize(
    ("state", "by", "said"),
    [
        (ApprovalState.PENDING, None, "Asked Pat, no answer yet"),
        (ApprovalState.APPROVED, "pat", "Approved by Pat"),
        (ApprovalState.REJECTED, "deb", "Rejected by Deb"),
        (ApprovalState.EXPIRED, None, "Lapsed with no action"),
        (ApprovalState.SUPERSEDED, None, "Withdrawn, because the situation changed"),
    ],
)
async def test_why_tells_what_became_of_an_ask(state: ApprovalState, by: str | None, said: str) -> None:
    ask = Approval(
        id=ApprovalId("a"),
        team=TEAM,
        proposal=PROPOSAL,
        payload_hash="h",
        approvers=(PersonId("pat"),),
        state=state,
        asked_at=NOON,
        expires=NOON + DAY,
        decision_rule="ask-reassign",
        directives_version="v1",
        by=PersonId(by) if by else None,
    )
    reply = await asked("why abc", abc=record(approval=ask))
    assert isinstance(reply, WhyReply) and said in reply.decision


async def test_why_says_until_when_something_is_held_back() -> None:
    morning = datetime(2026, 11, 19, 14, tzinfo=UTC)
    held = Decision(verdict=Verdict.DEFER, rule="hours", reason="it is late", until=morning)
    reply = await asked("why abc", abc=record(decision=held))
    assert isinstance(reply, WhyReply) and reply.decision == "Held back: it is late (line `hours`)."
    assert reply.until == morning


async def test_why_of_nothing_of_an_unknown_id_or_of_another_team_is_a_plain_line() -> None:
    other = record(team=TeamId("other"))
    where = "Press Why? on the message itself; an id stands at the foot of approval cards."
    for typed, said in (
        ("why", "I have sent you nothing in the last days."),
        ("why PAY-111", "I have sent nobody a message about PAY-111 in the last days."),
        ("why abc", "There is no record of “abc”."),
    ):
        assert await asked(typed, abc=other) == PlainReply(text=f"{said} {where}")


async def test_why_without_an_id_explains_the_last_message_to_whoever_asks() -> None:
    reminded = [RemindPerson(person=PersonId(who), items=(item_of(signal()),)) for who in ("ann", "ann", "bob")]
    living = tuple(
        Living(effect=EffectId(f"e{n}"), action=action, at=NOON + n * DAY) for n, action in enumerate(reminded)
    )
    known = history(living=living)
    reply = await asked("why did you ping me?", known=known, e1=record(effect=EffectState.SENT))
    assert isinstance(reply, WhyReply) and reply.title == "Message to Ann about PAY-1"
    assert isinstance(await asked("why me", known=known, person="kai", e1=record()), PlainReply)


async def test_why_of_a_ticket_explains_the_last_message_about_it_to_whoever_asks() -> None:
    told = RemindPerson(person=PersonId("ann"), items=(item_of(signal("PAY-1")),))
    known = history(living=(Living(effect=EffectId("e1"), action=told, at=NOON),))
    for typed in ("why PAY-1", "why “pay-1”?"):
        reply = await asked(typed, known=known, e1=record(effect=EffectState.SENT))
        assert isinstance(reply, WhyReply) and reply.title == "Message to Ann about PAY-1"
    other = await asked("why PAY-1", known=known, person="bob", e1=record())
    assert isinstance(other, PlainReply)
    assert other.text.startswith("Message to Ann about PAY-1") and "admins can ask why" in other.text


async def test_an_id_is_found_in_capitals_too() -> None:
    assert isinstance(await asked("why ABC", abc=record()), WhyReply)


ESCALATE = Escalate(channel="leadership", item=item_of(signal()), facts=())


async def decided(rule: str, verdict: Verdict = Verdict.ASK, reason: str = "", **changes: Any) -> str:
    decision = Decision(verdict=verdict, rule=rule, reason=reason)
    reply = await asked("why abc", abc=record(decision=decision, **changes))
    assert isinstance(reply, WhyReply)
    return reply.decision


async def test_why_is_told_in_whole_sentences_with_roles_in_words() -> None:
    posted = {"proposal": replace(PROPOSAL, action=ESCALATE), "effect": EffectState.SENT}
    assert await decided("ask-escalate", **posted, outcome="posted in #leadership") == (
        "Needed the PM's yes (line `ask-escalate`). Outcome: posted in #leadership."
    )
    assert await decided("mode-suggest") == "Needed the PM's yes (this team asks for everything first)."
    assert await decided("no-code", Verdict.DENY, "the constitution never allows this") == (
        "Not done: the constitution never allows this (line `no-code`)."
    )
    assert await decided("may-remind", Verdict.ALLOW, effect=EffectState.PLANNED) == (
        "Allowed: line `may-remind` of the constitution. It is on its way."
    )


async def test_why_names_the_channel_an_escalation_goes_to() -> None:
    reply = await asked("why abc", abc=record(proposal=replace(PROPOSAL, action=ESCALATE)))
    assert isinstance(reply, WhyReply) and reply.title == "Escalate PAY-1 to #leadership"


async def test_the_role_whose_yes_it_takes_is_named_in_words() -> None:
    law = constitution(autonomy=autonomy(lead_first={"ask": "reassign", "of": "tech_lead"}))
    ask = Decision(verdict=Verdict.ASK, rule="lead-first", reason="it needs a yes of tech_lead")
    assert explained(record(decision=ask), law).decision == "Needed the tech lead's yes (line `lead-first`)."
