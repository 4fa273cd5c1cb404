"""A Check is one thing that must work, by name, with a remedy for the person who runs the agent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """The state of one dependency or permission: ``detail`` says what was seen, ``hint`` what to do when not ``ok``."""

    name: str
    ok: bool
    detail: str
    hint: str = ""
    grave: bool = True
    """When it is not ``ok``: whether the agent cannot do its work so; otherwise it is a warning."""
    off: bool = False
    """Nobody asked for it, or nobody can tell: ``ok``, and ``detail`` says what would change that."""

    @property
    def state(self) -> str:
        """``ok``, ``off``, ``warning`` or ``failed``."""
        if self.ok:
            return "off" if self.off else "ok"
        return "failed" if self.grave else "warning"
