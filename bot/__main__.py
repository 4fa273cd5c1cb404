"""``python -m bot`` is ``pm``."""

from __future__ import annotations

from bot.cli import main

main()
