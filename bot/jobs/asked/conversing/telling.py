"""What a conversation with a model has come to, kept in its job: whoever takes over answers the same, unpaid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from planner.asked.questions import (
    AskAll,
    AskBlockers,
    AskChanges,
    AskDigest,
    AskDirectives,
    AskHelp,
    AskHow,
    AskLeft,
    AskMine,
    AskReviews,
    AskStatus,
    AskUnowned,
    AskWaiting,
    AskWhy,
    AskWork,
    Question,
)
from planner.asked.requests import Request, Wish
from planner.asked.topics import AskIssue, AskSearch, AskWhich, AskWhyOf
from planner.asked.whatif import AskForecast
from planner.converse import Conversed
from planner.words.replies import PlainReply, Reply, TalkReply
from planner.words.silence import clause

ROUTED = (
    *(AskStatus, AskHow, AskChanges, AskAll, AskForecast, AskBlockers, AskReviews, AskWaiting, AskDigest, AskMine),
    *(AskUnowned, AskWork, AskLeft),
    *(AskDirectives, AskHelp, AskWhy, AskIssue, AskSearch, AskWhich, AskWhyOf, Request),
)
"""Every question a model can route to."""

_BY_NAME: Mapping[str, Any] = {kind.__name__: kind for kind in ROUTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it goes on: with another question, with a reply, or, of neither, with today's answer."""

    question: Question | None = None
    reply: Reply | None = None
    note: str = ""
    """A clause to today's answer: why no model was heard."""
    stream: str = ""
    """The ts of the message in which the work was seen; kept in the job by itself."""

    @property
    def is_no_answer(self) -> bool:
        """Whether a model has neither answered nor found the question that was meant."""
        told = isinstance(self.reply, TalkReply) and not self.reply.by
        return self.question is None and (self.reply is None or told)

    @classmethod
    def of(cls, done: Conversed, *, public: bool) -> Outcome:
        """Of what the story came to; ``public`` is where others read the answer too."""
        silent = done.silence is not None and done.reply is None
        note = clause(done.silence, public=public) if done.silence is not None and silent else ""
        return cls(question=done.question, reply=done.reply, note=note)


def noted(reply: Reply, note: str) -> Reply:
    """Today's answer with the reason why it is no better one; only words are added to, lists stay lists.

    What leads to the buttons stays right before them.
    """
    if not note or not isinstance(reply, PlainReply):
        return reply
    said, _, lead = reply.text.rpartition(". ") if reply.text.endswith(":") else (reply.text.rstrip("."), "", "")
    return replace(reply, text=" ".join(filter(None, (f"{said}." if said else "", f"{note}.", lead))))


def kept(outcome: Outcome) -> Mapping[str, Any]:
    """As JSON."""
    data: dict[str, Any] = {"note": outcome.note}
    if outcome.question is not None:
        data |= {"is": type(outcome.question).__name__, "with": _plain(outcome.question)}
    if isinstance(outcome.reply, PlainReply):
        data["words"] = outcome.reply.text
    if isinstance(outcome.reply, TalkReply):
        read_at = {source: at.isoformat() for source, at in outcome.reply.read_at.items()}
        data["reply"] = _plain(outcome.reply) | {"read_at": read_at}
    return data


def restored(data: Mapping[str, Any]) -> Outcome:
    """What ``kept`` wrote."""
    reply, kind = data.get("reply"), _BY_NAME.get(str(data.get("is")))
    words = PlainReply(text=str(data["words"])) if "words" in data else None
    return Outcome(
        question=_question(kind, data["with"]) if kind is not None else None,
        reply=_reply(reply) if reply is not None else words,
        note=str(data.get("note", "")),
    )


def _plain(value: Any) -> dict[str, Any]:
    """Its fields that JSON can hold; of a request what is found out anew each time stays out."""
    held = {each.name: getattr(value, each.name) for each in fields(value)}
    return {name: each for name, each in held.items() if isinstance(each, str | bool | tuple) or each is None}


def _question(kind: Any, given: Mapping[str, Any]) -> Question:
    held: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in given.items()}
    if kind is Request:
        held["wish"] = Wish(held["wish"])
    question: Question = kind(**held)
    return question


def _reply(given: Mapping[str, Any]) -> TalkReply:
    held: dict[str, Any] = {name: tuple(map(str, given[name])) for name in ("passages", "inference", "facts")}
    held |= {name: tuple((str(a), str(b)) for a, b in given[name]) for name in ("sources", "choices")}
    held["read_at"] = {source: datetime.fromisoformat(at) for source, at in given["read_at"].items()}
    return TalkReply(**held, unknown=given["unknown"], by=given["by"])
