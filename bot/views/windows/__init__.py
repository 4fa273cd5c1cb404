"""Windows: forms that a button or a shortcut opens, each a pure drawing with a pure check of what was filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.views.windows.window import Picked

FAULTS: Mapping[str, Callable[[Picked], Mapping[str, str]]] = {}
"""By the word of a window: what is wrong with what was filled in, by block. Asked at the door, so it knows no facts."""
