"""The log of shadow mode: what would have been sent, what withheld; its buttons take feedback and do nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from bot.views.parts.items import rule_id
from bot.views.parts.message import Block, Message, actions, button, context, header, message, section
from bot.views.parts.mrkdwn import and_more, escape, plain, preformatted
from models.actions import Kept, Offer, ShadowLog
from models.ids import ProposalId
from planner.reports.shadow import count_words

Marks = Mapping[ProposalId, bool]

USEFUL, NOT_USEFUL = "kept_useful", "kept_not_useful"

_WORDS = 240
_DIFF = 900
"""Characters of one line, and of one difference: eighteen lines and two differences fit into a message."""


def shadow_log(action: ShadowLog, proposal: str, marks: Marks) -> Message:
    """The daily log, to one admin; a line that was marked says so in place of its buttons."""
    day = f"{action.day:%a} {action.day.day} {action.day:%b}"
    counts = f"*Shadow mode, {day}: {count_words(action.sent, action.withheld)}.*"
    first = section(f"{counts} None of it was sent, and nothing here sends anything: a mark is feedback.")
    blocks = [first, *_parts(action, proposal, marks), *_offers(action.offers)]
    foot = "To you alone, once a day, as an admin · today so far: `/pm shadow`"
    return message([*blocks, context(foot)])


def shadow_page(action: ShadowLog, team: str, trust: Sequence[str], *, watched: bool) -> Message:
    """The same of today so far, for whoever asks; lines are marked in the daily log."""
    title = header(plain(f"Shadow mode · {team}", 150))
    if watched:
        said = f"*Today so far: {count_words(action.sent, action.withheld)}.*"
    else:
        said = "*Nothing of this team is in shadow mode: what is decided is done, or asked.*"
    standing = [section("\n".join(f"• {escape(line)}" for line in trust[:12]))] if trust else []
    return message([title, section(said), *standing, *_parts(action, "", {}), *_offers(action.offers)])


def _parts(action: ShadowLog, proposal: str, marks: Marks) -> Iterator[Block]:
    for name, lines, count in (
        ("Would have sent", action.would, action.sent),
        ("Withheld", action.held, action.withheld),
    ):
        if lines:
            yield section(f"*{name}*")
        if lines and not proposal:
            yield section("\n".join(_line(each) for each in lines)[:2_900])
        else:
            for each in lines:
                yield from _entry(each, proposal, marks.get(each.proposal))
        if count > len(lines) and lines:
            yield context(and_more(count - len(lines), "line"))


def _line(each: Kept) -> str:
    return f"To *{escape(each.to, 60)}*: {escape(each.what, _WORDS)} ({escape(each.why, 140)})"


def _entry(each: Kept, proposal: str, mark: bool | None) -> Iterator[Block]:
    """One line with its buttons, or with what was said of it."""
    yield section(_line(each), block_id=f"kept.{each.proposal}")
    if mark is not None:
        yield context(f"Marked {'useful' if mark else 'not useful'} · line {rule_id(each.rule)}")
        return
    value, about = json.dumps({"l": proposal, "p": each.proposal}), plain(each.what, 50)
    yield actions(
        button("Useful", USEFUL, value, reads=f"Useful: {about}"),
        button("Not useful", NOT_USEFUL, value, reads=f"Not useful: {about}"),
        block_id=f"mark.{each.proposal}",
    )


def _offers(offers: Sequence[Offer]) -> Iterator[Block]:
    for offer in offers:
        yield section(escape(offer.words, 400))
        if offer.diff:
            yield section(preformatted(offer.diff, _DIFF))
