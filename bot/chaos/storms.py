"""No chosen point, just bad luck: the product is killed again and again while the story goes on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from dataclasses import dataclass

from bot.chaos.people import LOOK, Flow
from bot.chaos.product import Product

BETWEEN = (0.5, 4.0)
"""Seconds between two kills: often enough to hit what a restart does first, seldom enough to get anywhere."""

PATIENCE = 180.0
"""Seconds for what takes one or two after a single kill."""

ALL = 0.2
"""The share of kills that hit every process at once."""

EARLY = 0.25
"""The share of kills that do not wait until the product answers again: they hit it as it starts. If all did, it would
never get anywhere on a machine on which a start takes longer than two kills are apart."""


@dataclass
class Storm:
    """Kills by chance; ``kills`` counts them, ``most`` ends it."""

    luck: random.Random
    most: int = 1_000_000
    kills: int = 0

    async def __call__(self, flow: Flow) -> None:
        """Until ``most`` kills are done, or cancelled."""
        while self.kills < self.most:
            early = self.luck.random() < EARLY
            while not early and await flow.product.queue() is None:  # noqa: ASYNC110 - another process answers
                await asyncio.sleep(LOOK)
            await asyncio.sleep(self.luck.uniform(*BETWEEN))
            self.kills += kill(flow.product, everything=self.luck.random() < ALL)


def kill(product: Product, *, everything: bool) -> int:
    """The worker, or all of it; 1 when somebody died."""
    with contextlib.suppress(ProcessLookupError):
        if everything and product.process is not None:
            os.killpg(product.process.pid, signal.SIGKILL)
            return 1
        for worker in product.workers():
            os.kill(worker, signal.SIGKILL)
            return 1
    return 0
