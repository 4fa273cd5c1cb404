"""A person's question, the facts there are, and the reply: the third story. No model is asked for a number."""

from __future__ import annotations

import re
from functools import partial
from typing import cast

from models.actions import RemindPerson
from models.cycles import WhyRecord
from models.directives import Ask, Directives, Never
from models.ids import PersonId, TeamId
from models.proposals import Approval, ApprovalState, EffectState, Objection, Verdict
from planner.asked.helping import help_about
from planner.asked.here import NOWHERE, Here, which_team
from planner.asked.itself import in_front_of_others
from planner.asked.pleasantries import Pleasantry
from planner.asked.questions import (
    AskBoard,
    AskDirectives,
    AskDocument,
    AskForgetMe,
    AskHelp,
    AskMe,
    AskMine,
    AskSeveral,
    AskTeam,
    AskWhy,
    FromFacts,
    OneQuestion,
)
from planner.asked.quiet.hushing import AskHeld, AskHush, AskHushed, AskPeace, AskUnhush, Hushing
from planner.asked.quiet.pausing import AskPause, AskResume, AskShadow, about_pausing
from planner.asked.quiet.peace import about_peace
from planner.asked.requests import AskUndo, Request, about_change
from planner.asked.talk.topical import about_topic, lost_part, told_to
from planner.asked.topics import AskAgent, AskIssue, AskLost, AskWhich, AskWhyOf, Topic
from planner.asked.undo import can_be_taken_back
from planner.asked.work import UNREAD, about_work, seen, which_board
from planner.hearers.discretion import is_private, outline, reads_all, stands_open
from planner.hearers.escalation import PM
from planner.policy.in_words import NO_LINE
from planner.policy.law import STEPPED_BACK, law_for
from planner.ports import Desk
from planner.reports.constitution import constitution
from planner.reports.mine import mine
from planner.reports.summaries import says
from planner.words.latest import latest_about, latest_to
from planner.words.replies import PlainReply, Reply, SeveralReply, WhyReply
from planner.words.titles import name_of, the, title


async def answer(
    question: FromFacts,
    team: TeamId,
    desk: Desk,
    *,
    asker: PersonId | None = None,
    name: str = "",
    public: bool = False,
    here: Here = NOWHERE,
) -> Reply:
    """The reply to ``question`` from what is known now; never silent, never a guess.

    ``asker`` is the member who asks, if it is one; ``name`` is equal for the same question read again. ``public`` is
    where others read the answer too; ``here`` is what was chosen in the place of the question.
    """
    tell = partial(answer, team=team, desk=desk, asker=asker, name=name, public=public, here=here)
    match question:
        case AskSeveral(parts=parts):
            return SeveralReply(replies=tuple([await tell(each) for each in parts]))
        case AskLost(known=parts) if parts:
            told = [await tell(each) for each in cast(tuple[FromFacts, ...], parts)]
            return SeveralReply(replies=(*told, lost_part(question)))
        case _:
            return await _one(question, team, desk, asker, name, public=public, here=here)


async def _one(
    question: OneQuestion, team: TeamId, desk: Desk, asker: PersonId | None, name: str, *, public: bool, here: Here
) -> Reply:
    """The reply to one question."""
    match question:
        case AskHush() | AskUnhush() | AskHushed() | AskHeld() | AskPeace():
            return _between_us(question) if public else await about_peace(question, asker, name, team, desk)
        case AskWhy() | AskWhyOf() | AskIssue() | AskWhich() | AskLost():
            return await _in_talk(question, asker, team, desk, public=public)
        case Request() | AskUndo():
            return await about_change(question, asker, team, desk, name)
        case AskPause() | AskResume() | AskShadow():
            return await about_pausing(question, asker, team, desk)
        case AskMine():
            return _ALONE if public else await _mine(asker, team, desk)
        case AskBoard() | AskTeam():
            return await _which(question, asker, team, desk, here)
        case AskHelp() | AskDirectives() | AskMe() | AskForgetMe() | AskDocument() | Pleasantry() | AskAgent():
            return _said(question, team, desk)
        case _:
            return await about_work(question, asker, team, desk, here, public=public)


async def _which(
    question: AskBoard | AskTeam, asker: PersonId | None, team: TeamId, desk: Desk, here: Here
) -> PlainReply:
    """For which board or team the place of a question is answered."""
    if isinstance(question, AskTeam):
        return which_team(question, asker, team, desk.directives, here)
    return which_board(question, await desk.work.facts_about(team), here)


