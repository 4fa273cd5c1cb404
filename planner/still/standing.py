"""What has come of messages that were sent: which of their matters are over, and which facts of a post have changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from models.actions import Escalate, RemindPerson
from models.signals import Signal
from models.standing import Living, Over, Standing
from planner.still.factcheck import Ground, ended


def stood(living: Iterable[Living], ground: Ground) -> tuple[Living, ...]:
    """Those messages whose matters stand differently than when we last looked, as they stand now.

    Call it only for a look that sees all that is watched: what it does not see is taken to be over.
    """
    now = ((each, _standing(each, ground)) for each in living)
    return tuple(replace(each, standing=standing) for each, standing in now if standing != each.standing)


def _standing(living: Living, ground: Ground) -> Standing:
    over = ended(living.action, ground)
    known = living.standing.over
    return replace(
        _facts(living, ground),
        over={
            signal: known[signal] if signal in known else Over(ground.snapshot.now, words)
            for signal, words in over.items()
        },
    )


def _facts(living: Living, ground: Ground) -> Standing:
    """Of a post what it says now; that time has passed is no change."""
    if isinstance(living.action, RemindPerson):
        return Standing()
    signal = next(_still(living.action, ground), None)
    facts = tuple(fact.text for fact in signal.evidence) if signal else ()
    said = living.standing.facts or living.action.facts
    if signal is None or facts == said:
        return replace(living.standing, over={})
    return Standing(headline=signal.headline, facts=facts)


def _still(action: Escalate, ground: Ground) -> Iterator[Signal]:
    """The finding behind the post as it is now, on whatever rung, the highest first."""
    found = (signal for signal in ground.signals if action.item.signal in signal.ids_so_far)
    return iter(sorted(found, key=lambda signal: -signal.step))
