"""A small disk of its own: a tmpfs that can be filled, and a folder that can be seen through a read-only mount."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def mounted(folder: Path, *words: str) -> Iterator[Path]:
    """``mount words folder`` while the block runs. Skips, saying so, where this process may not."""
    folder.mkdir(exist_ok=True)
    if shutil.which("mount") is None:
        pytest.skip("no disk of its own: mount is missing")
    done = subprocess.run(["mount", *words, str(folder)], capture_output=True, text=True, timeout=20, check=False)
    if done.returncode:
        pytest.skip("no disk of its own: mounting needs root (run make faults as root, or in a container that may)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, timeout=20)


@contextlib.contextmanager
def small(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk of so many megabytes, in main memory."""
    with mounted(folder, "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs") as disk:
        yield disk


@contextlib.contextmanager
def read_only(what: Path, seen_at: Path) -> Iterator[Path]:
    """The folder ``what`` as it is seen through a mount that takes no change."""
    with mounted(seen_at, "--bind", str(what)) as there:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(there)], check=True, timeout=20)
        yield there


@contextlib.contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Not a byte is free while the block runs."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(b"x" * 4096)
    try:
        yield
    finally:
        filler.unlink()
