"""Where a link of ours may lead: to the places this deployment was set up with, and to Slack."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::(?P<port>\d{1,5}))?(?:[/?#][^\s<>|\"\\`]*)?",
    re.IGNORECASE | re.ASCII,
)
"""An address as browsers and Slack read it alike: no user before the host, no dot behind it, letters of ASCII alone."""

_SLACK = re.compile(r"https://(?:[a-z0-9-]+\.){0,3}slack(?:-gov)?\.com:443")
_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True)
class Links:
    """The places; by default Slack's own alone. What leads elsewhere is shown as words."""

    places: frozenset[str] = frozenset()
    """``https://acme.atlassian.net:443``: scheme, host and port, all three as they must be."""

    @classmethod
    def to(cls, *addresses: str) -> Links:
        """To the hosts of ``addresses``; an empty one, or one that is none, is left out."""
        return cls(frozenset(place for address in addresses if (place := _place(address))))

    def lead_to(self, url: str) -> bool:
        """Whether ``url`` is an address in one of the places."""
        place = _place(url)
        return place is not None and (place in self.places or _SLACK.fullmatch(place) is not None)


def _place(url: str) -> str | None:
    found = _ADDRESS.fullmatch(url)
    if found is None:
        return None
    scheme = found["scheme"].lower()
    return f"{scheme}://{found['host'].lower()}:{int(found['port'] or _PORTS[scheme])}"
