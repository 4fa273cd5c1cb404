"""The daily summary: at most 80 words, at most three things that need somebody, one line on a quiet day."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.views.parts.items import item_line, why_button
from bot.views.parts.message import Block, Message, actions, button, context, message, section
from bot.views.parts.moments import moment
from bot.views.parts.mrkdwn import and_more, escape, plain
from bot.views.replies.sheet import sheet_reply
from models.actions import Item, PostDigest
from models.ids import SignalId
from planner.asked.pressed.claims import Mark
from planner.asked.pressed.endings import Offer
from planner.words.replies import SheetReply
from planner.words.titles import called

WORDS = 80
"""product.md R15; the footer and what people press afterwards are not counted."""

MOST = 3

USEFUL, NOT_USEFUL, MOVE, SKIP, AGAIN = "useful", "not_useful", "move", "skip", "again"
"""What the menu of a summary offers."""


OPINIONS = frozenset({USEFUL, NOT_USEFUL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What may be pressed in a summary, and what has come of that."""

    offers: Mapping[SignalId, Offer] = field(default_factory=dict)
    marks: Mapping[SignalId, Mark] = field(default_factory=dict)
    zone: str = "UTC"
    skipped: str = ""
    """Until when there is none, and who says so; empty when there is."""


_NOTHING = Pressed()


def digest(action: PostDigest, proposal: str, notes: Sequence[str] = (), pressed: Pressed = _NOTHING) -> Message:
    """The post for the team channel. ``notes`` go to the footer."""
    shown, left = _within_words(action)
    first = section(f"*{escape(_cut_words(action.headline, WORDS), 400)}*") | {"accessory": _menu(proposal, pressed)}
    blocks: list[Block] = [first]
    if shown:
        blocks.append(section("\n".join(_line(place, item, pressed) for place, item in enumerate(shown, start=1))))
    footer = [escape(action.footer, 300)] if action.footer else []
    if left:
        footer.append(and_more(left, "item") + " in `/pm status`")
    footer += notes
    footer += [escape(pressed.skipped, 200)] if pressed.skipped else []
    if footer:
        blocks.append(context(" · ".join(footer)))
    blocks.append(actions(*_claims(shown, proposal, pressed), _details(proposal), why_button(proposal)))
    return message(blocks)


def details_reply(sheet: SheetReply, proposal: str, now: datetime, zone: str, company_now: datetime) -> Message:
    """The reply under a summary; whoever reads it may say what they think of it."""
    drawn = sheet_reply(sheet, now, zone, company_now)
    says = [
        button(words, f"digest_menu:{said}", json.dumps({"a": proposal, "m": said}), reads=f"This summary: {words}")
        for words, said in (("Useful", USEFUL), ("Not useful", NOT_USEFUL))
    ]
    return Message(drawn.text, (*drawn.blocks, actions(*says)))


def _line(place: int, item: Item, pressed: Pressed) -> str:
    """One ask; struck through once somebody has it, with who and when behind it."""
    line, mark = f"{place}. {item_line(item)}", pressed.marks.get(item.signal)
    if mark is None:
        return line
    at = moment(mark.at, pressed.zone, mark.at) if mark.at is not None else ""
    said = escape(mark.words.replace("{at}", at), 200)
    return f"{place}. ~{item_line(item)}~ {said}" if mark.done else f"{line}\n{said}"


def _claims(shown: Sequence[Item], proposal: str, pressed: Pressed) -> list[Block]:
    open_ones = [item for item in shown if item.signal in pressed.offers and item.signal not in pressed.marks]
    return [
        button(
            plain(pressed.offers[item.signal].label, 75),
            f"took:{item.signal}",
            json.dumps({"a": proposal, "s": item.signal}),
            reads=plain(f"{called(item.subject)}: {pressed.offers[item.signal].label}", 75),
        )
        for item in open_ones
    ]


def _details(proposal: str) -> Block:
    value = json.dumps({"a": proposal})
    return button("Details in thread", "details", value, reads="Post the details in the thread")


def _menu(proposal: str, pressed: Pressed) -> Block:
    skip = ("Post it every day again", AGAIN) if pressed.skipped else ("Skip until sprint end", SKIP)
    offered = [("Not useful", NOT_USEFUL), ("Move time", MOVE), skip]
    return {
        "type": "overflow",
        "action_id": "digest_menu",
        "options": [
            {
                "text": {"type": "plain_text", "text": words, "emoji": False},
                "value": json.dumps({"a": proposal, "m": chosen}),
            }
            for words, chosen in offered
        ],
    }


def _within_words(action: PostDigest) -> tuple[list[Item], int]:
    """As many whole items as fit beside the headline, and how many are left out."""
    room = WORDS - len(_cut_words(action.headline, WORDS).split())
    shown: list[Item] = []
    for item in action.items[:MOST]:
        room -= len(item.text.split()) + 2  # its number, and a link that may follow it
        if room < 0:
            break
        shown.append(item)
    return shown, len(action.items) - len(shown)


def _cut_words(text: str, most: int) -> str:
    words = text.split()
    return text if len(words) <= most else " ".join(words[: most - 1]) + " …"
