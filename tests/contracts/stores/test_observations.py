"""What was observed, on both databases: each thing once, old things gone, a person's gone for good when they ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models.actions import CommentOnIssue
from models.database import Database
from models.ids import ApprovalId, EffectId, IssueKey, PersonId, TeamId
from models.keeping import effects as outbox
from models.keeping.observations import KEPT, MOST, OPEN
from models.ledger import Ledger
from models.lessons import ALL, Feedback, Observation, Telling, Way, What
from models.people import Identity, Service, Standing
from models.proposals import Ending, Outcome, Receipt
from models.store import Store
from models.tables.asks import approvals
from planner.lessons.learning import forgotten_at
from tests.contracts.stores.values import ADA, LI, MONDAY, PAY, FakeClock, allow, ask, cycle, item, nudge, proposal

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


def seen(source: str = "e1", what: What = What.RESPONSE, person: PersonId | None = ADA, **changes: Any) -> Observation:
    base = Observation(team=PAY, person=person, what=what, about="rule", source=source, value={"minutes": 7}, at=MONDAY)
    return replace(base, **changes)


async def observations(ledger: Ledger, team: TeamId = PAY) -> list[Observation]:
    return list((await ledger.experience(team)).observations)


async def tellings(ledger: Ledger) -> list[Telling]:
    return list((await ledger.experience(PAY)).tellings)


async def send(
    ledger: Ledger, clock: FakeClock, *signals: str, action: Any = None, ending: Ending = Ending.DONE
) -> str:
    """A message that went out; its effect's id."""
    made = proposal(action or nudge(ADA, *signals), "-".join(("p", *signals)))
    await ledger.record(cycle(clock, allow(made)))
    effect = EffectId(outbox.effect_name(made))
    await ledger.begin(effect)
    await ledger.settle(effect, Outcome(ending=ending, words="", receipt=Receipt({})))
    return effect


async def test_what_is_seen_twice_counts_once(ledger: Ledger) -> None:
    await ledger.observe([seen()])
    await ledger.observe([seen(value={"minutes": 99}), seen(what=What.HOUR, value={"hour": 9})])
    assert [(o.what, o.value) for o in await observations(ledger)] == [
        (What.RESPONSE, {"minutes": 7}),
        (What.HOUR, {"hour": 9}),
    ]


@pytest.mark.parametrize("what", [What.VELOCITY, What.FEEDBACK])
async def test_of_a_sprint_and_of_a_readers_word_the_latest_counts(ledger: Ledger, what: What) -> None:
    await ledger.observe([seen(what=what, value={"said": "useful"})])
    assert len(await observations(ledger)) == 1
    await ledger.observe([seen(what=what, value={"said": "too_early"}, at=MONDAY + DAY)])
    assert [o.value for o in await observations(ledger)] == [{"said": "too_early"}]


async def test_a_cycle_keeps_what_it_has_taught(ledger: Ledger, clock: FakeClock) -> None:
    await ledger.record(replace(cycle(clock), learnt=(seen(),)))
    assert await observations(ledger) == [seen()]


async def test_only_the_latest_of_a_kind_and_person_count_and_none_that_is_too_old(
    ledger: Ledger, clock: FakeClock
) -> None:
    many = [seen(f"e{n}", at=MONDAY + n * timedelta(minutes=1)) for n in range(MOST + 5)]
    await ledger.observe([*many, seen("old", person=LI, at=MONDAY - KEPT - DAY), seen("his", person=LI)])
    counted = [o.source for o in await observations(ledger)]
    assert len(counted) == MOST + 1 and "e4" not in counted and "his" in counted and "old" not in counted


async def test_teams_are_kept_apart(ledger: Ledger) -> None:
    await ledger.observe([seen(team=TeamId("ops"))])
    assert await observations(ledger) == []
    assert len(await ledger.known_of(ADA)) == 1


async def test_a_tidy_house_keeps_half_a_year_and_what_people_have_said(
    ledger: Ledger, store: Store, clock: FakeClock
) -> None:
    await ledger.observe([seen("old"), seen("word", what=What.SAID, about="channel", value={"channel": "jira"})])
    clock.tick(KEPT.total_seconds() + 86400)
    await ledger.observe([seen("new", at=clock.now())])
    assert (await store.tidy())["observations"] == 1
    assert [o.source for o in await observations(ledger)] == ["word", "new"]


