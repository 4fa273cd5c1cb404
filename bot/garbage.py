"""What a process has loaded stays to its end: the collector looks for garbage in what came after."""

from __future__ import annotations

import gc

SPARING = (1_000, 20, 20)
"""Objects made until the youngest are looked through, and how often until the older ones are: a delivery makes hundreds
that are gone with its answer. Not more: a connection that was refused half-read leaves up to half a megabyte in a
circle, and a flood of those would take 150 MB before anybody looked (tests/fuzz/test_wire.py)."""


def settle() -> None:
    """For a process of our own that has begun to work; without this a sixth of a door's time goes into looking."""
    gc.freeze()
    gc.set_threshold(*SPARING)
