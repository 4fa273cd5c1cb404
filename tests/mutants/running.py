"""Runs mutants, each in a copied tree in a temporary folder: the checkout itself is never broken."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from time import perf_counter

from tests.mutants.mutant import ROOT, Mutant

PARTS = ("bot", "integrations", "planner", "models", "alembic", "tests", "docs", "deploy")
FILES = ("pyproject.toml", "alembic.ini", "directives.yaml", "README.md", ".env.example")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "shots", "images")

BOUND = 240.0
"""Seconds one mutant may take."""

CLOCK = "the clock"
"""What is said of one whose tests did not end in time: a machine that is busy looks like a test that hangs."""

EXAMPLES = "150"
"""Histories of a state machine that a mutant has to live through."""

KEPT = Path(tempfile.gettempdir()) / "pm-mutants.json"
"""What came of earlier runs, for going on where one was broken off."""

_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_MOMENTS = count(1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutant."""

    mutant: str
    killed_by: str
    """The test that failed first; ``CLOCK`` when none ended in time; empty for one that survived."""
    seconds: float

    @property
    def late(self) -> bool:
        """Whether nobody knows: its tests did not end in time."""
        return self.killed_by == CLOCK

    @property
    def killed(self) -> bool:
        """Whether a test has failed."""
        return bool(self.killed_by) and not self.late


@contextmanager
def tree() -> Iterator[Path]:
    """A copy of what is to be broken and of its tests."""
    with tempfile.TemporaryDirectory(prefix="pm-mutant-") as folder:
        copy = Path(folder)
        for part in PARTS:
            shutil.copytree(ROOT / part, copy / part, ignore=LEFT_OUT)
        for name in FILES:
            shutil.copy2(ROOT / name, copy / name)
        yield copy


@contextmanager
def broken(copy: Path, mutant: Mutant) -> Iterator[None]:
    """The tree with that one line broken; whole again afterwards."""
    file = copy / mutant.file
    whole = file.read_text(encoding="utf-8")
    try:
        _write(file, mutant.of(whole))
        yield
    finally:
        _write(file, whole)


def _write(file: Path, text: str) -> None:
    """With a time of its own: what Python compiled of the text before must not pass for this one's."""
    file.write_text(text, encoding="utf-8")
    moment = 1_000_000_000 + next(_MOMENTS)
    os.utime(file, (moment, moment))


def killed_by(copy: Path, tests: Sequence[str], *, seconds: float = BOUND) -> str:
    """The first of ``tests`` that fails in that tree; empty when none does, ``CLOCK`` when they do not end.

    Raises ``LookupError`` when none of them ran.
    """
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-rfE", "--tb=no", "-p", "no:cacheprovider", "-m", ""]
    given = {"PM_MODEL_EXAMPLES": EXAMPLES, "PM_MODEL_SHRINK": "0", "PYTHONPATH": str(copy)}
    asked = [*words, *tests]
    try:
        done = subprocess.run(
            asked, cwd=copy, env={**os.environ, **given}, capture_output=True, text=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return CLOCK
    if done.returncode == 0:
        return ""
    found = _FAILED.search(done.stdout)
    if done.returncode != 1 or found is None:
        raise LookupError(f"{' '.join(tests)} did not run: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return found[1]


def tried(copy: Path, mutant: Mutant, *, seconds: float = BOUND) -> Verdict:
    """Break the tree, run what has to see it, mend it."""
    begun = perf_counter()
    with broken(copy, mutant):
        by = killed_by(copy, mutant.tests, seconds=seconds)
    return Verdict(mutant.name, by, round(perf_counter() - begun, 1))


def state_of(mutant: Mutant) -> str:
    """Another word whenever the line, its file, or the tests that must see it change."""
    files = {mutant.file, *(test.partition("::")[0] for test in mutant.tests)}
    files |= {f"tests/contracts/stores/{name}.py" for name in ("ledger_model", "ledger_workers", "values")}
    words = hashlib.sha256(repr(asdict(mutant)).encode())
    for name in sorted(files):
        words.update((ROOT / name).read_bytes())
    return words.hexdigest()[:20]


def earlier(file: Path = KEPT) -> dict[str, Verdict]:
    """What came of mutants before, by ``state_of``; one that was not killed by a test is tried again."""
    if not file.exists():
        return {}
    kept = json.loads(file.read_text(encoding="utf-8"))
    known = {state: Verdict(**said) for state, said in kept.items()}
    return {state: verdict for state, verdict in known.items() if verdict.killed}


def keep(known: dict[str, Verdict], file: Path = KEPT) -> None:
    """Write it down, whole or not at all."""
    beside = file.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps({state: asdict(each) for state, each in known.items()}), encoding="utf-8")
    beside.replace(file)
