"""Every state a pull request was in, from its log and its commits' builds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.bitbucket import Bitbucket
from integrations.simulator.company import Company
from models.pulls import BuildState, ReviewState
from tests.contracts.bitbucket.conftest import Held

pytestmark = pytest.mark.anyio


async def test_a_pull_request_is_told_from_its_opening_to_its_end(
    bitbucket: Bitbucket, company: Company, repository: str, slug: str, held: Held
) -> None:
    pull = company.open_pull_requests()[0]
    pull = company.discuss(pull, pull.reviews[0].account, "Why?")
    pull = company.build(company.push(pull), "unit-tests", "FAILED")
    merged = company.merge(company.review(pull, pull.reviews[0].account, "approved"), pull.author)
    found = await bitbucket.pull_histories(slug, pull.created - timedelta(days=1), ["PAY"])
    history = next(each for each in found if each.id.endswith(f"#{merged.number}"))
    assert history.now == await bitbucket.pull_request(slug, merged.number, ["PAY"])
    states = [state for state in history.states if state.state == "OPEN"]
    assert {s.build.state for s in states if s.build is not None} == {BuildState.PASSED, BuildState.FAILED}
    assert [r.state for s in (states[0], states[-1]) for r in s.reviews] == [ReviewState.WAITING, ReviewState.APPROVED]
    assert any(review.asked for state in states for review in state.reviews)
    assert held.count("/activity") == len(found)


async def test_what_has_not_changed_since_is_not_asked_for(bitbucket: Bitbucket, company: Company, slug: str) -> None:
    assert await bitbucket.pull_histories(slug, company.clock.now() + timedelta(minutes=1)) == []
