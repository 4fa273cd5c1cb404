"""What answers in the model's place: it sees the request, and nothing of the company behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came over the wire."""

    body: Mapping[str, Any]

    @property
    def model(self) -> str:
        """Who is asked."""
        return str(self.body.get("model", ""))

    @property
    def system(self) -> str:
        """The whole system text."""
        system = self.body.get("system") or ""
        return system if isinstance(system, str) else "\n\n".join(str(block.get("text", "")) for block in system)

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """Of the reply; ``None`` for plain words."""
        wanted = (self.body.get("output_config") or {}).get("format") or {}
        return wanted.get("schema")

    @property
    def effort(self) -> str:
        """How hard it is to try."""
        return str((self.body.get("output_config") or {}).get("effort") or "high")

    @property
    def tools(self) -> Sequence[str]:
        """What may be called."""
        return [str(tool["name"]) for tool in self.body.get("tools") or () if tool.get("name")]

    @property
    def blocks(self) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """(role, block) of all messages, oldest first."""
        found = list[tuple[str, Mapping[str, Any]]]()
        for message in self.body.get("messages") or ():
            content = message["content"]
            each = [{"type": "text", "text": content}] if isinstance(content, str) else content
            found += [(str(message["role"]), block) for block in each]
        return found

    @property
    def words(self) -> str:
        """What we last said in words: the question."""
        said = [str(b["text"]) for role, b in self.blocks if role == "user" and b.get("type") == "text"]
        return said[-1] if said else ""

    @property
    def results(self) -> Sequence[str]:
        """What the calls of the question now open gave, oldest first."""
        found = list[str]()
        for role, block in self.blocks:
            if role == "user" and block.get("type") == "text":
                found.clear()
            if block.get("type") == "tool_result":
                found.append(_plain(block.get("content")))
        return found


SIMULATED = "-simulated"
"""Behind a model's name: what answers people in the demo says itself that it is none."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A call the model asks for."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """What the model says."""

    text: str = ""
    calls: tuple[Wish, ...] = ()
    stop: str = ""
    """Empty for what follows from the rest: ``tool_use`` where it calls, else ``end_turn``."""
    by: str = ""
    """Who says it, where that is not the model that was asked."""
    thinking: int | None = None
    """Tokens it thought before; ``None`` for as many as its effort usually takes."""


class Brain(Protocol):
    """Anything that answers."""

    def answer(self, asked: Asked) -> Said:
        """What is said to one request."""
        ...


def _plain(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(str(block.get("text", "")) for block in content or () if isinstance(block, Mapping))
