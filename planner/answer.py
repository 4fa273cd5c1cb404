"""A person's question, the facts there are, and the reply: the third story. No model is asked for a number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from models.actions import Action, AskApproval, CommentOnIssue, Escalate, PostDigest, Reassign, RemindPerson
from models.cycles import WhyRecord
from models.directives import Directives
from models.events import Reason, Trigger
from models.ids import PersonId, TeamId
from models.proposals import ApprovalState, EffectState, Verdict
from models.work import Facts, Sprint, SprintState
from planner.detect import detect
from planner.observe import observe, sprints_for, watched_sprints
from planner.ports import Desk
from planner.replies import HelpReply, PlainReply, Reply, StatusReply, WhyReply
from planner.reports import says, status
from planner.worktime import team_calendar

COMMANDS = (
    ("/pm status", "Where the running sprint stands and what needs somebody"),
    ("/pm status sprint 24", "The same for one sprint, by its number or name"),
    ("/pm why <id>", "Why a message was sent or held back"),
    ("/pm help", "These commands"),
)
"""What help lists: only what exists."""

NEAREST = 3
"""How many sprints are offered instead of an unknown one."""


@dataclass(frozen=True, slots=True)
class AskStatus:
    """Where does a sprint stand? ``None`` is the running one."""

    sprint: str | None = None


@dataclass(frozen=True, slots=True)
class AskHelp:
    """What can be asked? ``unknown`` is what was not understood."""

    unknown: str = ""


@dataclass(frozen=True, slots=True)
class AskWhy:
    """Why was this message sent or held back?"""

    id: str


Question = AskStatus | AskHelp | AskWhy

_MENTION = re.compile(r"<[@!][^>]*>")
_QUOTES = re.compile(r"[\"'`“”„‘’«»*_]")
_NOW = frozenset({"", "current", "active", "running", "this", "now"})
_WORD = re.compile(r"sprint[\s#:_-]*", re.IGNORECASE)
_LONGEST = 200
"""Characters of a command that are read: no command needs more."""


def parse_command(text: str) -> Question:
    """Understand what was typed, whatever phones and editors made of its quotes, spaces and dashes."""
    plain = _plain(text)
    verb, _, rest = plain.partition(" ")
    match verb.casefold().rstrip("?:.!"):
        case "" | "help" | "hilfe" | "commands":
            return AskHelp()
        case "status" | "state":
            return AskStatus(_which(rest))
        case "why":
            return AskWhy(rest.strip("<>#?. ").casefold())
        case word if word.startswith("sprint") or word.isdecimal():
            return AskStatus(_which(plain))
        case _:
            return AskHelp(unknown=plain)


def _plain(text: str) -> str:
    """One line without mentions, quotes and odd spaces; ``–`` is a dash like any other."""
    folded = unicodedata.normalize("NFKC", _MENTION.sub(" ", text[:_LONGEST]))
    dashed = re.sub(r"[‐-―−]", "-", "".join(c if c.isprintable() else " " for c in folded))
    return " ".join(_QUOTES.sub(" ", dashed).split()).removeprefix("/pm ").removeprefix("pm ")


def _which(rest: str) -> str | None:
    """``sprint 24``, ``SPRINT-24`` and ``24`` are all ``24``; nothing, or ``current``, is the running sprint."""
    name = rest.strip(" ?!.,-").casefold()
    for filler in ("of ", "for ", "the "):
        name = name.removeprefix(filler)
    short = _WORD.sub("", name, count=1).strip() if _WORD.match(name) else name
    if short in _NOW or name.removesuffix(" sprint") in _NOW:
        return None
    return short


async def answer(question: Question, team: TeamId, desk: Desk) -> Reply:
    """The reply to ``question`` from what is known now; never silent, never a guess."""
    match question:
        case AskHelp(unknown=unknown):
            return HelpReply(commands=COMMANDS, unknown=unknown)
        case AskWhy(id=name):
            return await _why(name, team, desk)
        case AskStatus(sprint=wanted):
            return _status(wanted, await desk.work.facts_about(team), desk)


# --- status -------------------------------------------------------------------------------------------------


def _status(wanted: str | None, facts: Facts, desk: Desk) -> StatusReply | PlainReply:
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
    return PlainReply(text=f"There is no sprint “{wanted}” here.", choices=_choices(_nearest(wanted, facts.sprints)))


def _status_of(sprint: Sprint, facts: Facts, desk: Desk) -> StatusReply | PlainReply:
    if sprint.id not in facts.whole:
        watched = _choices(_by_end(s for s in facts.sprints if s.id in facts.whole))
        return PlainReply(
            text=f"{sprint.name} is not being watched: not all of its issues are known here. Ask Jira.", choices=watched
        )
    now = desk.clock.now()
    trigger = Trigger(team=facts.team, reason=Reason.ASKED, at=now, sprint=sprint.id)
    snapshot = observe(facts, trigger, now)
    signals = detect(snapshot, desk.directives).signals
    return status(snapshot, sprint, signals, desk.directives)


def meant_by(words: str, sprints: Sequence[Sprint]) -> tuple[Sprint, ...]:
    """The sprints an operator can mean by an id, a name or a number: ``SPRINT-24`` as well as ``24``."""
    name = _which(_plain(words))
    return matching(f"id:{words.strip()}", sprints) or (matching(name, sprints) if name else ())


def matching(wanted: str, sprints: Sequence[Sprint]) -> tuple[Sprint, ...]:
    """The sprints somebody can mean, best kind of match only: id, whole name, number, part of the name.

    Of several that match equally the running ones are meant.
    """
    tests: tuple[Callable[[Sprint], bool], ...] = (
        lambda sprint: wanted == f"id:{sprint.id}",
        lambda sprint: wanted in (sprint.name.casefold(), _which(_plain(sprint.name))),
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
        return PlainReply(text="Why what? The id is at the foot of each message: /pm why <id>.")
    record = await desk.ledger.why(name)
    if record is None or record.team != team:
        return PlainReply(text=f"There is no record of “{name}”. The id is at the foot of each message.")
    return explained(record, desk.directives)


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
    )


def _title(action: Action, team: TeamId, directives: Directives) -> str:
    def name(person: PersonId) -> str:
        return _name(person, team, directives)

    match action:
        case RemindPerson():
            return f"Reminder to {name(action.person)}: {', '.join(item.subject for item in action.items)}"
        case CommentOnIssue():
            return f"Comment on {action.issue} for {name(action.person)}"
        case Reassign():
            return f"Give {action.issue} to {name(action.taker)}"
        case Escalate():
            return f"Escalate {action.item.subject} to {action.channel}"
        case PostDigest():
            return f"Daily summary of {action.day:%d %b}"
        case AskApproval():
            return f"Ask {name(action.person)}"


def _decided(record: WhyRecord, directives: Directives) -> str:
    """Verdict, rule, reason, and what happened since."""
    decision = record.decision
    calendar = team_calendar(directives, record.team)
    verdict = {
        Verdict.ALLOW: "Allowed",
        Verdict.ASK: "Needed a yes",
        Verdict.DEFER: f"Held back until {calendar.when(decision.until)}" if decision.until else "Held back",
        Verdict.DENY: "Not done",
    }[decision.verdict]
    return ". ".join((f"{verdict} by {decision.rule}: {decision.reason}", *_since_then(record, directives)))


def _since_then(record: WhyRecord, directives: Directives) -> list[str]:
    told = []
    approval = record.approval
    if approval is not None and approval.state is ApprovalState.PENDING:
        told.append(f"Asked {_name(approval.approvers[0], record.team, directives)}, no answer yet")
    elif approval is not None:
        lapsed = approval.state is ApprovalState.EXPIRED
        by = f" by {_name(approval.by, record.team, directives)}" if approval.by else ""
        told.append("Lapsed with no action" if lapsed else f"{approval.state.value.title()}{by}")
    if record.effect is not None:
        told.append(record.outcome or _EFFECT[record.effect])
    return told


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
