"""Changed since you were asked: the same question once more, with what is so now, while its reason stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.actions import (
    Action,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    Reassign,
    TransitionIssue,
    Unflag,
)
from models.ids import ProposalId, named
from models.proposals import Approval, Effect, Ending, Proposal
from models.signals import Evidence, Signal
from models.work import Facts, Issue, Progress, SprintState
from planner.asked.requests.story import WHEN_ASKED, as_asked, asked_at, recorded
from planner.facts.observe import observe
from planner.policy import as_recorded, decide
from planner.ports import Desk
from planner.still.factcheck import Ground, is_over


async def ask_again(effect: Effect, approval: Approval, desk: Desk) -> Proposal | None:
    """Ask anew what was approved and then not done because its target had changed; ``None`` when nothing is asked.

    Each change leads to one question, and each question needs a person's yes, so nothing goes in circles.
    """
    if approval.ending is not Ending.CHANGED or effect.proposal.undoes is not None:
        return None
    facts, now = await desk.work.facts_about(effect.team), desk.clock.now()
    snapshot = observe(facts, asked_at(effect.team, desk), now)
    ground = Ground.of(snapshot, desk.directives) if effect.proposal.signals else None
    found = [signal for name in effect.proposal.signals if ground for signal in ground.by_id.get(name, ())]
    proposal = anew(effect, approval, facts, found)
    if proposal is None or (ground is not None and is_over(proposal, ground)):
        return None
    decision = decide(proposal, snapshot, desk.directives, await desk.ledger.history(effect.team))
    await recorded(proposal, as_recorded(decision, proposal, desk.directives.team(effect.team)), effect.team, desk)
    return proposal


def anew(effect: Effect, approval: Approval, facts: Facts, found: Sequence[Signal] = ()) -> Proposal | None:
    """The proposal as it would be made now; ``None`` when nothing has changed for it, or nothing is left to do.

    Named after the effect, so that a second try finds the first however the facts have moved on. Whoever said yes is
    asked, and it costs them nothing: it is what their own click has come to. What is told with it is of now: of what
    is ``found``, and of the ticket.
    """
    proposal = effect.proposal
    issue = next((i for i in facts.issues if i.key == getattr(proposal.action, "issue", None)), None)
    action = _as_it_is(proposal.action, issue, facts) if issue is not None else None
    if issue is None or action is None or action == proposal.action:
        return None
    return replace(
        proposal,
        id=ProposalId(named("again", effect.id)),
        action=action,
        evidence=(
            Evidence(f"It changed since you were asked: {approval.outcome}"),
            *(_of_now(found) if found else _of_them(proposal)),
            as_asked(issue, facts),
        ),
        asked_by=approval.by,
    )


def _of_now(found: Sequence[Signal]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(fact for signal in found for fact in signal.evidence))


def _of_them(proposal: Proposal) -> tuple[Evidence, ...]:
    """Who asked for it; not how the ticket stood then."""
    return tuple(fact for fact in proposal.evidence if not fact.text.startswith(WHEN_ASKED))


def _as_it_is(action: Action, issue: Issue, facts: Facts) -> Action | None:
    """The same action with ``before`` as it is now; ``None`` when that would be pointless."""
    match action:
        case Reassign():
            return _owner(action, issue, facts)
        case TransitionIssue() | CloseIssue():
            there = isinstance(action, TransitionIssue) and action.after.casefold() == issue.status.casefold()
            return None if there or issue.progress is Progress.DONE else replace(action, before=issue.status)
        case ChangePriority():
            there = action.after.casefold() == (issue.priority or "").casefold()
            return None if there else replace(action, before=issue.priority)
        case Unflag():
            return replace(action, since=issue.flagged_since) if issue.flagged_since else None
        case ChangeSprintScope():
            return _scope(action, issue, facts)
        case _:
            return None


def _owner(action: Reassign, issue: Issue, facts: Facts) -> Action | None:
    """Nobody is asked to take a ticket from somebody the constitution does not know."""
    giver = next((p.id for p in facts.people if issue.assignee in p.accounts), None)
    unknown = giver is None and issue.assignee is not None
    if unknown or giver == action.taker or issue.progress is Progress.DONE:
        return None
    return replace(action, giver=giver)


def _scope(action: ChangeSprintScope, issue: Issue, facts: Facts) -> Action | None:
    sprints = {sprint.id: sprint for sprint in facts.sprints if sprint.state is not SprintState.CLOSED}
    here = sprints.get(issue.sprint) if issue.sprint is not None else None
    if (here.id if here else None) == action.after:
        return None
    return replace(action, before=here.id if here else None, before_name=here.name if here else "")
