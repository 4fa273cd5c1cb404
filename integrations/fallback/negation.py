"""Words that turn a question round: where one is left over, a search would find the very opposite."""

from __future__ import annotations

import re

_VERBS = "is|are|was|were|do|does|did|has|have|had|ca|wo|would|could|should|must"
_TURNED = re.compile(
    rf"(?<![\w-])(?:not|cannot|never|without|neither|nor|none|(?:{_VERBS})n[' ]?t|no(?!-\w)|"
    r"except(?:ing|s)?|exclud(?:e|es|ed|ing)|(?:other|rather) than|(?:apart|aside) from|instead of|"
    r"(?:all|any|anything|everything|everyone) but|un-?blocked|(?:non|un)(?=-?\s*\x00)|non(?=-))(?!\w)"
    r"|(?<!\S)[!-](?= \x00|\w)",
    re.I,
)
"""Also ``-word`` and ``!word``. ``\\x00`` stands where a rule took its words: ``non-blocked`` leaves ``non-\\x00``."""


def turned(rest: str) -> str:
    """Why words with such a word in them cannot be searched for; empty when there is none."""
    found = _TURNED.search(rest)
    if found is None:
        return ""
    return (
        f'"{found[0].strip()}" turns the question round, which is not understood here: say what should be found, '
        "or put words to look for in quotes"
    )
