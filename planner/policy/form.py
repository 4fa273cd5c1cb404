"""What every message must carry, by the constitution: where to check it, how urgent it is, and why it is said."""

from __future__ import annotations

from collections.abc import Iterator

from models.actions import Action, AskIdentity, CommentOnIssue, Escalate, Item, PostDigest, RemindPerson
from models.directives import Directives, Require
from models.signals import Urgency
from planner.bounds.rules import lines_with

WORDS = {"link": "a link", "urgency": "how urgent it is", "why": "why it is said"}
"""What a refusal calls the parts."""


def lacks(action: Action, directives: Directives) -> tuple[str, str] | None:
    """The line that asks for more than a message about work carries, and what is missing; ``None`` for nothing."""
    for name, rule in lines_with(directives, Require):
        missing = [part for part in rule.require if not all(_has(item, part) for item in _items(action))]
        if missing:
            return name, f"the message lacks {' and '.join(WORDS[part] for part in missing)}"
    return None


def _items(action: Action) -> Iterator[Item]:
    match action:
        case RemindPerson(items=items) | PostDigest(items=items):
            yield from items
        case CommentOnIssue(item=item) | Escalate(item=item) | AskIdentity(item=item):
            yield item


def _has(item: Item, part: str) -> bool:
    match part:
        case "link":
            return item.url.startswith(("https://", "http://"))
        case "urgency":
            return item.urgency.upper() in Urgency.__members__
        case _:
            return bool(item.rule and item.text)
