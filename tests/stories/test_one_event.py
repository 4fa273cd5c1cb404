"""One event's whole way: from a change in Jira to a click in Slack and back into Jira."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.world import running

pytestmark = pytest.mark.anyio


async def test_a_ticket_that_lost_its_owner_gets_one_when_the_approver_says_yes(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        key = world.lose_an_owner()
        await world.settle()
        assert world.direct_messages("dana") == []

        await world.later(timedelta(minutes=20))
        [card] = world.direct_messages("dana")
        assert key in card.text

        await world.click("dana", card, "approve")
        await world.settle()

        assert world.owner_of(key) is not None
        [card] = world.direct_messages("dana")
        assert "Done" in card.text and "Dana" in card.text
        assert len(card.blocks) == 1
