"""Every commit point of the product, read from its source: a new label is covered without anybody remembering it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

MODELS = Path(__file__).parents[2] / "models"

COMPUTED: Mapping[str, tuple[str, ...]] = {
    "state.value": ("expired", "superseded"),
    "f'tidy_{kind}'": ("tidy_audit", "tidy_bodies", "tidy_cycles", "tidy_firings", "tidy_jobs", "tidy_keys"),
}
"""What a label that is no literal can be."""

NOT_REACHED: Mapping[str, str] = {
    "bury": "needs a job that fails for hours",
    "drop": "pm dead-letters drop: an operator's word about one row",
    "gone": "the story deletes nothing",
    "identities_dropped": "pm people unmap: an operator's word about one person",
    "identities_found": "the story's constitution gives every account",
    "identities_set": "pm people map: an operator's word about one person",
    "identity_answered": "the story's constitution gives every account, so nobody is asked",
    "pause": "nothing in this version pauses",
    "plan_look": "looks are planned by the cycle's own transaction; this is for operators to come",
    "replay": "pm dead-letters replay: an operator's word about one row",
    "resume": "nothing in this version resumes",
    "superseded": "nothing in this version withdraws an ask by this way",
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
