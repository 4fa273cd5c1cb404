"""``pm people show`` and ``forget``: an admin sees what a person sees, and can delete it for them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from models.clock import SystemClock
from models.database import Database
from models.ids import PersonId, TeamId
from models.ledger import Ledger
from models.lessons import Observation, What
from tests.bot.cli.test_commands import pm

pytestmark = pytest.mark.usefixtures("environment")

LI, TEAM = PersonId("li"), TeamId("payments")


def seen(n: int, what: What, **value: Any) -> Observation:
    at = SystemClock().now()
    return Observation(team=TEAM, person=LI, what=what, about="blocked-1-day", source=f"e{n}", value=value, at=at)


def on_ledger(tmp_path: Path, work: Callable[[Ledger], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        database = Database(f"sqlite:///{tmp_path / 'pm.db'}", SystemClock())
        try:
            return await work(Ledger(database, SystemClock()))
        finally:
            await database.close()

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def learnt(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rows = [seen(n, What.RESPONSE, minutes=40) for n in range(6)]
    rows.append(seen(9, What.FEEDBACK, said="wrong_person"))
    on_ledger(tmp_path, lambda ledger: ledger.observe(rows))


def test_everything_known_is_shown_in_words() -> None:
    done = pm("people", "show", "li")
    assert done.exit_code == 0, done.output
    assert "You answer after about 40 minutes of your working time." in done.output
    assert "You called messages for the wrong person of blocked-1-day." in done.output
    assert "directives.yaml says: zone America/New_York" in done.output


def test_programs_get_every_single_observation_too() -> None:
    told = json.loads(pm("people", "show", "li", "--json").output)
    assert (told["person"], told["forgotten"]) == ("li", None)
    assert [each["topic"] for each in told["known"]] == ["response", "feedback", ""]
    assert len(told["observations"]) == 7 and told["observations"][0]["value"] == {"minutes": 40}


def test_a_person_nobody_knows_is_answered_with_the_nearest() -> None:
    done = pm("people", "show", "lii")
    assert done.exit_code == 1 and "'li'" in done.output


def test_nothing_is_deleted_without_yes(tmp_path: Path) -> None:
    assert pm("people", "forget", "li").exit_code == 2
    assert len(on_ledger(tmp_path, lambda ledger: ledger.known_of(LI))) == 7


def test_forgetting_empties_it_and_says_what_stays(tmp_path: Path) -> None:
    done = pm("people", "forget", "li", "--yes")
    assert done.exit_code == 0, done.output
    assert "7 observations, 0 hushes, 0 identities" in done.output and "what stays: the record" in done.output
    assert json.loads(pm("people", "show", "li", "--json").output)["observations"] == []
    assert "was deleted, and is not learnt again" in pm("people", "show", "li").output


def test_a_wrong_person_shows_up_for_the_admin() -> None:
    told = json.loads(pm("status", "--json").output)["teams"][0]["learning"]
    [rule] = told["rules"]
    assert (rule["rule"], rule["said"], rule["wrong_person_for"]) == ("blocked-1-day", {"wrong_person": 1}, ["li"])
    assert "called for the wrong person: blocked-1-day, by li" in pm("status").output
