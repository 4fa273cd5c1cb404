"""What a run came to, for every way the program ends: an answer that may be used, or whose move it is.

Its exit code alone says little: an answer without its shape ends with 0, and a refused key calls itself a success.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integrations.claude_code.errand import Errand, Ran
from integrations.claude_code.process import MOST_OUTPUT, Ended
from integrations.metering import usage_of
from models.errors import NotThought, Silence
from models.money import Money
from models.thoughts import Usage

INSTALL = "npm install -g @anthropic-ai/claude-code@2.1.330 with Node 22, then CLAUDE_CODE_BIN: docs/claude-code.md"
AGAIN = "Ask again later"
KEY = "Set ANTHROPIC_API_KEY to a key that Claude's console shows as active, with credit"
SHORTER = "Ask about less at once"
BROKEN = "Look at pm test-connections, the line claude code"

_WORDS = 200
"""Characters of the program's own complaint that are repeated: it quotes nothing of what was asked."""


PLAUSIBLE = 10
"""How many times the sum where it stops by itself may be told as the cost; what is more is no count."""

MOST_TOKENS = 100_000_000
"""More of one kind than a run of some minutes can have used."""


def ran(ended: Ended, errand: Errand, *, served: bool, seconds: float) -> Ran:
    """How it went; raises nothing, whatever is told. ``served``: whether our server of facts was ready in this run."""
    try:
        told = _result(ended)
        if told is None:
            return Ran(trouble=_speechless(ended, errand), seconds=seconds)
        return _told(told, ended, errand, served=served, seconds=seconds)
    except RecursionError:  # nothing we ask for is as deep as that
        return Ran(trouble=_unreadable(), seconds=seconds)


def _told(told: Mapping[str, Any], ended: Ended, errand: Errand, *, served: bool, seconds: float) -> Ran:
    trouble = _trouble(told, ended, errand, served)
    whole = trouble is None or not trouble.charged  # else what was under way is in nobody's count
    return Ran(
        answer=None if trouble else _storable(told["structured_output"]),
        trouble=trouble,
        cost=_cost(told.get("total_cost_usd"), errand.most) if whole else None,
        usage=_usage(told.get("usage")),
        model=_model(told.get("modelUsage")) or errand.model,
        session=_name(told.get("session_id")),
        seconds=seconds,
        turns=_count(told.get("num_turns")),
    )


def _result(ended: Ended) -> Mapping[str, Any] | None:
    """What it reports of itself; ``None`` when it did not live to, or it is none."""
    if ended.late or ended.too_long:
        return None
    try:
        told = json.loads(ended.out)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and told.get("type") == "result" else None


def _speechless(ended: Ended, errand: Errand) -> NotThought:
    if ended.late:
        said = f"It was not done within {errand.patience / 60:.3g} minutes and was ended"
        return NotThought(Silence.AWAY, said, hint=SHORTER, charged=True)
    if ended.too_long:
        said = f"It said more than {MOST_OUTPUT // 2**20} MB and was ended"
        return NotThought(Silence.GARBAGE, said, hint=BROKEN, charged=True)
    if ended.out.strip():
        return _unreadable()
    if ended.code == 1:  # a flag or a schema it does not take: it says so and has asked nobody
        return NotThought(Silence.REJECTED, f"It would not start: {complaint(ended)}", hint=INSTALL)
    return _from_outside(ended)


def _unreadable() -> NotThought:
    return NotThought(Silence.GARBAGE, "Its report of the run cannot be read", hint=INSTALL, charged=True)


def complaint(ended: Ended) -> str:
    """What it says on its standard error, on one line, in short."""
    said = "".join(sign if sign.isprintable() else " " for sign in ended.err.decode("utf-8", "replace"))
    return " ".join(said.split())[:_WORDS] or "it gives no reason"


def _from_outside(ended: Ended) -> NotThought:
    """With a question open it reports an error and no cost of it, with none it reports nothing."""
    return NotThought(Silence.CUT, f"It was ended from outside (exit code {ended.code})", hint=AGAIN, charged=True)


def _trouble(told: Mapping[str, Any], ended: Ended, errand: Errand, served: bool) -> NotThought | None:
    """Why its answer is not used, the plainest reason first; ``None`` when it is."""
    if _text(told.get("terminal_reason")).startswith("aborted"):
        return _from_outside(ended)
    if told.get("stop_reason") == "refusal":  # which it calls an error of the API
        return NotThought(Silence.REFUSED, "Claude declined to answer")
    if told.get("is_error") or ended.code != 0:
        return _failed(told, errand)
    if not served:
        said = "The facts could not be read: our server of them did not start"
        return NotThought(Silence.REJECTED, said, hint=BROKEN)
    if denied := sorted(set(_denied(told))):
        said = f"It tried to use what it may not ({', '.join(denied)[:_WORDS]}), so its answer is not used"
        return NotThought(Silence.GARBAGE, said)
    if not fits(told.get("structured_output"), errand.schema):
        return NotThought(Silence.GARBAGE, "It gave no answer in the shape asked for", hint=AGAIN)
    return None


