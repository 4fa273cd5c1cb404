"""What a server can do for us: the bindings its tools fit, what is missing, and whether they are still the same."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from integrations.mcp.bindings import BINDINGS, Binding
from integrations.mcp.operations import Operation
from integrations.mcp.session import ToolInfo
from integrations.payloads import inside, rows

_WRITES = re.compile(
    r"(?:^|[_.-])(add|create|update|edit|delete|remove|send|post|put|patch|transition|assign|move|schedule|"
    r"invite|join|leave|mark|upload|archive|merge|set|link|write|reply|batch_create|clone)(?:[_.-]|$)",
    re.I,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Offer:
    """What one server can do for us."""

    bindings: Mapping[Operation, Binding] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    """Tools of a known name that do not take what we send, one line each."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The known servers it looks like."""
        return tuple(dict.fromkeys(binding.kind for binding in self.bindings.values()))


def offer_of(tools: Sequence[ToolInfo], refused: frozenset[str] = frozenset()) -> Offer:
    """Which questions these tools can answer; ``refused`` names tools that must not be used."""
    known = {tool.name: tool for tool in tools}
    found: dict[Operation, Binding] = {}
    problems: list[str] = []
    for binding in BINDINGS:
        tool = known.get(binding.tool)
        if tool is None:
            continue
        problem = f"{tool.name} has changed since it was accepted" if tool.name in refused else _misfit(binding, tool)
        if problem:
            problems.append(problem)
        else:
            found.setdefault(binding.operation, binding)
    return Offer(found, tuple(problems))


def _misfit(binding: Binding, tool: ToolInfo) -> str:
    """Why a tool of the right name cannot be called, or nothing."""
    takes = inside(dict(tool.schema), "properties")
    needs = {each for each in rows(inside(dict(tool.schema), "required")) if isinstance(each, str)}
    absent = sorted(binding.sends - set(takes if isinstance(takes, dict) else ()))
    if absent:
        return f"{tool.name} takes no {', '.join(absent)}"
    unknown = sorted(needs - binding.sends)
    return f"{tool.name} asks for {', '.join(unknown)}, which we do not know" if unknown else ""


def hash_of(tool: ToolInfo) -> str:
    """32 hex characters that change when its name, description or schema does."""
    shape = [tool.name, tool.description, _steady(dict(tool.schema))]
    return hashlib.sha256(json.dumps(shape, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _steady(value: Any) -> Any:
    """A schema without what changes by itself: mcp-atlassian lists its default fields in another order each time."""
    if isinstance(value, dict):
        return {key: _steady(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_steady(each) for each in value]
    if isinstance(value, str) and value.count(",") > 1 and " " not in value:
        return ",".join(sorted(value.split(",")))
    return value


def may_write(tool: ToolInfo) -> bool:
    """Whether a tool looks as if it could change something: by its name, unless its server says that it only reads."""
    parts = _CAMEL.sub("_", tool.name)
    return bool(_WRITES.search(parts)) and tool.read_only is not True


def changes(pinned: Mapping[str, str], tools: Sequence[ToolInfo]) -> tuple[list[str], list[str], list[str]]:
    """Names of tools that are new, gone and changed against what was accepted."""
    now = {tool.name: hash_of(tool) for tool in tools}
    new, gone = sorted(set(now) - set(pinned)), sorted(set(pinned) - set(now))
    return new, gone, sorted(name for name in set(now) & set(pinned) if now[name] != pinned[name])
