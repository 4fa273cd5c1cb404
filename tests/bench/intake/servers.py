"""The doors that are compared: the product's as it is deployed, the plain intake, and the floor."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.database import upgrade
from models.engines import durability
from tests.bench.intake.load import Load, Outcome
from tests.bench.intake.sending import send
from tests.bench.plain.intake import THREADS
from tests.bench.processes import ROOT, Served, serving
from tests.postgresql import execute, postgresql

SECRET = "bench-secret"
WARM = 200
"""Deliveries before anything is measured."""

OURS, PLAIN, LOGGED, FLOOR = "ours", "plain", "logged", "floor"
"""``LOGGED`` is the plain intake with a write-ahead log, which the product does not trust on an old SQLite."""

WAL = ("WAL", "FULL")
GTHREAD = ("-k", "gthread", "--threads", str(THREADS), "--keep-alive", "60", "--no-control-socket", "-b")


@dataclass
class Measured:
    """One door, and what came of each round."""

    served: Served
    outcomes: list[Outcome] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    """Milliseconds of computing for each answered delivery, the whole tree of processes."""

    def take(self, load: Load) -> None:
        """One round."""
        began = list[float]()
        outcome = send(load, lambda: began.append(self.served.seconds()))
        assert outcome.codes == {"202": len(outcome.taken)} and not outcome.failed, (outcome.codes, outcome.failed)
        self.outcomes.append(outcome)
        self.costs.append((self.served.seconds() - began[0]) * 1000 / len(outcome.taken))

    @property
    def rates(self) -> Sequence[float]:
        """Answers a second, by round."""
        return [outcome.rate for outcome in self.outcomes]

    def median(self, of: Callable[[Outcome], float]) -> float:
        """Of the rounds."""
        return statistics.median(map(of, self.outcomes))


@contextlib.contextmanager
def databases(kind: str, folder: Path) -> Iterator[Mapping[str, str]]:
    """An empty database for each door, on one server or one disk, which syncs as an operator's would."""
    if kind == "sqlite":
        yield {name: f"sqlite:///{folder / f'{name}.db'}" for name in (OURS, PLAIN, LOGGED)}
        return
    with postgresql(durable=True) as url:
        execute(url, f"CREATE DATABASE {PLAIN}")
        yield {OURS: url, PLAIN: url.replace("/postgres?", f"/{PLAIN}?")}


@contextlib.contextmanager
def doors(kind: str, folder: Path) -> Iterator[Mapping[str, Measured]]:
    """All of them, each one process; ``LOGGED`` where the product's own commits are made otherwise."""
    with databases(kind, folder) as urls, contextlib.ExitStack() as stack:
        upgrade(urls[OURS])
        made = {OURS: our_door(urls[OURS], folder), PLAIN: plain_door(urls[PLAIN], folder)}
        if LOGGED in urls and durability() != WAL:
            made[LOGGED] = plain_door(urls[LOGGED], folder, durable=WAL)
        made[FLOOR] = floor(folder)
        each = {name: Measured(stack.enter_context(server)) for name, server in made.items()}
        for door in each.values():
            send(Load(port=door.served.port, secret=SECRET, count=WARM, name="warm"))
        time.sleep(1.0)  # what is loaded only when it is first needed has been loaded
        yield each


def our_door(url: str, folder: Path) -> contextlib.AbstractContextManager[Served]:
    """``gunicorn -c deploy/gunicorn.conf.py 'bot.server:web()'``; Jira itself is not there and nobody misses it."""
    variables = {
        "DATABASE_URL": url,
        "DIRECTIVES_FILE": str(ROOT / "directives.yaml"),
        "PORT": "{port}",
        "JIRA_WEBHOOK_SECRET": SECRET,
        "JIRA_API_URL": "http://127.0.0.1:9",
        "ATLASSIAN_DOMAIN": "acme.atlassian.net",
        "ATLASSIAN_EMAIL": "pm@example.com",
        "ATLASSIAN_API_TOKEN": "none",
        "LOG_LEVEL": "WARNING",
    }
    words = ("-m", "gunicorn", "-c", str(ROOT / "deploy" / "gunicorn.conf.py"), "bot.server:web()")
    return serving(words, variables, folder / "ours.log")


def plain_door(
    url: str, folder: Path, app: str = "intake", durable: Sequence[str] | None = None
) -> contextlib.AbstractContextManager[Served]:
    """The plain intake, with the product's own durability; ``first`` is the one that acknowledges before it keeps."""
    words = ("-m", "gunicorn", *GTHREAD, "127.0.0.1:{port}", f"tests.bench.plain.{app}:app()")
    variables = {"DATABASE_URL": url, "SECRET": SECRET, "DURABILITY": " ".join(durable or durability())}
    return serving(words, variables, folder / f"{app}.log")


def floor(folder: Path) -> contextlib.AbstractContextManager[Served]:
    """The barest server that answers 202."""
    return serving((str(ROOT / "tests/bench/plain/floor.py"), "{port}"), {}, folder / "floor.log")