# --- what may still be learnt from ------------------------------------------------------------------------------


async def test_a_message_that_went_out_waits_to_be_learnt_from_until_it_was(ledger: Ledger, clock: FakeClock) -> None:
    effect = await send(ledger, clock, "s1", "s2")
    [told] = await tellings(ledger)
    assert (told.id, told.person, told.asked, told.at) == (effect, ADA, Way.DM, MONDAY)
    assert [(m.signal, m.subject) for m in told.matters] == [("s1", "PAY-7"), ("s2", "PAY-7")]
    await ledger.observe([seen(effect)])
    assert await tellings(ledger) == []


async def test_a_comment_counts_as_jira_and_what_was_not_sent_as_nothing(ledger: Ledger, clock: FakeClock) -> None:
    comment = CommentOnIssue(person=LI, issue=IssueKey("PAY-7"), item=item("s9"))
    await send(ledger, clock, "s9", action=comment)
    await send(ledger, clock, "s1", ending=Ending.CHANGED)
    assert [(t.person, t.asked) for t in await tellings(ledger)] == [(LI, Way.JIRA)]


async def test_old_messages_teach_nothing(ledger: Ledger, clock: FakeClock) -> None:
    await send(ledger, clock, "s1")
    clock.tick(OPEN.total_seconds() + 60)
    assert await tellings(ledger) == []


async def test_a_word_about_a_message_is_its_answer(ledger: Ledger, clock: FakeClock) -> None:
    effect = await send(ledger, clock, "s1")
    clock.tick(3600)
    await ledger.observe([seen(effect, What.FEEDBACK, at=clock.now(), value={"said": "useful"})])
    assert [t.answered for t in await tellings(ledger)] == [clock.now()]


@pytest.mark.parametrize(("by", "learnt"), [(ADA, 1), (LI, 0)])
async def test_a_question_counts_when_whoever_was_asked_has_answered(
    ledger: Ledger, database: Database, clock: FakeClock, by: PersonId, learnt: int
) -> None:
    await ledger.record(cycle(clock, ask(proposal(nudge(), "p1"), ADA, LI)))
    await database.write(lambda c: c.execute(update(approvals).values(channel="D1", ts="1.1")), "shown")
    [question] = await ledger.card_of(ADA)
    assert await tellings(ledger) == []
    clock.tick(600)
    await ledger.decide(ApprovalId(question.id), by=by, approve=False)
    found = [(t.person, t.answered) for t in await tellings(ledger)]
    assert found == [(ADA, clock.now())] * learnt


async def test_a_question_that_lapsed_says_that_nobody_answered(
    ledger: Ledger, database: Database, clock: FakeClock
) -> None:
    await ledger.record(cycle(clock, ask(proposal(nudge(), "p1"), ADA, hours=1)))
    await database.write(lambda c: c.execute(update(approvals).values(channel="D1", ts="1.1")), "shown")
    clock.tick(7200)
    await ledger.lapse(clock.now())
    assert [(t.answered, t.lapsed) for t in await tellings(ledger)] == [(None, True)]


# --- what people set right and have deleted ---------------------------------------------------------------------


async def test_somebodys_word_replaces_their_last_about_the_same(ledger: Ledger) -> None:
    for channel in ("jira", "dm"):
        await ledger.say(seen("said:ada", What.SAID, about="channel", value={"channel": channel}))
    await ledger.say(seen("said:ada", What.SAID, about="hours", value={"hours": [9, 12]}))
    assert [o.value for o in await observations(ledger)] == [{"channel": "dm"}, {"hours": [9, 12]}]


async def test_forgetting_one_kind_takes_their_word_about_it_along(ledger: Ledger) -> None:
    word = seen("said:ada", What.SAID, about="hours", value={"hours": [9, 12]})
    await ledger.observe([seen(), seen(what=What.HOUR, value={"hour": 9}), seen(person=LI, source="e2"), word])
    gone = await ledger.forget(PAY, ADA, What.HOUR.value)
    assert gone.observations == 2
    assert [(o.what, o.about) for o in await ledger.known_of(ADA)] == [
        (What.RESPONSE, "rule"),
        (What.FORGOTTEN, "hour"),
    ]


