"""A tool's result as plain data: whatever form a server chose, within a size, never an error taken for an answer."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from integrations.mcp.failures import Failure, Reason, failure_of

CAP = 256 * 1024
"""Characters of a result that are read; more is refused whole, because half an answer is a wrong one."""

_HEADER = re.compile(r"[A-Za-z][A-Za-z ]{0,40}(,[A-Za-z][A-Za-z ]{0,40}){2,40}")
_PAGE = re.compile(r"\s*<(!doctype|html|head|body)\b", re.I)


def decoded(server: str, result: Any, cap: int = CAP) -> Any:
    """The data of a ``CallToolResult``. Raises ``Failure``.

    Structured content is preferred: servers of the newer protocol send one text block for each item of a list.
    mcp-atlassian puts its JSON into ``{"result": "<JSON>"}``, so that a string is decoded once more.
    """
    text = _text(server, result, cap)
    if result.is_error:
        raise failure_of(server, text)
    structured = result.structured_content
    if structured is None:
        return _sound(server, _read(server, text))
    if len(json.dumps(structured)) > cap:
        raise _too_large(server, cap)
    inner = structured.get("result", structured) if isinstance(structured, dict) else structured
    return _sound(server, _read(server, inner) if isinstance(inner, str) else inner)


def _text(server: str, result: Any, cap: int) -> str:
    parts = [part for block in result.content if isinstance(part := getattr(block, "text", None), str)]
    if sum(map(len, parts)) > cap:
        raise _too_large(server, cap)
    return "\n".join(parts)


def _too_large(server: str, cap: int) -> Failure:
    return Failure(f"{server}: the answer is larger than {cap // 1024} KB", Reason.TOO_LARGE)


def _read(server: str, text: str) -> Any:
    """Text as JSON, else as CSV with a header, else an error."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if _PAGE.match(text):
        raise Failure(f"{server}: a web page came instead of an answer", Reason.UNREADABLE)
    head = text.lstrip("\ufeff").partition("\n")[0].strip()
    if _HEADER.fullmatch(head):
        return _table(server, text.lstrip("\ufeff"))
    # Some servers report what went wrong as plain words in a result that says it is none.
    told = failure_of(server, text)
    raise (
        told
        if told.reason is not Reason.UPSTREAM
        else Failure(f"{server}: the answer is neither JSON nor a table", Reason.UNREADABLE)
    )


def _table(server: str, text: str) -> list[dict[Any, Any]]:
    try:
        return list(csv.DictReader(io.StringIO(text)))
    except csv.Error as error:  # a cell of more than 128 KB
        raise Failure(f"{server}: the table cannot be read ({error})", Reason.UNREADABLE) from None


def _sound(server: str, value: Any) -> Any:
    """``value`` unless it is an error in an answer's clothes."""
    if isinstance(value, dict):
        error = value.get("error")
        if value.get("ok") is False or value.get("success") is False or isinstance(error, str) and error:
            raise failure_of(server, _words(error) or _words(value.get("message")))
        listed = value.get("errorMessages")
        if isinstance(listed, list) and listed:
            raise failure_of(server, "; ".join(map(_words, listed)))
    return value


def _words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value) if value else ""
