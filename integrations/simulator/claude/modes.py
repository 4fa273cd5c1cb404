"""What can go wrong with the simulated Claude: by name, a number of times, for tests and for the page's buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from integrations.simulator.claude.brains.port import Said
from integrations.simulator.claude.checks import Wrong

REFUSALS: Mapping[str, tuple[int, str, str]] = {
    "bad_request": (400, "invalid_request_error", "This request cannot be taken."),
    "bad_key": (401, "authentication_error", "The key is not valid."),
    "no_credit": (402, "billing_error", "There is no credit left."),
    "unpaid": (403, "billing_error", "The bill is not paid."),
    "forbidden": (403, "permission_error", "This key may not use that."),
    "not_found": (404, "not_found_error", "There is no such thing."),
    "too_large": (413, "request_too_large", "The request is too large."),
    "rate_limit": (429, "rate_limit_error", "There were too many requests."),
    "broken": (500, "api_error", "Something broke."),
    "overloaded": (529, "overloaded_error", "Too many people ask at once."),
}
"""Answered with a status: (status, the vendor's name for it, its words)."""

ANSWERS = (
    *("refusal", "truncation", "empty", "wrong_model", "strange_stop", "pause", "window"),
    *("no_usage", "no_counts", "absurd_usage", "absurd_length", "odd_letters"),
)
"""Answered with a message that cannot be used as it is."""

WIRE = ("silent", "cut", "garbage", "html", "page", "list", "huge", "packed", "overloaded_midway", "elsewhere")
"""What goes over the wire is no message: nothing at all, half of one, not JSON, a proxy's 502, its page with 200, a
list, a megabyte, a packed page that was not asked for, an error in the middle of a stream, a redirect."""

NAMES = (*REFUSALS, *ANSWERS, *WIRE)


@dataclass(slots=True, kw_only=True)
class Mode:
    """One trouble that is due."""

    name: str
    times: int = 1
    retry_after: float | None = None
    model: str = ""
    """Only for this one; empty for any."""
    words: str = ""
    """What a refusal says; empty for the usual."""


@dataclass
class Modes:
    """Those that are due, oldest first."""

    due: list[Mode] = field(default_factory=list)

    def add(self, name: str, times: int = 1, *, retry_after: float | None = None, model: str = "") -> Mode:
        """Plan one. Raises ``KeyError`` for a name that is not in ``NAMES``."""
        if name not in NAMES:
            raise KeyError(name)
        mode = Mode(name=name, times=times, retry_after=retry_after, model=model)
        self.due.append(mode)
        return mode

    def clear(self) -> None:
        """Everything works again."""
        self.due.clear()

    def take(self, model: str) -> Mode | None:
        """The one due for this call, which it uses up."""
        found = next((mode for mode in self.due if mode.times > 0 and mode.model in ("", model)), None)
        if found is not None:
            found.times -= 1
        return found


def refused(mode: Mode | None) -> Wrong | None:
    """The refusal ``mode`` stands for, if it is one."""
    if mode is None or mode.name not in REFUSALS:
        return None
    status, kind, words = REFUSALS[mode.name]
    return Wrong(mode.words or words, status, kind)


def spoilt(said: Said, mode: Mode | None) -> Said:
    """What is said when ``mode`` is due."""
    name = mode.name if mode is not None else ""
    if name == "refusal":
        return Said("", stop="refusal", thinking=0)
    if name == "truncation":
        return replace(said, text=said.text[: len(said.text) // 2], calls=(), stop="max_tokens")
    if name == "empty":
        return Said("", stop="end_turn", thinking=0)
    stops = {"strange_stop": "tea_break", "pause": "pause_turn", "window": "model_context_window_exceeded"}
    return replace(said, stop=stops[name]) if name in stops else said


def marred(message: Mapping[str, Any], mode: Mode | None) -> dict[str, Any]:
    """The message that is sent when ``mode`` is due: of another model, or with usage nobody can believe."""
    used = message["usage"]
    wrong: Mapping[str, Mapping[str, Any]] = {
        "wrong_model": {"model": "claude-unknown-9"},
        "no_counts": {"usage": {**used, "input_tokens": None, "output_tokens": "12"}},
        "absurd_usage": {"usage": {**used, "input_tokens": 10**15}},
        "absurd_length": {"usage": {**used, "output_tokens": 10**20}},
        "odd_letters": {"model": "claude\0\ud800\x1b[2J", "content": [{"type": "text", "text": "It\0 waits\ud83d."}]},
    }
    name = mode.name if mode is not None else ""
    sent = {**message, **wrong.get(name, {})}
    return {field: value for field, value in sent.items() if (name, field) != ("no_usage", "usage")}
