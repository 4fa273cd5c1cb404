"""Requests nobody has signed, or somebody else has: to each route there is, with hostile headers, addresses and bodies.

``ROUTES`` is a table of its own beside the product's: a route that is missing here fails ``test_every_entrance.py``.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from tests.bot.knocking import SECRETS
from tests.fuzz.bodies import RAW, WORDS
from tests.fuzz.house import Knock

ROUTES: frozenset[tuple[str, str]] = frozenset(
    {
        ("POST", "/webhooks/jira"),
        ("POST", "/webhooks/bitbucket"),
        ("POST", "/slack/events"),
        ("GET", "/health"),
        ("GET", "/ready"),
        ("GET", "/metrics"),
        ("GET", "/api/status"),
        ("POST", "/api/trigger-cycle"),
        ("GET", "/dashboard/static/{name}"),
        ("GET", "/dashboard/sign-in"),
        ("GET", "/dashboard/sign-in/slack"),
        ("GET", "/dashboard/sign-in/slack/return"),
        ("GET", "/dashboard/link/{secret}"),
        ("POST", "/dashboard/link/{secret}"),
        ("POST", "/dashboard/sign-out"),
        ("POST", "/dashboard/sign-out-everywhere"),
        ("GET", "/dashboard"),
        ("GET", "/dashboard/promises"),
        ("GET", "/dashboard/cycles"),
        ("GET", "/dashboard/cycles/{id}"),
        ("GET", "/dashboard/approvals"),
        ("GET", "/dashboard/signals"),
        ("GET", "/dashboard/forecast"),
        ("GET", "/dashboard/people"),
        ("GET", "/dashboard/constitution"),
        ("GET", "/dashboard/sources"),
        ("GET", "/dashboard/queue"),
        ("GET", "/dashboard/costs"),
        ("GET", "/dashboard/documents/{id}"),
        ("GET", "/dashboard/health"),
        ("POST", "/dashboard/teams/{team}/pause"),
        ("POST", "/dashboard/teams/{team}/resume"),
        ("POST", "/dashboard/dead-letters/{id}/retry"),
        ("POST", "/dashboard/dead-letters/{id}/drop"),
        ("GET", "/dashboard/{rest:path}"),
    }
)
"""(method, path) of every route."""

SIGNED = ("/webhooks/jira", "/webhooks/bitbucket", "/slack/events")
"""Routes that take what somebody has signed."""

_NAMES = st.sampled_from(
    [
        *(b"x-hub-signature", b"x-slack-signature", b"x-slack-request-timestamp", b"content-type", b"content-encoding"),
        *(b"x-request-uuid", b"x-event-key", b"x-atlassian-webhook-identifier", b"x-slack-retry-num", b"cookie"),
        *(b"authorization", b"origin", b"x-forwarded-for", b"forwarded", b"content-length", b"transfer-encoding"),
        *(b"x-pm-agent-trial", b"x-pm-live", b"accept", b"range", b"if-none-match", b"expect", b"referer"),
    ]
)
_VALUES = st.one_of(
    st.binary(max_size=60).map(lambda raw: raw.translate(None, b"\r\n\x00")),
    st.sampled_from(
        [
            *(b"", b"gzip", b"identity, gzip", b"application/json", b"application/x-www-form-urlencoded; charset=\xff"),
            *(b"Bearer guess", b"Bearer \xc3\xa9", b"Basic YTpi", b"bearer  ", b"-1", b"9" * 400, b"0x10", b"1_000"),
            *(b"sha256=" + b"0" * 64, b"sha256=", b"sha1=00", b"v0=" + b"f" * 64, b"pm-visit=x", b"pm-visit=\xff; a"),
            *(b"pm-door=a; pm-next=%ff; pm-visit=" + b"a" * 4_000, b"127.0.0.1, \xff", b'for="[::1"', b"null"),
            *(b"https://evil.example", b"http://[::1", b"bytes=0-18446744073709551615", b"100-continue", b"chunked"),
        ]
    ),
)
_HOSTS = st.sampled_from([b"127.0.0.1", b"127.0.0.1", b"localhost:8080", b"evil.example", b"", b"[::1", b"127.0.0.1:x"])
_QUERIES = st.dictionaries(
    st.sampled_from(["next", "state", "code", "error", "team", "before", "sprint_id", "sprint", "day", "all"]),
    WORDS,
    max_size=3,
)


def _percent(word: str) -> bytes:
    return quote_from_bytes(word.encode("utf-8", "surrogatepass"), safe="~").encode()


@st.composite
def places(draw: st.DrawFn, path: str, names: st.SearchStrategy[str] = WORDS) -> bytes:
    """An address that leads to the route ``path``, with any of ``names`` for its names and whatever in its query."""
    filled = b""
    for part in path.split("/")[1:]:
        named = part.startswith("{")
        filled += b"/" + (_percent(draw(names)) or b"x" if named else part.encode())
    asked = draw(_QUERIES)
    raw = draw(st.one_of(st.just(b""), st.just(b""), st.binary(max_size=20).map(lambda b: b.hex().encode())))
    fields = [name.encode() + b"=" + _percent(value) for name, value in asked.items()]
    query = b"&".join([*fields, raw] if raw else fields)
    return filled + (b"?" + query if query else b"")


@st.composite
def headers(draw: st.DrawFn) -> tuple[tuple[bytes, bytes], ...]:
    """A host, and few, strange or very many others."""
    few = draw(st.lists(st.tuples(_NAMES, _VALUES), max_size=6))
    many = draw(st.sampled_from([0, 0, 0, 0, 90]))
    long = draw(st.sampled_from([0, 0, 0, 0, 6_000]))
    more = [(b"x-%d" % n, b"y") for n in range(many)] + ([(b"x-long", b"z" * long)] if long else [])
    return ((b"host", draw(_HOSTS)), *few, *more)


@st.composite
def pieces(draw: st.DrawFn, body: bytes) -> tuple[bytes, ...]:
    """The body as a slow or clumsy sender sends it: at once, in parts, with empty parts between."""
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=3)))
    ends = [*cuts, len(body)]
    return tuple(body[begin:end] for begin, end in zip([0, *cuts], ends, strict=True))


@st.composite
def unsigned(draw: st.DrawFn, route: tuple[str, str]) -> Knock:
    """A request to ``route`` that carries nobody's good signature, token or cookie."""
    method, path = route
    method = draw(st.sampled_from([method] * 6 + ["GET", "POST", "HEAD", "OPTIONS", "DELETE", "TRACE", "BREW"]))
    body = draw(RAW)
    gone = draw(st.sampled_from([False] * 9 + [True]))
    return Knock(method, draw(places(path)), draw(headers()), draw(pieces(body)), hangs_up=gone)


