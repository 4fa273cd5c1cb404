"""What the worker can do, one file per kind of job; ``HANDLERS`` is the visible table."""

from __future__ import annotations

from collections.abc import Mapping

from bot.jobs import (
    backup,
    card,
    effect,
    foretell,
    introduce,
    living,
    look,
    notice,
    past,
    people,
    presence,
    prompts,
    refresh,
    stop,
    tidy,
)
from bot.jobs.asked import answer, learn, outcome, request_again
from bot.jobs.gone import Handler, of_a_team
from bot.jobs.home import draw
from bot.jobs.home.after import of_the_asked, of_the_concerned, of_the_presser
from bot.jobs.presses import click, contact, digest_menu, ending, feedback, hush, identity, pausing, took, undo, verdict
from bot.jobs.trust import again, daily, mark
from bot.jobs.watching import message as alert
from bot.jobs.watching import watch
from bot.jobs.windows import open as windows

__all__ = ["HANDLERS", "Handler"]

HANDLERS: Mapping[str, Handler] = {
    "cycle": of_a_team(look.after_events),
    "digest": of_a_team(look.for_the_digest),
    "effect": of_the_concerned(effect.carry_out_one),
    "answer": answer.answer_one,
    "click": of_the_presser(click.settle_one),
    "batch": of_the_presser(click.settle_several),
    "card": of_the_asked(card.redraw),
    "sync": of_a_team(refresh.reread),
    "reread": of_a_team(refresh.reread_named),
    "people": of_a_team(people.find_out),
    "identity": identity.settle_one,
    "presence": of_a_team(presence.reread_people),
    "notice": notice.tell_one,
    "introduce": introduce.introduce,
    "feedback": of_the_presser(feedback.settle_one),
    "known": of_the_presser(learn.settle_one),
    "hush": of_the_presser(hush.settle_one),
    "ending": of_the_presser(ending.settle_one),
    "took": of_the_presser(took.settle_one),
    "digest_menu": digest_menu.settle_one,
    "window": windows.handle,
    "contact": contact.settle_one,
    "pausing": pausing.settle_one,
    "shadow": of_a_team(daily.show),
    "mark": mark.settle_one,
    "trusting": again.settle_one,
    "home": draw.draw,
    "living": of_a_team(living.redraw),
    "foretell": of_a_team(foretell.foretell),
    "past": of_a_team(past.remember_one),
    "tidy": tidy.tidy,
    "backup": backup.back_up,
    "prompts": prompts.offer,
    "watch": watch.watch,
    "alert": alert.redraw,
    "stop": stop.stop,
    "verdict": verdict.settle_one,
    "undo": of_the_presser(undo.settle_one),
    "again": request_again.ask_once_more,
    "outcome": of_a_team(outcome.tell_asker),
}
"""By job kind. Each handler finishes its job, or raises and leaves that to the worker."""
