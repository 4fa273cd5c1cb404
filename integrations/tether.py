"""Become another program that is killed when its parent dies: ``python -IS tether.py PARENT PROGRAM ARGUMENTS…``.

Only Linux can promise that; elsewhere the program's own bounds end it. The standard library alone, for a start of some
milliseconds: it is run as a file.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def tied(command: Sequence[str]) -> list[str]:
    """What to start in place of ``command``, a program by its absolute path: it ends with us, also when we are killed.

    To be started from the main thread: for Linux a parent has died when the thread that started the program has.
    """
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def tie(parent: int) -> None:
    """From now on the end of ``parent`` is ours. Ends at once where it has ended before."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("who started it has ended")


def main() -> None:
    """Tie, and become the program; with exit code 1 and the reason where it cannot be run."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    tie(parent)
    try:
        os.execv(command[0], command)  # noqa: S606 - what it is for
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
