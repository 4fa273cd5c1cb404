"""A person's request from words to a recorded decision: policy decides, whoever may say yes is asked, nothing is done.

Only here is ``asked_by`` set: what a mind proposes rests on findings, this rests on somebody's word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.actions import Action, CloseIssue, DelegateTask, TransitionIssue, word_of
from models.cycles import Cycle, WhyRecord
from models.directives import Directives, Member, Mode, Team
from models.events import Reason, Trigger
from models.ids import CycleId, PersonId, ProposalId, TeamId, named
from models.proposals import (
    MOST_UNDOS,
    ApprovalState,
    Decided,
    Decision,
    Effect,
    EffectState,
    Proposal,
    Verdict,
    undo_of,
)
from models.signals import Evidence, Urgency
from models.work import Facts, Issue
from planner.asked.requests.meaning import Asker, keepers_of, meaning, whom_to_ask
from planner.asked.requests.names import in_full
from planner.asked.requests.parsing import AskUndo, Request, same_of, shown_as_typed
from planner.asked.undo import Refusal, allowed, can_be_taken_back, taken_back
from planner.bounds.limits import Place, wait_for_person
from planner.bounds.worktime import team_calendar
from planner.facts.observe import observe, people_of
from planner.hearers.approvals import approvers_of
from planner.policy import as_recorded, decide
from planner.policy.law import SHADOW, law_in, still_in_role
from planner.policy.trust import mode_of
from planner.ports import Desk
from planner.reports.summaries import says
from planner.words.replies import PlainReply
from planner.words.titles import COUNTS_AS_DONE, UNDO_WORDS, brief, name_of

MOST_A_DAY = 20
"""How often the same thing may be asked for anew on one day, each time after the last was settled."""

UNDER_WAY = frozenset({EffectState.PLANNED, EffectState.SENDING, EffectState.UNKNOWN})

STRANGER = PlainReply(text="Only members of a team that directives.yaml names can ask for changes.")


async def about_change(
    question: Request | AskUndo, asker: PersonId | None, team: TeamId, desk: Desk, name: str = ""
) -> PlainReply:
    """The answer to somebody who wants something done, or taken back.

    ``name`` is equal for the same delivery read again: it leads to one wish, however that has ended meanwhile.
    """
    if isinstance(question, Request):
        return await take_down(question, asker, team, desk, name)
    taken = await take_back(question, asker, desk, name)
    return PlainReply(text=taken.words, choices=(("Why?", f"why {taken.id}"),) if taken.id else ())


async def take_down(request: Request, asker: PersonId | None, team: TeamId, desk: Desk, name: str = "") -> PlainReply:
    """Record what ``asker`` wants done, once for each delivery, and answer at once what becomes of it."""
    facts, law = await desk.work.facts_about(team), desk.directives.team(team)
    who = next((member for member in law.members if member.id == asker), None)
    if who is None:
        return STRANGER
    before = await desk.ledger.why(wish_of(name)) if name else None
    if before is not None:
        return told(before, who, facts, desk)
    request = in_full(request, facts, law)
    meant = meaning(request, Asker(who, law, facts, desk.directives, desk.clock.now()))
    if isinstance(meant, PlainReply):
        return meant
    if meant.kind in desk.off:
        return PlainReply(text=_is_off(desk.off[meant.kind], who.id, law))
    if request.perhaps or request.behind:
        return _whether(request, meant, team, desk)
    proposal = replace(_proposal(meant, who, law, facts, desk, request), asked_in=request.asked_in)
    proposal = _as_understood(proposal, who) if request.by_model else proposal
    proposal = await _named(proposal, law, facts, desk)
    record = await desk.ledger.why(proposal.id)
    if record is None:
        snapshot = observe(facts, asked_at(team, desk), desk.clock.now())
        decision = decide(proposal, snapshot, desk.directives, await desk.ledger.history(team))
        decision = as_recorded(decision, proposal, law)
        own = request.confirmed and who.id in still_in_role(decision.approvers, proposal, law, desk.directives)
        await recorded(proposal, decision, team, desk, name, own_yes=own)
        record = await desk.ledger.why(proposal.id)
    if record is None:
        return PlainReply(text="That could not be written down just now, so nothing was asked. Try again.")
    return told(record, who, facts, desk)


def _is_off(why: str, asker: PersonId, team: Team) -> str:
    """What is missing, for whoever can set it up; anybody else hears who can."""
    told = why if asker in keepers_of(team) else f"It is not set up. {whom_to_ask(team, asker)}"
    return f"I cannot do that here. {told}"


def _whether(request: Request, meant: Action, team: TeamId, desk: Desk) -> PlainReply:
    """Back to the asker, with the command that says it outright: nothing is recorded, and nobody else hears of it."""
    words = f"Do you want this: {brief(meant, team, desk.directives)}? I was not sure, so I have asked nobody yet."
    return PlainReply(text=words, choices=(("Yes, ask for it", same_of(request, request.issue)),))


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of asking for an undo: the words for whoever asked, and whether it is under way or done."""

    words: str
    done: bool = False
    id: str = ""
    team: TeamId | None = None
    """Whose matter it was; ``None`` when nothing is on record."""


