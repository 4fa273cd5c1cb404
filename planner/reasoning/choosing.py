"""A model's choice put into the rules' proposals: another way or another order, and nothing less than they found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from models.actions import Reassign, RemindPerson
from models.proposals import Option, Proposal
from planner.claims.facts import Sheet
from planner.reasoning.memory import LastPlan
from planner.reasoning.offers import SETTLED, Offer
from planner.reasoning.reply import Pick


def chosen(
    own: Sequence[Proposal], offers: Sequence[Offer], picks: Sequence[Pick], sheet: Sheet
) -> tuple[Sequence[Proposal], Mapping[str, str], Sequence[str]]:
    """The proposals, a model's choice first and in its order; then, for later, whom it chose to take what, and that
    order as the ids of proposals."""
    by_id = {offer.id: offer for offer in offers}
    ruled = {offer.matter: offer for offer in offers if offer.own}
    first: list[Proposal] = []
    takers: dict[str, str] = {}
    for pick in picks:
        theirs, wanted = ruled[by_id[pick.offer].matter], by_id[pick.offer]
        taken = theirs if theirs.proposal.urgency >= SETTLED else wanted
        first.append(_proposal(taken, pick, by_id, sheet, says=taken is wanted))
        if isinstance(taken.proposal.action, Reassign) and not taken.own:
            takers[theirs.proposal.id] = taken.proposal.action.taker or ""
    done = [ruled[by_id[pick.offer].matter].proposal for pick in picks]
    rest = [proposal for proposal in own if not any(proposal is each for each in done)]
    return [*first, *rest], takers, [proposal.id for proposal in done]


def _proposal(taken: Offer, pick: Pick, by_id: Mapping[str, Offer], sheet: Sheet, *, says: bool) -> Proposal:
    """The offer with the model's words. Where another way is done than it chose, its words would tell of that one."""
    options = (Option(action=by_id[way.offer].proposal.action, pros=way.pros, cons=way.cons) for way in pick.options)
    proposal = replace(taken.proposal, weighed=pick.weighed if says else "", options=tuple(options))
    action = proposal.action
    if isinstance(action, RemindPerson):
        subjects = [sheet.by_id[name].subject for name in pick.evidence]
        return replace(proposal, action=_in_order(action, subjects))
    return proposal


def _in_order(action: RemindPerson, subjects: Sequence[str]) -> RemindPerson:
    """What the model goes by first comes first among equals; ``reminder`` holds the urgent before the rest."""
    place = {subject: n for n, subject in reversed(list(enumerate(subjects)))}
    items = sorted(action.items, key=lambda item: place.get(item.subject, len(subjects)))
    return replace(action, items=tuple(items))


def as_before(own: Sequence[Proposal], offers: Iterable[Offer], last: LastPlan | None) -> Sequence[Proposal]:
    """What a model chose last time holds for what still waits: whom it chose, where that is still offered, and in
    which order. Its words are not said again: their facts were of then."""
    if last is None or not last.order:
        return own
    open_ones = (each.proposal for each in offers if each.proposal.urgency < SETTLED)
    ways = {(each.id, _taker(each)): each for each in open_ones}
    kept = [ways.get((each.id, last.takers.get(each.id, "")), each) for each in own]
    place = {name: n for n, name in enumerate(last.order)}
    return sorted(kept, key=lambda each: place.get(each.id, len(place)))


def _taker(proposal: Proposal) -> str:
    return (proposal.action.taker or "") if isinstance(proposal.action, Reassign) else ""
