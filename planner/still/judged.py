"""What a model adds to a proposal: words whose every fact code has written out, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from models.actions import Action
from models.proposals import Option, Proposal
from planner.claims.facts import Sheet
from planner.claims.prose import Miss, checked
from planner.reasoning.reply import MOST_OPTIONS, MOST_REASON, MOST_REASONS, MOST_WORDS

Carried = Callable[[Action], Proposal | None]
"""What a finding carries of an action, in our own words."""

Known = Callable[[], Sheet]
"""The facts that may be cited; asked for only where there are words."""


def judged(found: Proposal, given: Proposal, carried: Carried, known: Known) -> Proposal:
    """``found`` with the words of ``given`` as far as they are let through, and its options as far as they are carried.

    A text that is not let through is left out, never mended.
    """
    ways = given.options[:MOST_OPTIONS]
    options = [replace(way, action=own.action) for way in ways if (own := carried(way.action)) is not None]
    if not given.weighed and not options:
        return found
    sheet = known()
    reasoned = (_reasoned(option, sheet) for option in options)
    kept = tuple(way for way in reasoned if way.pros or way.cons)
    return replace(found, weighed=said(given.weighed, sheet, MOST_WORDS), options=kept)


def said(prose: str, sheet: Sheet, most: int) -> str:
    """``prose`` with its facts written out; empty when it may not stand, or is longer than ``most`` characters."""
    if not prose.strip() or len(prose) > most:
        return ""
    passage = checked(prose, sheet, inference=True)
    return "" if isinstance(passage, Miss) or len(passage.text) > 2 * most else passage.text


def _reasoned(option: Option, sheet: Sheet) -> Option:
    pros = tuple(text for each in option.pros[:MOST_REASONS] if (text := said(each, sheet, MOST_REASON)))
    cons = tuple(text for each in option.cons[:MOST_REASONS] if (text := said(each, sheet, MOST_REASON)))
    return replace(option, pros=pros, cons=cons)
