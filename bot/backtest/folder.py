"""Where a back-test keeps what it has read and how far it has come, so that nothing is read or lived through twice.

Everything in it may be deleted at any time. What does not fit together any more (another history, another
constitution, another version of this program) is made anew, never mended.
"""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import hashlib
import json
import shutil
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from models.errors import OperatorError
from models.forecasts import Ended
from models.histories import Past
from models.ids import SprintId, TeamId, named
from models.keeping.records import dump, load
from models.people import Identity

FORM = 3
"""Of what is kept here; a file of another form is read anew."""

KEPT = 2
"""Constitutions whose walks are kept, so that they need not be lived through again: two that are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was read of a team's past."""

    sprints: tuple[str, ...]
    begin: datetime
    end: datetime
    past: Past
    since: datetime | None = None
    """From when on it was read, where that is before ``begin``."""
    identities: tuple[Identity, ...] = ()
    """The accounts that were found for its people."""
    chosen: tuple[SprintId, ...] = ()
    """The sprints that were meant."""
    read: datetime | None = None
    """When it was read (company time)."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One back-test's files."""

    path: Path

    def make(self) -> None:
        """Raises ``OperatorError`` where nothing can be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o700)  # what people did is nobody else's on this machine
        except OSError as error:
            raise OperatorError(f"{self.path} cannot be written: {error}", hint="Name another folder") from error

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """While the block runs no other back-test has this folder: two would live in one database.

        Raises ``OperatorError`` where another has it, or nothing can be written.
        """
        self.make()
        with (self.path / ".lock").open("w") as mark:  # let go by the system however this process ends
            try:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                words = f"another back-test runs in {self.path}"
                raise OperatorError(words, hint="Wait for it, or name another folder: pm backtest --dir") from None
            yield

    def empty(self) -> None:
        """Forget what was read and lived through; whatever else lies there stays."""
        self._drop("*.history.*", "*.earlier.*", "*.part-*", "walk-*", "kept-*", "reading.db*")

    def tidy(self, *used: str) -> None:
        """All is told: the walks go, and what was kept of all but the last ``KEPT`` constitutions, ``used`` first."""
        marks = sorted(self.path.glob("kept-*.json"), key=lambda mark: mark.stat().st_mtime, reverse=True)
        known = [mark.stem.removeprefix("kept-") for mark in marks]
        stay = list(dict.fromkeys([*used, *known]))[: max(KEPT, len(used))]
        self._drop("walk-*", *(f"kept-{name}.*" for name in known if name not in stay))

    def _drop(self, *patterns: str) -> None:
        for pattern in patterns:
            for file in self.path.glob(pattern):
                file.unlink()

    # --- what was read --------------------------------------------------------------------------------------------

    def keep_history(self, team: TeamId, asked: str, history: History, *, form: int = FORM) -> None:
        """Keep what was read for ``asked``, with the checksum of it."""
        said = {"form": form, "asked": asked, "history": dump(history)}
        body = gzip.compress(json.dumps(said, ensure_ascii=False).encode(), mtime=0)
        self._write(self._history(team), body)
        self._write(self._sum(team), f"{_checksum(body)}\n".encode())
        self._drop(f"{team}.part-*")

    def history(self, team: TeamId, asked: str | None) -> History | None:
        """What was read for the same; ``None`` for nothing, for something else, and for what was changed since.

        With nothing ``asked`` it is whatever there is: who cannot read anew takes what was read last.
        """
        try:
            body, known = self._history(team).read_bytes(), self._sum(team).read_text().strip()
            said = json.loads(gzip.decompress(body)) if _checksum(body) == known else {}
        except (OSError, ValueError, EOFError):
            return None
        if said.get("form") != FORM or asked not in (None, said.get("asked")):
            return None
        return load(History, said["history"])

    def keep_earlier(self, team: TeamId, asked: str, rules: str, ended: Sequence[Ended], *, form: int = FORM) -> None:
        """Keep how earlier sprints went: ``asked`` names them, ``rules`` what they were counted by."""
        body = json.dumps(dump(tuple(ended)), ensure_ascii=False)
        said = {"form": form, "asked": asked, "rules": rules, "sum": _checksum(body.encode()), "ended": body}
        self._write(self._earlier(team), json.dumps(said, ensure_ascii=False).encode())

    def earlier(self, team: TeamId, asked: str | None, rules: str) -> tuple[Ended, ...] | None:
        """How they went; ``None`` and no ``asked`` as with ``history``."""
        try:
            said = json.loads(self._earlier(team).read_text(encoding="utf-8"))
            body, known = str(said["ended"]), (said["form"], said["rules"], said["sum"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if known != (FORM, rules, _checksum(body.encode())) or asked not in (None, said.get("asked")):
            return None
        return load(tuple[Ended, ...], json.loads(body))

    def checksum(self) -> str:
        """One name for all that was read."""
        return _checksum(b"".join(file.read_bytes() for file in sorted(self.path.glob("*.history.sha256"))))

    def part(self, team: TeamId, asked: str, name: str) -> Any:
        """What a reading for ``asked`` that broke off kept under ``name``, as plain values; ``None`` for nothing."""
        try:
            said = json.loads(gzip.decompress(self._part(team, asked, name).read_bytes()))
            return said["read"] if said["form"] == FORM else None
        except (OSError, ValueError, EOFError, KeyError, TypeError, RecursionError, zlib.error):
            return None

    def keep_part(self, team: TeamId, asked: str, name: str, read: object) -> None:
        """Keep it until the history is whole."""
        body = json.dumps({"form": FORM, "read": dump(read)}, ensure_ascii=False).encode()
        self._write(self._part(team, asked, name), gzip.compress(body, mtime=0))

    # --- how far it has come ---------------------------------------------------------------------------------------

    def scratch(self, constitution: str) -> Path:
        """The database in which the walk under that constitution is lived."""
        return self.path / f"walk-{constitution}.db"

    def begun(self, constitution: str, tried: str) -> datetime | None:
        """Up to when it has been lived before, its database put back as it was then; ``None`` when it has not.

        ``tried`` names everything that the walk depends on beside the constitution.
        """
        scratch, kept = self.scratch(constitution), self._kept(constitution)
        for left in self.path.glob(f"{scratch.name}*"):
            left.unlink()
        try:
            said: dict[str, Any] = json.loads(self._mark(constitution).read_text())
            body = kept.read_bytes() if said["tried"] == tried else b""
        except (OSError, ValueError, KeyError):
            return None
        if not body or _checksum(body) != said["sum"]:
            return None
        scratch.write_bytes(body)
        return datetime.fromisoformat(said["at"])

    def keep(self, constitution: str, tried: str, at: datetime) -> None:
        """Keep the walk as it stands at ``at``: its database is closed now."""
        kept = self._kept(constitution)
        draft = kept.with_suffix(".new")
        shutil.copyfile(self.scratch(constitution), draft)
        body = draft.read_bytes()
        draft.replace(kept)
        said = {"tried": tried, "at": at.isoformat(), "sum": _checksum(body)}
        self._write(self._mark(constitution), json.dumps(said).encode())

    # --- names -----------------------------------------------------------------------------------------------------

    def _history(self, team: TeamId) -> Path:
        return self.path / f"{team}.history.json.gz"

    def _part(self, team: TeamId, asked: str, name: str) -> Path:
        return self.path / f"{team}.part-{named(asked, name)}.json.gz"

    def _earlier(self, team: TeamId) -> Path:
        return self.path / f"{team}.earlier.json"

    def _sum(self, team: TeamId) -> Path:
        return self.path / f"{team}.history.sha256"

    def _kept(self, constitution: str) -> Path:
        return self.path / f"kept-{constitution}.db"

    def _mark(self, constitution: str) -> Path:
        return self.path / f"kept-{constitution}.json"

    def _write(self, file: Path, body: bytes) -> None:
        """Whole or not at all."""
        draft = file.with_name(f"{file.name}.new")
        draft.write_bytes(body)
        draft.replace(file)


def _checksum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
