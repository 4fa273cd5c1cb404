"""A person's question, the facts there are, and the reply: the third story. No model is asked for a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.actions import RemindPerson
from models.cycles import WhyRecord
from models.directives import Ask, Directives, Never
from models.events import Reason, Trigger
from models.ids import PersonId, TeamId
from models.proposals import ApprovalState, EffectState, Verdict
from models.work import Facts, Sprint, SprintState
from planner.asked.hushing import AskHeld, AskHush, AskHushed, AskPeace, AskUnhush, Hushing
from planner.asked.peace import about_peace
from planner.asked.questions import COMMANDS, AskForgetMe, AskHelp, AskMe, AskStatus, AskWhy, Pleasantry, Question
from planner.asked.requests import AskUndo, Request, about_change
from planner.asked.undo import can_be_taken_back
from planner.detect import detect
from planner.facts.observe import observe, sprints_for, watched_sprints
from planner.hearers.discretion import is_private, outline, reads_all, stands_open
from planner.hearers.escalation import PM
from planner.matters.pressing import how_often
from planner.policy import CLOSED_WORLD, NOT_OURS, SHADOW, SUGGEST, UNGROUNDED, UNLISTED, law_in
from planner.ports import Desk
from planner.reports.summaries import says, status
from planner.words.latest import latest_to
from planner.words.modes import mode_line
from planner.words.replies import Attention, HelpReply, PlainReply, Reply, StatusReply, WhyReply
from planner.words.sprints import NEAREST, by_end, matching, nearest
from planner.words.titles import name_of, the, title


async def answer(
    question: Question,
    team: TeamId,
    desk: Desk,
    *,
    asker: PersonId | None = None,
    name: str = "",
    public: bool = False,
) -> Reply:
    """The reply to ``question`` from what is known now; never silent, never a guess.

    ``asker`` is the member who asks, if it is one; ``name`` is equal for the same question read again. ``public`` is
    where others read the answer too.
    """
    match question:
        case AskHush() | AskUnhush() | AskHushed() | AskHeld() | AskPeace():
            return _between_us(question) if public else await about_peace(question, asker, name, team, desk)
        case AskHelp(unknown=unknown):
            return HelpReply(commands=COMMANDS, unknown=unknown)
        case AskWhy(id=id):
            return await _why(id, asker, team, desk, public=public)
        case AskMe() | AskForgetMe():
            return PlainReply(text="What I know about you I tell you alone: type /pm me, or ask in a direct message.")
        case Request() | AskUndo():
            return await about_change(question, asker, team, desk, name)
        case AskStatus(sprint=wanted, typed=typed):
            return await _with_attention(_status(wanted, typed, await desk.work.facts_about(team), desk), team, desk)
        case Pleasantry(thanks=thanks):
            return PlainReply(text=f"{'You are welcome' if thanks else 'Hello'}. /pm help lists what you can ask me.")


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


# --- status -------------------------------------------------------------------------------------------------


def _status(wanted: str | None, typed: str, facts: Facts, desk: Desk) -> StatusReply | PlainReply:
    if "jira" not in facts.read_at:
        return PlainReply(text="Nothing is known of the sprints yet: Jira has not been read.")
    running = watched_sprints(facts) or sprints_for(facts, None)
    found = running if wanted is None else matching(wanted, facts.sprints)
    if len(found) == 1:
        return _status_of(found[0], facts, desk)
    if found:
        return PlainReply(text="Which sprint?", choices=_choices(found))
    if wanted is None:
        return PlainReply(text="No sprint is running.", choices=_choices(by_end(facts.sprints)))
    named = f"There is no sprint “{typed or wanted}” here."
    return PlainReply(text=named, choices=_choices(nearest(wanted, facts.sprints)))


def _status_of(sprint: Sprint, facts: Facts, desk: Desk) -> StatusReply | PlainReply:
    if sprint.id not in facts.whole:
        watched = _choices(by_end(s for s in facts.sprints if s.id in facts.whole))
        return PlainReply(text=f"{sprint.name} {_UNREAD[sprint.state]}", choices=watched)
    now = desk.clock.now()
    trigger = Trigger(team=facts.team, reason=Reason.ASKED, at=now, sprint=sprint.id)
    snapshot = observe(facts, trigger, now)
    signals = detect(snapshot, desk.directives).signals
    return status(snapshot, sprint, signals, desk.directives)


async def _with_attention(reply: StatusReply | PlainReply, team: TeamId, desk: Desk) -> StatusReply | PlainReply:
    """How closely the team is looked at, from the record of the last look."""
    if isinstance(reply, PlainReply):
        return replace(reply, text=f"{reply.text} {mode_line(desk.directives.team(team).mode)}".rstrip())
    last = next(iter(await desk.ledger.last_cycles(team, 1)), None)
    if last is None:
        return reply
    every = how_often(last.urgency, desk.directives)
    return replace(reply, attention=Attention(last.urgency.name.lower(), last.pressing, every, last.next_look))


_UNREAD = {
    SprintState.FUTURE: "has not started, and I read only running sprints. Its issues are in Jira.",
    SprintState.ACTIVE: "has not been read completely yet, so I can give no numbers. Its issues are in Jira.",
    SprintState.CLOSED: "is over, and I do not keep its issues. They are in Jira.",
}
"""Why nothing is told of a sprint whose issues are not all known here."""


def _choices(sprints: Sequence[Sprint]) -> tuple[tuple[str, str], ...]:
    return tuple((sprint.name, f"status id:{sprint.id}") for sprint in sprints[:NEAREST])


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
    if record is None or record.team != team:
        return PlainReply(text=f"There is no record of “{name}”. {_WHERE}")
    if public and not stands_open(record):
        return PlainReply(text=f"I answer that privately: /pm why {name}")
    role = law_in(record.proposal.action, desk.directives.team(team), desk.directives).role
    whole = not public and reads_all(record, asker, role, desk.directives)
    less = None if whole else outline(record, desk.directives)
    return PlainReply(text=less) if less is not None else explained(record, desk.directives, whole=whole)


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
    )


def _can_be_undone(record: WhyRecord) -> bool:
    done = record.effect is EffectState.SENT and record.proposal.undoes is None
    return done and can_be_taken_back(record.proposal.action)


def _decided(record: WhyRecord, directives: Directives) -> str:
    """The verdict with the line behind it, and what happened since, in whole sentences."""
    decision = record.decision
    line = _NO_LINE.get(decision.rule, f"line `{decision.rule}`")
    match decision.verdict:
        case Verdict.ALLOW:
            first = f"Allowed: {line} of the constitution"
            if record.proposal.undoes is not None:
                first = f"Allowed: whoever may say yes to it may take it back ({line})"
        case Verdict.ASK:
            first = f"Needed {_whose_yes(decision.rule, directives)} yes ({line})"
        case Verdict.DEFER:
            first = f"Held back: {decision.reason} ({line})"
        case Verdict.DENY:
            first = f"Not done: {decision.reason}" + (f" ({line})" if line not in decision.reason else "")
    return " ".join(_sentence(each) for each in (first, *_since_then(record, directives)))


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


_NO_LINE = {
    UNLISTED: "no line of the constitution names this",
    SUGGEST: "this team asks for everything first",
    SHADOW: "in shadow mode",
    UNGROUNDED: "nothing is done without a finding",
    CLOSED_WORLD: "what is not listed cannot be done",
    NOT_OURS: "only members of the team are addressed",
}
"""What decided where no line of the constitution did."""


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
        told.append(f"{_ANSWERED[approval.state]}{by}")
    if record.effect is EffectState.SENT and isinstance(record.proposal.action, RemindPerson):
        told.append("Outcome: message sent")
    elif record.effect is not None:
        told.append(f"Outcome: {record.outcome}" if record.outcome else _EFFECT[record.effect])
    return told


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
