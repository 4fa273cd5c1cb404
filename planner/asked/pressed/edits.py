"""An approver may change one thing of what was proposed and say yes to that: what may be changed, and what it becomes.

Never what it is about. What it becomes is a proposal like any other, decided again by the constitution of now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.actions import (
    Action,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    CommentOnIssue,
    PostToOtherChannel,
    Reassign,
    TransitionIssue,
)
from models.cycles import Cycle, Edit
from models.directives import Directives, Team
from models.events import Reason
from models.ids import CycleId, PersonId, ProposalId, SprintId, named
from models.proposals import Approval, Decided, Decision, Proposal, Verdict
from models.ways import Possible, closing, places
from models.work import Facts, SprintState
from planner.asked.requests.allowed import ends_it
from planner.asked.requests.story import asked_at
from planner.asked.undo import can_be_taken_back
from planner.facts.observe import observe
from planner.policy import as_recorded, decide
from planner.policy.law import law_in
from planner.ports import Desk
from planner.reports.summaries import says
from planner.words.sprints import by_end
from planner.words.titles import UNDO_WORDS, name_of

BACKLOG = "backlog"
MOST_TEXT = 500
"""Characters of a text that may be typed."""

FIXED = "This cannot be edited: it is put together from facts. Approve it as it is, or reject it."
NO_CHOICE = "There is nothing else to choose just now. Approve it as it is, or reject it."
NOT_OFFERED = "That is not one of the choices any more, so nothing was done. Open Edit again."
EMPTY = "Nothing was filled in, so nothing was done."
FOUR_EYES = (
    "This needs four eyes: whoever changes it may not say yes to it as well. Reject it, and ask for what you mean."
)
UNCHANGED = "unchanged"
"""What was filled in is what was proposed: a plain yes."""

_PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")


@dataclass(frozen=True, slots=True)
class Form:
    """The one thing that may be changed: one of ``options`` (what is read, what comes back), or else a text."""

    label: str
    options: tuple[tuple[str, str], ...]
    now: str
    """What was proposed: the chosen value, or the text."""


def can_be_edited(action: Action) -> bool:
    """Whether anything of it may be changed at all, for an Edit button."""
    return isinstance(action, _EDITABLE)


_EDITABLE = (
    Reassign,
    ChangeSprintScope,
    TransitionIssue,
    CloseIssue,
    ChangePriority,
    PostToOtherChannel,
    CommentOnIssue,
)


def form_of(action: Action, team: Team, facts: Facts, possible: Possible) -> Form | str:
    """What of ``action`` may be changed; or why nothing may. ``possible`` is what Jira lets be done now."""
    match action:
        case Reassign():
            form = Form("Who takes it", _takers(action, team, facts), action.taker or "")
        case ChangeSprintScope():
            form = Form("Where it goes", _sprints(action, facts), _sprint_value(action.after))
        case TransitionIssue() | CloseIssue() | ChangePriority():
            form = _of_names(action, facts, possible)
        case PostToOtherChannel():
            return Form("What is posted", (), action.headline)
        case CommentOnIssue():
            return Form("What is said", (), action.item.text)
        case _:
            return FIXED
    return form if any(value != form.now for _, value in form.options) else NO_CHOICE


def edited(action: Action, form: Form, value: object) -> Action | str:
    """``action`` with that value, and nothing else changed; or why not. ``value`` may be anything."""
    if not isinstance(value, str) or not value.strip():
        return EMPTY
    if not form.options:
        return _said(action, " ".join(value.split())[:MOST_TEXT])
    words = next((words for words, offered in form.options if offered == value), None)
    return _chosen(action, value, words) if words is not None else NOT_OFFERED


def _said(action: Action, text: str) -> Action | str:
    match action:
        case PostToOtherChannel():
            return replace(action, headline=text)
        case CommentOnIssue():
            return replace(action, item=replace(action.item, text=text))
        case _:
            return FIXED


def _chosen(action: Action, value: str, words: str) -> Action | str:
    match action:
        case Reassign():
            return replace(action, taker=PersonId(value))
        case ChangeSprintScope():
            gone = value == BACKLOG
            after = None if gone else SprintId(int(value))
            return replace(action, after=after, after_name="" if gone else words)
        case TransitionIssue():
            return replace(action, after=value, merged=action.merged if value == action.after else None)
        case CloseIssue() | ChangePriority():
            return replace(action, after=value)
        case _:
            return FIXED


async def edit_of(approval: Approval, value: object, by: PersonId, desk: Desk, possible: Possible) -> Edit | str:
    """What ``by`` makes of a pending question; ``UNCHANGED``, or why nothing is done.

    Whether ``by`` may answer the question as it was is the caller's to check; whether they may say yes to what it
    becomes is decided here.
    """
    facts, team = await desk.work.facts_about(approval.team), desk.directives.team(approval.team)
    form = form_of(approval.proposal.action, team, facts, possible)
    action = edited(approval.proposal.action, form, value) if isinstance(form, Form) else form
    if isinstance(action, str):
        return action
    if action == approval.proposal.action:
        return UNCHANGED
    if isinstance(action, TransitionIssue):
        action = replace(action, ends=ends_it(action.after, possible.transitions, facts))
    if law_in(action, team, desk.directives, approval.proposal.rule).four_eyes:
        return FOUR_EYES
    proposal = _proposal(approval, action, by, desk.directives)
    snapshot = observe(facts, asked_at(approval.team, desk), desk.clock.now())
    history = await desk.ledger.history(approval.team)
    asked = replace(proposal, asked_by=by)
    decision = as_recorded(decide(asked, snapshot, desk.directives, history), asked, team)
    if decision.verdict is Verdict.DENY:
        line = says(decision.rule, desk.directives)
        return f"I can't: {decision.rule} ({line.rstrip('.') or decision.reason}). Nothing was done."
    role = law_in(action, team, desk.directives, proposal.rule).role
    if by not in team.people_of(role):
        return f"That would need the yes of {_either(team, role)} ({decision.rule}). Nothing was done."
    return _edit(approval, proposal, by, decision, desk)


def _edit(approval: Approval, proposal: Proposal, by: PersonId, decision: Decision, desk: Desk) -> Edit:
    now, name = desk.clock.now(), name_of(by, approval.team, desk.directives)
    said = Decision(
        verdict=Verdict.ASK,
        rule=decision.rule,
        reason=f"edited and approved by {name}",
        approvers=approval.approvers,
        expires=approval.expires,
    )
    cycle = Cycle(
        id=CycleId(named(Reason.REQUEST, "edit", proposal.id)),
        trigger=asked_at(approval.team, desk),
        at=now,
        directives_version=desk.directives.version,
        signals=(),
        decided=(Decided(proposal, said),),
        urgency=proposal.urgency,
        next_look=now,
        thought_by="a person",
    )
    return Edit(approval=approval.id, version=approval.payload_hash, by=by, cycle=cycle)


def _proposal(approval: Approval, action: Action, by: PersonId, directives: Directives) -> Proposal:
    """The same reasons and facts for another action; of one question there is one edit that counts."""
    old = approval.proposal
    return replace(
        old,
        id=ProposalId(named("edited", approval.id, action)),
        action=action,
        because=f"{old.because.rstrip('.')}. Edited by {name_of(by, approval.team, directives)}.",
        undo=UNDO_WORDS if can_be_taken_back(action) else None,
        options=(),
        weighed="",
        by_model=False,
    )


def _takers(action: Reassign, team: Team, facts: Facts) -> tuple[tuple[str, str], ...]:
    """Members whose account is known; whoever has it now keeps it without anybody's yes."""
    known = {person.id for person in facts.people if person.account is not None}
    return tuple((m.name, m.id) for m in team.members if m.id in known and m.id != action.giver)


