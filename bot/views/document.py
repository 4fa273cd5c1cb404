"""A delegated task as people see it: the line while it is worked on, the report in short, and all of it."""

from __future__ import annotations

from bot.views.parts.items import rule_id
from bot.views.parts.message import Block, Message, actions, button, context, header, message, section, sections
from bot.views.parts.moves import TASKS
from bot.views.parts.mrkdwn import escape, link, plain
from models.delegated import MOST_SECONDS, most
from models.documents import Document
from planner.reports.rows import count
from planner.words.titles import called

WHOLE = "Whole report"
_MOST_LINES, _LINE = 60, 400
_ROOM = 8_500
"""Characters of a whole report in one message; Slack refuses at about 11,000."""


def at_work(task: Document, looked: int, about: str) -> Message:
    """``looked``: how often it has looked something up; ``about``: the subject it looked at last."""
    last = f", the last about {escape(called(about), 60)}" if about else ""
    so_far = f"{looked} look-up{'' if looked == 1 else 's'} so far{last}" if looked else "Reading the facts"
    return message(
        [
            section(f"Working on it: {_what(task)}"),
            context(f"{so_far} · at most {MOST_SECONDS / 60:g} minutes and {most()}"),
        ]
    )


def over(task: Document, words: str = "") -> Message:
    """It has ended: with a report, or with the reason why there is none."""
    if words:
        return message([section(f"No report: {_what(task)}"), context(escape(words, 300))])
    return message([section(f"Done: {_what(task)}"), context("The report is the next message here")])


def report_message(task: Document) -> Message:
    """At most five lines, and the way to all of it."""
    lines = [f"• {escape(each, _LINE)}" for each in task.summary]
    whole = button(WHOLE, "ask", f"document {task.id}", reads=f"Whole report: {plain(task.title, 50)}")
    return message([header(plain(task.title, 150)), *sections(lines), context(_foot(task)), actions(whole)])


def whole_report(task: Document) -> Message:
    """Everything it says, as far as one message holds it; the rest stands in the kept document."""
    blocks: list[Block] = [header(plain(task.title, 150)), *sections([f"• {escape(s, _LINE)}" for s in task.summary])]
    room, cut = _ROOM, False
    for part in task.body:
        lines = [f"*{escape(part.heading)}*"]
        for text, url in part.lines:
            said = _line(text, url)
            room -= len(said)
            cut = cut or room < 0 or len(lines) > _MOST_LINES
            lines += [] if cut else [said]
        blocks += sections(lines) if len(lines) > 1 else []
    rest = " · longer than a message holds: an admin has all of it with pm documents show" if cut else ""
    return message([*blocks[:40], context(f"{_foot(task)}{rest}")])


def _line(text: str, url: str) -> str:
    if text.startswith("– "):
        return f"    – {link(url or None, text.removeprefix('– '), _LINE)}"
    return escape(text, 2 * _LINE)


def _foot(task: Document) -> str:
    gone = f" · {count(task.dropped, 'text')} left out that no fact carries" if task.dropped else ""
    return f"weighed by Claude, each fact written by code{gone} · {escape(str(task.cost), 20)} · id {rule_id(task.id)}"


def _what(task: Document) -> str:
    about = f" · {escape(task.about, 100)}" if task.about else ""
    return f"{TASKS[task.task]}{about}"
