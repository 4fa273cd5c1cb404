"""How much is tried: a small sample in the suite, as much as is asked for by ``FUZZ_EXAMPLES``, from ``FUZZ_SEED``."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
"""Of each entrance; 0 is the sample of the suite."""

SEED = os.environ.get("FUZZ_SEED", "")
"""Without one the same examples are tried each time."""

WIRE = int(os.environ.get("FUZZ_WIRE", "6000"))
"""Requests that one run of the real server gets."""

_ALLOWED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
_PHASES = tuple(phase for phase in Phase if EXAMPLES or phase is not Phase.explain)


def fuzz(
    sample: int, *, fixed: bool = False, **given_to: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A property test: ``sample`` examples in the suite and where ``fixed``, else as ``FUZZ_EXAMPLES`` says."""

    def made(test: Callable[..., None]) -> Callable[..., None]:
        how = settings(
            max_examples=sample if fixed else EXAMPLES or sample,
            deadline=None,
            derandomize=not SEED,
            database=None,
            phases=_PHASES,
            suppress_health_check=_ALLOWED,
        )
        tried = how(given(**given_to)(test))
        return seed(int(SEED))(tried) if SEED else tried

    return made