async def take_back(wanted: AskUndo, asker: PersonId | None, desk: Desk, name: str = "") -> TakenBack:
    """Plan the opposite of what was done under that id, in whichever team, once, when ``asker`` may.

    A try that came to nothing, because of shadow mode or of a change in between, does not stand in the way of another.
    """
    if not wanted.id:
        return TakenBack(_UNDO_WHAT)
    if asker is None:
        return TakenBack(STRANGER.text)
    effect = await desk.ledger.carried_out(wanted.id.casefold())
    law = _team_of(asker, effect, desk.directives)
    if effect is None or law is None:
        return TakenBack(f"Nothing on record was done under “{wanted.id[:40]}”. An id stands at the foot of cards.")
    known = await desk.ledger.why(wish_of(name)) if name else None
    ordinal, before = await _tries(effect, desk)
    before = known or before
    return _undone(before, asker, desk.directives) if before else await _tried(effect, ordinal, asker, law, desk, name)


async def _tried(effect: Effect, ordinal: int, asker: PersonId, law: Team, desk: Desk, name: str) -> TakenBack:
    proposal = taken_back(effect, asker, desk.directives, desk.clock.now(), ordinal)
    if isinstance(proposal, Refusal):
        return TakenBack(proposal.words)
    if proposal.action.kind in desk.off:
        return TakenBack(_is_off(desk.off[proposal.action.kind], asker, law))
    if mode_of(proposal, law) is Mode.SHADOW:  # only noted: it must not count as settled when the team begins to act
        proposal = replace(proposal, id=ProposalId(named("shadow", proposal.id)))
    if await desk.ledger.why(proposal.id) is None:
        await recorded(proposal, as_recorded(allowed(effect, desk.directives), proposal, law), law.id, desk, name)
    record = await desk.ledger.why(proposal.id)
    return _undone(record, asker, desk.directives) if record is not None else TakenBack("Try again in a moment.")


def _team_of(asker: PersonId, effect: Effect | None, directives: Directives) -> Team | None:
    """The team it was done in, when they are a member of it."""
    teams = [team for team in directives.teams if effect is not None and team.id == effect.team]
    return next((team for team in teams if any(member.id == asker for member in team.members)), None)


async def _tries(effect: Effect, desk: Desk) -> tuple[int, WhyRecord | None]:
    """How many tries to take it back came to nothing, and the record of the one that has not."""
    record = None
    for ordinal in range(MOST_UNDOS):
        record = await desk.ledger.why(undo_of(effect.id, ordinal))
        if record is None:
            return ordinal, None
        if record.decision.verdict is Verdict.ALLOW and record.effect is not EffectState.CANCELLED:
            return ordinal, record
    return MOST_UNDOS, record


_UNDO_WHAT = (
    "Undo what? What was changed in Jira can be taken back for 24 hours: press Undo on its card, "
    "or type /pm undo and the id at the foot of the card."
)


def wish_of(delivery: str) -> CycleId:
    """The record that one delivery leads to."""
    return CycleId(named(Reason.REQUEST, "delivery", delivery))


