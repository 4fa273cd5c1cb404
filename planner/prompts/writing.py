"""What a model is told of how to write, so that its words are let through: the forms of ``planner/claims`` for it."""

from __future__ import annotations

from functools import cache

from planner.claims import vocabulary
from planner.prompts.texts import filled


@cache
def how_to_write() -> str:
    """The same byte for byte in every call: it stands in the fixed part."""
    return filled(
        "writing",
        doing=_listed(vocabulary.VERBS | vocabulary.LOOSE),
        addressing=_listed(vocabulary.ADDRESSING | vocabulary.GIVING),
        definite=_listed(vocabulary.DEFINITE | vocabulary.PLURALS),
        indefinite=_listed(vocabulary.INDEFINITE),
        judged=_listed(vocabulary.JUDGED),
        plain=_listed(vocabulary.PLAIN),
    )


def _listed(words: frozenset[str]) -> str:
    return " ".join(sorted(words))
