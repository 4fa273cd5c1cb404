"""A real nginx as deploy/ configures it, on loopback, with a certificate of its own; skips where there is none."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import shutil
import signal
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import aiohttp
import pytest

from tests.world import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
HOST = "pm.test"


def needs(*programs: str) -> None:
    """Skip, saying what is missing, where one of them is not installed."""
    path = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"
    missing = [program for program in programs if shutil.which(program, path=path) is None]
    if missing:
        pytest.skip(f"not installed here: {', '.join(missing)}")


def script(name: str, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script of deploy/ with these variables in its environment."""
    command = ["sh", str(DEPLOY / name), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, env={**os.environ, **variables})


@dataclass
class Front:
    """One nginx: where it listens, its folder, and a client's trust in its certificate."""

    folder: Path
    http: int
    https: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.https}"

    @property
    def tls(self) -> Path:
        return self.folder / "tls"

    @property
    def access_log(self) -> str:
        return (self.folder / "access.log").read_text(encoding="utf-8")

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """Made once: a thousand clients share it."""
        return ssl.create_default_context(cafile=str(self.tls / "fullchain.pem"))

    def nginx(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run nginx over this configuration: ``-t``, ``-s reload``."""
        return subprocess.run(self.command(*words), capture_output=True, text=True, timeout=10)

    def command(self, *words: str) -> list[str]:
        errors = str(self.folder / "error.log")
        return [nginx_program(), "-p", str(self.folder), "-e", errors, "-c", str(self.folder / "nginx.conf"), *words]

    def start(self) -> None:
        self.process = subprocess.Popen(self.command("-g", "daemon off;"))

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)

    def children(self) -> set[int]:
        """nginx's own worker processes."""
        assert self.process is not None
        words = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(word) for word in words}

    def session(self, connections: int = 100, **more: object) -> aiohttp.ClientSession:
        """A client that finds this nginx under its name and believes its certificate; a connection a request."""
        connector = aiohttp.TCPConnector(
            resolver=Here(),
            ssl=self.trust,
            force_close=True,
            limit=connections,
            **more,  # type: ignore[arg-type]
        )
        return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=30))


class Here(aiohttp.abc.AbstractResolver):
    """Every name is this machine."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[aiohttp.abc.ResolveResult]:  # type: ignore[override]
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        """Nothing is open."""


def nginx_program() -> str:
    return shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin") or "nginx"


def written(folder: Path, upstream: int, **variables: str) -> Front:
    """The configuration of a server, with a self-signed certificate, in ``folder``; nothing runs yet."""
    needs("nginx", "openssl", "sed")
    front = Front(folder, free_port(), free_port())
    made = script("tls/self-signed.sh", HOST, str(front.tls))
    assert made.returncode == 0, made.stderr
    told = {
        "PM_HOST": HOST,
        "PM_UPSTREAM": f"127.0.0.1:{upstream}",
        "PM_TLS": str(front.tls),
        "PM_WEBROOT": str(folder / "webroot"),
        "PM_HTTP": f"127.0.0.1:{front.http}",
        "PM_HTTPS": f"127.0.0.1:{front.https}",
        "PM_USER": getpass.getuser(),
        "PM_RUN": str(folder),
        "PM_TEMP": str(folder),
        "PM_MORE": str(folder / "more"),
        "PM_ACCESS_LOG": str(folder / "access.log"),
        "PM_ERROR_LOG": str(folder / "error.log"),
        "PM_IPV6": "off",
    }
    rendered = script("nginx/render.sh", **{**told, **variables})
    assert rendered.returncode == 0, rendered.stderr
    (folder / "nginx.conf").write_text(rendered.stdout, encoding="utf-8")
    return front


@contextlib.asynccontextmanager
async def serving(front: Front) -> AsyncIterator[Front]:
    """nginx at work over it."""
    front.start()
    try:
        async with asyncio.timeout(10):
            while not await listens(front.https):
                await asyncio.sleep(0.02)
        yield front
    finally:
        front.stop()


async def listens(port: int) -> bool:
    """Whether somebody takes a connection there."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@contextlib.asynccontextmanager
async def child(
    command: list[str], log: Path, patience: float = 40.0, **more: object
) -> AsyncIterator[subprocess.Popen[bytes]]:
    """A process that is asked to end with the block, and ended if it does not; whom it still asks may answer."""
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, **more)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
