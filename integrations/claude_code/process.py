"""One process of the program, within its time and size; whatever it started has ended when this returns."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_OUTPUT = 2 * 2**20
"""Bytes of an answer; the program's own reports have some thousand."""

MOST_TROUBLE = 64 * 2**10
"""Bytes kept of what it says on its standard error."""

GRACE = 5.0
"""Seconds it has to end by itself after it was told to: it takes 0.2 with its children."""

LAST_WORDS = 1.0
"""Seconds after its end for what it has said to arrive."""

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process ended and what it said."""

    code: int
    """Its exit code; negative for the signal that ended it."""
    out: bytes
    err: bytes
    late: bool = False
    """It was ended at its deadline."""
    too_long: bool = False
    """It was ended because it would not stop talking."""


class _TooLong(Exception):
    pass


async def run(
    command: Sequence[str],
    question: str,
    *,
    cwd: Path,
    env: Mapping[str, str],
    patience: float,
    meanwhile: Callable[[], Awaitable[None]],
    grace: float = GRACE,
) -> Ended:
    """Run it to its end, or end it. ``meanwhile`` is run beside it, and ended with it.

    Raises ``OSError`` when it cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=cwd,
        env=dict(env),
        start_new_session=True,
    )
    beside = asyncio.ensure_future(meanwhile())
    try:
        return await _heard(process, question, patience, grace)
    finally:  # also when we are stopped ourselves: nothing of it may go on
        beside.cancel()
        await asyncio.shield(_end(process, grace))
        with contextlib.suppress(asyncio.CancelledError):
            await beside


async def _heard(process: asyncio.subprocess.Process, question: str, patience: float, grace: float) -> Ended:
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    out, err = bytearray(), bytearray()
    late = too_long = False
    talk = asyncio.gather(
        _say(process.stdin, question.encode("utf-8", "replace")),
        _read(process.stdout, out, MOST_OUTPUT, strict=True),
        _read(process.stderr, err, MOST_TROUBLE, strict=False),
    )
    try:
        async with asyncio.timeout(patience):
            await _over(process, talk)
    except TimeoutError:
        late = True
    except _TooLong:
        too_long = True
    finally:
        talk.cancel()
        with contextlib.suppress(asyncio.CancelledError, _TooLong):
            await talk
    await _end(process, grace)
    return Ended(code=process.returncode or 0, out=bytes(out), err=bytes(err), late=late, too_long=too_long)


async def _over(process: asyncio.subprocess.Process, talk: asyncio.Future[Any]) -> None:
    """Until it has ended and said its last; a child that still holds its pipes is not waited for long."""
    leader = asyncio.ensure_future(_exited(process))
    try:
        await asyncio.wait({leader, talk}, return_when=asyncio.FIRST_COMPLETED)
        if not talk.done():
            await asyncio.wait({talk}, timeout=LAST_WORDS)
        if talk.done():
            await talk  # raises what broke it off
        await leader
    finally:
        leader.cancel()


async def _exited(process: asyncio.subprocess.Process) -> None:
    """Until the process itself is gone: ``wait`` also waits for whoever else holds its pipes."""
    while process.returncode is None:  # noqa: ASYNC110 - no event tells
        await asyncio.sleep(0.02)


async def _say(stdin: asyncio.StreamWriter, question: bytes) -> None:
    """One that has ended does not listen; its exit code tells why."""
    with contextlib.suppress(ConnectionError):
        stdin.write(question)
        await stdin.drain()
        stdin.close()
        await stdin.wait_closed()


async def _read(stream: asyncio.StreamReader, into: bytearray, most: int, *, strict: bool) -> None:
    while piece := await stream.read(65_536):
        if strict and len(into) + len(piece) > most:
            raise _TooLong
        into += piece[: most - len(into)]


# --- the end of everything it started ---------------------------------------------------------------------------


async def _end(process: asyncio.subprocess.Process, grace: float) -> None:
    """First a word to all of its group, then no word at all; and whatever of its session is left is ended too."""
    if process.returncode is None:
        _signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await _exited(process)
    _signal_group(process.pid, signal.SIGKILL)
    for left in _of_session(process.pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(left, signal.SIGKILL)
    await _exited(process)
    with contextlib.suppress(TimeoutError):  # whoever has left the session may hold its pipes
        async with asyncio.timeout(LAST_WORDS):
            await process.communicate()  # what nobody reads keeps them open


def _signal_group(leader: int, what: signal.Signals) -> None:
    """Everybody of the group it was made the leader of; none of it may be left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, what)


def _of_session(leader: int) -> Iterator[int]:
    """What it started into groups of their own, where the system lists its processes."""
    for entry in _PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            state, _, _, session = entry.read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state != "Z":
                yield int(entry.parent.name)
