"""What one message or one reader needs of the past is read alone, however much there is of everything else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlalchemy.engine import Engine

from models.actions import Escalate, RemindPerson
from models.database import Database
from models.hushes import EVERYTHING, Hush
from models.ids import EffectId, HushId, PersonId, TeamId
from models.ledger import Ledger
from models.proposals import Decided, Decision, Ending, Outcome, Receipt, Verdict, effect_of
from models.tables.outbox import effects
from tests.contracts.stores.values import ADA, LI, MONDAY, PAY, FakeClock, allow, ask, cycle, item, nudge, proposal

pytestmark = pytest.mark.anyio

MANY = 30
OPS = TeamId("ops")


@dataclass
class Asked:
    """What the database was asked, statement by statement."""

    statements: list[str] = field(default_factory=list)

    def __call__(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            self.statements.append(statement)


@contextmanager
def listening() -> Iterator[Asked]:
    asked = Asked()
    event.listen(Engine, "before_cursor_execute", asked)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", asked)


async def sent(ledger: Ledger, clock: FakeClock, name: str, action: Any = None, **place: str) -> EffectId:
    made = proposal(action or nudge(ADA, name), f"p-{name}")
    await ledger.record(cycle(clock, allow(made)))
    effect = effect_of(made.id)
    await ledger.begin(effect)
    where = {"channel": "D1", "ts": name} | place
    await ledger.settle(effect, Outcome(ending=Ending.DONE, words="", receipt=Receipt(where)))
    clock.tick(60)
    return effect


async def spoil(database: Database, but: EffectId) -> None:
    """Every other message is such that whoever reads it fails."""
    other = update(effects).where(effects.c.id != but).values(action={"kind": "no such thing"})
    await database.write(lambda c: c.execute(other), "spoil")


async def test_of_a_weeks_messages_the_one_at_that_place_is_read(
    ledger: Ledger, clock: FakeClock, database: Database
) -> None:
    names = [await sent(ledger, clock, f"s{n}") for n in range(MANY)]
    await spoil(database, names[3])
    found = await ledger.message_at(PAY, "D1", "s3")
    assert found is not None and found.effect == names[3]
    assert await ledger.living(PAY, names[3]) == found
    assert await ledger.message_at(PAY, "D2", "s3") is None
    assert await ledger.message_at(OPS, "D1", "s3") is None


async def test_of_several_that_share_a_message_the_newest_tells(ledger: Ledger, clock: FakeClock) -> None:
    first, second = await sent(ledger, clock, "a", ts="1"), await sent(ledger, clock, "b", ts="1")
    for found in (await ledger.living(PAY, first), await ledger.message_at(PAY, "D1", "1")):
        assert found is not None and found.effect == second


async def test_of_a_weeks_posts_the_one_about_that_subject_is_read(
    ledger: Ledger, clock: FakeClock, database: Database
) -> None:
    def post(name: str) -> Escalate:
        return Escalate(channel="leadership", item=replace(item(name), subject=name), facts=())

    names = [await sent(ledger, clock, f"s{n}", post(f"s{n}"), channel="C1") for n in range(5)]
    await spoil(database, names[2])
    found = await ledger.post_about(PAY, "leadership", "s2")
    assert found is not None and found.effect == names[2]
    assert await ledger.post_about(PAY, "ops", "s2") is None
    assert await ledger.post_about(PAY, "leadership", "PAY-404") is None


def hush(name: str, **changes: Any) -> Hush:
    return Hush(**{"id": HushId(name), "team": PAY, "person": ADA, "at": MONDAY, **changes})


async def test_of_some_subjects_are_read_who_heard_who_wants_peace_and_the_attention_of_today(
    ledger: Ledger, clock: FakeClock
) -> None:
    subject = item("s1").subject
    await sent(ledger, clock, "s1")
    await sent(ledger, clock, "elsewhere", RemindPerson(person=LI, items=(replace(item("s9"), subject="OPS-9"),)))
    kept = [hush("h1", subject=subject), hush("h2", rule="blocked-1-day"), hush("h3", subject=EVERYTHING, person=LI)]
    for each in (*kept, hush("h4", subject="OPS-9")):
        await ledger.hush(each)
    whole, narrow = await ledger.history(PAY), await ledger.history_about(PAY, [subject])
    assert narrow.heard == tuple(each for each in whole.heard if each.subject == subject) != ()
    assert {each.id for each in narrow.hushes} == {each.id for each in kept}
    assert narrow.spent == whole.spent
    assert (narrow.told, narrow.settled, narrow.living) == (frozenset(), {}, ())
    assert (await ledger.history_about(PAY, [])).heard == ()


async def test_of_a_reader_is_read_what_they_were_told_and_asked(ledger: Ledger, clock: FakeClock) -> None:
    await sent(ledger, clock, "s1")
    await sent(ledger, clock, "s2", nudge(LI, "s2"))
    denied = Decided(proposal(nudge(ADA, "s4"), "no"), Decision(verdict=Verdict.DENY, rule="r", reason="x"))
    another = ask(proposal(nudge(LI, "s5"), "of another"))
    await ledger.record(cycle(clock, ask(proposal(nudge(ADA, "s3"), "asked")), denied, another))
    await ledger.hush(hush("h1", subject="PAY-7"))
    await ledger.hush(hush("h2", subject="PAY-7", person=LI))
    whole, theirs = await ledger.history(PAY), await ledger.history_of(PAY, ADA)
    assert theirs.told == {each for each in whole.told if each[0] == ADA} != frozenset()
    assert theirs.raised == {each for each in whole.raised if each[0] == ADA} != frozenset()
    assert theirs.pending == whole.pending != ()
    assert theirs.settled == {name: v for name, v in whole.settled.items() if v is Verdict.ASK} != {}
    assert [each.id for each in theirs.hushes] == ["h1"]


async def test_the_narrow_reads_ask_the_database_far_less(ledger: Ledger, clock: FakeClock) -> None:
    await sent(ledger, clock, "s1")
    with listening() as whole:
        await ledger.history(PAY)
    with listening() as narrow:
        await ledger.hushes(PAY, ADA)
        await ledger.history_about(PAY, ["PAY-7"])
    assert len(narrow.statements) <= 5 < len(whole.statements)


async def test_what_somebody_put_off_is_known_in_all_their_teams(ledger: Ledger) -> None:
    await ledger.hush(hush("h1", subject="PAY-7"))
    await ledger.hush(hush("h2", subject="OPS-7", team=OPS))
    await ledger.hush(hush("h3", subject="PAY-8", until=MONDAY, team=OPS))
    await ledger.hush(hush("h4", subject="PAY-9", person=PersonId("li")))
    assert [each.id for each in await ledger.hushes_of(ADA)] == ["h1", "h2"]
