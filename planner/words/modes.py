"""What people are told of a team for which the agent does not just live by the file."""

from __future__ import annotations

from models.directives import Mode, Team
from models.trust import StepBack

MODES = {Mode.SHADOW: "shadow mode: nothing is sent", Mode.SUGGEST: "suggest mode: asks for everything"}


def mode_line(mode: Mode) -> str:
    """A line of its own about the mode; empty for ``act``."""
    said = MODES.get(mode, "")
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def step_words(step: StepBack, team: Team) -> str:
    """``stepped back after an undo on Tue 18 Nov``, in the team's own time."""
    day = step.at.astimezone(team.tz)
    return f"stepped back after {step.cause.after} on {day:%a} {day.day} {day:%b}"


def step_lines(team: Team) -> tuple[str, ...]:
    """A line for each kind of action that needs a yes again: ``Asks before it does transition issue: stepped …``."""
    return tuple(f"Asks again before it does “{spoken(step.kind)}”: {step_words(step, team)}." for step in team.stepped)


def spoken(name: str) -> str:
    """The word of an action as people read it; the id of a line stays as it is."""
    return name.replace("_", " ")


def own_mode_lines(team: Team) -> tuple[str, ...]:
    """A line for each mode that differs from the team's: ``Suggest mode: review-8-hours.``"""
    by: dict[Mode, list[str]] = {}
    for name, mode in team.modes.items():
        if mode is not team.mode:
            by.setdefault(mode, []).append(spoken(name))
    return tuple(f"{mode.value.capitalize()} mode: {', '.join(names)}." for mode, names in by.items())
