"""Waiting for you: questions first, then whatever else is its reader's move."""

from __future__ import annotations

from bot.views.home.data import HomeData, fewer
from bot.views.home.work import row_line
from bot.views.parts.message import Block, context, header, section, sections
from bot.views.parts.moments import moment
from bot.views.parts.moves import move, name_of
from bot.views.parts.mrkdwn import and_more, escape, link
from models.proposals import Approval

MOST_QUESTIONS, MOST_MOVES = 6, 5


def waiting(data: HomeData, less: int = 1) -> list[Block]:
    """The section. Questions are listed here and answered on their card, which is where the record is."""
    blocks: list[Block] = [header("Waiting for you")]
    if not data.waiting and not data.moves and not data.unknown:
        return [*blocks, section("Nothing.")]
    blocks += [section(escape(data.unknown, 300))] if data.unknown else []
    questions, moves = fewer(MOST_QUESTIONS, less), fewer(MOST_MOVES, less)
    blocks += [section(_question(each, data)) for each in data.waiting[:questions]]
    left = len(data.waiting) - questions
    if left > 0:
        blocks.append(context(f"{and_more(left, 'question')} in our direct messages."))
    blocks += sections(row_line(row) for row in data.moves[:moves])
    left = len(data.moves) - moves
    return [*blocks, context(f"{left} more")] if left > 0 else blocks


def _question(approval: Approval, data: HomeData) -> str:
    asked = move(approval.proposal.action, data.names, data.channels)
    until = moment(approval.expires, data.zone, data.now)
    url = data.cards.get(approval.id)
    if (later := data.coming.get(approval.id)) is not None:
        first = approval.approvers[0]
        asked_now = f" {name_of(first, data.names)} has been asked." if first != data.person else ""
        comes = f"Your card comes {moment(later, data.zone, data.now)}, with its buttons.{asked_now}"
        return f"*Approve?* {asked}\nLapses {until} with no action. {comes}"
    where = f"Answer on {link(url, 'its card')}." if url else "Answer on its card in our direct messages."
    return f"*Approve?* {asked}\nLapses {until} with no action. {where}"
