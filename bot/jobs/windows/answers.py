"""*Why?* and *Show more* pressed where no message can be answered in, on a Home: the answer comes as a window."""

from __future__ import annotations

from bot.app import App
from bot.jobs.presses.acting import memberships
from bot.jobs.windows.form import Filled, Opened
from bot.views.parts.message import Block
from bot.views.reply import reply_message
from bot.views.windows.window import Window
from models.mailbox import Job
from planner.answer import answer
from planner.asked.questions import AskStatus, AskWhy, FromFacts, parse_command
from planner.asked.quiet.hushing import AskHeld, AskHushed
from planner.ports import Desk
from planner.reasoning import RulesMind

NOBODY = "I answer that to members of the team only."
TYPE_IT = "Ask that in our direct messages, or with /pm."

READ_ONLY = AskWhy | AskHeld | AskHushed | AskStatus
"""What a window answers; whatever has something done, or asks back, belongs where it can be seen later."""


async def draw_why(app: App, opened: Opened) -> Window | str:
    """The record behind a line; what stood behind the button is only an id, and who may read it is decided here."""
    return await _answered(app, opened, AskWhy(opened.said))


async def draw_ask(app: App, opened: Opened) -> Window | str:
    """The answer to what stood behind the button, if that only asks."""
    question = parse_command(opened.said)
    return await _answered(app, opened, question) if isinstance(question, READ_ONLY) else TYPE_IT


async def settle(app: App, job: Job, filled: Filled) -> str | None:
    """An answer has nothing to fill in."""
    return None


async def _answered(app: App, opened: Opened, question: FromFacts) -> Window | str:
    theirs = memberships(app.directives, opened.user)
    if not theirs:
        return NOBODY
    record = await app.ledger.why(question.id.casefold()) if isinstance(question, AskWhy) else None
    team, member = next(((t, m) for t, m in theirs if record is not None and t.id == record.team), theirs[0])
    reply = await answer(question, team.id, _desk(app), asker=member.id)
    drawn = reply_message(reply, zone=member.zone, now=app.clock.real(), company_now=app.clock.now())
    return Window(word=opened.word, title="PM Agent", blocks=tuple(b for b in drawn.blocks if _is_read(b)))


def _desk(app: App) -> Desk:
    """Only to read at: nothing is recorded here, so there is no job whose lease could be lost."""
    return Desk(
        clock=app.clock,
        directives=app.directives,
        work=app.store,
        mind=RulesMind(),
        ledger=app.ledger,
        hands=app.hands,
    )


def _is_read(block: Block) -> bool:
    """A window has no place in which a button of an answer could be answered."""
    return block["type"] not in {"actions", "context_actions"}
