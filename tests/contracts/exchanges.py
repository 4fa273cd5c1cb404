"""Every exchange with a simulated vendor, held against that vendor's own description."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from tests.contracts import openapi


@dataclass
class Exchanges:
    """Every exchange so far, and what is wrong with it."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def tap(self, request: web.Request, body: bytes, response: web.StreamResponse) -> None:
        """Look at one exchange; a request refused on purpose must still be one the vendor describes."""
        url = f"http://127.0.0.1{request.path_qs}"
        self.asked.append((request.method, url))
        if not openapi.AVAILABLE or not self.is_described(url):
            return
        reply = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
        try:
            openapi.check_request(request.method, url, dict(request.headers), body or None)
            openapi.check_response(request.method, url, response.status, dict(response.headers), reply or None)
        except openapi.NotTheContract as broken:
            self.complaints.append(str(broken))
        self.look_further(request, body, response.status, reply)

    def is_described(self, url: str) -> bool:
        """Whether the vendor's description speaks of this address."""
        raise NotImplementedError

    def look_further(self, request: web.Request, body: bytes, status: int, reply: bytes) -> None:
        """What the description leaves open and a test knows."""
