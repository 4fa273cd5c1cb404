"""The most that one more answer can cost a task that has not reached its sum, by the bounds it is held to.

What a request holds was paid for once, as it was first sent; at worst none of it is found in the cache when the last
request goes out. ``test_real.py`` measures the sizes below against the real program.
"""

from __future__ import annotations

from integrations.claude import prices
from models.delegated import READS, STOPS_AT, TURN
from models.money import Money
from models.thoughts import Size, Usage

BYTES_A_TOKEN = 2.5
"""Fewer than English and JSON have; a text made to be dear could have one."""

AROUND = 20_000
"""Bytes of the system text, the question, the shape, the tools, and what the program itself adds in all its steps."""

LEAST_CALL = 30
"""Tokens that a call of a tool takes at least."""

ECHO = 3
"""Tokens that come back for each token of a call which gives nothing: *there is no such tool*."""


def last_turn(size: Size) -> Money:
    """By adding tokens written until the sum is reached: none is dearer for the last request than one written."""
    model, written = prices.CHOICES[size].model, 0
    fixed, newest = _tokens(AROUND), TURN * (1 + ECHO) + _tokens(READS)
    while True:
        sent = fixed + _tokens(READS) + written * (1 + ECHO)
        paid = prices.cost(model, Usage(written=written, kept=max(0, sent - newest)), model)
        if paid > STOPS_AT[size]:
            return prices.cost(model, Usage(kept=sent, written=TURN), model)
        written += 100


def _tokens(size: int) -> int:
    return int(size / BYTES_A_TOKEN) + 1
