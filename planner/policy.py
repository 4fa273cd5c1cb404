"""May we? The only module that answers, and it answers with the rule it used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import get_args

from models.actions import Action, AskApproval, AskIdentity, Escalate, PostDigest, RemindPerson, addressee
from models.cycles import History
from models.directives import Allow, Ask, Directives, Mode, Never, Team
from models.ids import PersonId, ProposalId, SignalId, named
from models.proposals import Approval, Decided, Decision, Effect, Ending, Outcome, Proposal, Verdict
from models.work import Person, Snapshot
from planner.approvals import approvers_of, expiry
from planner.escalation import PM
from planner.factcheck import Ground, is_proposal
from planner.limits import Place, Wait, claim, wait_for_person, wait_for_spare, wait_for_team
from planner.reasoning import reminder
from planner.reports import MOST_ITEMS, channel_for
from planner.worktime import team_calendar

MOST_PROPOSALS = 1000
"""How many proposals of one look are weighed; more can only be a mind gone wrong."""

UNGROUNDED = "no-finding"
CLOSED_WORLD = "closed-world"
UNLISTED = "unlisted"
SHADOW = "mode-shadow"
SUGGEST = "mode-suggest"
NOT_OURS = "not-a-member"
"""Names of what decides where no line of the constitution does."""


@dataclass(frozen=True, slots=True)
class Law:
    """What the constitution says of an action: the verdict, the line, and whose yes it takes."""

    verdict: Verdict
    rule: str
    strength: int
    """0 is the strongest."""
    role: str = PM


# --- one look -----------------------------------------------------------------------------------------------


def decide_all(
    proposals: Sequence[Proposal],
    snapshot: Snapshot,
    directives: Directives,
    history: History,
    ground: Ground | None = None,
) -> tuple[Decided, ...]:
    """Decide one look's proposals, the most urgent first; each sees the attention spent by those before it.

    Proposals are untrusted: each is put together again from what the rules found, or denied. What was
    settled or told before is left out, and so is what is no Proposal at all. ``ground`` is what the rules
    found in this very snapshot; without it they look again.
    """
    ground = ground or Ground.of(snapshot, directives)
    team = directives.team(snapshot.team)
    decided: dict[ProposalId, Decided] = {}
    checked, refused = _checked(proposals, ground)
    for proposal in checked:
        ready = _ready(proposal, ground, history)
        if ready is not None and ready.id not in history.settled and ready.id not in decided:
            decision = decide(ready, snapshot, directives, history)
            history = _after(history, decision)
            decided[ready.id] = Decided(ready, as_recorded(decision, team))
    for proposal in refused:
        if proposal.id not in history.settled:
            decided[proposal.id] = Decided(proposal, _refuse(proposal.action, directives))
    return tuple(decided.values())


def _checked(proposals: Sequence[Proposal], ground: Ground) -> tuple[list[Proposal], list[Proposal]]:
    """The proposals in our own words, the most urgent first; and those no finding carries."""
    fine: list[Proposal] = []
    refused: dict[ProposalId, Proposal] = {}
    for each in _offered(proposals):
        if not is_proposal(each):
            continue
        try:
            checked = ground.checked(each)
        except (AttributeError, TypeError):  # a field that is not of its type: no proposal either
            continue
        if checked is not None:
            fine.append(checked)
        else:
            # Its own id could be that of a good proposal, which would then count as settled.
            name = ProposalId(named("refused", each.action, each.id))
            refused[name] = replace(each, id=name, asked_by=None)
    return sorted(fine, key=_rank), list(refused.values())


def _rank(proposal: Proposal) -> tuple[int, bool]:
    """The most urgent first; what we want to know for ourselves after everything else that is as urgent."""
    return -proposal.urgency, isinstance(proposal.action, AskIdentity)


def _offered(proposals: object) -> Iterable[object]:
    """What a mind gave, however little it looks like a list; never more than anybody could mean."""
    return islice(proposals if isinstance(proposals, Iterable) else (), MOST_PROPOSALS)


def _ready(proposal: Proposal, ground: Ground, history: History) -> Proposal | None:
    """The proposal as it would be sent now: without what has been told, and named after its mode."""
    team = ground.directives.team(ground.snapshot.team)
    action = proposal.action
    who = addressee(action)
    if isinstance(action, RemindPerson):
        way = _way(action, team, ground.directives)
        new = [signal for signal in ground.told_of(action) if _is_new(signal.id, action.person, way, history)]
        if not new:
            return None
        proposal = reminder(action.person, new, ground.directives, MOST_ITEMS)
    elif who is not None and any((who, signal) in history.told for signal in proposal.signals):
        return None
    if team.mode is Mode.SHADOW:
        # What was only recorded must not count as settled on the day the team begins to act.
        proposal = replace(proposal, id=ProposalId(named("shadow", proposal.id)))
    return proposal


def _is_new(signal: SignalId, person: PersonId, way: Verdict, history: History) -> bool:
    return (person, signal) not in history.told and (person, signal, way) not in history.raised


def _way(action: Action, team: Team, directives: Directives) -> Verdict:
    """The verdict an action gets in this team before anybody's time is looked at."""
    return Verdict.DENY if team.mode is Mode.SHADOW else law_in(action, team, directives).verdict


