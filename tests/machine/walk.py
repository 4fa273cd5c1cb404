"""Which commands of the pages are typed on the machine, in which order."""

from __future__ import annotations

import re
from functools import cache

from tests.docs.reading import Command, commands

ELSEWHERE = re.compile(
    r"^docker|^make (?!.*(install|demo|evals$|forecast-table|claude-cli|pictures))"
    r"|^cloudflared|^git checkout|^kill|^systemd-analyze v|^/pm |^nginx -t$|^pm (start|restore|worker)"
)
"""What no machine of ours can do, as Docker's daemon; what is a name here; and the test suites."""

CHECKOUT = (
    *("make install", "pre-commit install", "make demo", "pm demo", "pm demo --no-claude"),
    *("CLAUDE_CODE_BIN=claude pm demo", "make evals", "make forecast-table"),
    *("npm install -g @anthropic-ai/claude-code@2.1.330", "make claude-cli", "make pictures"),
)
"""What is typed in a developer's checkout, whatever page it stands on."""

PAGES = ("docs/deploy.md", "docs/upgrade.md", "docs/backups.md", "", "docs/network.md", "docs/operations.md")
"""From top to bottom, one after the other; the checkout's in the place of the empty one."""


@cache
def walk() -> tuple[Command, ...]:
    """In the order in which it is done."""
    found: list[Command] = []
    for page in PAGES:
        here = [each for each in commands() if each.page == page] if page else _checkout()
        found += [each for each in here if not ELSEWHERE.search(each.text)]
    found = [each for each in found if each.page != "docs/operations.md" or not each.text.startswith("pm ")]
    found = [each for each in found if each.page != "docs/backups.md" or each.text.startswith(("sudo ", "createdb"))]
    return tuple(each for n, each in enumerate(found) if not _again(each, found[:n]))


def _again(each: Command, before: list[Command]) -> bool:
    """What takes a minute is done once."""
    return each.text.startswith("make ") and each.text in {other.text for other in before}


def _checkout() -> list[Command]:
    there = {each.text: each for each in commands()}
    return [there[text] for text in CHECKOUT if text in there]


def walked() -> frozenset[str]:
    """Their texts."""
    return frozenset(each.text for each in walk())
