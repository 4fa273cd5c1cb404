"""One look's proposals, decided: untrusted, put together again from what the rules found, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from models.actions import Action, AskIdentity, CommentOnIssue, Escalate, RemindPerson, addressee
from models.cycles import History
from models.directives import Directives, Mode, Team
from models.ids import PersonId, ProposalId, SignalId, named
from models.lessons import NO_LESSONS, Lessons
from models.proposals import Decided, Decision, Proposal, Verdict
from models.signals import Urgency
from models.work import Snapshot
from planner.bounds.limits import Place, Wait
from planner.hearers.foremost import DOWN
from planner.hearers.patience import Patience
from planner.hearers.putting_off import too_early
from planner.policy.apart import apart
from planner.policy.decision import as_recorded, decide, defer, deny
from planner.policy.habits import by_their_way, honestly, in_order, in_their_time, weight_for
from planner.policy.law import UNGROUNDED, law_for, law_of
from planner.policy.peace import awake, left_in_peace
from planner.policy.trust import mode_of
from planner.reasoning import reminder
from planner.reports.summaries import MOST_ITEMS
from planner.still.factcheck import Ground, is_proposal

MOST_PROPOSALS = 1000
"""How many proposals of one look are weighed; more can only be a mind gone wrong."""


def decide_all(
    proposals: Sequence[Proposal],
    snapshot: Snapshot,
    directives: Directives,
    history: History,
    ground: Ground | None = None,
    lessons: Lessons = NO_LESSONS,
) -> tuple[Decided, ...]:
    """Decide one look's proposals, the most urgent first; each sees the attention spent by those before it.

    Proposals are untrusted: each is put together again from what the rules found, or denied. What was
    settled or told before is left out, and so is what is no Proposal at all. ``ground`` is what the rules
    found in this very snapshot; without it they look again. ``lessons`` change order, way and moment only.
    """
    ground = ground or Ground.of(snapshot, directives)
    team = directives.team(snapshot.team)
    decided: dict[ProposalId, Decided] = {}
    checked, refused = _checked(proposals, ground)
    patience = Patience.of(ground.signals, snapshot, directives, history)
    kept: dict[PersonId, str] = {}
    at = Place(snapshot.team, snapshot.people, directives, snapshot.now)
    imagined = _with_supposed(history)
    for proposal in apart(in_order(checked, lessons), ground, team):
        ready = _ready(proposal, ground, history, lessons, patience)
        if ready is not None and ready.id not in history.settled and ready.id not in decided:
            shadowed = mode_of(ready, team) is Mode.SHADOW
            wait = too_early(ready, history, snapshot.now) or _not_yet(ready, ground, patience)
            meant = defer(wait) if wait else decide(ready, snapshot, directives, imagined if shadowed else history)
            history, imagined = history if shadowed else _after(history, meant), _after(imagined, meant)
            decision = in_their_time(honestly(meant, kept, at), ready, ground, lessons)
            if meant.spend is not None and decision.spend is None:
                kept[meant.spend.person] = decision.reason
            decided[ready.id] = Decided(ready, as_recorded(decision, ready, team))
    for proposal in refused:
        if proposal.id not in history.settled:
            decided[proposal.id] = Decided(proposal, as_recorded(_refuse(proposal.action, directives), proposal, team))
    return tuple(decided.values())


def _checked(proposals: Sequence[Proposal], ground: Ground) -> tuple[list[Proposal], list[Proposal]]:
    """The proposals in our own words, the most urgent first; and those no finding carries."""
    fine: list[Proposal] = []
    refused: dict[ProposalId, Proposal] = {}
    for each in (*ground.promises.values(), *_offered(proposals)):
        if not is_proposal(each):
            continue
        try:
            checked = ground.promises.get(each.id) or ground.checked(each)
        except (AttributeError, TypeError):  # a field that is not of its type: no proposal either
            continue
        if checked is not None:
            fine.append(checked)
        else:
            # Its own id could be that of a good proposal, which would then count as settled.
            name = ProposalId(named("refused", each.action, each.id))
            refused[name] = _refused(each, name)
    return sorted(fine, key=_rank), list(refused.values())


def _refused(given: Proposal, name: ProposalId) -> Proposal:
    """For the record only: what it would have done and why; nothing else of it is believed."""
    return Proposal(
        id=name,
        action=given.action,
        because=given.because,
        evidence=(),
        signals=(),
        urgency=Urgency.LOW,
        rule=UNGROUNDED,
        if_nothing="",
    )


def _rank(proposal: Proposal) -> tuple[int, bool, bool]:
    """The most urgent first, of that the word that production is down; what we want to know for ourselves last."""
    action = proposal.action
    down = isinstance(action, RemindPerson) and any(item.kind == DOWN for item in action.items)
    return -proposal.urgency, not down, isinstance(action, AskIdentity)


def _offered(proposals: object) -> Iterable[object]:
    """What a mind gave, however little it looks like a list; never more than anybody could mean."""
    return islice(proposals if isinstance(proposals, Iterable) else (), MOST_PROPOSALS)


def _not_yet(proposal: Proposal, ground: Ground, patience: Patience) -> Wait | None:
    """Whether what nobody has asked for is to be tried with others first, or has come back too soon."""
    asked_for = proposal.asked_by is not None or proposal.promised is not None
    if asked_for or not isinstance(proposal.action, RemindPerson | CommentOnIssue | Escalate):
        return None
    signals = [signal for name in proposal.signals for signal in ground.by_id.get(name, ())[:1]]
    return patience.wait_for_all(signals, addressee(proposal.action))


def _ready(
    proposal: Proposal, ground: Ground, history: History, lessons: Lessons, patience: Patience
) -> Proposal | None:
    """The proposal as it would be sent now: without what has been told, and named after its mode."""
    team = ground.directives.team(ground.snapshot.team)
    action = proposal.action
    who = addressee(action)
    if proposal.promised is not None:
        return _named(proposal, team)
    if left_in_peace(proposal, ground, history):
        return None
    if isinstance(action, RemindPerson):
        way = _way(proposal, team, ground.directives)
        wanted = awake(ground.told_of(action), action.person, ground, history)
        new = [signal for signal in wanted if _is_new(signal.id, action.person, way, history)]
        if not new:
            return None
        new = patience.now(new, action.person)
        weight, told = weight_for(action.person, lessons), proposal
        proposal = reminder(action.person, new, ground.directives, MOST_ITEMS, weight, order=told.signals)
        proposal = _as_thought(by_their_way(proposal, new, ground, lessons), told)
    elif who is not None and any((who, signal) in history.told for signal in proposal.signals):
        return None
    return _named(proposal, team)


def _named(proposal: Proposal, team: Team) -> Proposal:
    """What was only recorded must not count as settled on the day the team begins to act."""
    shadow = mode_of(proposal, team) is Mode.SHADOW
    return replace(proposal, id=ProposalId(named("shadow", proposal.id))) if shadow else proposal


def _is_new(signal: SignalId, person: PersonId, way: Verdict, history: History) -> bool:
    return (person, signal) not in history.told and (person, signal, way) not in history.raised


def _as_thought(proposal: Proposal, told: Proposal) -> Proposal:
    """What is left of ``told``, with what a model made of it; who chose it stays on record."""
    return replace(proposal, options=told.options, weighed=told.weighed, by_model=told.by_model)


def _way(proposal: Proposal, team: Team, directives: Directives) -> Verdict:
    """The verdict a proposal gets in this team before anybody's time is looked at."""
    return Verdict.DENY if mode_of(proposal, team) is Mode.SHADOW else law_for(proposal, team, directives).verdict


def _with_supposed(history: History) -> History:
    """As it would stand if what shadow mode has only recorded had been done: by this alone such matters are decided."""
    spent = dict(history.spent)
    for key, units in history.supposed.items():
        spent[key] = spent.get(key, 0) + units
    return replace(history, spent=spent, open_cards=history.open_cards | history.supposed_cards)


def _after(history: History, decision: Decision) -> History:
    """What the next decision of the same look must know of this one."""
    spent, cards = dict(history.spent), history.open_cards
    if decision.spend is not None:
        key = (decision.spend.person, decision.spend.day.isoformat(), decision.spend.budget)
        spent[key] = spent.get(key, 0) + 1
    if decision.verdict is Verdict.ASK:
        cards |= {decision.approvers[0]}
    return replace(history, spent=spent, open_cards=cards)


def _refuse(action: Action, directives: Directives) -> Decision:
    law = law_of(action, directives)
    if law.verdict is Verdict.DENY:
        return deny(law.rule, "the constitution never allows this")
    return deny(UNGROUNDED, "no rule found a reason for this")
