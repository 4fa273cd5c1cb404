"""What must be so once a newer version has finished what an older one had under way (``old_rows``)."""

from __future__ import annotations

from models.events import Source
from models.ids import ApprovalId, PersonId
from models.mailbox import NewJob
from models.proposals import Approval, ApprovalState, EffectState, Verdict, ask_of, effect_of
from tests.contracts.stores.values import ADA, LI, PAY, PM, allow, cycle, delivery, look, nudge, proposal, spend
from tests.upgrades.finishing import Office
from tests.upgrades.old_rows import UNSENT, approval_of


async def events(here: Office) -> None:
    assert here.looks == {PAY: 1, "ops": 1}, here.looks
    assert await here.mailbox.waiting(PAY) == []
    for name in ("seen", "unseen"):
        assert not await here.mailbox.accept(delivery(name, source=Source.JIRA), PAY, look()), "known by its id"
    assert not await here.store.fire("digest:pay", "2027-03-01", NewJob("digest", "digest:pay", PAY))


async def effects(here: Office) -> None:
    """Each at its target once; the one that had arrived was found there."""
    for name in UNSENT:
        sent = await here.ledger.effect(effect_of(proposal(nudge(), name).id))
        assert sent is not None and sent.state is EffectState.SENT and here.world[sent.id] == 1, name
    [dead] = await here.mailbox.dead_letters()
    assert await here.mailbox.replay(dead.id)
    await here.finish()
    again = effect_of(proposal(nudge(), "given up").id)
    assert here.world[again] == 1
    assert (LI, "s9") in (await here.ledger.history(PAY)).told
    assert max(here.world.values()) == 1


async def questions(here: Office) -> None:
    """Those that wait are answered once; those that are over stay as they were."""
    shown = await _kept(here, approval_of("not shown"))
    assert shown.card == {"channel": "D", "ts": ask_of(shown.id)}
    answers = [await here.ledger.decide(approval_of("on a card"), by=by, approve=True) for by in (PM, LI)]
    assert [(said.state, said.by) for said in answers] == [(ApprovalState.APPROVED, PM)] * 2
    late = await here.ledger.decide(approval_of("too late"), by=PM, approve=True)
    refused = await here.ledger.decide(approval_of("refused"), by=PM, approve=True)
    assert (late.state, refused.state, refused.by) == (ApprovalState.EXPIRED, ApprovalState.REJECTED, LI)
    await here.finish()
    done = {name: here.world[effect_of(proposal(nudge(), name).id)] for name in ("on a card", "too late", "refused")}
    assert done == {"on a card": 1, "too late": 0, "refused": 0}
    assert (await _kept(here, approval_of("approved"))).outcome


async def limits(here: Office) -> None:
    """What was spent is spent, what was told is told, what was settled is settled."""
    assert (await here.ledger.history(PAY)).spent[PersonId(ADA), "2027-03-01", "daily"] == 3
    more = [allow(proposal(nudge(ADA, "s7"), "more"), spend=spend()), allow(proposal(nudge(ADA, "s1"), "again"))]
    kept = await here.ledger.record(cycle(here.clock, *more, allow(proposal(nudge(), "waits"))))
    assert [(each.proposal.id, each.decision.verdict) for each in kept] == [
        ("more", Verdict.DEFER),
        ("again", Verdict.DEFER),
    ]


async def _kept(here: Office, name: ApprovalId) -> Approval:
    found = await here.ledger.approval(name)
    assert found is not None
    return found