Signer = Callable[[bytes, str], tuple[tuple[bytes, bytes], ...]]


def hub_signature(body: bytes, secret: str) -> tuple[tuple[bytes, bytes], ...]:
    """As Jira and Bitbucket sign."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return ((b"x-hub-signature", f"sha256={digest}".encode()),)


def slack_signature(body: bytes, secret: str, age: float = 0.0) -> tuple[tuple[bytes, bytes], ...]:
    """As Slack signs, ``age`` seconds ago."""
    stamp = str(int(time.time() - age)).encode()
    digest = hmac.new(secret.encode(), b"v0:" + stamp + b":" + body, hashlib.sha256).hexdigest()
    return ((b"x-slack-request-timestamp", stamp), (b"x-slack-signature", f"v0={digest}".encode()))


SIGNERS: Mapping[str, Signer] = {
    "/webhooks/jira": hub_signature,
    "/webhooks/bitbucket": hub_signature,
    "/slack/events": slack_signature,
}


def secret_of(path: str) -> str:
    """What its vendor signs with."""
    return SECRETS[path.split("/")[2 if path.startswith("/webhooks") else 1]]


@st.composite
def signed(draw: st.DrawFn, path: str, body: bytes, more: tuple[tuple[bytes, bytes], ...] = ()) -> Knock:
    """``body`` with a good signature, in pieces."""
    own = ((b"host", b"127.0.0.1"), *SIGNERS[path](body, secret_of(path)), *more)
    return Knock("POST", path.encode(), own, draw(pieces(body)))


@st.composite
def nearly_signed(draw: st.DrawFn, path: str, body: bytes) -> Knock:
    """Signed, and then not: by another secret, a changed byte, another body, too long ago, for the other vendor."""
    secret = secret_of(path)
    way = draw(st.sampled_from(["secret", "byte", "body", "age", "vendor", "empty", "case", "twice"]))
    own = SIGNERS[path](body, secret)
    sent = body
    match way:
        case "secret":
            own = SIGNERS[path](body, draw(st.sampled_from([secret + " ", secret[:-1], secret.upper(), "", "x,y"])))
        case "byte":
            name, value = own[-1]
            at = draw(st.integers(len(value) - 60, len(value) - 1))
            own = (*own[:-1], (name, value[:at] + (b"0" if value[at : at + 1] != b"0" else b"1") + value[at + 1 :]))
        case "body":
            sent = body + draw(st.sampled_from([b" ", b"\n", b"\x00", b"{}", b"\xff"]))
        case "age" if path == "/slack/events":
            own = slack_signature(body, secret, draw(st.sampled_from([400.0, -400.0, 1e6, -1e6])))
        case "empty":
            own = tuple((name, b"") for name, _ in own)
        case "case" if path != "/slack/events":
            own = ((b"x-hub-signature", own[0][1].replace(b"sha256", b"sha1")),)
        case "twice":
            own = tuple((name, value + b", " + value) for name, value in own)
        case _:
            own = (slack_signature if path != "/slack/events" else hub_signature)(body, secret)
    return Knock("POST", path.encode(), ((b"host", b"127.0.0.1"), *own), draw(pieces(sent)))
