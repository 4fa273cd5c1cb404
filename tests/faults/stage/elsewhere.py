"""Addresses at which no vendor can be reached, each for a reason of its own."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

Elsewhere = Mapping[str, str]

SHUT: Mapping[str, bool] = {"refused connection": False, "no connection": True}
"""Whether the usual door, when it is shut, keeps callers waiting."""

NOWHERE = ("no such name", "no TLS", "wrong certificate")


def address_of(addresses: Elsewhere, fault: str, usual: str = "") -> str:
    """Where the vendor is sought under ``fault``: ``usual`` when it is no fault of the address."""
    if fault not in NOWHERE:
        return usual
    if fault not in addresses:
        pytest.skip("no openssl to make a certificate with")
    return addresses[fault]


@contextlib.contextmanager
def elsewhere(folder: Path) -> Iterator[Elsewhere]:
    """By fault; ``wrong certificate`` is absent where no ``openssl`` can make one."""
    with contextlib.ExitStack() as stack:
        found = {
            "no such name": "http://no-such-vendor.invalid",
            "no TLS": f"https://127.0.0.1:{stack.enter_context(_talking(None))}",
        }
        context = _own_certificate(folder)
        if context is not None:
            found["wrong certificate"] = f"https://127.0.0.1:{stack.enter_context(_talking(context))}"
        yield found


@contextlib.contextmanager
def _talking(context: ssl.SSLContext | None) -> Iterator[int]:
    """A server with that certificate; without one it speaks no TLS at all."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            while True:
                try:
                    sock = door.accept()[0]
                except OSError:
                    return
                with contextlib.suppress(OSError), sock:
                    sock.settimeout(5)
                    if context is None:
                        sock.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                        sock.recv(1024)
                    else:
                        context.wrap_socket(sock, server_side=True).close()

        threading.Thread(target=serve, daemon=True).start()
        yield door.getsockname()[1]
        door.shutdown(socket.SHUT_RDWR)


def _own_certificate(folder: Path) -> ssl.SSLContext | None:
    """A certificate nobody has signed but its owner."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return None
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    words = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -keyout {key} -out {certificate}"
    subprocess.run([openssl, *words.split()], check=True, capture_output=True, timeout=30)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