def _said(
    question: AskHelp | AskDirectives | AskMe | AskForgetMe | AskDocument | Pleasantry | AskAgent,
    team: TeamId,
    desk: Desk,
) -> Reply:
    """What is told without a look at the work."""
    match question:
        case AskHelp():
            return help_about(question)
        case AskDirectives(about=about):
            return constitution(about, desk.meanings(desk.directives), team, desk.directives)
        case Pleasantry(thanks=thanks, nod=nod):
            first = "You are welcome" if thanks else "Nothing to do" if nod else "Hello"
            return PlainReply(text=f"{first}. /pm help lists what you can ask me.")
        case AskAgent():
            return in_front_of_others(question)
        case AskDocument():
            return PlainReply(text="No report of your team has that id. It stands at the foot of the report.")
        case AskMe() | AskForgetMe():
            return PlainReply(text="What I know about you I tell you alone: type /pm me, or ask in a direct message.")


_ALONE = PlainReply(text="What is yours I tell you alone: type /pm mine, or ask in a direct message.")


async def _mine(asker: PersonId | None, team: TeamId, desk: Desk) -> Reply:
    if asker is None:
        return PlainReply(text="You are not in this team’s constitution, so I do not know what is yours.")
    facts = await desk.work.facts_about(team)
    if "jira" not in facts.read_at:
        return PlainReply(text=UNREAD)
    history = await desk.ledger.history_of(team, asker)
    return mine(asker, seen(facts, desk), facts, desk.directives, history.pending)


def _between_us(question: Hushing) -> PlainReply:
    """Where to ask for what is not said in front of others."""
    return PlainReply(text=f"That is between you and me: type /pm {_typed(question)}, or ask in a direct message.")


def _typed(question: Hushing) -> str:
    """Under which word it is asked."""
    match question:
        case AskHush(mute=mute):
            return "mute" if mute else "snooze"
        case AskPeace():
            return "mute"
        case AskUnhush():
            return "unmute"
        case AskHushed():
            return "snoozed"
        case AskHeld():
            return "held"


async def _in_talk(
    question: AskWhy | Topic, asker: PersonId | None, team: TeamId, desk: Desk, *, public: bool
) -> Reply:
    """One ticket, or why something was said, to the asker or to somebody else."""
    match question:
        case AskWhy(id=id):
            return await _why(id, asker, team, desk, public=public)
        case AskWhyOf(person=person):
            last = told_to(person, await desk.ledger.history(team), team, desk)
            return await _why(last, asker, team, desk, public=public) if isinstance(last, str) else last
        case _:
            return await about_topic(question, team, desk)


# --- why ----------------------------------------------------------------------------------------------------


async def _why(name: str, asker: PersonId | None, team: TeamId, desk: Desk, *, public: bool) -> WhyReply | PlainReply:
    """In full to those it is for; others hear what stands open, and of the rest an outline, but never in public."""
    if not name and public:
        return PlainReply(text="I answer that privately: /pm why")
    if not name and asker is not None:
        name = latest_to(asker, await desk.ledger.history(team))
    if not name:
        return PlainReply(text=f"I have sent you nothing in the last days. {_WHERE}")
    record = await desk.ledger.why(name.casefold())
    if record is None and ("-" in name or "#" in name):  # no id has one: it may be a ticket that somebody was told of
        told = latest_about(name, asker, await desk.ledger.history(team))
        record = await desk.ledger.why(told) if told else None
    if record is None and _KEY.fullmatch(name):
        return PlainReply(text=f"I have sent nobody a message about {name.upper()} in the last days. {_WHERE}")
    if record is None or record.team != team:
        return PlainReply(text=f"There is no record of “{name}”. {_WHERE}")
    if public and not stands_open(record):
        return PlainReply(text=f"I answer that privately: /pm why {name}")
    return record_for(None if public else asker, record, desk.directives)


def record_for(
    reader: PersonId | None, record: WhyRecord, directives: Directives, *, runs: bool = False
) -> WhyReply | PlainReply:
    """A record as ``reader`` may have it: in full for whom it is, or who ``runs`` the agent; else an outline."""
    role = law_for(record.proposal, directives.team(record.team), directives).role
    whole = runs or reads_all(record, reader, role, directives)
    less = None if whole else outline(record, directives)
    return PlainReply(text=less) if less is not None else explained(record, directives, whole=whole)


