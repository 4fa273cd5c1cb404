"""What each model costs and which one is asked: one table with its date. What is not in it is priced as the dearest.

Source: the models' own pages of Claude's documentation, read on the date below.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.money import Money
from models.thoughts import Prompt, Size, Usage

READ_ON = date(2026, 11, 20)
"""When these prices were read; ``pm costs`` tells it."""


@dataclass(frozen=True, slots=True)
class Price:
    """Nano-dollars a token: a dollar per million tokens is a thousand of them."""

    read: int
    written: int
    kept: int
    """Written to the cache for five minutes."""
    kept_long: int
    cached: int
    """Read from the cache."""

    def of(self, used: Usage) -> Money:
        """What ``used`` costs."""
        return Money(
            used.read * self.read
            + used.written * self.written
            + used.kept * self.kept
            + used.kept_long * self.kept_long
            + used.cached * self.cached
        )


@dataclass(frozen=True, slots=True)
class Model:
    """One model, its prices, and from how many tokens of a prompt on the higher ones hold for all of it."""

    price: Price
    long_from: int = 0
    long: Price | None = None


MODELS: Mapping[str, Model] = {
    "claude-haiku-5-5": Model(Price(100, 500, 125, 200, 10), 100_000, Price(500, 2_500, 625, 1_000, 50)),
    "claude-sonnet-5-5": Model(Price(2_000, 10_000, 2_500, 4_000, 100)),
    "claude-opus-5-5": Model(Price(4_000, 20_000, 5_000, 8_000, 200)),
    "claude-fable-5-2": Model(Price(8_000, 40_000, 10_000, 16_000, 200)),
    "claude-haiku-4-5": Model(Price(1_000, 5_000, 1_250, 2_000, 100)),
}

DEAREST = MODELS["claude-fable-5-2"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which model takes a size, and how hard it tries."""

    model: str
    effort: str


CHOICES: Mapping[Size, Choice] = {
    Size.SMALL: Choice("claude-haiku-5-5", "low"),
    Size.LARGE: Choice("claude-sonnet-5-5", "low"),
}

AROUND = 40
"""Bytes that are sent around each part."""

OF_THE_VENDOR = 2_000
"""Tokens a vendor may add of its own to what it was sent: for tools, and for the shape of an answer."""


def cost(model: str, used: Usage, asked: str) -> Money:
    """The price of one call that ``model`` says it took; where we know no such name, that of the one ``asked``.

    A gateway may have names of its own for the same models.
    """
    known = _model(model) or _model(asked) or DEAREST
    return _price(known, used.read + used.cached + used.kept + used.kept_long).of(used)


def most_read(size: int) -> int:
    """Tokens that ``size`` bytes can be at most: no token is shorter than a byte."""
    return size + OF_THE_VENDOR


def worst(model: str, prompt: Prompt, size: int) -> Money:
    """What a call can cost at most: all that its ``size`` bytes can be kept for the next call, the longest reply."""
    tokens = most_read(size)
    price = _price(_model(model) or DEAREST, tokens)
    return Money(tokens * max(price.read, price.kept) + prompt.most * price.written)


def bytes_of(prompt: Prompt) -> int:
    """How long a prompt is, all its parts together, as it is sent."""
    said = [*prompt.fixed, *(turn.verbatim or turn.text for turn in prompt.turns)]
    ours = [call for turn in prompt.turns if not turn.verbatim for call in turn.calls]
    said += [f"{call.name}{json.dumps(call.arguments)}" for call in ours]
    said += [result.text for turn in prompt.turns for result in turn.results]
    said += [f"{tool.name}{tool.description}{json.dumps(tool.schema)}" for tool in prompt.tools]
    said += [json.dumps(prompt.answer)] if prompt.answer is not None else []
    return sum(len(each.encode("utf-8", "surrogatepass")) + AROUND for each in said)


def _model(name: str) -> Model | None:
    return next((each for known, each in MODELS.items() if name == known or name.startswith(f"{known}-")), None)


def _price(known: Model, tokens: int) -> Price:
    return known.long if known.long is not None and tokens > known.long_from else known.price