def _sprints(action: ChangeSprintScope, facts: Facts) -> tuple[tuple[str, str], ...]:
    running = by_end([sprint for sprint in facts.sprints if sprint.state is not SprintState.CLOSED])
    every = [*((sprint.name, str(sprint.id)) for sprint in running), ("The backlog", BACKLOG)]
    return tuple(each for each in every if each[1] != _sprint_value(action.before))


def _sprint_value(sprint: SprintId | None) -> str:
    return BACKLOG if sprint is None else str(sprint)


def _of_names(action: TransitionIssue | CloseIssue | ChangePriority, facts: Facts, possible: Possible) -> Form:
    """Statuses and priorities as Jira writes them: what it allows, or, where it was not reached, what is known."""
    ways = possible.transitions
    if isinstance(action, ChangePriority):
        seen = sorted({issue.priority for issue in facts.issues if issue.priority} - {*_PRIORITIES})
        names = possible.priorities if possible.priorities is not None else (*_PRIORITIES, *seen)
        return Form("Which priority", _named(names, action.before), action.after)
    if isinstance(action, CloseIssue):
        return Form("Into which status", _named(places(closing(ways)) if ways else (), action.before), action.after)
    names = places(ways) if ways is not None else tuple(sorted({i.status for i in facts.issues if i.status}))
    return Form("Into which status", _named(names, action.before), action.after)


def _named(names: tuple[str, ...], before: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((name, name) for name in dict.fromkeys(names) if name != before)


def _either(team: Team, role: str) -> str:
    able = team.people_of(role)
    return " or ".join(member.name for member in team.members if member.id in able) or "somebody nobody names"
