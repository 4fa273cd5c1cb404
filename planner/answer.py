"""A person's question, the facts there are, and the reply: the third story. No model is asked for a number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from models.actions import (
    Action,
    AskApproval,
    AskIdentity,
    CommentOnIssue,
    Escalate,
    PostDigest,
    Reassign,
    RemindPerson,
)
from models.cycles import WhyRecord
from models.directives import Ask, Directives, Never
from models.events import Reason, Trigger
from models.ids import PersonId, TeamId
from models.proposals import ApprovalState, EffectState, Verdict
from models.work import Facts, Sprint, SprintState
from planner.detect import detect
from planner.escalation import PM
from planner.observe import observe, sprints_for, watched_sprints
from planner.policy import CLOSED_WORLD, NOT_OURS, SHADOW, SUGGEST, UNGROUNDED, UNLISTED
from planner.ports import Desk
from planner.questions import COMMANDS, AskHelp, AskStatus, AskWhy, Pleasantry, Question, plain_text, which
from planner.replies import HelpReply, PlainReply, Reply, StatusReply, WhyReply
from planner.reports import says, status

NEAREST = 3
"""How many sprints are offered instead of an unknown one."""


async def answer(question: Question, team: TeamId, desk: Desk) -> Reply:
    """The reply to ``question`` from what is known now; never silent, never a guess."""
    match question:
        case AskHelp(unknown=unknown):
            return HelpReply(commands=COMMANDS, unknown=unknown)
        case AskWhy(id=name):
            return await _why(name, team, desk)
        case AskStatus(sprint=wanted, typed=typed):
            return _status(wanted, typed, await desk.work.facts_about(team), desk)
        case Pleasantry(thanks=thanks):
            return PlainReply(text=f"{'You are welcome' if thanks else 'Hello'}. /pm help lists what you can ask me.")


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
        return PlainReply(text="No sprint is running.", choices=_choices(_by_end(facts.sprints)))
    named = f"There is no sprint “{typed or wanted}” here."
    return PlainReply(text=named, choices=_choices(_nearest(wanted, facts.sprints)))


def _status_of(sprint: Sprint, facts: Facts, desk: Desk) -> StatusReply | PlainReply:
    if sprint.id not in facts.whole:
        watched = _choices(_by_end(s for s in facts.sprints if s.id in facts.whole))
        return PlainReply(text=f"{sprint.name} {_UNREAD[sprint.state]}", choices=watched)
    now = desk.clock.now()
    trigger = Trigger(team=facts.team, reason=Reason.ASKED, at=now, sprint=sprint.id)
    snapshot = observe(facts, trigger, now)
    signals = detect(snapshot, desk.directives).signals
    return status(snapshot, sprint, signals, desk.directives)


_UNREAD = {
    SprintState.FUTURE: "has not started, and I read only running sprints. Its issues are in Jira.",
    SprintState.ACTIVE: "has not been read completely yet, so I can give no numbers. Its issues are in Jira.",
    SprintState.CLOSED: "is over, and I do not keep its issues. They are in Jira.",
}
"""Why nothing is told of a sprint whose issues are not all known here."""


def meant_by(words: str, sprints: Sequence[Sprint]) -> tuple[Sprint, ...]:
    """The sprints an operator can mean by an id, a name or a number: ``SPRINT-24`` as well as ``24``."""
    name = which(plain_text(words))
    return matching(f"id:{words.strip()}", sprints) or (matching(name, sprints) if name else ())


def matching(wanted: str, sprints: Sequence[Sprint]) -> tuple[Sprint, ...]:
    """The sprints somebody can mean, best kind of match only: id, whole name, number, part of the name.

    Of several that match equally the running ones are meant.
    """
    tests: tuple[Callable[[Sprint], bool], ...] = (
        lambda sprint: wanted == f"id:{sprint.id}",
        lambda sprint: wanted in (sprint.name.casefold(), which(plain_text(sprint.name))),
        lambda sprint: wanted.isdecimal() and int(wanted) in _numbers(sprint.name),
        lambda sprint: len(wanted) > 2 and wanted in sprint.name.casefold(),
    )
    for test in tests:
        found = [sprint for sprint in sprints if test(sprint)]
        running = [sprint for sprint in found if sprint.state is SprintState.ACTIVE]
        if found:
            return tuple(running or found)
    return ()


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"[0-9]{1,9}", text)]


def _nearest(wanted: str, sprints: Iterable[Sprint]) -> list[Sprint]:
    """By number when one was given, else the running and the latest."""
    numbers = _numbers(wanted)
    if not numbers:
        return _by_end(sprints)

    def distance(sprint: Sprint) -> int:
        return min((abs(number - numbers[-1]) for number in _numbers(sprint.name)), default=10**9)

    return sorted(sprints, key=lambda sprint: (distance(sprint), -sprint.id))


def _by_end(sprints: Iterable[Sprint]) -> list[Sprint]:
    """The running ones first, then the latest."""
    first = datetime.min.replace(tzinfo=UTC)
    return sorted(sprints, key=lambda s: (s.state is SprintState.ACTIVE, s.end or first, s.id), reverse=True)


def _choices(sprints: Sequence[Sprint]) -> tuple[tuple[str, str], ...]:
    return tuple((sprint.name, f"status id:{sprint.id}") for sprint in sprints[:NEAREST])


# --- why ----------------------------------------------------------------------------------------------------


async def _why(name: str, team: TeamId, desk: Desk) -> WhyReply | PlainReply:
    if not name:
        return PlainReply(text=f"Why what? {_WHERE}")
    record = await desk.ledger.why(name.casefold())
    if record is None or record.team != team:
        return PlainReply(text=f"There is no record of “{name}”. {_WHERE}")
    return explained(record, desk.directives)


_WHERE = "Press Why? on the message itself; an id stands at the foot of approval cards."


def explained(record: WhyRecord, directives: Directives) -> WhyReply:
    """The stored record in words: what was true then, the line that decided, what became of it."""
    rule = record.proposal.rule
    facts = [signal.headline for signal in record.signals]
    facts += [fact.text for fact in record.proposal.evidence]
    return WhyReply(
        title=_title(record.proposal.action, record.team, directives),
        facts=tuple(dict.fromkeys(facts)),
        rule=f"{rule}: {says(rule, directives) or record.proposal.because}",
        decision=_decided(record, directives),
        at=record.at,
        directives_version=record.directives_version,
        proposal=record.proposal.id,
        until=record.decision.until if record.decision.verdict is Verdict.DEFER else None,
    )


def _title(action: Action, team: TeamId, directives: Directives) -> str:
    def name(person: PersonId) -> str:
        return _name(person, team, directives)

    match action:
        case RemindPerson():
            return f"Message to {name(action.person)} about {', '.join(_called(i.subject) for i in action.items)}"
        case CommentOnIssue():
            return f"Comment on {action.issue} for {name(action.person)}"
        case Reassign():
            return f"Give {action.issue} to {name(action.taker)}"
        case Escalate():
            channel = directives.team(team).channels.get(action.channel, action.channel).lstrip("#")
            return f"Escalate {_called(action.item.subject)} to #{channel}"
        case PostDigest():
            return f"Daily summary of {action.day.day} {action.day:%b}"
        case AskApproval() | AskIdentity():
            return f"Ask {name(action.person)}{_ASKED.get(action.kind, '')}"


_ASKED = {"ask_identity": " whether an account is theirs"}


def _called(subject: str) -> str:
    """A subject as people call it: ``PAY-7``, ``PR api#7``, ``the sprint``."""
    kind, _, _ = subject.partition(":")
    if kind in _CALLED:
        return _CALLED[kind]
    return f"PR {subject.rpartition('/')[2]}" if "#" in subject else subject


_CALLED = {"sprint": "the sprint", "author": "waiting reviews", "account": "an account"}


def _decided(record: WhyRecord, directives: Directives) -> str:
    """The verdict with the line behind it, and what happened since, in whole sentences."""
    decision = record.decision
    line = _NO_LINE.get(decision.rule, f"line `{decision.rule}`")
    match decision.verdict:
        case Verdict.ALLOW:
            first = f"Allowed: {line} of the constitution"
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
    return _ROLES.get(role) or f"the {role.replace('_', ' ')}'s"


_ROLES = {PM: "the PM's", "deputy_pm": "the deputy PM's", "approvers": "an approver's", "admins": "an admin's"}


def _since_then(record: WhyRecord, directives: Directives) -> list[str]:
    told = []
    approval = record.approval
    if approval is not None and approval.state is ApprovalState.PENDING:
        told.append(f"Asked {_name(approval.approvers[0], record.team, directives)}, no answer yet")
    elif approval is not None:
        by = f" by {_name(approval.by, record.team, directives)}" if approval.by else ""
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


def _name(person: PersonId, team: TeamId, directives: Directives) -> str:
    members = directives.team(team).members
    return next((member.name for member in members if member.id == person), person)
