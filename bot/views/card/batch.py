"""Several questions of one kind on one card are one list: the reason once, a line and a box each, and two buttons.

Each is decided by itself. What cannot be taken back is never among them, and neither are words: these are read in full.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.views.card.known import Known, block_id
from bot.views.card.question import (
    MOST_SAID,
    edit_button,
    in_their_words,
    later_options,
    otherwise,
    put_to,
    spoken,
    value_of,
)
from bot.views.parts.items import ruled, why_button
from bot.views.parts.message import Block, actions, button, columns, context, divider, section, sections
from bot.views.parts.moments import moment
from bot.views.parts.more import more_menu, renamed
from bot.views.parts.moves import Change, details, diff, moves_of
from bot.views.parts.mrkdwn import escape, link, plain
from bot.views.parts.table import folded
from models.ids import named
from models.proposals import Approval

MOST_CHOSEN = 10
"""Questions that one press of a list answers."""

NOTHING_CHOSEN = "Nothing is ticked, so nothing was done. Tick what you mean, then press again."

BOXES = "pick"
_FACTS = 3


def together(asked: Sequence[Approval]) -> list[tuple[Approval, ...]]:
    """In the order of their first, each alone or with the others of its list."""
    lists: dict[tuple[object, ...], list[Approval]] = {}
    for approval in asked:
        lists.setdefault(_list_of(approval), []).append(approval)
    each_in_order = (sorted(each, key=_numbered) if len(each) > 1 else each for each in lists.values())
    return [tuple(each[at : at + MOST_CHOSEN]) for each in each_in_order for at in range(0, len(each), MOST_CHOSEN)]


def _numbered(approval: Approval) -> tuple[int, str]:
    """PAY-9 before PAY-10."""
    return len(_change(approval).issue), _change(approval).issue


def _list_of(approval: Approval) -> tuple[object, ...]:
    """What questions have in common that are one list; what was put off says so by itself."""
    proposal = approval.proposal
    put_off = approval.put_off is not None and approval.reminded is None
    if not isinstance(proposal.action, Change) or not proposal.undo or put_off:
        return (approval.id,)
    rules = (approval.decision_rule, proposal.rule, proposal.because, proposal.urgency)
    return (proposal.action.kind, *rules, *_notes(approval), *approval.asked)


def several(asked: Sequence[Approval], known: Known, *, brief: bool) -> list[Block]:
    """The blocks of one list of two or more; a ``brief`` one is without the facts about each."""
    first = asked[0]
    name = f"batch.{named(*_list_of(first))[:8]}"
    stamp = named(*(block_id(each, "ask") for each in asked))[:12]
    ask = [f"*Approve?* {moves_of(_change(first), len(asked))}", *_notes(first)]
    if not brief:
        ask.append(f"*Why*: {' · '.join(map(escape, _common(asked))) or escape(first.proposal.because)}")
    ask += [f"• {escape(said, MOST_SAID)}" for said in _asked_for(asked)]
    halted = all(known.stops(each) for each in asked)  # of one line and one kind of action, so of one mode
    lines = [_halted(each, known) if halted else _line(each, known, name) for each in asked]
    made = [section("\n".join(ask), block_id=f"{name}.{stamp}.ask"), divider(), *lines, divider()]
    if not brief:
        made += _terms(asked, known, f"{name}.{stamp}")
    if halted:
        words = "*Shadow mode now*: nothing is done, so there is nothing to answer."
        return [*made, context(words, block_id=f"{name}.{stamp}.halted")]
    return [*made, _answers(len(asked), name, stamp)]


def _line(approval: Approval, known: Known, name: str) -> Block:
    """What changes, with its box, and a menu of what else can be done about it.

    Its block keeps its id as long as it is the same question: what was ticked stays ticked when others are answered.
    """
    option = {"text": _plain(_said(approval, known)), "value": value_of(approval)}
    title = plain(_title(approval), 75)
    option |= {"description": _plain(title)} if title else {}
    boxes = {"type": "checkboxes", "action_id": BOXES, "options": [option]}
    later = [renamed(each, f"Ask me later: {each['text']['text']}") for each in later_options(approval, known)]
    other = [edit_button(approval), *later, why_button(approval.proposal.id, spoken(approval))]
    menu = more_menu(approval.id, [each for each in other if each is not None])
    return actions(boxes, menu, block_id=f"{name}.{block_id(approval, 'box')}")


def _halted(approval: Approval, known: Known) -> Block:
    shown = [diff(_change(approval), known.names), escape(_title(approval), 80)]
    return section(" · ".join(filter(None, shown)), block_id=block_id(approval, "ask"))


def _answers(many: int, name: str, stamp: str) -> Block:
    value = json.dumps({"a": "several", "g": name})
    return actions(
        button("Approve selected", "several_yes", value, style="primary", reads=f"Approve what is ticked of {many}"),
        button("Reject selected…", "several_no", value, style="danger", reads=f"Reject what is ticked of {many}"),
        block_id=f"{name}.{stamp}.answer",
    )


def _terms(asked: Sequence[Approval], known: Known, name: str) -> list[Block]:
    """What is so of all of them; what is not is among the facts about each."""
    first = asked[0]
    said = [*_common(asked), *_asked_for(asked)]
    facts = [line for each in asked if (line := _facts(each, said))]
    rest = [text for text in otherwise(first) if all(text in otherwise(each) for each in asked)]
    to = {put_to(each, known) for each in asked}
    asks = to.pop() if len(to) == 1 else put_to(first, known, alone=True)
    soonest = min(asked, key=lambda each: each.expires)
    lapse = "lapse" if len({each.expires for each in asked}) == 1 else "the first lapses"
    until = f"{lapse} {moment(soonest.expires, known.zone, soonest.asked_at)} with no action"
    urgency = f"{first.proposal.urgency.name.lower()} urgency"
    foot = f"{asks} · {until} · {urgency} · {ruled(first.decision_rule)}"
    return [
        *([folded("Facts about each", sections(facts))] if facts else []),
        *([columns(rest, block_id=f"{name}.else")] if rest else []),
        context(foot, block_id=f"{name}.foot"),
    ]


def _asked_for(asked: Sequence[Approval]) -> list[str]:
    """By whose words each was asked for, where that is not said of all."""
    words = dict.fromkeys(filter(None, map(in_their_words, asked)))
    return [said for said in words if said not in _common(asked)]


def _common(asked: Sequence[Approval]) -> list[str]:
    """Facts that are the same of all."""
    each = [[fact.text for fact in approval.proposal.evidence[:_FACTS]] for approval in asked]
    return [text for text in each[0] if all(text in others for others in each)]


def _facts(approval: Approval, said: Sequence[str]) -> str:
    """``PAY-7: In status “To Do”, 3 points``, without what is ``said`` of all."""
    new = [fact for fact in approval.proposal.evidence[:_FACTS] if fact.text not in said]
    facts = " · ".join(link(fact.url, fact.text, 160) for fact in new)
    change = _change(approval)
    return f"• {link(change.issue_url, change.issue, 60)}: {facts}" if facts else ""


def _notes(approval: Approval) -> tuple[str, ...]:
    """What a question says below its line, beside the ticket's title."""
    return tuple(details(approval.proposal.action)[1 if _title(approval) else 0 :])


