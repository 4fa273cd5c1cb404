"""Every sample of the gallery as it would be sent, whichever of the gallery's files draws it."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from bot.views.home import HomeData, home
from tests.bot.views.aloud import Exhibit
from tests.promises.surfaces import as_sent

HERE = Path(__file__).parent
GALLERY = HERE / "gallery"
TABLES = ("MESSAGES", "HOMES", "WINDOWS", "SAMPLES")
"""Names under which a file of the gallery keeps its samples: by name a value, or what draws one."""


async def exhibits() -> AsyncIterator[Exhibit]:
    """All of them, each drawn anew."""
    for file in sorted(HERE.glob("test_gallery*.py")):
        module = importlib.import_module(f"tests.bot.views.{file.stem}")
        for name, sample in _samples(module).items():
            made = sample() if callable(sample) else home(sample) if isinstance(sample, HomeData) else sample
            yield Exhibit(name, *as_sent(await made if inspect.isawaitable(made) else made))


def _samples(module: Any) -> Mapping[str, Any]:
    found = {name: value for table in TABLES for name, value in getattr(module, table, {}).items()}
    asked: Mapping[str, Any] = getattr(module, "ASKED", {})
    return found | {name: _Drawn(module.drawn, name) for name in asked}


@dataclass(frozen=True)
class _Drawn:
    """A sample that is drawn by its name."""

    draw: Callable[[str], Any]
    name: str

    def __call__(self) -> Any:
        return self.draw(self.name)


class Called:
    """Which functions were called while the block ran."""

    def __init__(self) -> None:
        self.codes: set[CodeType] = set()

    def __enter__(self) -> Called:
        self._before = sys.getprofile()
        sys.setprofile(self._note)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(self._before)

    def _note(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            self.codes.add(frame.f_code)
