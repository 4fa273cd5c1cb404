"""Whoever is signed in, and what there is to see: a house with two teams, their looks, dead letters and reports."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import cycle
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from bot.jobs.presses.pausing import set_pause
from models.ids import PersonId, SlackUserId
from tests.bot.dashboard.company import DANA, HOSTILE, OMAR, PAY, SARAH, Company, signal
from tests.bot.knocking import Door
from tests.fuzz.bodies import WORDS
from tests.fuzz.house import House, Knock
from tests.fuzz.knocks import ROUTES, headers, places

HOST = "the host"
WHO = (HOST, DANA, SARAH, OMAR)
"""Who holds the host, an admin and a member of the first team, and an admin of the other."""

THING = "the-thing"
"""Stands in an address for whatever of the first team is really there."""

PAGES = tuple(sorted(path for method, path in ROUTES if method == "GET" and path.startswith("/dashboard")))
DEEDS = tuple(sorted(path for method, path in ROUTES if method == "POST" and path.startswith("/dashboard")))


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser that is signed in."""

    cookie: bytes
    form: str
    """What each form of its pages carries."""


class Inside:
    """The house, and how to get into it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.company = Company(Door(house.app, house.client))
        now = house.app.clock.now()
        self._looks = cycle([self.company.looked(signal(now, headline=HOSTILE)) for _ in range(3)])
        self._reports = cycle([self.company.reported() for _ in range(3)])

    def enter(self, who: str) -> Visitor:
        """Somebody signs in."""
        browser = self.company.host() if who == HOST else self.company.signed_in(SlackUserId(who))
        secret = browser.cookies["pm-visit"]
        visit = self.company.run(self.company.visits.of, secret)
        assert visit is not None
        return Visitor(f"pm-visit={secret}".encode(), visit.form)

    def address(self, place: bytes) -> bytes:
        """``place`` with something that is really there for ``THING``."""
        if THING.encode() not in place:
            return place
        return place.replace(THING.encode(), self._thing(place).encode())

    def _thing(self, place: bytes) -> str:
        if b"/dead-letters/" in place:
            return str(self.company.gave_up(error=HOSTILE))
        if b"/teams/" in place:
            self._switch(pause=place.partition(b"?")[0].endswith(b"/resume"))
            return PAY
        return next(self._reports if b"/documents/" in place else self._looks)

    def _switch(self, *, pause: bool) -> None:
        """So that the opposite changes something."""
        app = self.house.app
        team = next(each for each in app.directives.teams if each.id == PAY)
        self.company.run(partial(set_pause, app, team, PersonId("dana"), pause=pause))


def inside(path: str) -> st.SearchStrategy[bytes]:
    """An address of that route, of something that is there or not, with any query."""
    return places(path, st.one_of(WORDS, st.just(THING)))


@st.composite
def strange(draw: st.DrawFn) -> tuple[tuple[bytes, bytes], ...]:
    """Headers with which a page is asked for, but for who asks and where."""
    return tuple((name, value) for name, value in draw(headers()) if name not in {b"host", b"cookie"})


def zone(word: str) -> bytes:
    """The cookie in which a browser says where it is."""
    return b"pm-zone=" + word.encode("utf-8", "replace").translate(None, b"\r\n\x00;")


def as_somebody(method: str, place: bytes, cookie: bytes, more: tuple[tuple[bytes, bytes], ...] = ()) -> Knock:
    """A request of a browser on this machine."""
    return Knock(method, place, ((b"host", b"127.0.0.1"), (b"cookie", cookie), *more))


def form_of(fields: dict[str, str]) -> bytes:
    """Fields as a browser sends them, in their order."""
    pairs = (
        (name.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass"))
        for name, value in fields.items()
    )
    return b"&".join(quote_from_bytes(name).encode() + b"=" + quote_from_bytes(value).encode() for name, value in pairs)


def sent(place: bytes, cookie: bytes, body: bytes, *more: tuple[bytes, bytes]) -> Knock:
    """A form that a browser on this machine sends."""
    kind = (b"content-type", b"application/x-www-form-urlencoded")
    return Knock("POST", place, ((b"host", b"127.0.0.1"), (b"cookie", cookie), kind, *more), (body,))