def _title(approval: Approval) -> str:
    return str(getattr(approval.proposal.action, "issue_title", ""))


def _change(approval: Approval) -> Change:
    action = approval.proposal.action
    assert isinstance(action, Change)
    return action


_LINK = re.compile(r"<[^|>]+\|([^>]*)>")


def _said(approval: Approval, known: Known) -> str:
    """The change without links: a box has plain text, and no room for an address."""
    return plain(html.unescape(_LINK.sub(r"\1", diff(_change(approval), known.names))), 75)


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text or "–", "emoji": False}


def chosen_in(picked: Mapping[str, Any], name: object = "") -> list[tuple[str, str]]:
    """Which questions of the list ``name`` are ticked, in which version; what cannot be read is left out. Each once."""
    ours = f"{name}." if isinstance(name, str) and name else ""
    return _pairs(value for block, ticked in picked.items() if block.startswith(ours) for value in _listed(ticked))


def _listed(ticked: object) -> list[object]:
    return ticked if isinstance(ticked, list) else []


def _pairs(values: Iterable[object]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(pair for value in values if (pair := _pair(value)) is not None))


def _pair(value: object) -> tuple[str, str] | None:
    try:
        found = json.loads(str(value))
        return str(found["a"]), str(found["v"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def told_together(refused: Sequence[tuple[str, str]], of: int) -> str | None:
    """What did not count, a line each that begins with its subject; ``None`` when all did. Plain text.

    Equal words about what has no subject, or none to tell of, are one line; of one alone everybody knows what it is.
    """
    if not refused:
        return None
    lines = dict.fromkeys(f"{subject}: {words}" if subject and of > 1 else words for subject, words in refused)
    counted = [f"{of - len(refused)} of {of} counted."] if of > 1 else []
    return "\n".join([*counted, *lines])
