"""The last look at everything we send to Slack: nobody is called by accident, no limit is crossed, nothing leads away.

Views write safe, short messages; this gate holds even when a view is wrong. What goes through it once more comes out
as it went in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.slack.outgoing.fitting import NOTHING, NOTICE, fit, shows, size
from integrations.slack.outgoing.limits import SECTION, Block, bounded, note, plain_sections, titled, words
from integrations.slack.outgoing.mentions import SLACK_ALONE, allowed, clean, silence, silenced
from models.errors import Refused
from models.links import Links
from models.redaction import SHAPES, Redactor

TEXT = 4_000
"""Characters of ``text`` (Slack answers msg_too_long above)."""

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
"""Blocks per surface (Block Kit reference)."""

ALL_TEXT = 10_000
"""Characters of all blocks together; Slack refuses at about 11,000 (slackapi/bolt-js #2509)."""

VIEW_BYTES = 240_000
"""Bytes of all blocks of a view as JSON; a whole view has at most 250 kB."""

_EXACT_OF_VIEWS = {"private_metadata": 3_000, "callback_id": 255, "external_id": 255}
_SAID = ("header", "section", "context", "markdown", "rich_text", "table")
"""Blocks whose words make a fallback text; buttons say nothing without a way to press them."""

Cost = Callable[[Any], int]


@dataclass(frozen=True, slots=True)
class Gate:
    """The gate of one deployment: where it may lead, and which secrets are its own."""

    links: Links = SLACK_ALONE
    redact: Redactor = SHAPES

    def message(
        self, text: str, blocks: Sequence[Mapping[str, Any]], *, mentions: Collection[str] = ()
    ) -> tuple[str, list[Block]]:
        """See ``guard``. Secrets go first: what is cut to fit afterwards cannot hide half of one."""
        return guard(self.redact(text), self.redact.shown(blocks), mentions=mentions, links=self.links)

    def view(self, view: Mapping[str, Any]) -> Block:
        """See ``guard_view``."""
        return guard_view(self.redact.shown(view), links=self.links)

    def plain(self, view: Mapping[str, Any]) -> Block:
        """See ``plain_view``."""
        return plain_view(self.redact.shown(view), links=self.links)


def guard(
    text: str, blocks: Sequence[Mapping[str, Any]], *, mentions: Collection[str] = (), links: Links = SLACK_ALONE
) -> tuple[str, list[Block]]:
    """``text`` and ``blocks`` as they may leave.

    ``mentions`` are the only calls that stay alive, for example ``<@U1>`` or ``<!channel>``. They come from whoever
    decided the message, never from its words; by default nobody is called. Links lead only where ``links`` do.
    """
    calls = allowed(mentions)
    safe = _whole(blocks, "message", MESSAGE_BLOCKS, _text_of, calls, links)
    return fit(silence(_fallback(clean(text), safe).strip(), calls, links), TEXT), safe


def guard_view(view: Mapping[str, Any], *, mentions: Collection[str] = (), links: Links = SLACK_ALONE) -> Block:
    """A Home or modal view as it may leave. Raises ``Refused`` when its hidden state is too long to keep whole."""
    kind = "modal" if view.get("type") == "modal" else "home"
    for key, most in _EXACT_OF_VIEWS.items():
        if len(str(view.get(key) or "")) > most:
            raise Refused(
                f"the view's {key} has {len(str(view[key]))} characters, {most} allowed", code="view_too_large"
            )
    calls = allowed(mentions)
    own = silenced({key: value for key, value in view.items() if key != "blocks"}, calls, links)
    safe = _whole(view.get("blocks") or (), kind, VIEW_BLOCKS, _cost_of_view, calls, links)
    return {**titled(own), "blocks": safe or [note("Nothing to show.")]}


def plain_view(view: Mapping[str, Any], *, links: Links = SLACK_ALONE) -> Block:
    """A Home with the words of ``view`` alone: what is left when Slack refuses its blocks."""
    sections = list(plain_sections(words(view.get("blocks") or ())))
    return guard_view({**view, "blocks": sections}, links=links)


def _whole(
    blocks: Sequence[Mapping[str, Any]], surface: str, most: int, cost: Cost, calls: Collection[str], links: Links
) -> list[Block]:
    safe = [made for block in blocks for made in bounded(silenced(dict(block), calls, links), surface)]
    return _within(_distinct(_one_table(safe)), most, cost)


def _within(blocks: list[Block], most: int, cost: Cost) -> list[Block]:
    """As many blocks from the top as there is room for, then how many are left out.

    Never from the middle: a button must not stand there without the words it is about.
    """
    if len(blocks) <= most and sum(map(cost, blocks)) <= ALL_TEXT:
        return blocks
    left = ALL_TEXT - NOTICE - cost(note(""))
    kept: list[Block] = []
    for block in blocks:
        left -= cost(block)
        if left < 0 or len(kept) == most - 1:
            break
        kept.append(block)
    begun = _begun(blocks[len(kept)], left + cost(blocks[len(kept)])) if left < 0 and len(kept) < most - 1 else []
    missing = len(blocks) - len(kept) - len(begun)
    rest = [note(f"{missing} more part{'s' if missing > 1 else ''} did not fit here.")] if missing else []
    return [*kept, *begun, *rest]


def _begun(block: Block, room: int) -> list[Block]:
    """The first lines of a section for which there is room, when there is room for some."""
    text = (block.get("text") or {}).get("text") if block.get("type") == "section" else None
    if not isinstance(text, str) or set(block) - {"type", "text", "block_id"} or room > SECTION:
        return []
    begins = size(text.split("\n", 1)[0]) + 2 * NOTICE <= room and "\n" in text
    return [{**block, "text": {**block["text"], "text": fit(text, room)}}] if begins else []


def _text_of(block: Any) -> int:
    return sum(size(each) for each in words(block))


def _cost_of_view(block: Any) -> int:
    """In characters, so that neither the text nor the bytes of a view become too many."""
    return max(_text_of(block), (len(json.dumps(block)) + 2) * ALL_TEXT // VIEW_BYTES + 1)


def _fallback(text: str, blocks: Sequence[Block]) -> str:
    """What a notification and a screen reader say: never nothing while there are words."""
    if shows(text):
        return text
    said = "\n".join(line for block in blocks for line in _lines(block))
    return said or " · ".join(filter(shows, words(list(blocks)))) or " · ".join(_alt(list(blocks))) or "(no text)"


def _lines(block: Block) -> Iterator[str]:
    if block.get("type") in _SAID:
        inside = {key: value for key, value in block.items() if key != "accessory"}
        yield from (_spoken(part) for part in _texts(inside) if shows(str(part["text"])) and part["text"] != NOTHING)


def _texts(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, list):
        for part in node:
            yield from _texts(part)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node
        else:
            for value in node.values():
                yield from _texts(value)


def _spoken(part: Mapping[str, Any]) -> str:
    """Plain text is harmless in its block, but the fallback is read as mrkdwn."""
    text = str(part["text"])
    return text if part.get("type") == "mrkdwn" else text.replace("&", "&amp;").replace("<", "&lt;")


def _alt(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for part in node:
            yield from _alt(part)
    elif isinstance(node, dict):
        if isinstance(node.get("alt_text"), str):
            yield node["alt_text"]
        for value in node.values():
            yield from _alt(value)


def _one_table(blocks: list[Block]) -> list[Block]:
    """Slack takes one table in a message; the words of further ones are shown."""
    made: list[Block] = []
    for block in blocks:
        another = block.get("type") == "table" and any(known.get("type") == "table" for known in made)
        made += plain_sections(words(block)) if another else [block]
    return made


def _distinct(blocks: list[Block]) -> list[Block]:
    """A ``block_id`` seen before is dropped: Slack makes one up."""
    seen: set[str] = set()
    made = []
    for block in blocks:
        name = block.get("block_id")
        made.append({k: v for k, v in block.items() if k != "block_id"} if name in seen else block)
        if name is not None:
            seen.add(name)
    return made
