"""How an honest brain weighs a plan: it goes by the facts it was given, and states none of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from integrations.simulator.claude.brains.port import Asked, Said

KNOWS = "You weigh what a project manager's rules have found"
"""Stands in the system text of the prompt that this answers."""

_FREE = "has nothing open"
_MOST_WORDS = 6
"""So many matters it says something about; the rest it only puts in order."""


def planned(asked: Asked) -> Said:
    """One pick a matter, in the order given; who has nothing open takes what nobody has."""
    rows = [row for line in asked.words.splitlines() if (row := _row(line)) is not None]
    facts = {name: str(text) for row in rows if "o" not in row for name, text in row.items() if name[:1] == "f"}
    matters: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if "o" in row and "for" in row:
            matters.setdefault(str(row["for"]), []).append(row)
    picks = [_pick(ways, facts, place < _MOST_WORDS) for place, ways in enumerate(matters.values())]
    return Said(json.dumps({"picks": picks}, ensure_ascii=False))


def _row(line: str) -> Mapping[str, Any] | None:
    try:
        row = json.loads(line) if line.startswith('{"') else None
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _pick(ways: Sequence[Mapping[str, Any]], facts: Mapping[str, str], says: bool) -> Mapping[str, Any]:
    ruled = next((way for way in ways if way.get("rules")), ways[0])
    chosen = next((way for way in ways if str(way["do"]).startswith("give ") and _load(way, facts, _FREE)), ruled)
    options = [_option(way, facts) for way in (chosen, ruled)] if chosen is not ruled else []
    return {
        "offer": chosen["o"],
        "evidence": chosen["about"][:6],
        "weighed": _words(chosen, facts) if says else "",
        "options": options,
    }


def _load(way: Mapping[str, Any], facts: Mapping[str, str], words: str = "open in this sprint") -> str | None:
    """The fact about how much whoever would take it has to do."""
    return next((name for name in way["about"] if words in facts.get(name, "")), None)


def _words(way: Mapping[str, Any], facts: Mapping[str, str]) -> str:
    about = [name for name in way["about"] if name in facts]
    load = _load(way, facts, _FREE)
    if not about:
        return ""
    if load is not None and load != about[0]:
        return f"{{{about[0]}}}. {{{load}}}, so this leaves room for it, and I would ask them."
    more = f" This adds to it, since {{{about[1]}}}." if len(about) > 1 else ""
    return f"{{{about[0]}}}, so this matters here.{more}"


def _option(way: Mapping[str, Any], facts: Mapping[str, str]) -> Mapping[str, Any]:
    free, load = _load(way, facts, _FREE), _load(way, facts)
    pros = [f"Leaves room for it, since {{{free}}}."] if free else []
    cons = [f"Leaves little room, since {{{load}}}."] if load and not free else []
    return {"offer": way["o"], "pros": pros, "cons": cons}
