"""Every commit point of the product, read from its source: a new label is covered without anybody remembering it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from models.keeping.housekeeping import COMPANY, REAL

MODELS = Path(__file__).parents[2] / "models"

COMPUTED: Mapping[str, tuple[str, ...]] = {
    "state.value": ("expired", "superseded"),
    "f'tidy_{kind}'": tuple(f"tidy_{kind}" for kind in sorted({**REAL, **COMPANY})),
}
"""What a label that is no literal can be."""

NOT_REACHED: Mapping[str, str] = {
    "alerts": "nothing goes wrong in the story for minutes; tests/bot/operations/test_watching.py lives some",
    "bury": "needs a job that fails for hours",
    "drop": "pm dead-letters drop: an operator's word about one row",
    "edit": "the story's approver changes nothing; tests/contracts/stores/test_answering.py races it",
    "put_off": "the story's approver puts nothing off; tests/contracts/stores/test_answering.py races it",
    "ended": "past sprints are read when a start is minutes old; tests/bot/jobs/test_foretell.py keeps some",
    "forecasts": "the story knows no past sprints; tests/bot/jobs/test_foretell.py keeps the same day twice",
    "forget_person": "somebody's own word, or an operator's, about what was learnt of them; the story asks for nothing",
    "end_looks": "the constitution keeps its teams; tests/test_constitution_reload.py takes one away",
    "gone": "the story deletes nothing",
    "hush": "somebody's word about what they do not want to hear; the story's people say nothing",
    "identities_dropped": "pm people unmap: an operator's word about one person",
    "identities_found": "the story's constitution gives every account",
    "identities_set": "pm people map: an operator's word about one person",
    "identity_answered": "the story's constitution gives every account, so nobody is asked",
    "pause": "nothing in this version pauses",
    "pass_on": "the story jumps over the deputy's moment; tests/bot/jobs/test_card.py dies at it",
    "plan_look": "looks are planned by the cycle's own transaction; this is for operators to come",
    "remind": "the story jumps over the reminder's moment; tests/bot/jobs/test_card.py dies at it",
    "replay": "pm dead-letters replay: an operator's word about one row",
    "resume": "nothing in this version resumes",
    "say": "somebody's word about how they want to be reached; the story's people say nothing",
    "scored": "no sprint of the story ends; tests/bot/jobs/test_foretell.py compares one twice",
    "unhush": "somebody's word about what they do not want to hear; the story's people say nothing",
    "withdraw": "the constitution keeps its people; tests/test_constitution_reload.py takes one away",
    "superseded": "the constitution keeps its teams; tests/test_constitution_reload.py takes one away",
}
"""Commit points the story does not pass, and why."""


def labels() -> tuple[str, ...]:
    """Every label a transaction is committed under. Raises ``LookupError`` for one that cannot be known."""
    found = {label for file in sorted(MODELS.rglob("*.py")) for label in _in(file)}
    return tuple(sorted(found))


def _in(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "write":
            if len(node.args) != 2:
                continue
            label = node.args[1]
            if isinstance(label, ast.Constant):
                yield str(label.value)
            elif (words := ast.unparse(label)) in COMPUTED:
                yield from COMPUTED[words]
            else:
                raise LookupError(f"{file.name}:{label.lineno}: say in COMPUTED what {words} can be")