def _after(history: History, decision: Decision) -> History:
    """What the next decision of the same look must know of this one."""
    spent, cards = dict(history.spent), history.open_cards
    if decision.spend is not None:
        key = (decision.spend.person, decision.spend.day.isoformat(), decision.spend.budget)
        spent[key] = decision.spend.ordinal
    if decision.verdict is Verdict.ASK:
        cards |= {decision.approvers[0]}
    return replace(history, spent=spent, open_cards=cards)


def _refuse(action: Action, directives: Directives) -> Decision:
    law = law_of(action, directives)
    if law.verdict is Verdict.DENY:
        return _deny(law.rule, "the constitution never allows this")
    return _deny(UNGROUNDED, "no rule found a reason for this")


# --- one decision -------------------------------------------------------------------------------------------


def decide(proposal: Proposal, snapshot: Snapshot, directives: Directives, history: History) -> Decision:
    """May this be done now? The strongest rule first; the last answer is the safe one.

    Whether the proposal rests on facts is ``decide_all``'s business; what a team in shadow mode makes of
    the answer is ``as_recorded``'s.
    """
    action, team = proposal.action, directives.team(snapshot.team)
    if not _exists(action) or isinstance(action, AskApproval):
        return _deny(CLOSED_WORLD, "there is no such action")
    law = law_in(action, team, directives)
    if law.verdict is Verdict.DENY:
        return _deny(law.rule, "the constitution never allows this")
    who = addressee(action)
    if who is not None and not _is_member(who, team):
        return _deny(NOT_OURS, "it addresses somebody who is not in the team")
    at = Place(snapshot.team, snapshot.people, directives, snapshot.now)
    if law.verdict is Verdict.ASK:
        return _ask(proposal, law, team, at, history)
    return _allow(proposal, who, law, at, history)


def _allow(proposal: Proposal, who: PersonId | None, law: Law, at: Place, history: History) -> Decision:
    """Yes, within the addressee's hours and attention."""
    wait = _no_time_for(proposal.action, who, proposal, at)
    if wait is None and isinstance(proposal.action, AskIdentity):
        wait = wait_for_spare(proposal.action.person, at)
    if wait is not None:
        return _defer(wait)
    if who is None or who == proposal.asked_by:
        return Decision(verdict=Verdict.ALLOW, rule=law.rule, reason="the constitution allows it")
    spend = claim(who, proposal.urgency, history, at)
    if isinstance(spend, Wait):
        return _defer(spend)
    return Decision(verdict=Verdict.ALLOW, rule=law.rule, reason="the constitution allows it", spend=spend)


def _no_time_for(action: Action, who: PersonId | None, proposal: Proposal, at: Place) -> Wait | None:
    """Whose quiet hours it falls into, if anybody's. A person's own request is answered at any hour."""
    if isinstance(action, Escalate):
        return wait_for_team(proposal.urgency, at)
    if who is None or who == proposal.asked_by:
        return None
    return wait_for_person(who, proposal.urgency, at)


def _ask(proposal: Proposal, law: Law, team: Team, at: Place, history: History) -> Decision:
    """A question to the first approver who is there. One more line on an open card costs nothing."""
    approvers = approvers_of(law.role, team, at.people, at.now)
    if not approvers:
        return _deny(law.rule, f"nobody holds the role {law.role!r}, whose yes it needs")
    first = approvers[0]
    question = Decision(
        verdict=Verdict.ASK,
        rule=law.rule,
        reason=f"it needs a yes of {law.role}",
        approvers=approvers,
        expires=expiry(first, at.team, at.people, at.directives, at.now),
    )
    if proposal.asked_by == first or first in history.open_cards:
        return question
    wait = wait_for_person(first, proposal.urgency, at)
    if wait is not None:
        return _defer(wait)
    spend = claim(first, proposal.urgency, history, at)
    return _defer(spend) if isinstance(spend, Wait) else replace(question, spend=spend)


def as_recorded(decision: Decision, team: Team) -> Decision:
    """In shadow mode nothing is done and nobody is asked: what would have been is the record."""
    if team.mode is not Mode.SHADOW or decision.verdict not in (Verdict.ALLOW, Verdict.ASK):
        return decision
    asked = f"asked {decision.approvers[0]}: {decision.reason}" if decision.approvers else "done it"
    return _deny(SHADOW, f"in shadow mode; would have {asked} ({decision.rule})")


def _deny(rule: str, reason: str) -> Decision:
    return Decision(verdict=Verdict.DENY, rule=rule, reason=reason)


