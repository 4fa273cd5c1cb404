"""A ``requests`` session whose calls end: no byte after the deadline, no reply without a limit, no redirect followed.

``requests`` counts its time-out anew for every byte and every address of a host, so that a vendor who sends one byte
a second holds a thread for ever. Here the time left is asked for before each of these steps.
"""

from __future__ import annotations

import http.client
import io
import socket
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.util.connection import create_connection

from integrations.rest.calls import MAX_REPLY, Call, current

_PIECE = 2**16


class TooLarge(requests.RequestException):
    """The reply has more than ``MAX_REPLY`` bytes; the rest was not read."""


def session() -> requests.Session:
    """A fresh session for one thread. No redirect: an answer must not send our token elsewhere."""
    fresh = _Session()
    fresh.max_redirects = 0
    for scheme in ("https://", "http://"):
        fresh.mount(scheme, _Adapter())
    return fresh


class _Session(requests.Session):
    """What the environment says of proxies and certificates is read once for each host: it took a third of a call."""

    def __init__(self) -> None:
        super().__init__()
        self._settled: dict[str, dict[str, Any]] = {}

    def merge_environment_settings(self, url: Any, proxies: Any, *given: Any) -> dict[str, Any]:
        """As the library's; the same question is answered from the first time it was asked."""
        asked = f"{urlsplit(str(url))[:2]} {proxies} {given}"
        if asked not in self._settled:
            self._settled[asked] = super().merge_environment_settings(url, proxies, *given)
        return dict(self._settled[asked])


class _Timed(io.RawIOBase):
    """What arrives on a socket, as long as the call has time left."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, call: Call) -> None:
        self._raw, self._sock, self._call = raw, sock, call

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._call.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """A response that is read under the deadline, its head included."""

    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock, current()))


class _Bounded(HTTPConnection):
    """A connection that is opened and used under the deadline, and notes when something is sent."""

    response_class = _Response

    def _new_conn(self) -> socket.socket:
        """Each address of the host gets its share of the time left, so that a dead first one is not the end."""
        call = current()
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, 0, socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
            sock = self._first_of(addresses, call)
            sock.settimeout(call.left())  # what a TLS handshake may take
        except (OSError, UnicodeError) as failure:
            raise NewConnectionError(self, f"cannot connect: {failure}") from failure
        return sock

    def _first_of(self, addresses: list[str], call: Call) -> socket.socket:
        failure: OSError = OSError("no address")
        for number, address in enumerate(addresses):
            share = call.left() / (len(addresses) - number)
            try:
                return create_connection((address, self.port), share, self.source_address, self.socket_options)
            except OSError as one:
                failure = one
        raise failure

    def send(self, data: Any) -> None:
        """Send under the deadline. A thread that wakes up late must not send at all."""
        if self.sock is None:
            self.connect()
        call = current()
        self.sock.settimeout(call.left())
        call.sent = True
        super().send(data)


class _BoundedTls(_Bounded, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Bounded


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _BoundedTls


class _Adapter(HTTPAdapter):
    """Opens our connections and reads every reply whole, up to ``MAX_REPLY``."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        _with_our_connections(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **more: Any) -> Any:
        return _with_our_connections(super().proxy_manager_for(*args, **more))

    def send(self, request: Any, stream: bool = False, timeout: Any = None, *args: Any, **more: Any) -> Any:
        """Our deadline instead of the time-out the library hands on; the body is read here, not by whoever asks."""
        try:
            response = super().send(request, True, current().left(), *args, **more)
            response.raw = io.BytesIO(_whole(response.raw))
        except HTTPError as broken:
            raise requests.ConnectionError(broken, request=request) from broken
        return response


def _with_our_connections(manager: PoolManager) -> PoolManager:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return manager


def _whole(raw: Any) -> bytes:
    """The unpacked body of a urllib3 response. Raises ``TooLarge``, or urllib3's own error when it breaks off."""
    body = bytearray()
    for piece in raw.stream(_PIECE, decode_content=True):
        body += piece
        if len(body) > MAX_REPLY:
            raw.close()
            raise TooLarge(f"more than {MAX_REPLY // 2**20} MB")
    return bytes(body)
