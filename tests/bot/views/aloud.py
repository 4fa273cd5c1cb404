"""What somebody who hears a message, or sees no colours, would miss in it: each rule yields what is wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.views.parts.message import TEXT_BUDGET
from tests.contracts.blockkit import parts

LABEL, SPOKEN, TITLE = 75, 75, 24
"""Characters of a button, of what is read aloud instead, and of a window's title."""

PRESSED = frozenset({"button", "workflow_button", "icon_button"})
MENUS = frozenset({"static_select", "multi_static_select", "users_select", "conversations_select", "datepicker"})
ISSUE = re.compile(r"(?<![\w/-])[A-Z]{2,10}-\d+(?![\w-])")
LETTERS = re.compile(r"[^\W\d_]{2}")
ASK = re.compile(r"\*[^*\n]+\?\*")
EMOJI = re.compile(r":[a-z0-9_+-]+:")


@dataclass(frozen=True)
class Exhibit:
    """One thing that is shown: its name, ``message``, ``home`` or ``modal``, and what would be sent."""

    name: str
    surface: str
    sent: Mapping[str, Any]

    @property
    def blocks(self) -> list[Mapping[str, Any]]:
        return list(self.sent["blocks"])


def unsaid(exhibit: Exhibit) -> Iterator[str]:
    """The text beside the blocks is a notification and what a screen reader says: it names every issue and ask."""
    if exhibit.surface != "message":
        return
    text = str(exhibit.sent["text"])
    if not text.strip():
        yield "no words beside the blocks"
    if len(text) > TEXT_BUDGET - 400:  # the rest is left out, whole lines of it
        return
    said = " ".join(words([block for block in exhibit.blocks if block["type"] not in {"actions", "input"}]))
    yield from (f"{key} is not in the text" for key in set(ISSUE.findall(said)) - set(ISSUE.findall(text)))
    yield from (f"{ask} is not in the text" for ask in ASK.findall(said) if ask not in text)


def wordless(exhibit: Exhibit) -> Iterator[str]:
    """Colour and pictures never say anything alone."""
    for part in parts(exhibit.blocks):
        if part.get("type") in PRESSED and not LETTERS.search(label(part)):
            yield f"a {part.get('style', 'plain')} button says {label(part)!r}"
        if part.get("type") == "image" and not LETTERS.search(str(part.get("alt_text", ""))):
            yield "a picture without words"
    for line in "\n".join(words(exhibit.blocks)).split("\n"):
        if line.strip() and not re.search(r"[\w–]", EMOJI.sub("", line)):
            yield f"a line of signs alone: {line!r}"


def unlabelled(exhibit: Exhibit) -> Iterator[str]:
    """What is pressed, chosen or filled in says what it is, within what Slack shows and reads."""
    for part in parts(exhibit.blocks):
        if part.get("type") in PRESSED:
            for said, most in ((label(part), LABEL), (part.get("accessibility_label", "x"), SPOKEN)):
                if not 0 < len(said) <= most:
                    yield f"a button of {len(said)} characters: {said[:40]!r}"
        if part.get("type") in MENUS and not _named(exhibit, part):
            yield f"a menu that does not say what it is: {part.get('action_id')}"
    if exhibit.surface == "modal" and not 0 < len(exhibit.sent["title"]["text"]) <= TITLE:
        yield "a window without a title, or with too long a one"


def alike(exhibit: Exhibit) -> Iterator[str]:
    """Two buttons that look alike are read apart."""
    pressed = [part for part in parts(exhibit.blocks) if part.get("type") in PRESSED]
    heard = Counter((label(part), part.get("accessibility_label", "")) for part in pressed)
    yield from (f"{times} buttons are read as {each}" for each, times in heard.items() if times > 1)


def misplaced(exhibit: Exhibit) -> Iterator[str]:
    """A title stands before what it is the title of, and a message's at its head."""
    kinds = [block["type"] for block in exhibit.blocks]
    titles = [place for place, kind in enumerate(kinds) if kind == "header"]
    for place in titles:
        if kinds[place + 1 : place + 2] in ([], ["header"], ["divider"]):
            yield f"title {place} has nothing below it"
    if exhibit.surface == "message" and titles and titles[0] != 0:
        yield "the title is not the first thing"


RULES: tuple[Callable[[Exhibit], Iterator[str]], ...] = (unsaid, wordless, unlabelled, alike, misplaced)


def label(part: Mapping[str, Any]) -> str:
    return str((part.get("text") or {}).get("text", ""))


def words(blocks: Any) -> list[str]:
    """Every text a reader would see, links by their label."""
    shown = [str(part["text"]) for part in parts(blocks) if isinstance(part.get("text"), str)]
    return [re.sub(r"<[^|<>]+\|([^<>]*)>", r"\1", text) for text in shown]


def _named(exhibit: Exhibit, menu: Mapping[str, Any]) -> bool:
    """By the words in it while nothing is chosen, or in a form by the label of its line."""
    if LETTERS.search(str((menu.get("placeholder") or {}).get("text", ""))):
        return True
    return any(block.get("element") is menu and label({"text": block["label"]}) for block in exhibit.blocks)
