"""What may be shown or sent on of a configuration: names and shapes, never a value that could be a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from integrations.mcp.config import Entry

HIDDEN = "***"
_NAMED = re.compile(r"token|secret|passw|api[-_]?key|auth|cookie|credential|bearer|session", re.I)
_SHAPED = re.compile(
    r"(xox[a-z]-[\w-]+|gh[a-z]_\w+|sk-[\w-]+|ATATT[\w=+/-]+|AKIA\w{12,}|eyJ[\w-]+\.[\w.-]+|glpat-[\w-]+|"
    r"(?:Bearer|Basic) +[\w.=+/-]{6,})"
)
_LONG = re.compile(r"[A-Za-z0-9_\-+=]{24,}")


def shown(entry: Entry) -> dict[str, Any]:
    """An entry without its secrets: no value of env or headers at all, an address without user, query and fragment."""
    found: dict[str, Any] = {"name": entry.name, "type": entry.kind}
    if entry.kind == "http":
        return found | {"url": address(entry.url), "headers": dict.fromkeys(sorted(entry.headers), HIDDEN)}
    args = arguments(entry.args)
    known = entry.secrets()
    return found | {
        "command": clean(entry.command, known),
        "args": [clean(each, known) for each in args],
        "env": dict.fromkeys(sorted(entry.env), HIDDEN),
    }


def arguments(args: tuple[str, ...]) -> list[str]:
    """Arguments with the value after a telling option hidden: ``--token x``, ``--token=x``, ``TOKEN=x``."""
    told: list[str] = []
    hide = False
    for each in args:
        name, equals, _ = each.partition("=")
        if hide and not each.startswith("-"):
            told.append(HIDDEN)
        elif equals and _NAMED.search(name):
            told.append(f"{name}={HIDDEN}")
        else:
            told.append(each)
        hide = each.startswith("-") and not equals and bool(_NAMED.search(each))
    return told


def address(url: str) -> str:
    """Scheme, host and path; what a path holds that looks like a key is hidden."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if _port(parts.netloc) else ""
    return f"{parts.scheme}://{host}{port}{_LONG.sub(HIDDEN, parts.path)}" if host else ""


def clean(text: str, secrets: tuple[str, ...] = ()) -> str:
    """``text`` without known secrets, and without what is shaped like one."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return _SHAPED.sub(HIDDEN, text)


def scrubbed(value: Any, secrets: tuple[str, ...]) -> Any:
    """The same through a whole report: a last look over everything that leaves."""
    if isinstance(value, str):
        return clean(value, secrets)
    if isinstance(value, Mapping):
        return {clean(str(key), secrets): scrubbed(each, secrets) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [scrubbed(each, secrets) for each in value]
    return value


def _port(netloc: str) -> bool:
    return re.search(r":\d{1,5}$", netloc) is not None
