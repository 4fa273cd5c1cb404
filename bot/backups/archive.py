"""One backup, one file: a plain tar whose last part is the checksum of everything before it."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bot.backups.manifest import Manifest
from models.errors import OperatorError

MANIFEST, DATABASE, SEAL = "manifest.json", "database", "sha256"
"""The names of its own parts."""

LAWS, PINS = "directives/", "mcp.lock.json"
"""The folder of the constitution's files in it, and the name of the MCP pins."""

PRIVATE = 0o600
"""Of people's data: for whoever runs the agent, and for nobody else."""

CHUNK = 1 << 20

_EARLY = "it ends too early"

Stopped = Callable[[], bool]


def never() -> bool:
    """The default of ``stopped``."""
    return False


class Stop(Exception):
    """The work was asked to stop; nothing of it is left."""


def pack(draft: Path, manifest: Manifest, database: Path, beside: Mapping[str, bytes]) -> None:
    """Write a whole backup to ``draft``, which must not exist, and to the disk. Raises ``OSError``."""
    opened = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(opened, "w+b") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as tar:
            _add(tar, MANIFEST, manifest.to_bytes())
            with database.open("rb") as body:
                part = _part(DATABASE, os.fstat(body.fileno()).st_size)
                tar.addfile(part, body)
            for name, text in sorted(beside.items()):
                _add(tar, name, text)
            file.flush()
            _add(tar, SEAL, _digest(file, tar.offset).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_manifest(file: Path) -> Manifest:
    """What ``file`` says of itself, and that it is as long as it should be. Raises ``OperatorError``."""
    with _opened(file) as tar:
        first = tar.next()
        if first is None or first.name != MANIFEST:
            raise _damaged(file, "it is no backup of pm-agent")
        text = _read(tar, first)
        _seal(file, tar.getmembers())
    try:
        return Manifest.from_bytes(text)
    except OperatorError as error:
        raise _damaged(file, str(error)) from None


def check(file: Path) -> Manifest:
    """Read all of ``file`` and compare it with its checksum. Raises ``OperatorError`` for a single wrong byte."""
    with _opened(file) as tar:
        parts = tar.getmembers()
        seal = _seal(file, parts)
        wanted = _read(tar, seal).decode("ascii", "replace").strip()
    with file.open("rb") as body:
        digest = _digest(body, seal.offset)
        body.seek(seal.offset_data + seal.size)
        rest = body.read()
    if digest != wanted or rest.strip(b"\0"):
        raise _damaged(file, "its checksum does not fit its content")
    _require_ours(file, parts)
    return read_manifest(file)


def _seal(file: Path, parts: Sequence[tarfile.TarInfo]) -> tarfile.TarInfo:
    """Its last part: what was copied half has none, or not the end of it."""
    if not parts or parts[-1].name != SEAL:
        raise _damaged(file, _EARLY)
    if file.stat().st_size % tarfile.RECORDSIZE:
        raise _damaged(file, "its length does not fit its content")
    return parts[-1]


def take_out(file: Path, into: Path, stopped: Stopped = never) -> None:
    """Write the database part of ``file`` to ``into``. Raises ``OperatorError`` and ``OSError``."""
    with _opened(file) as tar:
        parts = {part.name: part for part in tar.getmembers()}
        body = tar.extractfile(parts[DATABASE]) if DATABASE in parts and parts[DATABASE].isfile() else None
        if body is None:
            raise _damaged(file, _EARLY)
        opened = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
        with os.fdopen(opened, "wb") as target:
            while chunk := body.read(CHUNK):
                if stopped():
                    raise Stop
                target.write(chunk)


def beside(file: Path) -> Mapping[str, bytes]:
    """The constitution's files and the MCP pins in ``file``, by name: ``PINS``, or ``LAWS`` and one plain file name.

    Raises ``OperatorError``, for a part by any other name as well: names become places where files are written.
    """
    with _opened(file) as tar:
        parts = tar.getmembers()
        _require_ours(file, parts)
        return {part.name: _read(tar, part) for part in parts if part.name not in (MANIFEST, DATABASE, SEAL)}


def _require_ours(file: Path, parts: Sequence[tarfile.TarInfo]) -> None:
    strange = [part.name for part in parts if not (part.isfile() and _is_ours(part.name))]
    if strange:
        raise _damaged(file, f"it holds a part that is none of a backup's: {strange[0][:80]!r}")
    if not {MANIFEST, DATABASE} <= {part.name for part in parts}:
        raise _damaged(file, _EARLY)


def _is_ours(name: str) -> bool:
    if name in (MANIFEST, DATABASE, SEAL, PINS):
        return True
    plain = name.removeprefix(LAWS)
    return name.startswith(LAWS) and plain not in ("", ".", "..") and not {"/", "\\", "\0"} & set(plain)


def _tar(file: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(file, "r:")
    except OSError as error:
        raise OperatorError(f"{file} cannot be read: {error.strerror or error}", hint="See: pm backup list") from None
    except tarfile.TarError:
        raise _damaged(file, "it is no backup of pm-agent") from None


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    """Whatever is wrong with what is read in the block is one line; what cannot be written there stays ``OSError``."""
    try:
        with _tar(file) as tar:
            yield tar
    except (tarfile.TarError, EOFError, ValueError, OverflowError):
        raise _damaged(file, _EARLY) from None
    except OSError as error:
        if error.errno != errno.EINVAL:  # a length that no file can have
            raise
        raise _damaged(file, _EARLY) from None


def _damaged(file: Path, why: str) -> OperatorError:
    return OperatorError(f"{file.name} cannot be used: {why}", hint="Take another one: pm backup list")


def _add(tar: tarfile.TarFile, name: str, text: bytes) -> None:
    tar.addfile(_part(name, len(text)), io.BytesIO(text))


def _part(name: str, size: int) -> tarfile.TarInfo:
    part = tarfile.TarInfo(name)
    part.size, part.mode = size, PRIVATE
    return part


def _read(tar: tarfile.TarFile, part: tarfile.TarInfo) -> bytes:
    body = tar.extractfile(part) if part.isfile() else None  # of a link that leads nowhere tarfile makes a KeyError
    return body.read() if body is not None else b""


def _digest(file: io.BufferedIOBase | io.IOBase, end: int) -> str:
    """Of the first ``end`` bytes; the file stands at its end afterwards."""
    file.seek(0)
    digest, left = hashlib.sha256(), end
    while left and (chunk := file.read(min(CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()
