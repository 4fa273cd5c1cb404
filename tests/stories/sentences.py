"""Plain sentences and what they mean: a sentence of a story finds the one function that knows its pattern."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

BLANKS = {
    "person": r"[A-Z][a-z]+",
    "people": r"(?:[A-Z][a-z]+|#[a-z]+)(?:, (?:[A-Z][a-z]+|#[a-z]+))*(?: and (?:[A-Z][a-z]+|#[a-z]+))?",
    "channel": r"#[a-z]+",
    "ticket": r'[^"]+',
    "status": r"[A-Z][A-Za-z]*(?: [A-Z][a-z]+)*",
    "words": r'[^"]+',
    "button": r'[^"]+',
    "number": r"\d+",
    "span": r"\d+ (?:working )?(?:minute|hour|day)s?",
    "moment": r"[A-Z][a-z]+ \d+ [A-Z][a-z]+ \d{4} at \d\d:\d\d in [A-Z][A-Za-z ]+",
}
"""What may stand in a ``{blank}`` of a pattern."""


class NotUnderstood(AssertionError):
    """No pattern fits the sentence."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of sentence and the function that carries it out."""

    text: str
    act: Callable[..., Any]

    def match(self, sentence: str) -> dict[str, str] | None:
        """What stands in the blanks, or ``None`` when this is another kind of sentence."""
        found = re.fullmatch(_regex(self.text), sentence)
        return found.groupdict() if found else None


@dataclass
class Language:
    """The sentences of one kind: *given*, *when* or *then*."""

    kind: str
    patterns: list[Pattern] = field(default_factory=list)

    def __call__(self, *texts: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """The decorated function carries out sentences of these patterns."""

        def learn(act: Callable[..., Any]) -> Callable[..., Any]:
            self.patterns += [Pattern(text, act) for text in texts]
            return act

        return learn

    def find(self, sentence: str) -> tuple[Callable[..., Any], dict[str, str]]:
        """The function for ``sentence`` and its arguments. Raises ``NotUnderstood`` with what could be meant."""
        found = [(p.act, blanks) for p in self.patterns if (blanks := p.match(sentence)) is not None]
        if len(found) == 1:
            return found[0]
        if found:
            raise NotUnderstood(f"{self.kind}: {sentence!r} can be read in {len(found)} ways")
        near = difflib.get_close_matches(sentence, [p.text for p in self.patterns], n=3, cutoff=0.2)
        raise NotUnderstood(f"{self.kind}: {sentence!r} is not understood. You can say: {'; '.join(near)}")


given, when, then = Language("given"), Language("when"), Language("then")
"""What stories are told in; the sentences are in ``beginnings``, ``happenings`` and ``outcomes``."""


def spoken(value: Any) -> Iterator[str]:
    """The sentences of a step: one on each line."""
    yield from (line.strip() for line in str(value).splitlines() if line.strip())


def names(text: str) -> list[str]:
    """``Li, Sarah and #engineering`` as a list."""
    return re.split(r", | and ", text)


def _regex(text: str) -> str:
    parts = re.split(r"\{(\w+)(?::(\w+))?\}", text)
    regex = re.escape(parts[0])
    for name, kind, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        regex += f"(?P<{name}>{BLANKS[kind or name]})" + re.escape(rest)
    return regex
