"""A Debian machine with systemd as process 1, for following docs/deploy.md to the letter: this one's own disk beneath.

It is this machine's own Debian, booted in namespaces: what is written stays apart and is thrown away. Needs root.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOOT = Path(__file__).with_name("boot.sh")
GROUPS = Path("/sys/fs/cgroup/unified") if Path("/sys/fs/cgroup/unified").is_dir() else Path("/sys/fs/cgroup")
PLAIN = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
    "TERM": "dumb",
}
PROGRAMS = ("unshare", "nsenter", "setpriv", "ip", "apt-get", "systemctl")


def wanted() -> None:
    """Skip, and say what is missing, where no machine can be made."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if os.geteuid() != 0 or missing or not Path("/lib/systemd/systemd").exists():
        pytest.skip(f"a machine in namespaces needs root, Debian and {', '.join(missing) or 'systemd'}")
    tried = subprocess.run(["unshare", "-m", "-p", "-u", "-i", "-n", "-C", "--fork", "true"], capture_output=True)
    if tried.returncode or not os.access(GROUPS, os.W_OK):
        pytest.skip("a machine in namespaces needs the right to make them, and a writable cgroup2")


@dataclass
class Machine:
    """Started by ``machine``; commands run in it as root, in a shell."""

    place: Path
    _process: subprocess.Popen[bytes] | None = None
    _group: Path = field(init=False)

    def __post_init__(self) -> None:
        self._group = GROUPS / f"pm-machine-{os.getpid()}"

    @property
    def upper(self) -> Path:
        """What has been written, as files; written to before the first boot, it is there from the beginning."""
        return self.place / "upper"

    def boot(self) -> None:
        """systemd up, and nothing waited for any more."""
        self._group.mkdir(exist_ok=True)
        command = ["unshare", "-m", "-p", "-u", "-i", "-n", "-C", "--fork", "--kill-child", "sh", str(BOOT)]
        enter = 'echo $$ > "$0/cgroup.procs" && exec "$@"'
        self._process = subprocess.Popen(
            ["sh", "-c", enter, str(self._group), *command, str(self.place)], stdin=subprocess.DEVNULL
        )
        end = time.monotonic() + 60
        while self.run("systemctl is-system-running").stdout.strip() not in ("running", "degraded"):
            assert self._process.poll() is None and time.monotonic() < end, "it did not boot"
            time.sleep(0.2)

    def run(self, command: str, *, online: bool = False, patience: float = 120.0) -> subprocess.CompletedProcess[str]:
        """A command as root typed it. ``online``: with the way to the internet that this test has."""
        spaces = ["-m", "-p", "-u", "-i", "-C", *([] if online else ["-n"])]
        variables = [f"{name}={value}" for name, value in PLAIN.items()]
        return subprocess.run(
            ["nsenter", "-t", str(self.first), *spaces, "env", "-i", *variables, "sh", "-c", f"cd /root; {command}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=patience,
            errors="replace",
        )

    def ended(self, patience: float = 60.0) -> None:
        """Wait until it has gone down, as after ``reboot``."""
        assert self._process is not None
        self._process.wait(patience)

    @property
    def first(self) -> int:
        """Process 1, as this machine numbers it; 0 while there is none."""
        assert self._process is not None
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
            return int(words[0]) if words else 0
        return 0

    def end(self) -> None:
        """All its processes with it."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                if self.first:
                    os.kill(self.first, 9)
                self._process.kill()
            self._process.wait(20)
        for _ in range(100):
            with contextlib.suppress(OSError):
                for below in sorted((p for p in self._group.rglob("*") if p.is_dir()), reverse=True):
                    below.rmdir()
                self._group.rmdir()
            if not self._group.exists():
                return
            time.sleep(0.1)


@contextlib.contextmanager
def machine(place: Path, files: Sequence[tuple[str, str]] = ()) -> Iterator[Machine]:
    """One with ``files`` (path, text) on it and the services of a bare Debian; booted, and gone afterwards."""
    made = Machine(place)
    upper = made.upper
    for name in ("etc/systemd/system", "root", "srv"):
        (upper / name).mkdir(parents=True, exist_ok=True)
    os.setxattr(upper / "etc/systemd/system", "trusted.overlay.opaque", b"y")  # none of this machine's own services
    for path, text in files:
        (upper / path).parent.mkdir(parents=True, exist_ok=True)
        (upper / path).write_text(text)
    try:
        made.boot()
        yield made
    finally:
        made.end()
