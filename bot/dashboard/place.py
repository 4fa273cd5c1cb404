"""Where the dashboard may be opened, and what its cookies are called there: it is not meant to be public."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from starlette.requests import Request

OFF = "off"
ROOT = "/dashboard"
Proxies = tuple[IPv4Network | IPv6Network, ...]
"""Whose ``X-Forwarded-For`` is believed."""
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_USUAL = {"http": 80, "https": 443}


def _parts(address: str) -> tuple[str, str, int] | None:
    """Scheme, host and port, which browsers leave out where it is the usual one; ``None`` for what is no address."""
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname or "", parts.port or _USUAL[parts.scheme]
    except (ValueError, KeyError):
        return None


def proxies_of(told: str) -> Proxies:
    """``FORWARDED_ALLOW_IPS``: addresses and networks with commas, ``*`` for all. This machine always is one."""
    named = [each.strip() for each in told.split(",") if each.strip()]
    every = ["0.0.0.0/0", "::/0"] if "*" in named else named
    return tuple(ip_network(each, strict=False) for each in ["127.0.0.0/8", "::1", *every])


def address_of(request: Request, proxies: Proxies) -> str:
    """Where a request comes from: what the proxy in front of us says, where the peer is one of ``proxies``.

    Of what ``X-Forwarded-For`` lists only the last is that proxy's own word; the rest is whatever the client said.
    """
    peer = request.client.host if request.client is not None else ""
    *_, last = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    try:
        trusted = any(ip_address(peer) in each for each in proxies)
        return str(ip_address(last.strip())) if trusted else peer
    except ValueError:
        return peer


@dataclass(frozen=True, slots=True)
class Place:
    """``DASHBOARD_URL``: one address; ``off``; or empty, which is this machine and tunnels to it, on any port."""

    url: str = ""

    @property
    def is_off(self) -> bool:
        """Whether there is no dashboard."""
        return self.url == OFF

    @property
    def secure(self) -> bool:
        """Whether browsers come over TLS."""
        return self.url.startswith("https://")

    def serves(self, request: Request) -> bool:
        """Whether ``request`` asked for the address the dashboard is at, by its Host header alone.

        So a name that was bound to this machine by somebody else, or the public address, leads to no dashboard.
        """
        try:
            asked = urlsplit(f"//{request.headers.get('host', '')}")
            own = urlsplit(self.url or "http://127.0.0.1")
            usual = _USUAL[own.scheme]
            port = asked.port or usual
            if not self.url:
                return asked.hostname in _HERE
            return (asked.hostname, port) == (own.hostname, own.port or usual)
        except ValueError:  # no host at all, or a port that is none
            return False

    def base(self, request: Request) -> str:
        """The address the browser has, without a path."""
        return self.url or f"http://{request.headers['host']}"

    def is_from_here(self, request: Request) -> bool:
        """Whether a form was sent by a page of ours, as far as the browser says; our token says it for certain."""
        origin = request.headers.get("origin")
        return origin is None or (_parts(origin) is not None and _parts(origin) == _parts(self.base(request)))

    def cookie(self, name: str) -> str:
        """The name of a cookie: over TLS one that no other host, path or plain connection can set."""
        return f"__Host-pm-{name}" if self.secure else f"pm-{name}"
