"""Run Claude Code on one errand, once, in a cage; and say whether the program that is installed will do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from integrations.claude_code.cage import Cage, arguments, caged, environment, sweep
from integrations.claude_code.errand import Errand, Ran
from integrations.claude_code.process import GRACE, Ended, run
from integrations.claude_code.reading import INSTALL, complaint, ran
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
        """``binary``: its name or path, looked for once, here. ``grace``: seconds it has to end once it was told to."""
        self._key, self._base = key, base_url
        self._clock, self._grace = clock, grace
        found = shutil.which(binary)
        self._named, self._program = binary, Path(found).absolute() if found else None
        self._will_do: str | None = None
        """The version that was found to do."""
        self._never: NotThought | None = None if found else _none_there(binary)
        """Why it can never work, as long as nobody changes anything."""

    @property
    def why_not(self) -> str:
        """What somebody must change before it can work, as far as was seen; empty when it can."""
        return str(self._never) if self._never is not None else ""

    async def get_ready(self) -> None:
        """Before the first errand: see whether it will do, and remove what runs have left whose worker was killed."""
        check, gone = await self.check(), sweep(self._clock.real().timestamp(), tempfile.gettempdir())
        log.info("%s: %s", NAME, check.detail, extra={"action": "claude_code_looked_at", "swept": gone})

    async def work(self, errand: Errand, told: Told = _nobody) -> Ran:
        """How the errand went; ``told`` hears what it reads meanwhile."""
        if (trouble := await self._looked_at()) is not None:
            return Ran(trouble=trouble)
        began = self._clock.monotonic()
        with caged(errand) as cage:
            try:
                ended = await self._run(cage, errand, told)
            except OSError as error:
                return Ran(trouble=_no_start(self._named, error.strerror or type(error).__name__))
            how = ran(ended, errand, served=cage.looked.exists(), seconds=self._clock.monotonic() - began)
        log.info("claude code ended", extra=_logged(ended, how))
        return how

    async def check(self) -> Check:
        """Whether it is there and new enough; asks no model. Believed once it was."""
        if (trouble := await self._looked_at()) is not None:
            return Check(NAME, False, str(trouble.args[0]), trouble.hint, grave=False)
        return Check(NAME, True, f"{self._will_do} is installed; it works on tasks somebody has approved")

    async def _looked_at(self) -> NotThought | None:
        """Why it cannot work now; what may be better a moment later is not kept."""
        if self._will_do is None:
            found = await self._version()
            if isinstance(found, NotThought):
                self._never = found if found.why is not Silence.AWAY else None
                return found
            self._will_do, self._never = _dotted(found), None
        return None

    async def _run(self, cage: Cage, errand: Errand, told: Told) -> Ended:
        assert self._program is not None, "it was checked"

        async def follow() -> None:
            await _follow(cage, told)

        return await run(
            [str(self._program), *arguments(cage, errand)],
            errand.question,
            cwd=cage.work,
            env=environment(cage, self._program, self._key, self._base),
            patience=errand.patience,
            meanwhile=follow,
            grace=self._grace,
        )

    async def _version(self) -> tuple[int, ...] | NotThought:
        """The version that will do, or why there is none."""
        if self._program is None:
            return _none_there(self._named)
        try:
            ended = await _asked_for_version(self._program)
        except OSError as error:
            return _no_start(self._named, error.strerror or type(error).__name__)
        if ended.late:
            return NotThought(Silence.AWAY, f"{self._named} did not tell its version in {VERSION_PATIENCE:g} seconds")
        if ended.code != 0:
            return _no_start(self._named, complaint(ended))
        found = re.match(rb"\s*(\d{1,5})\.(\d{1,5})\.(\d{1,5})\b", ended.out)
        if found is None:
            return NotThought(Silence.REJECTED, f"{self._named} --version names no version", hint=INSTALL)
        version = tuple(int(part) for part in found.groups())
        if version < LEAST:
            said = f"{_dotted(version)} is older than {_dotted(LEAST)}, whose cage was measured"
            return NotThought(Silence.REJECTED, said, hint=INSTALL)
        return version


async def _asked_for_version(program: Path) -> Ended:
    async def nothing() -> None:
        return None

    with caged(_NOTHING_ASKED) as cage:
        env, command = environment(cage, program, "", ""), [str(program), "--version"]
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


def _none_there(binary: str) -> NotThought:
    return NotThought(Silence.OFF, f"CLAUDE_CODE_BIN: there is no program {binary}", hint=INSTALL)


def _no_start(binary: str, why: str) -> NotThought:
    return NotThought(Silence.REJECTED, f"{binary} could not be started ({why})", hint=INSTALL)


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