async def test_forgetting_everything_leaves_a_mark_and_what_people_said_of_accounts(
    ledger: Ledger, store: Store, clock: FakeClock
) -> None:
    found = [
        Identity(person=ADA, service=Service.JIRA, account="a", standing=Standing.CERTAIN, why="w"),
        Identity(person=LI, service=Service.JIRA, account="b", standing=Standing.CERTAIN, why="w"),
    ]
    await store.keep_found([ADA, LI], found, [ADA, LI])
    given = Identity(person=ADA, service=Service.SLACK, account="U1", standing=Standing.SET, why="w")
    await store.set_identities([given])
    await ledger.observe([seen(), seen("e2", team=TeamId("ops")), seen(person=LI, source="e3")])
    gone = await ledger.forget(PAY, ADA, ALL)
    assert (gone.observations, gone.identities) == (2, 1)
    assert [(o.what, o.about, o.at) for o in await ledger.known_of(ADA)] == [(What.FORGOTTEN, ALL, clock.now())]
    assert len(await ledger.known_of(LI)) == 1
    assert [(i.person, i.account) for i in await store.identities()] == [(ADA, "U1"), (LI, "b")]


async def test_what_was_forgotten_is_gone_for_the_next_look_of_every_ledger(ledger: Ledger, clock: FakeClock) -> None:
    await ledger.observe([seen()])
    assert len((await ledger.history(PAY)).experience.observations) == 1
    await ledger.forget(PAY, ADA, ALL)
    assert [o.what for o in (await ledger.history(PAY)).experience.observations] == [What.FORGOTTEN]


OPS = TeamId("ops")


async def test_what_somebody_had_deleted_is_learnt_again_in_none_of_their_teams(
    ledger: Ledger, clock: FakeClock
) -> None:
    made = proposal(nudge(ADA, "s1"), "p-ops")
    await ledger.record(cycle(clock, allow(made), team=OPS))
    effect = EffectId(outbox.effect_name(made))
    await ledger.begin(effect)
    await ledger.settle(effect, Outcome(ending=Ending.DONE, words="", receipt=Receipt({})))
    assert await observations(ledger, OPS) == [], "read before, so that a stale answer would show"
    clock.tick(3600)
    await ledger.forget(PAY, ADA, ALL)
    learnt = await ledger.experience(OPS)
    assert [o.what for o in learnt.observations] == [What.FORGOTTEN]
    again = [each for each in learnt.tellings if each.id == effect]
    assert again and again[0].at <= forgotten_at(learnt.observations)[ADA, ALL]
    await ledger.forget(OPS, ADA, ALL)
    assert [o.what for o in await observations(ledger)] == [What.FORGOTTEN], "one mark, whoever asked last"


async def test_what_somebody_says_of_themselves_counts_in_all_their_teams(ledger: Ledger) -> None:
    assert await observations(ledger, OPS) == []
    await ledger.say(seen("said:ada", What.SAID, about="channel", value={"channel": "jira"}))
    assert [o.value for o in await observations(ledger, OPS)] == [{"channel": "jira"}]
    await ledger.say(seen("said:ada", What.SAID, about="channel", team=OPS, value={"channel": "dm"}))
    assert [o.value for o in await observations(ledger)] == [{"channel": "dm"}]
    await ledger.observe([seen()])
    assert [o.what for o in await observations(ledger, OPS)] == [What.SAID], "what a team has taught stays its own"


# --- how rules were taken ---------------------------------------------------------------------------------------


async def test_a_rules_rate_is_the_part_of_its_messages_called_wrong(ledger: Ledger, clock: FakeClock) -> None:
    first, second, _ = [await send(ledger, clock, name) for name in ("s1", "s2", "s3")]
    await ledger.observe(
        [
            seen(first, What.FEEDBACK, value={"said": "wrong_person"}),
            seen(second, What.FEEDBACK, value={"said": "useful"}),
        ]
    )
    [taken] = await ledger.reception(PAY, 30)
    assert (taken.rule, taken.told, taken.rate, taken.wrong_for) == ("rule", 3, 0.333, (ADA,))
    assert taken.said == {Feedback.WRONG_PERSON: 1, Feedback.USEFUL: 1}


async def test_a_rule_without_messages_has_no_rate(ledger: Ledger) -> None:
    await ledger.observe([seen(what=What.FEEDBACK, value={"said": "useful"})])
    [taken] = await ledger.reception(PAY, 30)
    assert taken.told == 0 and taken.rate is None
