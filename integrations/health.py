"""A Check is one thing that must work, by name, with a remedy for the person who runs the agent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """The state of one dependency: ``detail`` says what was seen, ``hint`` what to do when not ``ok``."""

    name: str
    ok: bool
    detail: str
    hint: str = ""
