"""What people are told of a team for which the agent does not just live by the file."""

from __future__ import annotations

from models.directives import Mode

MODES = {Mode.SHADOW: "shadow mode: nothing is sent", Mode.SUGGEST: "suggest mode: asks for everything"}


def mode_line(mode: Mode) -> str:
    """A line of its own about the mode; empty for ``act``."""
    said = MODES.get(mode, "")
    return f"{said[:1].upper()}{said[1:]}." if said else ""