def _defer(wait: Wait) -> Decision:
    return Decision(verdict=Verdict.DEFER, rule=wait.rule, reason=wait.reason, until=wait.until)


# --- what the constitution says of an action ----------------------------------------------------------------


def who_may_answer(approval: Approval, directives: Directives) -> tuple[PersonId, ...]:
    """Whose click counts now: named when it was asked, and still in the role the constitution of today asks for."""
    team = next((team for team in directives.teams if team.id == approval.team), None)
    if team is None:
        return ()
    still = team.people_of(law_in(approval.proposal.action, team, directives).role)
    return tuple(person for person in approval.approvers if person in still)


def law_of(action: Action, directives: Directives) -> Law:
    """The strongest line about this action: never, never without a yes, ask, allow; unlisted asks the PM."""
    word = _word_for(action, directives)
    laws = [law for line in directives.lines() if (law := _law(line.id, line.rule, word))]
    return min(laws, key=lambda law: law.strength, default=Law(Verdict.ASK, UNLISTED, 2))


def law_in(action: Action, team: Team, directives: Directives) -> Law:
    """As ``law_of``, in this team's mode: a team that only takes suggestions is asked for everything."""
    law = law_of(action, directives)
    if team.mode is Mode.SUGGEST and law.verdict is Verdict.ALLOW:
        return Law(Verdict.ASK, SUGGEST, 2)
    return law


def _law(name: str, rule: object, word: str) -> Law | None:
    match rule:
        case Never(never=words, unless_approved_by=None) if word in words:
            return Law(Verdict.DENY, name, 0)
        case Never(never=words, unless_approved_by=str(role)) if word in words:
            return Law(Verdict.ASK, name, 1, role)
        case Ask(ask=asked, of=role) if asked == word:
            return Law(Verdict.ASK, name, 2, role)
        case Allow(allow=allowed, when=None) if allowed == word:
            return Law(Verdict.ALLOW, name, 3)
        case _:
            return None


def _word_for(action: Action, directives: Directives) -> str:
    """The constitution's word for it; a digest in a channel of another topic is a post elsewhere."""
    if isinstance(action, PostDigest) and action.channel != (channel_for("technical", directives) or "team"):
        return "post_to_other_channel"
    return action.kind


def _exists(action: object) -> bool:
    return type(action) in get_args(Action)


def _is_member(person: PersonId, team: Team) -> bool:
    return any(member.id == person for member in team.members)


# --- at the last moment -------------------------------------------------------------------------------------


def still_allowed(
    effect: Effect, people: Mapping[PersonId, Person], directives: Directives, now: datetime
) -> Outcome | None:
    """Ask once more just before it is done: ``None`` means go on.

    ``FORBIDDEN`` when the constitution, the mode or the team has changed; when it is no time to reach the
    person, ``DEFERRED`` until it is, or ``LATER`` for what somebody has approved: a yes is not taken back,
    it waits, however long, and that is no failed try.
    """
    team = next((team for team in directives.teams if team.id == effect.team), None)
    forbidden = "the team is not in the constitution any more" if team is None else _forbidden(effect, team, directives)
    at = Place(effect.team, people, directives, now)
    if forbidden is None and _is_stale(effect.action, at):
        forbidden = "its day is over"
    if forbidden is not None:
        return Outcome(ending=Ending.FORBIDDEN, words=forbidden)
    wait = _wait_now(effect, at)
    if wait is None:
        return None
    if effect.approval is not None:
        return Outcome(ending=Ending.LATER, words=wait.reason, until=wait.until)
    return Outcome(ending=Ending.DEFERRED, words=wait.reason, until=wait.until)


def _forbidden(effect: Effect, team: Team, directives: Directives) -> str | None:
    if not _exists(effect.action):
        return "there is no such action"
    if team.mode is Mode.SHADOW:
        return "the team is in shadow mode now"
    who = addressee(effect.action)
    if who is not None and not _is_member(who, team):
        return f"{who} is not in the team any more"
    # What an approval card shows must be allowed too, or a yes to it would be for nothing.
    law = law_in(effect.proposal.action, team, directives)
    if law.verdict is Verdict.DENY:
        return f"the constitution never allows this now ({law.rule})"
    is_card = isinstance(effect.action, AskApproval)
    if law.verdict is Verdict.ASK and effect.approval is None and not is_card:
        return f"it needs a yes now ({law.rule})"
    return None


def _is_stale(action: Action, at: Place) -> bool:
    """A daily summary is of its day or of none."""
    return isinstance(action, PostDigest) and action.day != team_calendar(at.directives, at.team).local_day(at.now)


def _wait_now(effect: Effect, at: Place) -> Wait | None:
    """Quiet hours now. A channel post that somebody has just approved goes out as they wish."""
    who = addressee(effect.action)
    if who is None and effect.approval is not None:
        return None
    return _no_time_for(effect.action, who, effect.proposal, at)
