"""What stands in DIRECTIVES_FILE is taken up whole or not at all; until then the old constitution stays in force."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.people import Roster
from models.clock import Clock
from models.directives import Directives
from models.directives_file import understand
from models.errors import DirectivesError, OperatorError
from models.ids import named
from models.written import Written, look_up

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is written cannot come into force."""

    content: str
    """One name for exactly this broken content."""
    words: str
    """The first complaints, a line each, with file and line number."""
    since: datetime
    """Real time at which it was found."""

    @property
    def first(self) -> str:
        """The first complaint alone."""
        return self.words.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Amended:
    """Another constitution is in force; or the old one again, after trouble."""

    before: Directives
    after: Directives
    mended: Trouble | None
    """The trouble that is over with it."""
    at: datetime
    """Real time at which it came into force here."""


@dataclass(frozen=True, slots=True)
class Broken:
    """What is written now cannot come into force."""

    trouble: Trouble


Turn = Amended | Broken


class Constitution:
    """The watcher of one file or folder for one process. What is in force is the roster's."""

    def __init__(self, path: Path, roster: Roster, clock: Clock, *, loaded: str) -> None:
        """``loaded`` names the content (``Written.content``) the roster was made from."""
        self.roster = roster
        self.trouble: Trouble | None = None
        self.span = 0
        """Which time of trouble this process has told of last; 0 for none yet. Numbered in shared memory."""
        self.owed: list[Turn] = []
        """What has turned and was not followed up yet, oldest first."""
        self.following = asyncio.Lock()
        """Held by whoever follows up: clock, watcher and signal may all come at once."""
        self._path, self._clock = path, clock
        self._in_force = self._judged = loaded
        self._glimpsed = ""
        self._turn = asyncio.Lock()

    async def look(self, *, at_once: bool = False) -> Turn | None:
        """Look at what is written, and take it up when it has changed.

        A change counts when two looks in a row find the same: whoever saves a file may be in the middle of it.
        ``at_once`` is for somebody who says that it is whole.
        """
        async with self._turn:
            written = await asyncio.to_thread(self._read)
            content = written if isinstance(written, str) else written.content
            if content == self._judged or not (at_once or content == self._glimpsed):
                self._glimpsed = content
                return None
            self._judged = content
            turn = await self._take_up(written, content)
            self.owed.append(turn)
            return turn

    def _read(self) -> Written | str:
        """What is written; the complaint, when nothing can be read at all."""
        try:
            return look_up(self._path)
        except OperatorError as error:
            return str(error)

    async def _take_up(self, written: Written | str, content: str) -> Turn:
        if isinstance(written, str):
            return self._refuse(named("unreadable", written), written)
        if content == self._in_force:
            return self._enact(self.roster.constitution, content)
        try:
            return self._enact(await asyncio.to_thread(understand, written), content)
        except DirectivesError as error:
            return self._refuse(content, error.in_short())

    def _refuse(self, content: str, words: str) -> Broken:
        self.trouble = Trouble(content, words, self._clock.real())
        version = self.roster.constitution.version
        log.error(
            "the constitution on disk is broken, %s stays in force: %s",
            version,
            words,
            extra={"action": "constitution_broken", "version": version},
        )
        return Broken(self.trouble)

    def _enact(self, after: Directives, content: str) -> Amended:
        """From here on every part sees the new one: nothing awaits in between."""
        turn = Amended(self.roster.constitution, after, self.trouble, self._clock.real())
        self._in_force, self.trouble = content, None
        self.roster.enact(after)
        extra = {"action": "constitution_in_force", "version": after.version}
        log.info("constitution %s is in force, before it %s", after.version, turn.before.version, extra=extra)
        return turn