_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]+-[0-9]+")
_WHERE = "Press Why? on the message itself; an id stands at the foot of approval cards."


def explained(record: WhyRecord, directives: Directives, *, whole: bool = True) -> WhyReply:
    """The stored record in words: what was true then, the line that decided, what became of it.

    But for the ``whole`` of it, findings that only some may know are left out.
    """
    rule = record.proposal.rule
    told = [signal for signal in record.signals if whole or not is_private(signal, directives)]
    facts = [signal.headline for signal in told]
    facts += [fact.text for fact in record.proposal.evidence if len(told) == len(record.signals)]
    return WhyReply(
        title=title(record.proposal.action, record.team, directives),
        facts=tuple(dict.fromkeys(facts)),
        rule=f"{rule}: {says(rule, directives) or record.proposal.because}",
        decision=_decided(record, directives),
        at=record.at,
        directives_version=record.directives_version,
        proposal=record.proposal.id,
        until=record.decision.until if record.decision.verdict is Verdict.DEFER else None,
        undo=f"undo {record.proposal.id}" if _can_be_undone(record) else "",
        weighed=record.proposal.weighed if whole else "",
    )


def _can_be_undone(record: WhyRecord) -> bool:
    done = record.effect is EffectState.SENT and record.proposal.undoes is None
    return done and can_be_taken_back(record.proposal.action)


def _decided(record: WhyRecord, directives: Directives) -> str:
    """The verdict with the line behind it, and what happened since, in whole sentences."""
    decision = record.decision
    line = NO_LINE.get(decision.rule, f"line `{decision.rule}`")
    match decision.verdict:
        case Verdict.ALLOW:
            first = f"Allowed: {line} of the constitution"
            if record.proposal.undoes is not None:
                first = f"Allowed: whoever may say yes to it may take it back ({line})"
        case Verdict.ASK:
            why = decision.reason if decision.rule == STEPPED_BACK else line
            first = f"Needed {_whose_yes(decision.rule, directives)} yes ({why})"
        case Verdict.DEFER:
            first = f"Held back: {decision.reason} ({line})"
        case Verdict.DENY:
            first = f"Not done: {decision.reason}" + (f" ({line})" if line not in decision.reason else "")
    return " ".join(_sentence(each) for each in (first, *_since_then(record, directives)))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def _whose_yes(rule: str, directives: Directives) -> str:
    """``the PM's``: of the role that the line names, else of the PM."""
    role = PM
    for said in (line.rule for line in directives.lines() if line.id == rule):
        match said:
            case Ask(of=named) | Never(unless_approved_by=str(named)):
                role = named
    return f"{the(role)}'s"


def _since_then(record: WhyRecord, directives: Directives) -> list[str]:
    told = []
    approval = record.approval
    if approval is not None and approval.state is ApprovalState.PENDING:
        told.append(f"Asked {name_of(approval.approvers[0], record.team, directives)}, no answer yet")
    elif approval is not None:
        by = f" by {name_of(approval.by, record.team, directives)}" if approval.by else ""
        said = approval.objection
        why = f": {said.replace('_', ' ')}" if said is not None and said is not Objection.OTHER else ""
        told.append(f"{_answered(approval)}{by}{why}")
    if record.effect is EffectState.SENT and isinstance(record.proposal.action, RemindPerson):
        told.append("Outcome: message sent")
    elif record.effect is not None:
        told.append(f"Outcome: {record.outcome}" if record.outcome else _EFFECT[record.effect])
    return told


def _answered(approval: Approval) -> str:
    if approval.edits:
        return "Edited and approved"
    edited = approval.state is ApprovalState.SUPERSEDED and approval.by is not None
    return "Edited" if edited else _ANSWERED[approval.state]


_ANSWERED = {
    ApprovalState.APPROVED: "Approved",
    ApprovalState.REJECTED: "Rejected",
    ApprovalState.EXPIRED: "Lapsed with no action",
    ApprovalState.SUPERSEDED: "Withdrawn, because the situation changed",
}

_EFFECT = {
    EffectState.PLANNED: "It is on its way",
    EffectState.SENDING: "It is on its way",
    EffectState.SENT: "It was sent",
    EffectState.UNKNOWN: "Whether it arrived is being checked",
    EffectState.CANCELLED: "It was not sent after all",
    EffectState.DEAD: "It could not be sent",
}
