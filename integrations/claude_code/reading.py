"""What a run came to, for every way the program ends: an answer that may be used, or whose move it is.

Its exit code alone says little: an answer without its shape ends with 0, and a refused key calls itself a success.
"""

from __future__ import annotations

import json
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


def ran(ended: Ended, errand: Errand, *, served: bool, seconds: float) -> Ran:
    """How it went. ``served``: whether our own server of facts was ready in this run."""
    told = _result(ended)
    if told is None:
        return Ran(trouble=_speechless(ended, errand), seconds=seconds)
    trouble = _trouble(told, ended, errand, served)
    whole = trouble is None or not trouble.charged  # else what was under way is in nobody's count
    return Ran(
        answer=None if trouble else told["structured_output"],
        trouble=trouble,
        cost=_cost(told.get("total_cost_usd")) if whole else None,
        usage=usage_of(told["usage"]) if isinstance(told.get("usage"), Mapping) else Usage(),
        model=next(iter(told.get("modelUsage") or ()), errand.model),
        session=str(told.get("session_id") or ""),
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
        return NotThought(Silence.GARBAGE, "Its report of the run cannot be read", hint=INSTALL, charged=True)
    if ended.code == 1:  # a flag or a schema it does not take: it says so and has asked nobody
        complaint = " ".join(ended.err.decode("utf-8", "replace").split())[:_WORDS] or "it gives no reason"
        return NotThought(Silence.REJECTED, f"It would not start: {complaint}", hint=INSTALL)
    return _from_outside(ended)


def _from_outside(ended: Ended) -> NotThought:
    """With a question open it reports an error and no cost of it, with none it reports nothing."""
    return NotThought(Silence.CUT, f"It was ended from outside (exit code {ended.code})", hint=AGAIN, charged=True)


def _trouble(told: Mapping[str, Any], ended: Ended, errand: Errand, served: bool) -> NotThought | None:
    """Why its answer is not used, the plainest reason first; ``None`` when it is."""
    if str(told.get("terminal_reason")).startswith("aborted"):
        return _from_outside(ended)
    if told.get("is_error") or ended.code != 0:
        return _failed(told, errand)
    if told.get("stop_reason") == "refusal":
        return NotThought(Silence.REFUSED, "Claude declined to answer")
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
    subtype = str(told.get("subtype") or "")
    if subtype == "error_max_turns":
        return NotThought(Silence.CUT, f"It was not done within {errand.turns} steps", hint=SHORTER)
    if subtype == "error_max_budget_usd":
        return NotThought(Silence.CUT, f"It was not done for {errand.most}", hint=SHORTER)
    status = told.get("api_error_status")
    if isinstance(status, int) and status in _REJECTED:
        return NotThought(Silence.REJECTED, f"Claude refused the call ({status})", hint=_REJECTED[status])
    if told.get("terminal_reason") == "api_error" or subtype == "success":
        which = f" ({status})" if isinstance(status, int) else ""
        return NotThought(Silence.AWAY, f"Claude could not be reached or was overloaded{which}", hint=AGAIN)
    return NotThought(Silence.GARBAGE, f"It broke off: {subtype[:40] or 'no reason given'}", hint=AGAIN)


_REJECTED: Mapping[int, str] = {
    400: "Update Claude Code, or report this line",
    401: KEY,
    402: KEY,
    403: "Allow the model for the key's workspace in Claude's console",
    404: "See that ANTHROPIC_BASE_URL leads to Claude",
    413: SHORTER,
}


def _denied(told: Mapping[str, Any]) -> Iterator[str]:
    """What it was refused: names of tools, and nothing of what it wanted with them."""
    for each in told.get("permission_denials") or ():
        yield str(each.get("tool_name", "?"))[:60] if isinstance(each, Mapping) else "?"


def _cost(value: Any) -> Money | None:
    is_amount = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1_000
    return Money.usd(repr(float(value))) if is_amount else None


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


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
