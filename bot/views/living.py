"""What has come of the lines of a message that was sent: over since when, or put off until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.views.parts.items import item_labels, rule_id
from bot.views.parts.message import Message, message, section
from bot.views.parts.moments import dated, moment
from bot.views.parts.mrkdwn import escape, linked
from models.actions import Escalate, Item, RemindPerson
from models.hushes import End, Hush
from models.ids import SignalId
from models.standing import Living, Over
from planner.matters.quiet import awaited_words
from planner.words.titles import called

NOTHING_TO_DO = "Nothing to do."


def settled_lines(living: Living, hushes: Sequence[Hush], zone: str) -> Mapping[SignalId, str]:
    """The mrkdwn line that stands for each matter that is over or hushed by its reader, by signal."""
    items = living.action.items if isinstance(living.action, RemindPerson) else (living.action.item,)
    lines = ((item.signal, _line(item, living, hushes, zone)) for item in items)
    return {signal: line for signal, line in lines if line}


def _line(item: Item, living: Living, hushes: Sequence[Hush], zone: str) -> str:
    over = living.standing.over.get(item.signal)
    if over is not None:
        return over_line(item, over, living, zone)
    hush = next((each for each in reversed(hushes) if item.subject == each.subject or item.rule == each.rule), None)
    return _agreed(item, hush, living, zone) if hush is not None else ""


def over_line(item: Item, over: Over, living: Living, zone: str) -> str:
    """``PAY-7 is not blocked any more (11:02)``; the weekday with it when that was another day than the message's."""
    words = linked(over.words, item_labels(item.subject)[:-1] or [item.subject], item.url)
    return f"{words.partition(' · ')[0]} ({moment(over.at, zone, living.at)})"


def _agreed(item: Item, hush: Hush, living: Living, zone: str) -> str:
    """``PAY-7: put off until Wed 10:00.``"""
    back = f"`/pm unmute {_plain(hush.subject.rpartition('/')[2] or hush.rule)}` takes it back."
    if hush.rule and hush.until is not None:
        return f"Rule {rule_id(hush.rule)} is put off until {dated(hush.until, zone, living.at)}. {back}"
    if hush.rule:
        return f"Rule {rule_id(hush.rule)} is muted for you; what is critical still reaches you. {back}"
    subject = linked(called(item.subject), [called(item.subject)], item.url)
    if hush.said is not None:
        return f"{subject}: {said_line(hush, zone, living.at)} {back}"
    if hush.until is not None:
        return f"{subject} is put off until {dated(hush.until, zone, living.at)}. {back}"
    if hush.sight is not None:
        return f"{subject} is put off until {escape(awaited_words(hush.subject, hush.sight), 80)}. {back}"
    return f"{subject} is muted for you. {back}"


def said_line(hush: Hush, zone: str, seen: datetime) -> str:
    """``you said at 10:02 that it is not blocked any more. Asked Dana to approve: PAY-7 → In Progress.``"""
    said = hush.said
    if said is None:
        return ""
    words = escape(said.words, 300)
    if said.end is End.WAITING:
        until = dated(hush.until, zone, seen) if hush.until else "it changes"
        return f"waiting on purpose until {until}{f': “{words}”' if words else ''}."
    again = f" You hear again {dated(hush.until, zone, seen)} if it still needs you." if hush.until else ""
    first = _SAID[said.end].format(at=moment(hush.at, zone, seen))
    return f"{first}{f' {words}' if words else ''}{again}"


_SAID: Mapping[End, str] = {
    End.BLOCKED: "still blocked, you said {at}.",
    End.OVER: "not blocked any more, you said {at}.",
    End.WRONG: "not yours, you said {at}.",
    End.TAKE: "you take it, said {at}.",
    End.TODAY: "you do it, said {at}.",
    End.ON_IT: "you are on it, said {at}.",
    End.CLOSE: "to be closed, you said {at}.",
}


def _plain(word: str) -> str:
    return "".join(c for c in word if c.isalnum() or c in "-_.#:")[:60]


def all_settled(lines: Iterable[str], *, nothing: bool) -> Message:
    """The whole message, once nothing in it is open: one line for each matter, on one when it is one."""
    told = list(dict.fromkeys(lines))
    return message([section("\n".join([*told[:-1], f"{told[-1]}. {NOTHING_TO_DO}" if nothing else told[-1]]))])


def as_it_stands(living: Living, action: Escalate) -> Escalate:
    """The post with the facts of now."""
    standing = living.standing
    if not standing.facts:
        return action
    return replace(action, item=replace(action.item, text=standing.headline), facts=standing.facts)
