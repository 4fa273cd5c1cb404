"""The first look of whoever runs it: what must be put right, the worst first, each with what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bot.operations.conditions import CONDITIONS, holding, runbook
from bot.operations.promises import Sources, promise_as_data, promises
from bot.operations.vitals import Vitals

MOST = 6
"""Conditions that are shown in words; of more it is only said how many."""


async def overview(seen: Vitals, of: Sources) -> Mapping[str, Any]:
    """Ready for JSON: ``trouble`` (the worst first), ``promises``, ``processes``."""
    return {
        "trouble": trouble(seen),
        "promises": [promise_as_data(each) for each in await promises(of)],
        "processes": [
            {
                "kind": shift.process.kind.value,
                "host": shift.process.host,
                "pid": shift.process.pid,
                "version": shift.process.version,
                "since": shift.began.isoformat(),
                "last_heard": shift.beat.isoformat(),
            }
            for shift in await of.operations.at_work()
        ],
    }


def trouble(seen: Vitals) -> Sequence[Mapping[str, Any]]:
    """What holds now, the worst first."""
    return [
        {
            "condition": each.name,
            "subject": each.subject,
            "grave": CONDITIONS[each.name].grave,
            "words": each.words,
            "do": CONDITIONS[each.name].do,
            "runbook": runbook(each.name),
        }
        for each in holding(seen)
    ]


def is_grave(known: Mapping[str, Any]) -> bool:
    """Whether anything must be put right at once."""
    return any(each["grave"] for each in known["trouble"])


def lines(known: Mapping[str, Any]) -> Sequence[str]:
    """At most ten lines for a terminal, the worst first."""
    return [*_trouble(known["trouble"]), _processes(known["processes"]), *_promises(known["promises"])]


def _trouble(found: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    if not found:
        return ["Nothing needs anybody."]
    told = [f"{'WRONG' if each['grave'] else 'look'}: {each['words']}. Do: {each['do']}" for each in found[:MOST]]
    left = len(found) - MOST
    return [*told, f"and {left} more: pm status --json"] if left > 0 else told


def _processes(at_work: Sequence[Mapping[str, Any]]) -> str:
    kinds = Counter(each["kind"] for each in at_work)
    return "at work: " + (", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items())) or "nobody")


def _promises(told: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """One line for all of them, and one for the first two that were broken."""
    verdicts = Counter(each["kept"] for each in told)
    words = {True: "kept", False: "not kept", None: "too little known"}
    counts = ", ".join(f"{verdicts[kept]} {said}" for kept, said in words.items() if verdicts[kept])
    broken = [each for each in told if each["kept"] is False]
    shown = [f"not kept: {each['promise']} {each['target']}: {each['figure']}" for each in broken[:2]]
    return [f"promises of 7 days: {counts}", *shown]
