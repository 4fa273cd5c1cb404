"""The log of shadow mode: what would have been sent, what withheld; its buttons take feedback and no more."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.views.parts.message import Block, Message, actions, button, context, header, message, section
from bot.views.parts.mrkdwn import and_more, escape, plain, preformatted
from models.actions import Kept, Offer, ShadowLog
from models.ids import ProposalId
from planner.reports.shadow import count_words

Marks = Mapping[ProposalId, bool]

USEFUL, NOT_USEFUL = "kept_useful", "kept_not_useful"

_WORDS, _ALL_WORDS = 480, 4_320
_DIFF = 900
"""Characters of the words of one line, of all lines of a message, and of one difference: Slack takes ten thousand."""

_FEEDBACK = "None of it was sent, and nothing here sends anything: a mark is feedback."


def shadow_log(action: ShadowLog, proposal: str, marks: Marks) -> Message:
    """The daily log, to one admin; ``marks`` are theirs."""
    counts = f"*Shadow mode, {_day(action)}: {count_words(action.sent, action.withheld)}.*"
    parts = _parts(action, {"l": proposal}, marks, _ALL_WORDS)
    foot = "To you alone, once a day, as an admin · today so far: `/pm shadow`"
    return message([section(f"{counts} {_FEEDBACK}"), *parts, *_offers(action.offers), context(foot)])


def shadow_page(
    action: ShadowLog,
    team: str,
    trust: Sequence[str],
    marks: Marks,
    *,
    watched: bool,
    until: datetime,
    clock: str,
    beside: int = 0,
) -> Message:
    """The same of today up to ``until``, ``clock`` to its reader, for an admin who asks; ``marks`` are theirs.

    So many more teams are told of ``beside`` it, in the same message.
    """
    title = header(plain(f"Shadow mode · {team}", 150))
    said = f"*Today so far, {_day(action)} until {escape(clock, 40)}: {count_words(action.sent, action.withheld)}.*"
    kept = bool(action.sent or action.withheld)
    if kept:
        said = f"{said} {_FEEDBACK}"
    if not watched:
        now = "*Nothing of this team is in shadow mode: what is decided is done, or asked.*"
        said = f"{now}\n{said}" if kept else now
    standing = [section("\n".join(f"• {escape(line)}" for line in trust[:12]))] if trust else []
    parts = _parts(action, {"u": until.isoformat()}, marks, _ALL_WORDS // (1 + beside))
    return message([title, section(said), *standing, *parts, *_offers(action.offers)])


def _day(action: ShadowLog) -> str:
    return f"{action.day:%a} {action.day.day} {action.day:%b}"


def _parts(action: ShadowLog, where: Mapping[str, str], marks: Marks, room: int) -> Iterator[Block]:
    """``where`` says to whoever reads a press which message to draw again; ``room`` is for the words of all lines."""
    words = min(_WORDS, room // max(len(action.would) + len(action.held), 1))
    for name, lines, count in (
        ("Would have sent", action.would, action.sent),
        ("Withheld", action.held, action.withheld),
    ):
        if lines:
            yield section(f"*{name}*")
        for each in lines:
            yield from _entry(each, where, marks.get(each.proposal), words)
        if count > len(lines) and lines:
            yield context(and_more(count - len(lines), "line"))


def _line(each: Kept, words: int) -> str:
    when = f"{escape(each.when, 40)} · " if each.when else ""
    return f"{when}To *{escape(each.to, 60)}*: {escape(each.what, words)} ({escape(each.why, 140)})"


def _entry(each: Kept, where: Mapping[str, str], mark: bool | None, room: int) -> Iterator[Block]:
    """One line with its buttons: what was said of it is ticked, and may be said otherwise."""
    yield section(_line(each, room), block_id=f"kept.{each.proposal}")
    value, about = json.dumps({**where, "p": each.proposal}), plain(each.what, 50)
    choices = (("Useful", USEFUL, mark is True), ("Not useful", NOT_USEFUL, mark is False))
    buttons = (
        button(f"{words} ✓" if said else words, name, value, reads=f"{words}{', marked' if said else ''}: {about}")
        for words, name, said in choices
    )
    yield actions(*buttons, block_id=f"mark.{each.proposal}")


def _offers(offers: Sequence[Offer]) -> Iterator[Block]:
    for offer in offers:
        yield section(escape(offer.words, 400))
        if offer.diff:
            yield section(preformatted(offer.diff, _DIFF))
