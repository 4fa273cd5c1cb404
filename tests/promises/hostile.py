"""Words that nobody meant well, and values of any type filled with them: the same for the same seed."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from models import ids
from models.directives import Directives, Member
from tests.planner.world import LAW

NEVER_EMPTY = frozenset({"items", "approvers"})
"""Nobody is reminded of nothing, and somebody is always asked."""

ATTACKS: Mapping[str, tuple[str, ...]] = {
    "mass mentions": ("<!channel>", "<!here|here>", "<!everyone>", "<!subteam^S1|@all>", "@here", "@channel @everyone"),
    "mentions": ("<@U1>", "<@U07SARAH5Q3|sarah>", "<#C1|general>", "<!date^1795000000^{date}|soon>"),
    "fake links": (
        "<https://evil.example|PAY-1>",
        "<javascript:alert(1)|x>",
        "<mailto:a@b|me>",
        "https://evil.example",
    ),
    "escaped calls": ("&lt;!channel&gt;", "&amp;lt;@U1&amp;gt;", "&#60;!here>", "\uff1c!channel\uff1e", "<<!here>>"),
    "format": (
        "*bold*",
        "~gone~",
        "_slant_",
        "`code`",
        "```fence",
        ":tada:",
        "> quoted\n>>> all",
        "• one\n• two",
        "a|b",
    ),
    "right to left": ("\u202egnissim", "שלום עולם", "مرحبا", "\u2066\u2067x\u2069", "\u200f\u061c"),
    "unseen": ("\u200b\u200c\u200d", "\ufeff", "\u00ad", "\u2028\u2029", "\u180e", "\U000e0041\U000e007f"),
    "controls": ("\x00", "\x07\x1b[31m", "\x7f\x9f", "\r\n\t\v\f", "\n\n\n"),
    "halves": ("\ud800", "\udfff", "\udc00\ud800"),
    "emoji": (
        "🙂" * 40,
        "👩‍👩‍👧‍👦",
        "🇩🇪🇺🇦",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "1\ufe0f\u20e3",
    ),
    "marks": ("e\u0301", "Z" + "\u0301\u0327" * 80, "\u0301"),
    "long": ("x" * 10_000, "word " * 2_000, "🙂" * 5_000, "<" * 3_000, "&" * 400),
    "nothing": ("", " ", "\u00a0", "–"),
    "json": ('{"a": 1}', '"}], "x": [{"', "\\u003c!channel>", "${jndi:x}", "%s %(a)s {0} {x}"),
}
"""What is in a title, a name, a comment or a model's words once somebody tries."""

URLS = (
    "https://x.example/PAY-1",
    "https://x.example/a?b=1&c=<!here>",
    "https://x.example/|<!channel>",
    "https://x.example@evil.example/PAY-1",
    "https://x.example.evil.example/PAY-1",
    "https://x.example./PAY-1",
    "https://x.example:8443/PAY-1",
    "http://x.example/PAY-1",
    "https://xn--x-example-9za.example/",
    "javascript:alert(1)",
    "https://x.example/" + "a" * 5_000,
    "not an address",
    "",
)

TUESDAY = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC")

Maker = Callable[["Words"], Any]

OURS = frozenset({ids.TeamId, ids.PersonId, ids.SignalId, ids.ProposalId, ids.EffectId, ids.ApprovalId, ids.HushId})
"""Ids that we or the constitution's authors gave; keys and accounts come from outside."""


