"""One process of the program, within its time and size; whatever it started has ended when this returns.

What it says goes into files without a name, so whoever still holds one of them keeps nobody waiting. Its own number is
given back last of all: until its whole group is dead, that number can be nobody else's.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from integrations.tether import tied

MOST_OUTPUT = 2 * 2**20
"""Bytes it may say; the program's own reports have some thousand."""

MOST_TROUBLE = 64 * 2**10
"""Bytes read of what it says on its standard error."""

GRACE = 5.0
"""Seconds it has to end by itself after it was told to: it takes 0.2 with its children."""

LAST = 1.0
"""Seconds a process that was killed is waited for when we end ourselves; it takes some thousandths."""

LOOK_EVERY = 0.02
"""Seconds between two looks whether it has ended."""

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


@dataclass(frozen=True, slots=True)
class _Talk:
    """What it is asked and what it says."""

    asked: IO[bytes]
    out: IO[bytes]
    err: IO[bytes]

    @property
    def is_too_long(self) -> bool:
        return max(os.fstat(said.fileno()).st_size for said in (self.out, self.err)) > MOST_OUTPUT


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

    ``command`` begins with an absolute path. Raises ``OSError`` when nothing can be started.
    """
    with _talk(question) as talk:
        process = _started(command, talk, cwd, env)
        beside = asyncio.ensure_future(meanwhile())
        late = False
        try:
            async with asyncio.timeout(patience):
                await _until(lambda: _has_ended(process) or talk.is_too_long)
        except TimeoutError:
            late = True
        finally:  # also when we are stopped ourselves: nothing of it may go on
            beside.cancel()
            await asyncio.shield(_end(process, grace))
            with contextlib.suppress(asyncio.CancelledError):
                await beside
        return _ended(process, talk, late)


@contextlib.contextmanager
def _talk(question: str) -> Iterator[_Talk]:
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        asked.write(question.encode("utf-8", "replace"))
        asked.seek(0)
        yield _Talk(asked, out, err)


def _started(command: Sequence[str], talk: _Talk, cwd: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """asyncio's own would give its number back as soon as it ends."""
    return subprocess.Popen(  # noqa: S603 - the operator's own program, by its absolute path
        tied(command),
        stdin=talk.asked,
        stdout=talk.out,
        stderr=talk.err,
        cwd=cwd,
        env=dict(env),
        start_new_session=True,
    )


def _ended(process: subprocess.Popen[bytes], talk: _Talk, late: bool) -> Ended:
    too_long = talk.is_too_long
    for said in (talk.out, talk.err):
        said.seek(0)
    out, err = talk.out.read(MOST_OUTPUT), talk.err.read(MOST_TROUBLE)
    return Ended(code=process.returncode, out=out, err=err, late=late and not too_long, too_long=too_long)


async def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - no event tells
        await asyncio.sleep(LOOK_EVERY)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has; seen without giving its number back, where the system can tell that."""
    if not hasattr(os, "waitid"):
        return process.poll() is not None
    looked = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return process.returncode is not None or os.waitid(os.P_PID, process.pid, looked) is not None


# --- the end of everything it started ---------------------------------------------------------------------------


async def _end(process: subprocess.Popen[bytes], grace: float) -> None:
    """First a word to all of its group, then no word at all; and whatever of its session is left is ended too."""
    try:
        if not _has_ended(process):
            _signal_group(process.pid, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(grace):
                    await _until(lambda: _has_ended(process))
    except asyncio.CancelledError:  # we end ourselves, so nobody waits for it any more
        _kill(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LAST)
        raise
    _kill(process)
    await _until(lambda: _has_ended(process))
    process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is not None:  # its number was given back: a group of that number is somebody else's
        return
    _signal_group(process.pid, signal.SIGKILL)
    for left in _of_session(process.pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(left, signal.SIGKILL)


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
