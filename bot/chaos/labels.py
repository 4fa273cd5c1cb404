"""Every commit point of the product, read from its source: a new label is covered without anybody remembering it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from models.keeping.housekeeping import COMPANY, REAL

MODELS = Path(__file__).resolve().parents[2] / "models"

COMPUTED: Mapping[str, tuple[str, ...]] = {
    "state.value": ("expired", "superseded"),
    "f'tidy_{kind}'": tuple(f"tidy_{kind}" for kind in sorted({**REAL, **COMPANY})),
}
"""What a label that is no literal can be."""

NOT_REACHED: Mapping[str, str] = {
    "alerts": "nothing goes wrong in the story for minutes; tests/bot/operations/test_watching.py lives some",
    "bury": "needs a job that fails for hours",
    "dashboard_link": "pm dashboard link: an operator's command, in a process of its own",
    "dashboard_renew": "a visit of a quarter of an hour; tests/contracts/stores/test_visits_and_stories.py renews some",
    "dashboard_seen": "a visit of a minute; tests/contracts/stores/test_visits_and_stories.py has longer ones",
    "document": "needs Claude Code; tests/contracts/stores/test_documents.py keeps some",
    "drop": "pm dead-letters drop: an operator's word about one row",
    "end_looks": "the constitution keeps its teams; tests/test_constitution_reload.py takes one away",
    "ended": "past sprints are read when a start is minutes old; tests/bot/jobs/test_foretell.py keeps some",
    "forecasts": "the story knows no past sprints; tests/bot/jobs/test_foretell.py keeps the same day twice",
    "hasten": "only a back-test hurries what waits",
    "hold": "the story asks no model; tests/contracts/stores/test_purse.py races it",
    "identities_dropped": "pm people unmap: an operator's word about one person",
    "identities_found": "the story's constitution gives every account",
    "identities_set": "pm people map: an operator's word about one person",
    "identity_answered": "the story's constitution gives every account, so nobody is asked",
    "mark": "only in shadow mode, which the story's teams are not in",
    "plan_look": "looks are planned by the cycle's own transaction; this is for operators to come",
    "put_off": "the story's approver puts nothing off; tests/contracts/stores/test_answering.py races it",
    "redraw_about": "the story's people press nothing under a reminder; tests/bot/jobs/presses has them press",
    "replay": "pm dead-letters replay: an operator's word about one row",
    "runs_again": "the story knows no past sprints, and opens none again",
    "say": "somebody's word about how they want to be reached; the story's people say nothing",
    "settle_cost": "the story asks no model; tests/contracts/stores/test_purse.py races it",
    "stand": "the story's people press nothing under a reminder; tests/bot/jobs/presses has them press",
    "superseded": "the constitution keeps its teams; tests/test_constitution_reload.py takes one away",
    "withdraw": "the constitution keeps its people; tests/test_constitution_reload.py takes one away",
}
"""Commit points the story does not surely pass, and why."""


def reached() -> tuple[str, ...]:
    """The labels the story passes each time."""
    return tuple(label for label in labels() if label not in NOT_REACHED)


@cache
def labels() -> tuple[str, ...]:
    """Every label a transaction is committed under. Raises ``LookupError`` for one that cannot be known."""
    found = {label for file in sorted(MODELS.rglob("*.py")) for label in in_file(file)}
    return tuple(sorted(found))


def in_file(file: Path) -> Iterator[str]:
    """The labels of one file. Raises ``LookupError`` for one that cannot be known."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "write":
            named = (keyword.value for keyword in node.keywords if keyword.arg == "label")
            label = next(named, node.args[1] if len(node.args) == 2 else None)
            if label is None:
                raise LookupError(f"{file.name}:{node.lineno}: whatever writes here commits under no label")
            if isinstance(label, ast.Constant):
                yield str(label.value)
            elif (words := ast.unparse(label)) in COMPUTED:
                yield from COMPUTED[words]
            else:
                raise LookupError(f"{file.name}:{label.lineno}: say in COMPUTED what {words} can be")
