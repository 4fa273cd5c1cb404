"""The words we send to a model: text files beside this one, read once, their blanks filled in one place."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template


@cache
def text(name: str) -> str:
    """The text of that name as it was written. Raises ``FileNotFoundError``."""
    return files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf-8").strip()


def filled(name: str, **blanks: str) -> str:
    """The text of that name with each ``$blank`` replaced. What is put in is not looked at for further blanks.

    Raises ``KeyError`` when a blank of the text is not given.
    """
    lines = Template(text(name)).substitute(blanks).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()
