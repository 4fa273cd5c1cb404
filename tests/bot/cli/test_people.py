"""``pm people``: everybody is accounted for, and the admin has the last word where the file is silent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.clock import SystemClock
from models.database import Database
from models.directives_file import load
from models.events import Source
from models.ids import AccountId, PersonId
from models.people import Identity, Service, Standing
from models.store import Store
from models.tables.outbox import audit
from models.tables.queue import jobs
from models.work import Person
from tests.bot.cli.test_commands import pm
from tests.bot.knocking import ENVIRONMENT, ROOT
from tests.contracts.stores.values import issue

LI, LI_SLACK = PersonId("li"), "U07LIWEI9M5"
SAM_JIRA = "712020:f15e8a43-0bc9-4267-a7d4-58c29e70fb06"


@pytest.fixture(autouse=True)
def without_lis_accounts(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Directives.yaml gives Li a Slack id and nothing else; there is no vendor to ask."""
    for name in ENVIRONMENT:
        if name.startswith(("SLACK_", "ATLASSIAN_", "JIRA_")):
            environment.delenv(name)
    lines = (ROOT / "directives.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if LI_SLACK in line)
    (tmp_path / "directives.yaml").write_text("".join(lines[: at + 1] + lines[at + 3 :]), encoding="utf-8")
    environment.setenv("DIRECTIVES_FILE", str(tmp_path / "directives.yaml"))


def on_store(tmp_path: Path, work: Callable[[Store, Database], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        database = Database(f"sqlite:///{tmp_path / 'pm.db'}", SystemClock())
        try:
            return await work(Store(database, SystemClock()), database)
        finally:
            await database.close()

    return asyncio.run(run())


def found(tmp_path: Path, *identities: Identity) -> None:
    everybody = [m.id for m in load(ROOT / "directives.yaml").teams[0].members]
    on_store(tmp_path, lambda store, _: store.keep_found([LI], identities, everybody))


def identity(account: str, standing: Standing, service: Service = Service.JIRA) -> Identity:
    return Identity(person=LI, service=service, account=account, standing=standing, why="Jira hides it")


def listed(person: str = "li") -> dict[str, Any]:
    rows = json.loads(pm("people", "list", "--json").output)["people"]
    return next(row for row in rows if row["person"] == person)


def test_everybody_is_listed_with_how_they_are_known() -> None:
    done = pm("people", "list")
    assert done.exit_code == 0 and "5 of 6 people are known everywhere" in done.output
    assert "li: not looked for yet" in done.output
    assert listed("sam")["jira"] == {"account": SAM_JIRA, "known_by": "directives.yaml"}
    assert listed()["slack"]["account"] == LI_SLACK and listed()["jira"]["account"] is None


@pytest.mark.parametrize(
    ("standing", "account", "known", "words"),
    [
        (Standing.CERTAIN, "a", True, "directives.yaml, found"),
        (Standing.UNCERTAIN, "a", False, "li: may be a, which only they can say: Jira hides it"),
        (Standing.UNKNOWN, "", False, "li: jira: Jira hides it"),
    ],
)
def test_what_a_search_found_is_told(tmp_path: Path, standing: Standing, account: str, known: bool, words: str) -> None:
    found(tmp_path, identity(account, standing))
    assert listed()["known"] is known
    assert words in pm("people", "list").output


def test_accounts_with_work_that_are_nobodys_are_listed_without_a_guess(tmp_path: Path) -> None:
    stranger = AccountId("712020:stranger")
    team = load(ROOT / "directives.yaml").teams[0].id
    on_store(tmp_path, lambda store, _: store.save(team, source=Source.JIRA, issues=[issue(assignee=stranger)]))
    data = json.loads(pm("people", "list", "--json").output)
    row = {"team": team, "account": stranger, "open_issues": 1, "open_pull_requests": 0}
    assert data["unknown_accounts"] == [row]
    assert "712020:stranger" in pm("people", "list").output


def test_an_admins_word_counts_and_is_written_down(tmp_path: Path) -> None:
    team = load(ROOT / "directives.yaml").teams[0].id
    person = Person(id=LI, name="Li Wei", zone="UTC")
    on_store(tmp_path, lambda store, _: store.save(team, source=Source.SLACK, people=[person]))
    found(tmp_path, identity("a", Standing.UNCERTAIN))
    done = pm("people", "map", "li", "--jira", "712020:li", "--json")
    assert (done.exit_code, json.loads(done.output)["set"]) == (0, {"jira": "712020:li"})
    assert listed()["jira"] == {"account": "712020:li", "known_by": "set"} and listed()["known"]

    async def written(store: Store, database: Database) -> Any:
        rows = await database.read(lambda c: c.execute(select(audit.c.what, audit.c.about, audit.c.detail)).all())
        looks = await database.read(lambda c: c.execute(select(jobs.c.kind)).scalars().all())
        return [tuple(row) for row in rows], looks, (await store.facts_about(team)).people

    rows, looks, people = on_store(tmp_path, written)
    assert rows == [("identity_set", "li", "jira 712020:li (not checked: jira)")] and "cycle" in looks
    assert [(p.slack, p.account) for p in people] == [(LI_SLACK, "712020:li")]  # the mirror knows at once


def test_what_nobody_could_be_asked_about_is_kept_and_told_as_not_checked() -> None:
    done = pm("people", "map", "li", "--jira", "712020:li")
    assert done.exit_code == 0 and "not checked: jira 712020:li, because Jira is switched off here" in done.output
    data = json.loads(pm("people", "map", "li", "--jira", "712020:li", "--json").output)
    assert data["not_checked"] == {"jira": "Jira is switched off here"}


def test_a_no_is_listed_for_the_admin_at_once(tmp_path: Path) -> None:
    found(tmp_path, identity("712020:x", Standing.UNCERTAIN))
    on_store(tmp_path, lambda store, _: store.answer_identity(LI, AccountId("712020:x"), yes=False))
    assert "li: has said that 712020:x is not theirs" in pm("people", "list").output


def test_two_atlassian_accounts_of_one_person_can_be_set() -> None:
    assert pm("people", "map", "li", "--jira", "j1", "--bitbucket", "b1").exit_code == 0
    assert [listed()[s]["account"] for s in ("jira", "bitbucket")] == ["j1", "b1"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lii", "--jira", "j"], "Did you mean 'li'?"),
        (["li", "--slack", "U07OTHER"], "directives.yaml gives the slack id of li"),
        (["li", "--jira", SAM_JIRA], "is sam's in directives.yaml"),
        (["li", "--bitbucket", SAM_JIRA], "is sam's in directives.yaml"),
    ],
)
def test_what_cannot_be_is_one_line_with_the_remedy(words: list[str], said: str) -> None:
    done = pm("people", "map", *words)
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1) and said in done.stderr


@pytest.mark.parametrize("words", [["li"], ["li", "--slack", "li wei"], ["li", "--jira", "li@acme.test"], []])
def test_a_name_or_an_address_is_no_id(words: list[str]) -> None:
    assert pm("people", "map", *words).exit_code == 2


def test_forgetting_begins_anew(tmp_path: Path) -> None:
    pm("people", "map", "li", "--jira", "712020:li")
    done = pm("people", "unmap", "li", "--slack")
    assert done.exit_code == 1 and "pm people list" in done.stderr
    assert "forgotten: jira 712020:li" in pm("people", "unmap", "li", "--atlassian").output
    assert listed()["known"] is False
    assert pm("people", "unmap", "li").exit_code == 1


def test_an_account_somebody_has_confirmed_is_not_given_away(tmp_path: Path) -> None:
    found(tmp_path, identity("712020:x", Standing.UNCERTAIN))
    on_store(tmp_path, lambda store, _: store.answer_identity(LI, AccountId("712020:x"), yes=True))
    lines = (tmp_path / "directives.yaml").read_text(encoding="utf-8")
    (tmp_path / "directives.yaml").write_text(lines.replace(f"        jira: {SAM_JIRA}\n", ""), encoding="utf-8")
    done = pm("people", "map", "sam", "--jira", "712020:x")
    assert done.exit_code == 1 and "712020:x is li's (confirmed)" in done.stderr
    assert "pm people unmap li" in done.stderr


@pytest.mark.parametrize("command", [[], ["list"], ["map"], ["unmap"]], ids=" ".join)
def test_every_command_explains_itself(command: list[str]) -> None:
    done = pm("people", *command, "--help")
    assert done.exit_code == 0 and "Usage:" in done.output
