"""A place on either database, durable as an operator's; what is done so far, and the certificates of it at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.chaos.certificate import Certificate
from bot.chaos.places import Place, scratch
from bot.status import version
from tests.chaos.budget import MINUTES, Budget
from tests.chaos.memory import Memory, source_version
from tests.postgresql import postgresql

DATABASES = ("sqlite", "postgresql")

MEMORY = pytest.StashKey[Memory]()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server."""
    with postgresql(durable=True) as url:
        yield url


@pytest.fixture(scope="session")
def own_server() -> Iterator[str]:
    """Another one, on which nothing is but what a test makes."""
    with postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def places(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Place]]:
    file = f"sqlite:///{tmp_path_factory.mktemp('database')}/pm.db"
    with scratch(file) as on_file, scratch(server) as on_server:
        yield {"sqlite": on_file, "postgresql": on_server}


def memory_file(config: pytest.Config) -> Path:
    assert config.cache is not None
    return config.cache.mkdir("chaos") / "done.json"


@pytest.fixture(scope="session")
def memory(request: pytest.FixtureRequest) -> Memory:
    """What is done of the programme, by this source."""
    return request.config.stash.setdefault(MEMORY, Memory(memory_file(request.config), source_version()))


@pytest.fixture(scope="session", autouse=True)
def budget() -> Budget:
    """Of this run: it begins with the first test."""
    return Budget(MINUTES, time.monotonic)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
    memory = terminalreporter.config.stash.get(MEMORY, None)
    for name in memory.databases() if memory is not None else ():
        terminalreporter.section(f"chaos on {name}", sep="-")
        ended = exitstatus == pytest.ExitCode.INTERRUPTED
        done = Certificate(version(), name, 0, "make chaos", memory.figures(name), interrupted=ended)
        terminalreporter.write("\n".join(done.lines()) + "\n")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """What was finished whole is begun anew the next time; what was not, or was only a part, goes on."""
    whole = [Path(word).name for word in session.config.args] == ["chaos"] and not session.config.getoption("keyword")
    memory = session.config.stash.get(MEMORY, None)
    if memory is not None and exitstatus == 0 and whole:
        memory.forget()
