"""Every surface there is, found by what its function gives back, so that none is forgotten when it is added."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import bot.views
from bot.views.parts.message import Message
from bot.views.windows.window import Window, drawn
from tests.promises.hostile import Maker, Words

View = Callable[..., Any]

PARTS = ("bot.views.parts.", "bot.views.windows.window")
"""What surfaces are made of."""

_SAID = ("1 of 1 today", "Jira 2 min old", "rule `review-in-eight-hours`")


def _lines(words: Words) -> list[str]:
    return [words.dice.choice(_SAID)] * max(1, words.few())


def _pairs(words: Words) -> list[tuple[str, str]]:
    return [(words.id(), words.id()) for _ in range(words.dice.randrange(1, 11))]


def _id(words: Words) -> str:
    return words.id()


DRAWN: Mapping[str, Maker] = {"notes": _lines, "lines": _lines, "settled": lambda words: {words.id(): _SAID[0]}}
"""Arguments that are mrkdwn of ours already; whatever they are about has been escaped where they were drawn."""

OWN_IDS: Mapping[str, Maker] = {name: _id for name in ("approval", "version", "signal", "channel", "ts")}

OWN: Mapping[str, Mapping[str, Maker]] = {
    "approval_card": {"later": lambda words: words.dice.choice(((), (("In an hour", "1h"), ("Tomorrow", "1d"))))},
    "edit_window": DRAWN | OWN_IDS,
    "reject_window": DRAWN | {"word": lambda words: "reject_why", "pairs": _pairs},
    "waiting_window": OWN_IDS,
    "wrong_person_window": OWN_IDS,
}
"""By function, what else nobody but our own code says; for the others it is ``notes`` alone."""


def surfaces() -> Mapping[str, View]:
    """By module and name: every public function of the views that makes a message, a window or a whole view."""
    return dict(sorted(_found()))


def own_words(view: View) -> Mapping[str, Maker]:
    """The arguments of ``view`` that nobody else's words reach."""
    return OWN.get(view.__name__, DRAWN)


def as_sent(made: Any) -> tuple[str, dict[str, Any]]:
    """``message``, ``home`` or ``modal``, and what would be sent."""
    if isinstance(made, Message):
        return "message", {"text": made.text, "blocks": list(made.blocks)}
    if isinstance(made, Window):
        return "modal", drawn(made, "w0f1e2d3c4b5a69788796")
    return str(made["type"]), dict(made)


def _found() -> Iterator[tuple[str, View]]:
    for module in pkgutil.walk_packages(bot.views.__path__, "bot.views."):
        if module.name.startswith(PARTS):
            continue
        inside = vars(importlib.import_module(module.name))
        for name, function in inside.items():
            own = inspect.isfunction(function) and function.__module__ == module.name and not name.startswith("_")
            if own and _is_surface(function):
                yield f"{module.name.removeprefix('bot.views.')}.{name}", function


def _is_surface(function: View) -> bool:
    gives = typing.get_type_hints(function).get("return")
    return gives in {Message, Window} or (typing.get_origin(gives) is dict and function.__name__ == "home")
