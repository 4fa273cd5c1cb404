"""Slack for korotovsky's server: it takes a proxy, so slack.com is played on loopback with a certificate of our own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

Answer = Callable[[str, dict[str, str]], dict[str, Any]]


@contextlib.asynccontextmanager
async def slack_behind_a_proxy(folder: Path, answer: Answer) -> AsyncIterator[dict[str, str]]:
    """The variables that lead the server here; every call is ``answer(method, arguments)``."""
    certificate, key = _certificate(folder)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            await reader.readuntil(b"\r\n\r\n")  # CONNECT slack.com:443
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await writer.drain()
            await writer.start_tls(tls)
            while True:
                await _one(reader, writer, answer)
        writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield {"SLACK_MCP_PROXY": f"http://127.0.0.1:{port}", "SLACK_MCP_SERVER_CA": str(certificate)}
    finally:
        server.close()


async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = next(
        (int(line.split(":")[1]) for line in head.lower().splitlines() if line.startswith("content-length")), 0
    )
    chunked = "transfer-encoding: chunked" in head.lower()
    body = (await reader.readuntil(b"0\r\n\r\n") if chunked else await reader.readexactly(length)).decode()
    target = urlsplit(head.split(" ", 2)[1])
    arguments = {name: values[-1] for name, values in parse_qs(target.query + "&" + body).items()}
    said = json.dumps(answer(target.path.rpartition("/")[2], arguments)).encode()
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said)
    )
    await writer.drain()


def _certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "slack.pem", folder / "slack.key"
    order = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=slack.com"]
    order += ["-addext", "subjectAltName=DNS:slack.com,DNS:*.slack.com", "-keyout", str(key), "-out", str(certificate)]
    try:
        subprocess.run(order, check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"slack-mcp-server speaks https only and openssl cannot make a certificate: {error}")
    return certificate, key
