"""The ``.mcp.json`` format: which servers there are and how to reach them, with variables that must all be known."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import OperatorError

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_LARGEST = 4 * 1024 * 1024
"""Bytes of a configuration that are read: ``~/.claude.json`` keeps histories and can be large."""

HTTP_KINDS = frozenset({"http", "streamable-http", "streamable_http"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One server of a configuration, expanded. ``env`` and ``headers`` hold secrets: never show their values."""

    name: str
    kind: str
    """``stdio`` or ``http``."""
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path()
    """Where a command is started: the folder of the configuration."""
    problem: str = ""
    """Why it cannot be used, in one line; empty when it can."""

    def secrets(self) -> tuple[str, ...]:
        """Values that must not be shown, also not in the middle of what the server itself says."""
        return tuple(value for value in (*self.env.values(), *self.headers.values()) if len(value) >= 6)


def read(path: Path, variables: Mapping[str, str], only: Collection[str] = ()) -> list[Entry]:
    """The servers of a ``.mcp.json``; with ``only``, those names alone. Raises ``OperatorError``.

    An entry that cannot be used comes back with its ``problem``: one wrong entry must not take the others down.
    """
    servers = servers_in(document(path), path)
    missing = sorted(set(only) - set(servers))
    if missing:
        raise OperatorError(f"{path} has no server {missing[0]}", hint=f"It has: {', '.join(servers) or 'none'}")
    return [entry_of(name, raw, variables, path.parent) for name, raw in servers.items() if not only or name in only]


def document(path: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises ``OperatorError`` in one line."""
    try:
        if path.stat().st_size > _LARGEST:
            raise OperatorError(f"{path} is larger than {_LARGEST // 1024 // 1024} MB", hint="Name a .mcp.json file")
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise OperatorError(f"{path} cannot be read ({error.strerror})", hint="Check MCP_CONFIG") from None
    except (ValueError, RecursionError) as error:
        raise OperatorError(f"{path} is not JSON ({error})", hint="Correct the file") from None
    if not isinstance(found, dict):
        raise OperatorError(f"{path} is not a JSON object", hint='Write {"mcpServers": {...}}')
    return found


def servers_in(found: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """What stands under ``mcpServers``. Raises ``OperatorError`` when it is not an object."""
    servers = found.get("mcpServers", {})
    if not isinstance(servers, dict):
        raise OperatorError(f"{path}: mcpServers is not an object", hint='Write {"mcpServers": {"name": {...}}}')
    return servers


def entry_of(name: str, raw: Any, variables: Mapping[str, str], folder: Path) -> Entry:
    """One entry with its variables put in; what is wrong with it becomes its ``problem``."""
    if not _NAME.fullmatch(name):
        return Entry(name=name[:64], kind="stdio", problem="its name may hold letters, digits, dot, dash, underscore")
    problem = _misshapen(raw)
    if problem:
        return Entry(name=name, kind="stdio", problem=problem)
    unknown: set[str] = set()

    def put_in(text: str) -> str:
        return _VARIABLE.sub(lambda found: _value(found, variables, unknown), text)

    entry = Entry(
        name=name,
        kind="http" if raw.get("type") in HTTP_KINDS or ("url" in raw and "command" not in raw) else "stdio",
        command=put_in(raw.get("command", "")),
        args=tuple(put_in(each) for each in raw.get("args", [])),
        env={key: put_in(value) for key, value in raw.get("env", {}).items()},
        url=put_in(raw.get("url", "")),
        headers={key: put_in(value) for key, value in raw.get("headers", {}).items()},
        folder=folder,
    )
    return _judged(entry, unknown)


def unresolved(raw: Any, variables: Mapping[str, str]) -> list[str]:
    """The names of variables an entry uses that have neither a value nor a default."""
    found = _VARIABLE.finditer(json.dumps(raw))
    return sorted({each[1] for each in found if each[2] is None and not variables.get(each[1])})


def _value(found: re.Match[str], variables: Mapping[str, str], unknown: set[str]) -> str:
    value = variables.get(found[1]) or found[2]
    if value is None:
        unknown.add(found[1])
    return value or ""


def _judged(entry: Entry, unknown: Collection[str]) -> Entry:
    problem = ""
    if unknown:
        names = ", ".join(sorted(unknown))
        problem = f"{names} is not set: set it, or write a default as ${{{sorted(unknown)[0]}:-value}}"
    elif entry.kind == "http" and not re.match(r"https?://[^\s/]", entry.url):
        problem = "its url is not an http(s) address"
    elif entry.kind == "stdio" and not entry.command:
        problem = "it has neither a command nor a url"
    return Entry(**{**{name: getattr(entry, name) for name in Entry.__slots__}, "problem": problem})


def _misshapen(raw: Any) -> str:
    if not isinstance(raw, dict):
        return "its entry is not an object"
    if raw.get("type") == "sse":
        return 'type "sse" is the old transport: use the server\'s streamable address with type "http"'
    if raw.get("type", "stdio") not in {"stdio", *HTTP_KINDS}:
        return f"its type {str(raw['type'])[:20]!r} is not stdio or http"
    for name, kind in (("command", str), ("url", str), ("args", list), ("env", dict), ("headers", dict)):
        if name in raw and not isinstance(raw[name], kind):
            return f"its {name} is not a {kind.__name__}"
    texts = [*raw.get("args", []), *raw.get("env", {}).values(), *raw.get("headers", {}).values()]
    return "" if all(isinstance(each, str) for each in texts) else "args, env and headers must hold text only"