async def recorded(
    proposal: Proposal, decision: Decision, team: TeamId, desk: Desk, delivery: str = "", *, own_yes: bool = False
) -> None:
    """Keep one decision that no look led to; what is settled already stays as it is.

    With ``own_yes`` what would be asked is answered by whoever wants it, in the same transaction.
    """
    now = desk.clock.now()
    cycle = Cycle(
        id=wish_of(delivery) if delivery else CycleId(named(team, Reason.REQUEST, proposal.id, now.isoformat())),
        trigger=asked_at(team, desk),
        at=now,
        directives_version=desk.directives.version,
        signals=(),
        decided=(Decided(proposal, decision),),
        urgency=proposal.urgency,
        next_look=now,
        thought_by="a person",
        own_yes=own_yes,
    )
    await desk.ledger.record(cycle)


def asked_at(team: TeamId, desk: Desk) -> Trigger:
    """The reason to decide: somebody asks now."""
    return Trigger(team=team, reason=Reason.REQUEST, at=desk.clock.now())


def _proposal(action: Action, who: Member, team: Team, facts: Facts, desk: Desk, request: Request) -> Proposal:
    issue = next((i for i in facts.issues if i.key == getattr(action, "issue", None)), None)
    evidence = [Evidence(_asked_for(who, request))]
    if issue is not None:
        evidence.append(as_asked(issue, facts))
    return Proposal(
        id=ProposalId(""),
        action=action,
        because=f"{who.name} asked for it.",
        evidence=tuple(evidence),
        signals=(),
        urgency=Urgency.LOW,
        rule=law_in(action, team, desk.directives).rule,
        if_nothing="Nobody looks into it." if isinstance(action, DelegateTask) else "It stays as it is.",
        undo=_undo_words(action),
        asked_by=who.id,
    )


def _as_understood(proposal: Proposal, who: Member) -> Proposal:
    """What a model took somebody's words for: never done without a yes, and whoever gives it reads those words."""
    because = f"{who.name} asked for it in a conversation."
    return replace(proposal, by_model=True, because=because)


_BEGINNING, _END = 90, 60
"""Characters of somebody's words on a card, where they are too many: a condition often stands at the end."""


def _asked_for(who: Member, request: Request) -> str:
    """Who wants it, in their own words: whoever says yes reads what no reader of them has to have understood."""
    said = shown_as_typed(request.typed)
    if len(said) > _BEGINNING + _END:
        said = f"{said[:_BEGINNING]}…{said[-_END:]}"
    words = f". A model understood it from these words: “{said}”" if request.by_model else f": “{said}”"
    return f"{who.name} asked for it{words if said else ''}"


WHEN_ASKED = "When asked: "
"""Begins what is told of a ticket on a card: the card may stand for days, and the ticket moves on meanwhile."""


def as_asked(issue: Issue, facts: Facts) -> Evidence:
    """``When asked: PAY-7 is To Do, owned by Ann``."""
    return Evidence(f"{WHEN_ASKED}{issue.key} is {issue.status}, owned by {_owner(issue, facts)}", issue.url)


def _undo_words(action: Action) -> str | None:
    if isinstance(action, DelegateTask):
        return "Nothing to undo: it only reads"
    return UNDO_WORDS if can_be_taken_back(action) else None


def _owner(issue: Issue, facts: Facts) -> str:
    if issue.assignee is None:
        return "nobody"
    return next((p.name for p in facts.people if issue.assignee in p.accounts), "somebody outside the team")


async def _named(proposal: Proposal, team: Team, facts: Facts, desk: Desk) -> Proposal:
    """One name for the same wish on the same day, as long as the last such wish is not settled.

    Whoever may say yes themselves has a question of their own: it is theirs to confirm.
    """
    role, now = law_in(proposal.action, team, desk.directives, proposal.rule).role, desk.clock.now()
    holder = proposal.asked_by in approvers_of(role, team, people_of(facts), now)
    day = team_calendar(desk.directives, team.id).local_day(now)
    deed, own = _deed(proposal.action), proposal.asked_by if holder else ""
    parts = [mode_of(proposal, team), team.id, deed, own, day.isoformat()]
    free = law_in(proposal.action, team, desk.directives, proposal.rule).verdict is Verdict.ALLOW
    parts += ["understood"] if proposal.by_model and free else []  # else one wish, however it was said, is one question
    for ordinal in range(MOST_A_DAY):
        proposal = replace(proposal, id=ProposalId(named("request", *parts, ordinal)))
        record = await desk.ledger.why(proposal.id)
        if record is None or not _is_settled(record, desk.directives):
            break
    return proposal


