"""What a model is told of how to write, so that its words are let through: the rules of ``planner/claims`` for it."""

from __future__ import annotations

from functools import cache

from planner.claims.vocabulary import ADJECTIVES, ADVICE, FUNCTION, NOUNS, VERBS
from planner.prompts.texts import filled


@cache
def how_to_write() -> str:
    """The same byte for byte in every call: it stands in the fixed part."""
    return filled("writing", words=" ".join(sorted(FUNCTION | VERBS | NOUNS | ADJECTIVES | ADVICE)))
