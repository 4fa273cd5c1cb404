"""What the worker can do, one file per kind of job; ``HANDLERS`` is the visible table."""

from __future__ import annotations

from collections.abc import Mapping

from bot.jobs import card, effect, living, look, notice, people, presence, refresh, tidy
from bot.jobs.asked import answer, learn, outcome, request_again
from bot.jobs.gone import Handler, of_a_team
from bot.jobs.presses import click, feedback, hush, identity, undo
from bot.jobs.windows import open as windows

__all__ = ["HANDLERS", "Handler"]

HANDLERS: Mapping[str, Handler] = {
    "cycle": of_a_team(look.after_events),
    "digest": of_a_team(look.for_the_digest),
    "effect": effect.carry_out_one,
    "answer": answer.answer_one,
    "click": click.settle_one,
    "card": card.redraw,
    "sync": of_a_team(refresh.reread),
    "reread": of_a_team(refresh.reread_named),
    "people": of_a_team(people.find_out),
    "identity": identity.settle_one,
    "presence": of_a_team(presence.reread_people),
    "notice": notice.tell_one,
    "feedback": feedback.settle_one,
    "known": learn.settle_one,
    "hush": hush.settle_one,
    "window": windows.handle,
    "living": of_a_team(living.redraw),
    "tidy": tidy.tidy,
    "undo": undo.settle_one,
    "again": request_again.ask_once_more,
    "outcome": of_a_team(outcome.tell_asker),
}
"""By job kind. Each handler finishes its job, or raises and leaves that to the worker."""
