"""What was found stays found: a directory that falls silent takes nobody's accounts away."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.people import Roster
from models.database import Database
from models.directives import Directives, Member
from models.directives_file import load
from models.errors import NotDone, Unclear, VendorError
from models.people import Identity, Service, Standing
from models.store import Store
from tests.bot.knocking import ROOT
from tests.bot.people.test_search import ANN, NO, Directory, known_by, member, user
from tests.contracts.stores.values import FakeClock

pytestmark = pytest.mark.anyio

EMAIL = "ann@acme.test"
BY_ADDRESS = member(email=EMAIL)
"""Nothing is given but the address: Slack tells the id, Jira the account."""
SHOWN = {EMAIL: [user("a", EMAIL)]}


def constitution(*members: Member) -> Directives:
    """The repository's own, its one team made of ``members``."""
    plain = load(ROOT / "directives.yaml")
    team = plain.teams[0].model_copy(update={"members": members})
    return plain.model_copy(update={"teams": (team,)})


@dataclass
class Days:
    """One search after the other, each kept as the daily job keeps it."""

    roster: Roster
    clock: FakeClock

    async def search(self, directory: Directory) -> None:
        team = self.roster.constitution.teams[0].id
        lacking = self.roster.lacking(team)
        found = await directory.search().find(lacking, self.roster.identities, self.roster.taken)
        await self.roster.keep(team, found)
        self.clock.tick(86_400)

    @property
    def ann(self) -> tuple[str | None, str | None]:
        """Ann's Slack id and Atlassian account, as the product uses them."""
        (ann,) = self.roster.directives.teams[0].members
        return ann.slack, ann.account

    def of(self, service: Service) -> Identity:
        return next(each for each in self.roster.identities if each.service is service)


Begin = Callable[[Member], Days]


@pytest.fixture
def file(tmp_path: Path, empty_database: Path) -> Path:
    return Path(shutil.copy(empty_database, tmp_path / "pm.db"))


@pytest.fixture
async def days(file: Path) -> AsyncIterator[Begin]:
    clock = FakeClock()
    database = Database(f"sqlite:///{file}", clock)
    yield lambda ann: Days(Roster(constitution(ann), Store(database, clock)), clock)
    await database.close()


async def test_a_jira_that_refuses_takes_nobodys_account_away(days: Begin) -> None:
    each = days(ANN)
    await each.search(Directory(known_by(), SHOWN))
    since = each.of(Service.JIRA).since
    for _ in range(2):
        await each.search(Directory(known_by(), SHOWN, fails={"jira": NO}))
        assert each.ann == ("U1", "a")
    kept = each.of(Service.JIRA)
    assert (kept.standing, kept.since) == (Standing.CERTAIN, since)
    assert kept.why.count("no permission") == 1


async def test_a_slack_that_tells_no_addresses_any_more_takes_nobodys_ids_away(days: Begin) -> None:
    each = days(BY_ADDRESS)
    await each.search(Directory(known_by(), SHOWN))
    await each.search(Directory(known_by(), SHOWN, fails={"slack email": NO}))
    assert each.ann == ("U1", "a")
    assert "no permission" in each.of(Service.SLACK).why


async def test_a_profile_that_shows_no_address_any_more_takes_no_account_away(days: Begin) -> None:
    """Without the scope users:read.email Slack refuses nothing; the address is missing."""
    each = days(ANN)
    await each.search(Directory(known_by(), SHOWN))
    await each.search(Directory(known_by(None), SHOWN))
    assert each.ann == ("U1", "a")
    await each.search(Directory(known_by(deleted=True), SHOWN))
    assert each.ann == ("U1", None)


async def test_a_bitbucket_that_refuses_takes_nobodys_account_away(days: Begin) -> None:
    each = days(ANN)
    theirs = {"a": user("a", EMAIL)}
    await each.search(Directory(known_by(), {}, {EMAIL: "a"}, theirs))
    assert each.ann == ("U1", "a")
    await each.search(Directory(known_by(), {}, {}, theirs, fails={"bitbucket": NO}))
    assert each.ann == ("U1", "a")
    left = {"a": user("a", EMAIL, active=False)}
    await each.search(Directory(known_by(), {}, {}, left, fails={"bitbucket": NO}))
    assert each.ann == ("U1", None)


async def test_a_question_stays_open_while_a_directory_refuses(days: Begin) -> None:
    each = days(ANN)
    await each.search(Directory(known_by(), {EMAIL: [user("a", None)]}))
    asked = each.of(Service.JIRA)
    await each.search(Directory(known_by(), fails={"jira": NO}))
    still = each.of(Service.JIRA)
    assert (still.standing, still.why, still.since) == (Standing.UNCERTAIN, asked.why, asked.since)


@pytest.mark.parametrize("failure", [NotDone("busy"), Unclear("cut off")], ids=["not done", "unclear"])
async def test_a_directory_that_cannot_be_read_now_takes_nothing_away(days: Begin, failure: VendorError) -> None:
    each = days(BY_ADDRESS)
    await each.search(Directory(known_by(), SHOWN))
    for down in ("slack email", "jira", "bitbucket"):
        with pytest.raises(type(failure)):
            await each.search(Directory(known_by(), SHOWN, fails={down: failure}))
        await each.roster.refresh()
        assert each.ann == ("U1", "a")


async def test_a_directory_that_says_nobody_is_believed(days: Begin) -> None:
    each = days(BY_ADDRESS)
    await each.search(Directory(known_by(), SHOWN))
    await each.search(Directory())
    assert each.ann == (None, None)
