"""Run Claude Code on one errand, once, in a cage; and say whether the program that is installed will do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from integrations.claude_code.cage import Cage, arguments, caged, environment
from integrations.claude_code.errand import Errand, Ran
from integrations.claude_code.process import GRACE, Ended, run
from integrations.claude_code.reading import INSTALL, ran
from integrations.health import Check
from models.clock import Clock
from models.errors import NotThought, Silence
from models.money import Money

log = logging.getLogger(__name__)

LEAST = (2, 1, 330)
"""The oldest that is used: what keeps it in its cage was measured with this one."""

LOOK_EVERY = 0.5
"""Seconds between two looks at what it has read so far."""

VERSION_PATIENCE = 10.0
NAME = "claude code"

_NOTHING_ASKED = Errand(system="", question="", schema={}, facts="{}", model="", effort="", most=Money())

Told = Callable[[str, str], Awaitable[None]]
"""Hears which of our tools was used, and about which subject of the facts; empty when about none."""


async def _nobody(tool: str, about: str) -> None:
    """Nobody follows it."""


class ClaudeCode:
    """The program of that path, on the account of that key. ``work`` raises nothing but what stops us ourselves."""

    def __init__(self, binary: str, key: str, base_url: str, clock: Clock, *, grace: float = GRACE) -> None:
        """``grace``: seconds it has to end by itself, once it was told to."""
        self._binary, self._key, self._base = binary, key, base_url
        self._clock, self._grace = clock, grace
        self._will_do: str | None = None
        """The version that was found to do."""

    @property
    def is_there(self) -> bool:
        """Whether there is a program of that name or path."""
        return shutil.which(self._binary) is not None

    async def work(self, errand: Errand, told: Told = _nobody) -> Ran:
        """How the errand went; ``told`` hears what it reads meanwhile."""
        check = await self.check()
        if not check.ok:
            return Ran(trouble=NotThought(Silence.REJECTED, check.detail, hint=check.hint))
        began = self._clock.monotonic()
        with caged(errand) as cage:
            try:
                ended = await self._run(cage, errand, told)
            except OSError as error:
                return Ran(trouble=_no_start(self._binary, error))
            how = ran(ended, errand, served=cage.looked.exists(), seconds=self._clock.monotonic() - began)
        log.info("claude code ended", extra=_logged(ended, how))
        return how

    async def check(self) -> Check:
        """Whether it is there and new enough; asks no model. Believed once it was."""
        if self._will_do is None:
            found = await self._version()
            if isinstance(found, NotThought):
                return Check(NAME, False, str(found.args[0]), found.hint, grave=False)
            if found < LEAST:
                said = f"{_dotted(found)} is older than {_dotted(LEAST)}, whose cage was measured"
                return Check(NAME, False, said, INSTALL, grave=False)
            self._will_do = _dotted(found)
        return Check(NAME, True, f"{self._will_do} is installed; it works on tasks somebody has approved")

    async def _run(self, cage: Cage, errand: Errand, told: Told) -> Ended:
        async def follow() -> None:
            await _follow(cage, told)

        return await run(
            [self._binary, *arguments(cage, errand)],
            errand.question,
            cwd=cage.work,
            env=environment(cage, self._key, self._base),
            patience=errand.patience,
            meanwhile=follow,
            grace=self._grace,
        )

    async def _version(self) -> tuple[int, ...] | NotThought:
        if not self.is_there:
            return NotThought(Silence.OFF, f"CLAUDE_CODE_BIN: there is no program {self._binary}", hint=INSTALL)
        try:
            ended = await self._asked_for_version()
        except OSError as error:
            return _no_start(self._binary, error)
        found = re.match(rb"\s*(\d+)\.(\d+)\.(\d+)\b", ended.out)
        if ended.code != 0 or found is None:
            return NotThought(Silence.REJECTED, f"{self._binary} --version names no version", hint=INSTALL)
        return tuple(int(part) for part in found.groups())

    async def _asked_for_version(self) -> Ended:
        async def nothing() -> None:
            return None

        with caged(_NOTHING_ASKED) as cage:
            env = environment(cage, "", "")
            command = [self._binary, "--version"]
            return await run(command, "", cwd=cage.work, env=env, patience=VERSION_PATIENCE, meanwhile=nothing)


async def _follow(cage: Cage, told: Told) -> None:
    """Tell what our server was asked for, until somebody ends this; what cannot be told holds nothing up."""
    seen = 0
    while True:
        lines = list(_lines(cage.looked))
        for tool, about in lines[seen:]:
            try:
                await told(tool, about)
            except Exception:  # whoever follows is no part of the work
                log.warning("what it reads was not told", exc_info=True, extra={"action": "progress_lost"})
        seen = len(lines)
        await asyncio.sleep(LOOK_EVERY)


def _lines(looked: Path) -> Iterator[tuple[str, str]]:
    """Whole lines only: one may be written just now."""
    with contextlib.suppress(OSError):
        for line in looked.read_text(encoding="utf-8").split("\n")[:-1]:
            with contextlib.suppress(ValueError):
                tool, about = json.loads(line)
                yield str(tool), str(about)


def _no_start(binary: str, error: OSError) -> NotThought:
    said = f"{binary} could not be started ({error.strerror or type(error).__name__})"
    return NotThought(Silence.REJECTED, said, hint=INSTALL)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _logged(ended: Ended, how: Ran) -> dict[str, object]:
    """What the logs may know of a run: never its words."""
    return {
        "action": "claude_code_ended",
        "code": ended.code,
        "late": ended.late,
        "trouble": how.trouble.why.value if how.trouble else "",
        "turns": how.turns,
        "usd": how.cost.dollars if how.cost is not None else None,
        "seconds": round(how.seconds, 3),
    }