def _failed(told: Mapping[str, Any], errand: Errand) -> NotThought:
    subtype = _name(told.get("subtype"))
    if subtype == "error_max_turns":
        return NotThought(Silence.CUT, f"It was not done within {errand.turns} steps", hint=SHORTER)
    if subtype == "error_max_budget_usd":
        return NotThought(Silence.CUT, f"It was not done for {errand.most}", hint=SHORTER)
    status = told.get("api_error_status")
    if isinstance(status, int) and status in _REJECTED:
        return NotThought(Silence.REJECTED, f"Claude refused the call ({status})", hint=_REJECTED[status])
    if told.get("terminal_reason") == "api_error" or subtype == "success":
        return _unreached(_text(told.get("result")), status if isinstance(status, int) else None)
    return NotThought(Silence.GARBAGE, f"It broke off: {subtype[:40] or 'no reason given'}", hint=AGAIN)


def _unreached(words: str, status: int | None) -> NotThought:
    """What broke off once it had begun may have been charged, and is in nobody's count; what was refused was not."""
    if NO_KEY in words:
        return NotThought(Silence.REJECTED, "It has no key to ask Claude with", hint=KEY)
    if TOO_LONG in words:
        return NotThought(Silence.CUT, "Its answer was longer than it may be", hint=SHORTER)
    refused = status == 429 or (status is not None and f"API Error: {status}" in words)
    free = refused or any(f"({code})" in words for code in _NEVER_SENT)
    which = f" ({status})" if status is not None else ""
    said = f"Claude could not be reached or was overloaded{which}"
    return NotThought(Silence.AWAY, said, hint=AGAIN, charged=not free)


NO_KEY = "Not logged in"
"""What it says when it was given no key."""

TOO_LONG = "output token maximum"
"""Stands in what it says of an answer that was cut off at our bound, again and again."""

_NEVER_SENT = ("ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH")
"""What it says of a question that did not get as far as Claude."""

_REJECTED: Mapping[int, str] = {
    400: "Update Claude Code, or report this line",
    401: KEY,
    402: KEY,
    403: "Allow the model for the key's workspace in Claude's console",
    404: "See that ANTHROPIC_BASE_URL leads to Claude",
    413: SHORTER,
}


def _denied(told: Mapping[str, Any]) -> Iterator[str]:
    """What it was refused: names of tools, and nothing of what it wanted with them. What cannot be read is one."""
    given = told.get("permission_denials")
    for each in given if isinstance(given, list) else () if given is None else ("?",):
        yield (_name(each.get("tool_name")) if isinstance(each, Mapping) else "") or "?"


# --- what it counts of itself -----------------------------------------------------------------------------------


def _cost(value: Any, most: Money) -> Money | None:
    """``None`` for what is no amount, or more than could be: then the worst case counts."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= PLAUSIBLE * most.dollars:
        return None
    return Money.usd(repr(float(value)))


def _usage(value: Any) -> Usage:
    used = usage_of(value) if isinstance(value, Mapping) else Usage()
    return used if max(used.read, used.written, used.cached, used.kept, used.kept_long) <= MOST_TOKENS else Usage()


def _model(value: Any) -> str:
    return _name(next(iter(value), "")) if isinstance(value, Mapping) else ""


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _name(value: Any) -> str:
    """A plain name of something, that may stand in any row and any line; empty for anything else."""
    return value if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_.:-]{1,60}", value) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _storable(value: Any) -> Any:
    """The answer without signs that no database takes; each of them is a question mark."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "?")
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(each) for name, each in value.items()}
    return value


# --- the shape of an answer -------------------------------------------------------------------------------------

_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


def fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether ``value`` has the shape; of JSON schema what ours use: types, enums, properties, items."""
    if "enum" in schema and value not in schema["enum"]:
        return False
    kind = str(schema.get("type", ""))
    if kind in _KINDS and (not isinstance(value, _KINDS[kind]) or (kind != "boolean" and isinstance(value, bool))):
        return False
    if isinstance(value, dict):
        return _object_fits(value, schema)
    return all(fits(each, schema.get("items", {})) for each in value) if isinstance(value, list) else True


def _object_fits(value: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    known: Mapping[str, Any] = schema.get("properties", {})
    needed: Sequence[str] = schema.get("required", ())
    strange = schema.get("additionalProperties") is False and value.keys() - known.keys()
    if strange or any(name not in value for name in needed):
        return False
    return all(fits(each, known.get(name, {})) for name, each in value.items())
