"""Servers in processes of their own, and what the whole tree of each costs: computing time and memory, from /proc."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.world import free_port

ROOT = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 60.0
"""Seconds until a server that does not answer has failed."""


@dataclass
class Served:
    """One server, which may be killed and started again at the same port."""

    words: Sequence[str]
    port: int
    environment: Mapping[str, str]
    log: Path
    ready: str = "/health"
    folder: Path = ROOT
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin; see ``wait``."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, *self.words],
                cwd=self.folder,
                env=dict(self.environment),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Until it answers. Raises ``AssertionError`` with its last words when it does not."""
        end = time.monotonic() + PATIENCE
        while not answers(f"http://127.0.0.1:{self.port}{self.ready}"):
            dead = self.process is None or self.process.poll() is not None
            assert not dead and time.monotonic() < end, self.log.read_text()[-3000:]
            time.sleep(0.005)

    def kill(self) -> None:
        """Everything at once, as at a power cut."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """Ask for a clean end; whatever is left is killed."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
        self.kill()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def seconds(self) -> float:
        """Computing time of the tree so far."""
        return sum(map(_seconds, tree(self.pid)))

    def megabytes(self, but: str = "") -> float:
        """Memory of the tree: what is shared counts once; without processes whose command names ``but``."""
        return sum(_megabytes(pid) for pid in tree(self.pid) if not but or but not in _command(pid))


@contextlib.contextmanager
def serving(
    words: Sequence[str], environment: Mapping[str, str], log: Path, *, ready: str = "/health", port: int = 0
) -> Iterator[Served]:
    """A server while the block runs; ``{port}`` in its words and settings is its port."""
    port = port or free_port()
    variables = {name: value.replace("{port}", str(port)) for name, value in surroundings(environment).items()}
    served = Served([word.replace("{port}", str(port)) for word in words], port, variables, log, ready)
    served.start()
    try:
        served.wait()
        yield served
    finally:
        served.stop()


def surroundings(more: Mapping[str, str]) -> dict[str, str]:
    """What a process is told: nothing of this shell's own settings."""
    kept = {name: os.environ.get(name, "") for name in ("PATH", "HOME")}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def answers(address: str, code: int = 200) -> bool:
    """Whether it answers so, now."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == code)
    except (OSError, urllib.error.URLError):
        return False


def tree(pid: int) -> list[int]:
    """The process and everything it has started that lives."""
    found = [pid]
    for each in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{each}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _seconds(pid: int) -> float:
    """Its own, and that of children that have ended."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICKS
    return 0.0


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def _megabytes(pid: int) -> float:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return 0.0
