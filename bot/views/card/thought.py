"""What a model made of a question: its reading, apart from the facts, and the ways it has weighed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.views.card.known import Known, block_id
from bot.views.parts.message import Block, section
from bot.views.parts.moments import dated
from bot.views.parts.moves import move
from bot.views.parts.mrkdwn import escape
from models.proposals import Approval, Option, Proposal

_WORDS, _REASON = 600, 220
"""Characters of its reading, and of one reason."""

_OPTIONS = 4
_ROOM = 2_900
"""Slack's limit of a section is 3,000 characters."""


def thought(approval: Approval, known: Known) -> list[Block]:
    """Its blocks; none where no model was asked, or nothing it said was let through."""
    proposal = approval.proposal
    blocks = []
    if proposal.weighed or _overruled(proposal):
        blocks.append(section(_reading(approval, known), block_id=block_id(approval, "weighed")))
    if proposal.options:
        ways = f"*Weighed against each other{'' if proposal.weighed else _as_of(approval, known)}*\n" + "\n".join(
            _shown(proposal.options[:_OPTIONS], known)
        )
        blocks.append(section(ways, block_id=block_id(approval, "options")))
    return blocks


def _as_of(approval: Approval, known: Known) -> str:
    """The facts in its words are those of the look that asked; a card may stand for days."""
    return f", as of {dated(approval.asked_at, known.zone, approval.asked_at)}"


def _reading(approval: Approval, known: Known) -> str:
    """Never among the facts: it begins with whose words these are, and of when."""
    proposal = approval.proposal
    words = [escape(proposal.weighed, _WORDS)] if proposal.weighed else []
    if _overruled(proposal):
        words.append("The rules alone would have chosen otherwise.")
    return f"*What I make of it{_as_of(approval, known) if proposal.weighed else ''}:* {' '.join(words)}"


def _overruled(proposal: Proposal) -> bool:
    """Whether rules looked at the same findings; what a person wants rests on none."""
    return proposal.by_model and bool(proposal.signals)


def _shown(options: Sequence[Option], known: Known) -> Iterator[str]:
    """Whole lines, as many as a section takes."""
    size = 0
    for line in (line for option in options for line in _lines(option, known)):
        size += len(line) + 1
        if size > _ROOM:
            return
        yield line


def _lines(option: Option, known: Known) -> Iterator[str]:
    yield f"• {move(option.action, known.names, known.channels)}"
    for begins, reasons in (("For", option.pros), ("Against", option.cons)):
        if reasons:
            yield f"   _{begins}:_ {'; '.join(escape(reason.rstrip('.'), _REASON) for reason in reasons)}"