def _deed(action: Action) -> Action | tuple[str, ...]:
    """The change itself: into one status there are two words for it, *close* and *set to Done*, and one question."""
    if isinstance(action, TransitionIssue | CloseIssue) and word_of(action) == CloseIssue.kind and action.after:
        return (CloseIssue.kind, action.issue, action.before, action.after)
    return action


def _is_settled(record: WhyRecord, directives: Directives) -> bool:
    """Whether asking again is a new wish: it was done, or came to nothing. A person's no is an answer for the day."""
    if record.decision.verdict is Verdict.DENY:
        return record.directives_version != directives.version
    if record.approval is not None and record.approval.state in (ApprovalState.PENDING, ApprovalState.REJECTED):
        return False
    lapsed = record.approval is not None and record.approval.state is not ApprovalState.APPROVED
    return lapsed or (record.effect is not None and record.effect not in UNDER_WAY)


# --- what the asker is told ---------------------------------------------------------------------------------


def told(record: WhyRecord, who: Member, facts: Facts, desk: Desk) -> PlainReply:
    """What becomes of it, for whoever asked, with the way to its reasons."""
    what, team = brief(record.proposal.action, record.team, desk.directives), record.team
    match record.decision.verdict:
        case Verdict.ASK:
            words = _asked(record, what, who, facts, desk)
        case Verdict.ALLOW:
            words = f"{'Done' if record.effect is EffectState.SENT else 'Doing it now'}: {what}."
        case _:
            words = _denied(record, desk.directives.team(team), desk.directives)
    text = f"{words} Why, and what came of it: /pm why {record.proposal.id}"
    return PlainReply(text=text, choices=(("Why?", f"why {record.proposal.id}"),))


def _asked(record: WhyRecord, what: str, who: Member, facts: Facts, desk: Desk) -> str:
    approval = record.approval
    if approval is None:
        return f"Asked for a yes: {what}."
    first = approval.approvers[0]
    name = name_of(first, record.team, desk.directives)
    if approval.state is ApprovalState.REJECTED and approval.by is not None:
        return f"{name_of(approval.by, record.team, desk.directives)} said no to this today: {what}."
    if approval.state is not ApprovalState.PENDING:
        return f"Approved and on its way: {what}."
    if first == who.id:
        return f"Confirm it on the card in our direct messages: {what}."
    wait = wait_for_person(first, Urgency.LOW, Place(record.team, people_of(facts), desk.directives, desk.clock.now()))
    later = f" The question waits, because {wait.reason}." if wait is not None else ""
    plain = isinstance(record.proposal.action, CloseIssue) and record.proposal.action.counts_as_done
    return f"Asked {name} to approve: {what}.{f' {COUNTS_AS_DONE}' if plain else ''}{later}"


def _denied(record: WhyRecord, team: Team, directives: Directives) -> str:
    decision = record.decision
    if decision.rule == SHADOW or team.mode is Mode.SHADOW:
        return f"Nothing is done: {decision.reason}."
    line = says(decision.rule, directives)
    ask = whom_to_ask(team, record.proposal.asked_by)
    return f"I can't: {decision.rule}{f' ({line.rstrip(chr(46))})' if line else ''}. {ask}"


def _undone(record: WhyRecord, asker: PersonId, directives: Directives) -> TakenBack:
    """How far taking it back is; whoever asks second is told who was first."""
    by = record.proposal.asked_by
    what = brief(record.proposal.action, record.team, directives)
    mine = by == asker
    if record.decision.verdict is not Verdict.ALLOW:
        return TakenBack(f"Not undone: {record.decision.reason}.", id=record.proposal.id, team=record.team)
    if record.effect in (EffectState.CANCELLED, EffectState.DEAD):
        return TakenBack(f"Not undone: {record.outcome}", id=record.proposal.id, team=record.team)
    name = "You" if mine else name_of(by, record.team, directives) if by is not None else "Somebody"
    if record.effect is EffectState.SENT:
        return TakenBack(f"{name} took it back already: {what}.", done=mine, id=record.proposal.id, team=record.team)
    words = f"Taking it back: {what}." if mine else f"{name} is taking it back: {what}."
    return TakenBack(words, done=mine, id=record.proposal.id, team=record.team)