class Words:
    """A source of hostile values."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)

    def text(self) -> str:
        """One attack, several in a row, or one inside plain words."""
        kinds, dice = list(ATTACKS), self.dice
        one = [dice.choice(ATTACKS[dice.choice(kinds)]) for _ in range(dice.choice((1, 1, 1, 2, 5)))]
        plain = dice.choice(("", "", "Settle refunds ", "PAY-1 "))
        return plain + dice.choice(("", " ")).join(one)

    def url(self) -> str:
        return self.dice.choice((*URLS, self.text()))

    def id(self) -> str:
        """One of our own: nobody else says what is in it."""
        return f"{self.dice.getrandbits(80):020x}"

    def few(self) -> int:
        """How many of something: mostly few, now and then far too many."""
        return self.dice.choice((0, 1, 1, 2, 3, 4, 9, 30))

    def of(self, wanted: Any, name: str = "", deep: int = 0) -> Any:
        """A value of the type ``wanted``; ``name`` is what it is called where it is asked for."""
        for known, make in _PLAIN.items():
            if wanted is known:
                return make(self)
        if isinstance(wanted, typing.NewType):
            return self.id() if wanted in OURS else self.of(wanted.__supertype__, name, deep)
        if wanted is str:
            return self._named(name)
        if isinstance(wanted, type) and issubclass(wanted, enum.Enum):
            return self.dice.choice(list(wanted))
        if dataclasses.is_dataclass(wanted):
            return self._filled(wanted, deep)
        return self._composed(wanted, name, deep)

    def _named(self, name: str) -> str:
        if name == "zone":
            return self.dice.choice(ZONES)
        if name in {"proposal", "payload_hash"}:
            return self.id()
        return self.url() if name.endswith("url") or name == "profile" else self.text()

    def _filled(self, wanted: Any, deep: int) -> Any:
        hints = _hints(wanted)
        made = {}
        for field in (each for each in dataclasses.fields(wanted) if each.init):
            own = OWN_FIELDS.get(f"{wanted.__name__}.{field.name}")
            made[field.name] = own(self) if own else self.of(hints[field.name], field.name, deep + 1)
        return wanted(**made)

    def _composed(self, wanted: Any, name: str, deep: int) -> Any:
        kind, inside = typing.get_origin(wanted), typing.get_args(wanted)
        if kind in {typing.Union, types.UnionType}:
            return self.of(self.dice.choice(inside), name, deep)
        if kind is typing.Literal:
            return self.dice.choice(inside)
        if kind is tuple and Ellipsis not in inside:
            return tuple(self.of(part, name, deep) for part in inside)
        count = self.few() if deep < 3 else self.dice.choice((0, 1, 2))
        count = max(count, name in NEVER_EMPTY)
        if kind in {dict, Mapping}:
            return {self.of(inside[0], name, deep + 1): self.of(inside[1], name, deep + 1) for _ in range(count)}
        if kind in {tuple, list, Sequence, Iterable, Collection, frozenset, set}:
            values = [self.of(inside[0], name, deep + 1) for _ in range(count)]
            return {frozenset: frozenset, set: set, list: list}.get(kind, tuple)(values)
        raise TypeError(f"nobody has said how {name} of type {wanted!r} is made: tests/promises/hostile.py")


OWN_FIELDS: Mapping[str, Maker] = {
    "Reach.channel": lambda words: words.dice.choice(("", "dm", "jira")),
    "SourceData.age": lambda words: words.dice.choice(("", "2 min", "3 hours")),
    "Form.now": lambda words: words.text()[:3_000],
}
"""Fields in which only our own code, or what was checked before, says something."""

_PLAIN: Mapping[Any, Maker] = {
    bool: lambda words: words.dice.random() < 0.5,
    int: lambda words: words.dice.choice((0, 1, 2, 7, 500, 10**9)),
    float: lambda words: words.dice.choice((0.0, 0.5, 1.0, 3.25, 99.9)),
    type(None): lambda words: None,
    datetime: lambda words: TUESDAY + timedelta(minutes=words.dice.randrange(-20_000, 20_000)),
    date: lambda words: TUESDAY.date() + timedelta(days=words.dice.randrange(-20, 20)),
    timedelta: lambda words: timedelta(minutes=words.dice.randrange(0, 20_000)),
    ZoneInfo: lambda words: ZoneInfo(words.dice.choice(ZONES)),
    Any: lambda words: words.text(),
    object: lambda words: words.text(),
    Directives: lambda words: LAW,
    Member: lambda words: words.dice.choice(LAW.teams[0].members),
}
"""Types that are made without looking inside."""


def arguments(function: Callable[..., Any], words: Words, own: Mapping[str, Maker]) -> dict[str, Any]:
    """Something for every argument of ``function``; those in ``own`` say what our own code says there."""
    asked = ((name, wanted) for name, wanted in _hints(function).items() if name != "return")
    return {name: own[name](words) if name in own else words.of(wanted, name) for name, wanted in asked}


@cache
def _hints(of: Any) -> Mapping[str, Any]:
    """Its annotations as types: found out once, as there are a hundred thousand values of a few dozen types."""
    return typing.get_type_hints(of)
