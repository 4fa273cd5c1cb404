"""What went wrong with a call to Claude, by who must act: each ends as a ``NotThought`` that names the remedy.

What was asked never stands in it: the vendor's own words are repeated only where they quote nothing of the prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import anthropic
import httpx2

from integrations.claude.hearing import unreadable
from integrations.claude.wire import TooMuch
from integrations.rest import retry_after
from models.errors import NotThought, Silence
from models.thoughts import Prompt

LONGEST_WORDS = 200
"""Characters of the vendor's own explanation that are repeated."""

QUOTED = 16
"""Characters in a row that also stand in the prompt: it is quoted."""

CONNECTING = 5.0
"""Seconds a connection may take."""

FAILURES = (anthropic.AnthropicError, httpx2.HTTPError, httpx2.StreamError, ValueError, RecursionError)
"""Everything a call ends in besides an answer and its deadline; ``ValueError`` for a reply that is not JSON."""

_NO_ANSWER = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
"""The request did not get there, so nothing was charged."""

REACH = "Check that api.anthropic.com (or ANTHROPIC_BASE_URL) can be reached from here"
LATER = "It is tried again later; rules and templates decide meanwhile"
_OURS = "Update PM Agent, or report this line"

_REJECTED: Mapping[int, tuple[str, str]] = {
    400: ("will not take the request as it is", _OURS),
    401: ("does not know the key", "Set ANTHROPIC_API_KEY to a key that Claude's console shows as active"),
    402: ("is not given on credit", "Add some under Billing in Claude's console"),
    403: ("may not be used with this key", "Allow the model for the key's workspace in Claude's console"),
    404: ("knows no such model or address", "See that ANTHROPIC_BASE_URL leads to Claude, and update PM Agent"),
    413: ("finds the request too large", "Shorten directives.yaml"),
}


def timeout(patience: float) -> httpx2.Timeout:
    """For one try of two: whoever cannot be connected to is known not to have charged, before patience ends."""
    return httpx2.Timeout(patience, connect=min(CONNECTING, patience / 3))


def understood(error: Exception, prompt: Prompt) -> NotThought:
    """``error``, one of ``FAILURES``, as what it means for us."""
    if isinstance(error, anthropic.APIResponseValidationError):
        return unreadable("it is not what the description says")
    if isinstance(error, anthropic.APIStatusError):
        return _status(error, prompt)
    if isinstance(error, anthropic.APIConnectionError):
        return _connection(error)
    if isinstance(error, TooMuch):
        return unreadable(str(error))
    if isinstance(error, httpx2.HTTPError | httpx2.StreamError):
        return NotThought(Silence.CUT, "The connection to Claude broke in the middle of its answer", charged=True)
    if isinstance(error, anthropic.AnthropicError):
        return NotThought(Silence.AWAY, f"Claude could not be asked ({type(error).__name__})", charged=True)
    return unreadable("it is not JSON")


def _connection(error: anthropic.APIConnectionError) -> NotThought:
    sent = not isinstance(error.__cause__, _NO_ANSWER)
    late = isinstance(error, anthropic.APITimeoutError)
    what = "Claude gave no answer in time" if late else "Claude cannot be reached"
    return NotThought(Silence.AWAY, what, hint=REACH, charged=sent)


def _status(error: anthropic.APIStatusError, prompt: Prompt) -> NotThought:
    status = 402 if error.type == "billing_error" else error.status_code  # a bill is a bill under any status
    told = f"({_told(error, status, prompt)})"
    if 300 <= status < 400:
        return NotThought(
            Silence.REJECTED, f"Claude's address leads elsewhere {told}", hint="Correct ANTHROPIC_BASE_URL"
        )
    if 400 <= status < 500 and status not in (408, 409, 429):
        what, hint = _REJECTED.get(status, _REJECTED[400])
        return NotThought(Silence.REJECTED, f"Claude {what} {told}", hint=hint)
    what = {429: "has had too many calls from us", 529: "is overloaded"}.get(status, "has trouble")
    wait = retry_after(error.response.headers)
    return NotThought(Silence.AWAY, f"Claude {what} {told}", hint=LATER, retry_after=wait)


def _told(error: anthropic.APIStatusError, status: int, prompt: Prompt) -> str:
    """``529, overloaded_error, req_1: its words``, as far as they are known and quote nothing."""
    known = [str(status), *[str(each) for each in (error.type, error.error_code, error.request_id) if each]]
    words = error.api_message if isinstance(error.api_message, str) else ""
    words = " ".join(words.split())[:LONGEST_WORDS].rstrip(".")
    plain = re.sub(r"[^\x20-\x7e]", "?", ", ".join(known))
    return f"{plain}: {words}" if words and not _quotes(words, prompt) else plain


def _quotes(words: str, prompt: Prompt) -> bool:
    """Whether some of ``words`` stands in what was asked."""
    asked = "\n".join(_texts(prompt))
    return any(words[at : at + QUOTED] in asked for at in range(max(1, len(words) - QUOTED + 1)))


def _texts(prompt: Prompt) -> Iterator[str]:
    yield from prompt.fixed
    for turn in prompt.turns:
        yield " ".join(turn.text.split())
        yield turn.verbatim
        yield from (" ".join(result.text.split()) for result in turn.results)
        yield from (str(call.arguments) for call in turn.calls)
