"""What the worker can do, one file per kind of job; ``HANDLERS`` is the visible table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.app import App
from bot.jobs import answer, card, click, effect, identity, look, people, presence, refresh, tidy
from models.mailbox import Job

Handler = Callable[[App, Job], Awaitable[None]]

HANDLERS: Mapping[str, Handler] = {
    "cycle": look.after_events,
    "digest": look.for_the_digest,
    "effect": effect.carry_out_one,
    "answer": answer.answer_one,
    "click": click.settle_one,
    "card": card.redraw,
    "sync": refresh.reread,
    "reread": refresh.reread_named,
    "people": people.find_out,
    "identity": identity.settle_one,
    "presence": presence.reread_people,
    "tidy": tidy.tidy,
}
"""By job kind. Each handler finishes its job, or raises and leaves that to the worker."""
