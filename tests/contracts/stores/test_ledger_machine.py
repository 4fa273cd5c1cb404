"""Whatever looks, people and workers do, crash or sleep through: the ledger says what its model says.

Nothing decided is lost, nothing reaches the world twice, one answer wins, and no limit is passed.
``PM_MODEL_EXAMPLES`` and ``PM_MODEL_STEPS`` make it longer; ``PM_MODEL_SEED`` tries other histories.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from models.cycles import Edit
from models.ids import ApprovalId, EffectId, PersonId
from models.proposals import ApprovalState, Decided, Ending, Objection, PutOff, Spend, Unit, Verdict
from tests.contracts.stores.ledger_model import LIVE, Sending
from tests.contracts.stores.ledger_workers import LEASE, Workers, size, stands, tried
from tests.contracts.stores.values import ADA, LI, PM, allow, ask, cycle, handover, nudge, proposal

HOUR = timedelta(hours=1)
PEOPLE, SIGNALS = st.sampled_from([ADA, LI]), st.sets(st.sampled_from(["s1", "s2", "s3"]), min_size=1, max_size=2)
VERDICTS = st.sampled_from([Verdict.ALLOW, Verdict.ALLOW, Verdict.ASK, Verdict.ASK, Verdict.DEFER, Verdict.DENY])
HOURS = st.sampled_from([1, 5, 30])


class Ledgers(Workers):
    """Looks decide, people answer, workers carry out; after each step the stores are compared with the model."""

    @initialize()
    def morning(self) -> None:
        """The day begins with something of each kind under way."""
        first, second = proposal(nudge(ADA, "s1"), "nadas1"), proposal(nudge(LI, "s2"), "nlis2")
        spent = [Spend(person=who, day=self.clock.now().date(), budget="daily", ordinal=1) for who in (ADA, LI)]
        told = [allow(what, spend=spend) for what, spend in zip((first, second), spent, strict=True)]
        asked = [ask(proposal(handover(issue), f"h{issue}"), PM, LI, hours=5) for issue in ("PAY-1", "PAY-2")]
        made = cycle(self.clock, *told, *asked, ask(proposal(nudge(ADA, "s3"), "nadas3"), PM, hours=30))
        assert len(self.model.record(made)) == len(self.run(self.ledger.record(made))) == 5

    @rule(data=st.data(), many=st.integers(1, 2))
    def look(self, data: st.DataObject, many: int) -> None:
        overtaken = self.some_question(data) if data.draw(st.integers(0, 4)) == 0 and self.model.questions else None
        made = replace(
            cycle(self.clock, *[self.decided(data) for _ in range(many)]),
            overtaken=(overtaken,) if overtaken else (),
            next_look=self.clock.now() + data.draw(HOURS) * HOUR,
        )
        expected = self.model.record(made)
        kept = self.run(self.ledger.record(made))
        assert [(each.proposal.id, each.decision.verdict, each.decision.reason) for each in kept] == expected

    def decided(self, data: st.DataObject) -> Decided:
        verdict, person = data.draw(VERDICTS), data.draw(PEOPLE)
        if data.draw(st.booleans()):
            signals = sorted(data.draw(SIGNALS))
            what = proposal(nudge(person, *signals), f"n{person}{''.join(signals)}")
        else:
            issue = data.draw(st.sampled_from(["PAY-1", "PAY-2", "PAY-3"]))
            what = proposal(handover(issue), f"h{issue}")
        day, ordinal = self.clock.now().date(), data.draw(st.sampled_from([1, 2]))
        reader = PM if verdict is Verdict.ASK else person
        spend = Spend(person=reader, day=day, budget="daily", ordinal=1, most=ordinal) if self.costs(data) else None
        if verdict is Verdict.ASK:
            asked = ask(what, PM, LI, hours=self.hour() + data.draw(HOURS))
            return replace(asked, decision=replace(asked.decision, spend=spend))
        until = self.clock.now() + HOUR if verdict is Verdict.DEFER else None
        return allow(what, verdict=verdict, spend=spend if verdict is Verdict.ALLOW else None, until=until)

    def costs(self, data: st.DataObject) -> bool:
        return bool(data.draw(st.booleans()))

    def hour(self) -> float:
        return self.clock.passed / HOUR

    def some_question(self, data: st.DataObject) -> ApprovalId:
        """Rather one that waits."""
        waiting = [q.id for q in self.model.questions.values() if q.state is ApprovalState.PENDING]
        return data.draw(st.sampled_from(waiting if waiting and self.costs(data) else list(self.model.questions)))

    # --- what people do ---------------------------------------------------------------------------------------

    @precondition(lambda self: self.model.questions)
    @rule(data=st.data(), by=st.sampled_from([PM, LI]), approve=st.booleans(), version=st.integers(0, 3))
    def answer(self, data: st.DataObject, by: PersonId, approve: bool, version: int) -> None:
        name, now = self.some_question(data), self.clock.now()
        again = now + HOUR if not approve and self.costs(data) else None
        shown = ("old", self.model.questions[name].version, "", "")[version]
        won = self.model.answer(name, now, by, approve, shown, again)
        why = Objection.TOO_EARLY if again else None
        said = self.run(
            self.ledger.decide(name, by=by, approve=approve, version=shown, objection=why, again=again, note="n")
        )
        assert (said.state, said.by) == (self.model.questions[name].state, self.model.questions[name].by)
        assert not won or (said.note, said.objection) == ("n", why)

    @precondition(lambda self: self.model.questions)
    @rule(data=st.data(), issue=st.sampled_from(["PAY-7", "PAY-8"]))
    def edit(self, data: st.DataObject, issue: str) -> None:
        name, self.edits = self.some_question(data), self.edits + 1
        asked = self.model.questions[name]
        became = proposal(handover(issue), f"e{self.edits}")
        version = asked.version if data.draw(st.integers(0, 3)) else "old"
        wanted = Edit(approval=name, version=version, by=PM, cycle=cycle(self.clock, ask(became, PM)))
        won = self.model.edit(wanted, self.clock.now())
        said = self.run(self.ledger.edit(wanted))
        assert said.id == (wanted.name if won else name)

    @precondition(lambda self: self.model.questions)
    @rule(data=st.data(), by=st.sampled_from([PM, LI]), hours=HOURS)
    def put_off(self, data: st.DataObject, by: PersonId, hours: int) -> None:
        name, now = self.some_question(data), self.clock.now()
        seen = self.run(self.ledger.approval(name))
        assert seen is not None
        to = PutOff(until=now + HOUR, used=timedelta(), expires=now + hours * HOUR)
        assert self.run(self.ledger.put_off(seen, to, by)) == self.model.put_off(name, to.until, to.expires, by, now)

    @precondition(lambda self: self.model.questions)
    @rule(data=st.data(), which=st.sampled_from(["remind", "pass_on", "withdraw"]))
    def pursue(self, data: st.DataObject, which: str) -> None:
        """By two clocks, of which the second comes too late."""
        name, now = self.some_question(data), self.clock.now()
        for _ in range(2):
            if which == "remind":
                assert self.run(self.ledger.remind(name)) == self.model.remind(name, now)
            elif which == "pass_on":
                later = now + 8 * HOUR
                assert self.run(self.ledger.pass_on(name, LI, later)) == self.model.pass_on(name, LI, later, now)
            else:
                self.model.withdraw(name)
                self.run(self.ledger.withdraw([name]))

    @precondition(lambda self: any(q.open_at(self.clock.now()) for q in self.model.questions.values()))
    @rule(data=st.data(), approve=st.booleans())
    def answer_too_late(self, data: st.DataObject, approve: bool) -> None:
        """Before the clock has come to it."""
        waiting = [q for q in self.model.questions.values() if q.open_at(self.clock.now())]
        late = data.draw(st.sampled_from(waiting))
        self.clock.tick((late.expires - self.clock.now()).total_seconds())
        said = self.run(self.ledger.decide(late.id, by=PM, approve=approve))
        assert not self.model.answer(late.id, self.clock.now(), PM, approve, "", None)
        assert said.state is ApprovalState.EXPIRED

    @rule()
    def lapse(self) -> None:
        now = self.clock.now()
        assert {each.id for each in self.run(self.ledger.lapse(now))} == set(self.model.lapse(now))

    @rule(seconds=st.sampled_from([1, LEASE + 1, 3600, 9 * 3600]))
    def tick(self, seconds: float) -> None:
        self.clock.tick(seconds)

    # --- what workers do --------------------------------------------------------------------------------------

    @rule(data=st.data())
    def claim(self, data: st.DataObject) -> None:
        self.take_a_job()

    @precondition(lambda self: self.at_work)
    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        worker = data.draw(st.sampled_from(self.at_work))
        self.step(worker, self.ending(data, worker), happened=data.draw(st.booleans()))

    @rule(data=st.data(), many=st.integers(1, 3))
    def work(self, data: st.DataObject, many: int) -> None:
        """So many jobs from claim to end, without a pause."""
        for _ in range(many):
            worker = self.take_a_job()
            while worker is not None and worker in self.at_work:
                self.step(worker, self.ending(data, worker), happened=data.draw(st.booleans()))

    @rule(data=st.data(), seconds=st.sampled_from([2, LEASE + 1, 3600]))
    def try_again(self, data: st.DataObject, seconds: float) -> None:
        """What was put back in line is due, and worked."""
        self.clock.tick(seconds)
        self.reaped()
        self.work(data=data, many=2)

    def ending(self, data: st.DataObject, worker: Any) -> Ending:
        """How it ends: *deferred* is for what a look proposes anew."""
        endings = [Ending.FAILED, Ending.UNCLEAR, Ending.LATER, Ending.CHANGED, Ending.DONE, Ending.DONE]
        one = self.model.effects.get(worker.effect) if worker.effect else None
        anew = one is not None and one.approval is None and (one.shows is not None or one.action is one.proposal.action)
        return data.draw(st.sampled_from([*endings, *([Ending.DEFERRED] * anew)]))

    @precondition(lambda self: any(worker.stage == "begun" for worker in self.at_work))
    @rule(data=st.data(), person=PEOPLE, most=st.sampled_from([1, 2]))
    def take_attention(self, data: st.DataObject, person: PersonId, most: int) -> None:
        worker = data.draw(st.sampled_from([each for each in self.at_work if each.stage == "begun"]))
        unit = Unit(person=person, day=self.clock.now().date(), budget="daily", most=most)
        taken = self.under(worker, lambda: self.run(self.ledger.under(worker.job).take(worker.effect, [unit])))
        if taken is not None:
            assert taken == self.model.take(worker.effect, [unit])

    @precondition(lambda self: self.at_work)
    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        self.at_work.remove(data.draw(st.sampled_from(self.at_work)))

    @rule(data=st.data(), after=st.sampled_from(["begun", "answered", "settled"]))
    def die_at(self, data: st.DataObject, after: str) -> None:
        """A worker is gone right after that step, and the next one takes up what it left."""
        worker = self.take_a_job()
        while worker is not None and worker in self.at_work and worker.stage != after:
            self.step(worker, self.ending(data, worker), happened=data.draw(st.booleans()))
        if worker in self.at_work:
            self.at_work.remove(worker)
        self.try_again(data=data, seconds=LEASE + 1)

    @precondition(lambda self: self.at_work)
    @rule()
    def take_over(self) -> None:
        """All who work sleep through their lease, and somebody else is given a job of theirs."""
        self.clock.tick(LEASE + 1)
        self.reaped()
        self.take_a_job()

    @rule()
    def reap(self) -> None:
        self.reaped()

    @precondition(lambda self: any(not_live(one) for one in self.model.effects.values()))
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        letters = self.run(self.mailbox.dead_letters())
        for letter in letters[:1]:
            assert self.run(self.mailbox.replay(letter.id))
            self.model.replay(EffectId(letter.payload["effect"]))

    # --- what must always hold --------------------------------------------------------------------------------

    @invariant()
    def the_stores_say_what_the_model_says(self) -> None:
        said, model = self.run(self.database.read(stands)), self.model
        assert said.effects == {each.id: (each.state.value, each.tries) for each in model.effects.values()}
        assert said.questions == {
            q.id: (q.state.value, q.by, q.expires, q.reminded, q.passed_on, q.put_off, q.place)
            for q in model.questions.values()
        }
        assert said.settled == {name: verdict.value for name, verdict in model.settled.items()}
        assert said.told == model.told
        assert said.units == model.units
        assert said.next_look == model.next_look
        live = {each.id for each in model.effects.values() if each.state in LIVE}
        assert live <= said.worked, "what is to be done has a job that does it"
        assert max(said.running.values(), default=0) <= 1

    @invariant()
    def nothing_reaches_the_world_twice_and_one_answer_wins(self) -> None:
        assert max(self.world.values(), default=0) <= 1
        pending = Counter(q.proposal.id for q in self.model.questions.values() if q.state is ApprovalState.PENDING)
        assert max(pending.values(), default=0) <= 1
        for asked in self.model.questions.values():
            if asked.state is not ApprovalState.PENDING:
                first = self.ended.setdefault(asked.id, (asked.state, asked.by))
                reopened = first[0] is ApprovalState.SUPERSEDED and asked.id in self.reopened
                assert first == (asked.state, asked.by) or reopened
            elif asked.id in self.ended:
                self.reopened.add(asked.id)
                del self.ended[asked.id]

    def teardown(self) -> None:
        try:
            self.everything_ends()
        finally:
            self.close()

    def everything_ends(self) -> None:
        """All workers vanish and one comes: whatever was decided ends, and what is sent is sent once."""
        self.at_work.clear()
        self.clock.tick(LEASE * 2)
        self.reaped()
        while (worker := self.take_a_job()) is not None:
            while worker in self.at_work:
                self.step(worker, Ending.DONE, happened=True)
            self.clock.tick(2)
        self.the_stores_say_what_the_model_says()
        self.nothing_reaches_the_world_twice_and_one_answer_wins()
        assert not [each for each in self.model.effects.values() if each.state in LIVE]
        history = self.run(self.ledger.history(self.model.team))
        assert history.told == set(self.model.told) and history.settled == self.model.settled
        assert {each.id for each in history.pending} == {
            q.id for q in self.model.questions.values() if q.state is ApprovalState.PENDING
        }


def not_live(one: Sending) -> bool:
    return one.state not in LIVE


EXAMPLES = size("EXAMPLES", 0)


def test_no_history_of_the_ledger_breaks_a_promise(databases: Any) -> None:
    on_sqlite = databases.template.startswith("sqlite")
    tried(type("GivenLedgers", (Ledgers,), {"databases": databases}), EXAMPLES or (8 if on_sqlite else 2))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 4))
def test_no_long_history_of_the_ledger_breaks_a_promise(databases: Any, seed: int) -> None:
    tried(type("GivenLedgers", (Ledgers,), {"databases": databases}), EXAMPLES or 70, seed=seed, steps=60)
