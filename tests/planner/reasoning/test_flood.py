"""More is amiss than has numbers: what is told and offered has its facts, and the rest is counted."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from models.actions import Reassign
from planner.reasoning import sheet_of
from tests.planner.reasoning.minds import mind, signals, weighed
from tests.planner.reasoning.test_weighing import BUSY, model_of, ruled
from tests.planner.world import HOUR, LAW, LONG_AGO, NOON, issue, snapshot

pytestmark = pytest.mark.anyio


async def test_of_a_flood_of_news_that_is_told_which_has_a_fact_and_the_rest_is_counted() -> None:
    by = mind()
    await weighed(by, BUSY)
    many = tuple(issue(n, flagged_since=LONG_AGO) for n in range(100, 200))
    world = replace(BUSY, issues=(*BUSY.issues, *many), now=NOON + HOUR)
    await weighed(by, world)
    news = [json.loads(line) for line in model_of(by).words.splitlines() if line.startswith(('{"found"', '{"others'))]
    told, [rest] = [each["found"].split()[1] for each in news[:-1]], news[-1].values()
    fresh = [each for each in signals(world) if each.subject in {one.key for one in many}]
    assert set(told) == {each.subject for each in sheet_of(world, signals(world), LAW).facts} & {o.key for o in many}
    assert rest == sum(each.subject not in told for each in fresh) > 50


SOON = NOON - 26 * HOUR
EVERYBODY = ("ann", "bob", "tess", "kai", "deb", "pat")


async def test_a_reminder_of_more_than_has_facts_is_offered_and_names_only_what_has() -> None:
    world = snapshot(*(issue(n, EVERYBODY[n % 6], flagged_since=SOON) for n in range(1, 100)))
    by = mind()
    await weighed(by, world)
    numbered = {fact.subject for fact in sheet_of(world, signals(world), LAW).facts}
    assert {offer["do"].split()[1] for offer in model_of(by).offers} == set(EVERYBODY)
    for offer in model_of(by).offers:
        named = re.findall(r"PAY-\d+", offer["do"])
        assert named and numbered.issuperset(named) and offer["do"].endswith("more")


async def test_what_rests_on_something_without_a_number_is_not_offered_and_stays_with_the_rules() -> None:
    blocked = [issue(n, flagged_since=SOON) for n in range(1, 50)]
    world = snapshot(
        *blocked,
        *(issue(n, None, unassigned_since=NOON - 2 * HOUR) for n in (97, 98)),
        issue(99, "bob", flagged_since=SOON - HOUR),
    )
    by = mind()
    thinking = await weighed(by, world)
    assert {offer["do"].split()[0] for offer in model_of(by).offers} == {"remind", "ask"}, "nobody is given anything"
    assert {p.id for p in thinking.proposals} == {p.id for p in await ruled(world)}
    assert {p.action.issue for p in thinking.proposals if isinstance(p.action, Reassign)} == {"PAY-97", "PAY-98"}
