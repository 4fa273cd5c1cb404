"""One proposal: may it be done now? The strongest rule first; the last answer is the safe one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from models.actions import Action, AskApproval, AskIdentity, Escalate, PostDigest, addressee, word_of
from models.cycles import History
from models.directives import Directives, Mode, Team
from models.ids import PersonId
from models.proposals import Decision, Proposal, Supposed, Verdict
from models.work import Snapshot
from planner.bounds.limits import Place, Wait, claim, wait_for_person, wait_for_spare, wait_for_team
from planner.bounds.worktime import team_calendar
from planner.hearers.approvals import approvers_of, course
from planner.matters.quiet import is_free
from planner.policy.form import lacks
from planner.policy.law import CLOSED_WORLD, NOT_OURS, SHADOW, STEPPED_BACK, Law, exists, is_member, law_for
from planner.policy.paused import put_off
from planner.policy.trust import mode_of, stepped_back
from planner.words.modes import step_words
from planner.words.titles import the


def decide(proposal: Proposal, snapshot: Snapshot, directives: Directives, history: History) -> Decision:
    """May this be done now? The strongest rule first; the last answer is the safe one.

    Whether the proposal rests on facts is ``decide_all``'s business; what a team in shadow mode makes of
    the answer is ``as_recorded``'s.
    """
    action, team = proposal.action, directives.team(snapshot.team)
    if not exists(action) or isinstance(action, AskApproval):
        return deny(CLOSED_WORLD, "there is no such action")
    law = law_for(proposal, team, directives)
    if law.verdict is Verdict.DENY:
        return deny(law.rule, "the constitution never allows this")
    who = addressee(action)
    if who is not None and not is_member(who, team):
        return deny(NOT_OURS, "it addresses somebody who is not in the team")
    if missing := lacks(action, directives):
        return deny(*missing)
    pause = put_off(proposal, snapshot.paused, snapshot.team, directives, snapshot.now)
    if pause is not None:
        return defer(pause)
    at = Place(snapshot.team, snapshot.people, directives, snapshot.now)
    if law.verdict is Verdict.ASK:
        return _ask(proposal, law, team, at, history)
    return _allow(proposal, who, law, at, history)


def _allow(proposal: Proposal, who: PersonId | None, law: Law, at: Place, history: History) -> Decision:
    """Yes, within the addressee's hours and attention."""
    wait = no_time_for(proposal.action, who, proposal, at)
    if wait is None and isinstance(proposal.action, AskIdentity):
        wait = wait_for_spare(proposal.action.person, at)
    if wait is not None:
        return defer(wait)
    if who is None or who == proposal.asked_by or is_free(proposal):
        return Decision(verdict=Verdict.ALLOW, rule=law.rule, reason="the constitution allows it")
    spend = claim(who, proposal.urgency, history, at)
    if isinstance(spend, Wait):
        return defer(spend)
    return Decision(verdict=Verdict.ALLOW, rule=law.rule, reason="the constitution allows it", spend=spend)


def no_time_for(action: Action, who: PersonId | None, proposal: Proposal, at: Place) -> Wait | None:
    """Whose quiet hours it falls into, if anybody's. A person's own request is answered at any hour."""
    if isinstance(action, Escalate):
        return wait_for_team(proposal.urgency, at)
    if who is None or who == proposal.asked_by:
        return None
    return wait_for_person(who, proposal.urgency, at)


def _ask(proposal: Proposal, law: Law, team: Team, at: Place, history: History) -> Decision:
    """A question to the first approver who is there. One more line on an open card costs nothing."""
    approvers = _asker_first(approvers_of(law.role, team, at.people, at.now), proposal.asked_by)
    if law.four_eyes and proposal.asked_by in approvers:  # then their deputies stand in, although they are here
        able = dict.fromkeys([*approvers, *team.people_of(law.role)])
        approvers = tuple(person for person in able if person != proposal.asked_by)
    if not approvers:
        return deny(law.rule, f"nobody {'else ' * law.four_eyes}holds the role {law.role!r}, whose yes it needs")
    first = approvers[0]
    question = Decision(
        verdict=Verdict.ASK,
        rule=law.rule,
        reason=_why_asked(proposal, law, team),
        approvers=approvers,
        expires=_in_time(proposal.action, course(first, law.role, proposal.urgency, at.now, at).expires, at),
    )
    # What somebody has just asked for costs its approver nothing; out of hours the card itself waits.
    if proposal.asked_by is not None or first in history.open_cards:
        return question
    wait = wait_for_person(first, proposal.urgency, at)
    if wait is not None:
        return defer(wait)
    spend = claim(first, proposal.urgency, history, at)
    return defer(spend) if isinstance(spend, Wait) else replace(question, spend=spend)


def _why_asked(proposal: Proposal, law: Law, team: Team) -> str:
    step = stepped_back(word_of(proposal.action), team) if law.rule == STEPPED_BACK else None
    return step_words(step, team) if step is not None else f"it needs {the(law.role)}'s yes"


def _asker_first(approvers: tuple[PersonId, ...], asker: PersonId | None) -> tuple[PersonId, ...]:
    """Whoever asks for it and may say yes confirms it themselves."""
    return tuple(sorted(approvers, key=lambda person: person != asker))


def _in_time(action: Action, expires: datetime, at: Place) -> datetime:
    """A yes to a daily summary is worth nothing when its day is over."""
    worked = team_calendar(at.directives, at.team).worked_on(action.day) if isinstance(action, PostDigest) else None
    return min(expires, worked[1]) if worked is not None else expires


def as_recorded(decision: Decision, proposal: Proposal, team: Team) -> Decision:
    """In shadow mode nothing is done and nobody is asked: what would have been is the record."""
    if mode_of(proposal, team) is not Mode.SHADOW:
        return decision
    first = next(iter(decision.approvers), None)
    supposed = Supposed(
        verdict=decision.verdict, rule=decision.rule, reason=decision.reason, asked=first, spend=decision.spend
    )
    if decision.verdict not in (Verdict.ALLOW, Verdict.ASK):
        return replace(decision, supposed=supposed)
    names = {member.id: member.name for member in team.members}
    asked = f"asked {names.get(first, first)}, because {decision.reason}" if first is not None else "done it"
    denied = deny(SHADOW, f"in shadow mode; would have {asked} ({decision.rule})")
    return replace(denied, supposed=supposed)


def deny(rule: str, reason: str) -> Decision:
    """No, by ``rule``."""
    return Decision(verdict=Verdict.DENY, rule=rule, reason=reason)


def defer(wait: Wait) -> Decision:
    """Not now: decided again when the wait is over."""
    return Decision(verdict=Verdict.DEFER, rule=wait.rule, reason=wait.reason, until=wait.until)
