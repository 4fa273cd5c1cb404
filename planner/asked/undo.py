"""Taking back what was done: what the opposite of an effect is, who may, for how long, and why it may not be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.actions import (
    Action,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    DelegateTask,
    Reassign,
    TransitionIssue,
    Unflag,
)
from models.directives import Directives, Team
from models.ids import PersonId
from models.proposals import Decision, Effect, EffectState, Proposal, Verdict, undo_of
from models.signals import Evidence, Urgency
from planner.policy.law import is_member, law_for
from planner.words.titles import brief, name_of

UNDO_OPEN = timedelta(hours=24)
"""How long something can be taken back (company time): product.md 4.4."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why it is not taken back, for the one who asked."""

    words: str


def taken_back(
    effect: Effect, by: PersonId, directives: Directives, now: datetime, ordinal: int = 0
) -> Proposal | Refusal:
    """The proposal that takes ``effect`` back because ``by`` wants it; its id is the same whoever asks.

    ``ordinal`` counts the tries before it, which came to nothing.

    Nothing is known here of how the target stands now: that is the opposite's own ``before``, and its hand's to check.
    """
    refusal = _refusal(effect, by, directives, now)
    opposite = inverse(effect)
    if refusal is not None or isinstance(opposite, Refusal):
        return opposite if isinstance(opposite, Refusal) else Refusal(refusal or "")
    return Proposal(
        id=undo_of(effect.id, ordinal),
        action=opposite,
        because=f"{name_of(by, effect.team, directives)} takes it back.",
        evidence=(Evidence(f"What was done: {brief(effect.action, effect.team, directives)}"),),
        signals=(),
        urgency=Urgency.LOW,
        rule=effect.proposal.rule,
        if_nothing="It stays as it is.",
        asked_by=by,
        undoes=effect.id,
    )


def allowed(effect: Effect, directives: Directives) -> Decision:
    """The decision behind an undo that ``taken_back`` has let through: the line of what is taken back."""
    law = law_for(effect.proposal, directives.team(effect.team), directives)
    return Decision(verdict=Verdict.ALLOW, rule=law.rule, reason="whoever may say yes to it may take it back")


def can_be_taken_back(action: Action) -> bool:
    """Whether there is an opposite at all, for an Undo button."""
    match action:
        case Reassign() | TransitionIssue() | CloseIssue() | ChangeSprintScope() | Unflag():
            return True
        case ChangePriority():
            return action.before is not None
        case _:
            return False


def inverse(effect: Effect) -> Action | Refusal:
    """The opposite of what ``effect`` did, as its receipt tells it; or why there is none."""
    action = effect.action
    if effect.proposal.undoes is not None:
        return Refusal("That took something back itself. Ask for the change anew.")
    match action:
        case Reassign():
            return _owner_back(action)
        case TransitionIssue() | CloseIssue():
            return _status_back(action, effect.receipt.get("after", ""))
        case ChangeSprintScope():
            return _scope_back(action)
        case ChangePriority():
            return _priority_back(action, effect.receipt.get("after") or action.after)
        case Unflag():
            return replace(action, again=not action.again, since=None)
        case DelegateTask():
            return Refusal("That only read things, so there is nothing to take back.")
        case _:
            return Refusal("A message that was sent cannot be taken back.")


def _owner_back(action: Reassign) -> Reassign:
    return Reassign(
        issue=action.issue,
        issue_title=action.issue_title,
        issue_url=action.issue_url,
        giver=action.taker,
        taker=action.giver,
    )


def _status_back(action: TransitionIssue | CloseIssue, now: str) -> TransitionIssue | Refusal:
    """Into the status it had; which one it has now only the receipt tells."""
    if not now:
        return Refusal(f"It is not on record which status {action.issue} was given. Move it in Jira.")
    return TransitionIssue(
        issue=action.issue,
        issue_title=action.issue_title,
        issue_url=action.issue_url,
        before=now,
        after=action.before,
    )


def _scope_back(action: ChangeSprintScope) -> ChangeSprintScope:
    return ChangeSprintScope(
        issue=action.issue,
        issue_title=action.issue_title,
        issue_url=action.issue_url,
        before=action.after,
        after=action.before,
        before_name=action.after_name,
        after_name=action.before_name,
    )


def _priority_back(action: ChangePriority, now: str) -> ChangePriority | Refusal:
    if action.before is None:
        return Refusal(f"{action.issue} had no priority before, and I cannot take one off. Change it in Jira.")
    return ChangePriority(
        issue=action.issue,
        issue_title=action.issue_title,
        issue_url=action.issue_url,
        before=now,
        after=action.before,
    )


def _refusal(effect: Effect, by: PersonId, directives: Directives, now: datetime) -> str | None:
    if effect.state is not EffectState.SENT or effect.ended is None:
        return "That was not done, so there is nothing to take back."
    if now > effect.ended + UNDO_OPEN:
        return "That was more than 24 hours ago, so I do not take it back. Change it in Jira, or ask me for the change."
    team = directives.team(effect.team)
    law = law_for(effect.proposal, team, directives)
    if law.verdict is Verdict.DENY:
        return f"I cannot: the constitution never allows this now ({law.rule})."
    if by not in (may := _who_may(law.verdict, law.role, team)):
        return f"Only {_either([team.member(p).name for p in may])} can take this back. Nothing was done."
    return None


def _who_may(verdict: Verdict, role: str, team: Team) -> tuple[PersonId, ...]:
    """Whoever may say yes to it; for what needs no yes everybody in the team."""
    everybody = tuple(member.id for member in team.members)
    return everybody if verdict is Verdict.ALLOW else tuple(p for p in team.people_of(role) if is_member(p, team))


def _either(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names) or "an approver"
