"""Scratch databases are made beside the user's data, dropped whatever happens, and never made where rows are."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from bot.chaos.places import PREFIX, scratch
from models.clock import SystemClock
from models.database import Database, upgrade
from models.errors import OperatorError
from models.mailbox import Mailbox, NewJob
from models.whole import outside
from tests.postgresql import execute

ROLE = "chaos_guest"


def put_a_row(url: str) -> None:
    """As the product does: a job."""

    async def put() -> None:
        database = Database(url, SystemClock())
        await Mailbox(database, SystemClock()).put(NewJob(kind="tidy", key="tidy", team="t", lane=2))
        await database.close()

    upgrade(url)
    asyncio.run(put())


def test_each_scratch_file_is_an_empty_database_of_its_own_and_all_go(tmp_path: Path) -> None:
    with scratch(f"sqlite:///{tmp_path}/pm.db") as place:
        first, second = place.fresh(), place.fresh()
        put_a_row(first)
        assert first != second and str(tmp_path) in first
        with contextlib.closing(_jobs(second)) as found:
            assert next(found) == 0
    assert list(tmp_path.iterdir()) == []


def test_they_go_when_it_is_interrupted_too(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), scratch(f"sqlite:///{tmp_path}/pm.db") as place:
        place.fresh()
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_where_the_agent_s_rows_are_it_refuses_in_one_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/pm.db"
    put_a_row(url)
    before = set(tmp_path.iterdir())
    with pytest.raises(OperatorError, match="rows of the agent's own") as refused, scratch(url):
        pass
    assert refused.value.hint and "\n" not in str(refused.value)
    assert set(tmp_path.iterdir()) == before


def test_an_empty_database_of_the_agent_s_is_no_reason_to_refuse(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path}/pm.db")
    with scratch(f"sqlite:///{tmp_path}/pm.db") as place:
        assert place.fresh()


def test_where_no_file_can_be_made_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no scratch file can be made"), scratch(f"sqlite:///{tmp_path}/no/pm.db"):
        pass


# --- PostgreSQL: with make chaos --------------------------------------------------------------------------------


def _jobs(url: str) -> Iterator[int]:
    with outside(url) as connection:
        yield connection.execute(text("SELECT count(*) FROM jobs")).scalar_one()


def made(server: str) -> list[str]:
    """What of ours is on the server."""
    words = "SELECT datname FROM pg_database WHERE datname LIKE :ours UNION ALL SELECT nspname FROM pg_namespace"
    with outside(server) as connection:
        found = connection.execute(text(f"{words} WHERE nspname LIKE :ours"), {"ours": f"{PREFIX}%"})
        return list(found.scalars())


@pytest.fixture
def guest(own_server: str) -> Iterator[str]:
    """The address of a user who may make no databases."""
    execute(own_server, f"CREATE ROLE {ROLE} LOGIN", "CREATE DATABASE guest_house")
    house = make_url(own_server).set(database="guest_house")
    yield house.set(username=ROLE).render_as_string(hide_password=False)
    execute(own_server, "DROP DATABASE guest_house WITH (FORCE)", f"DROP ROLE {ROLE}")


@pytest.mark.chaos
def test_each_scratch_database_is_empty_and_all_go_also_when_interrupted(own_server: str) -> None:
    with contextlib.suppress(KeyboardInterrupt), scratch(own_server) as place:
        first, second = place.fresh(), place.fresh()
        put_a_row(first)
        with contextlib.closing(_jobs(second)) as found:
            assert next(found) == 0
        place.drop(second)
        assert len(made(own_server)) == 2
        raise KeyboardInterrupt
    assert made(own_server) == []


@pytest.mark.chaos
def test_who_may_make_no_database_gets_schemas(own_server: str, guest: str) -> None:
    execute(own_server, f"GRANT CREATE ON DATABASE guest_house TO {ROLE}")
    with scratch(guest) as place:
        first, second = place.fresh(), place.fresh()
        put_a_row(first)
        with contextlib.closing(_jobs(first)) as one, contextlib.closing(_jobs(second)) as other:
            assert (next(one), next(other)) == (1, 0)
        place.drop(first)
        assert len(made(guest)) == 1
    assert made(guest) == []


@pytest.mark.chaos
def test_who_may_make_neither_is_told_in_one_line(guest: str) -> None:
    with pytest.raises(OperatorError, match="neither a database nor a schema") as refused, scratch(guest):
        pass
    assert "CREATEDB" in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.chaos
def test_a_server_s_database_with_the_agent_s_rows_is_refused(own_server: str) -> None:
    execute(own_server, "CREATE DATABASE at_work")
    url = make_url(own_server).set(database="at_work").render_as_string(hide_password=False)
    put_a_row(url)
    with pytest.raises(OperatorError, match="rows of the agent's own"), scratch(url):
        pass
    assert made(own_server) == []


@pytest.mark.chaos
def test_what_a_killed_run_has_left_is_dropped_by_the_next_and_one_at_work_is_left_alone(own_server: str) -> None:
    execute(own_server, f"CREATE DATABASE {PREFIX}0123abcd", f"CREATE DATABASE {PREFIX}0123abcd_1")
    with scratch(own_server) as first:
        kept = first.fresh()
        with scratch(own_server):
            assert not [name for name in made(own_server) if "0123abcd" in name]
            put_a_row(kept)
    assert made(own_server) == []
