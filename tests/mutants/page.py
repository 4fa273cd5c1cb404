"""``python -m tests.mutants.page`` writes docs/mutants.md from the catalogue."""

from __future__ import annotations

from tests.mutants.catalogue import MUTANTS
from tests.mutants.judgement import JUDGEMENT
from tests.mutants.ledger import LEDGERS
from tests.mutants.mutant import LEDGER, MAILBOX, ROOT, Mutant
from tests.mutants.queue import QUEUE

PAGE = ROOT / "docs" / "mutants.md"

PARTS = {"The queue": QUEUE, "The ledger": LEDGERS, "Judgement and doors": JUDGEMENT}

HEAD = """\
# Broken on purpose

A test that cannot fail proves nothing. So the lines on which the promises rest are broken on purpose, one at a time,
in a copy of the tree in a temporary folder, and some test must see each. This page is written from the list itself
(`python -m tests.mutants.page`), and the suite fails when a line that is to be broken has changed meanwhile.

    make mutants

tries all, two at a time, but for what was killed and is unchanged since. After `.venv/bin/python -m tests.mutants`
stand `--anew`, which tries all of them whatever is known, or a word, which tries those whose names hold it. It prints
what killed each and in how many seconds, and ends with 1 when one survived or could not be tried. One whose tests do
not end within four minutes is not killed, as a busy machine looks the same: it is tried once more, alone, and is then
*not in time*, which counts as a survivor. Broken off, it goes on where it was.

## The two state machines

Most of the ledger's and the queue's mutants are seen by no test written for them, but by a machine that lives through
any history: looks, answers, edits, put-offs, reminders, lapses, claims, tries with every ending, crashes, workers that
sleep through their lease, dead letters tried again. After each step the tables must say what a model in plain Python
says. Both run over SQLite and over a real PostgreSQL.

[The queue's](../tests/contracts/stores/test_mailbox_machine.py) lives through deliveries, keyed jobs, leases, tokens:
nothing is lost, seen twice, or worked by two. [The ledger's](../tests/contracts/stores/test_ledger_machine.py), beside
[its model](../tests/contracts/stores/ledger_model.py), through decisions, effects, questions, attention: one answer
wins, each effect reaches the world once, no limit is passed.

How many histories, how long, and of which seed, the environment says (`size` in
[`ledger_workers.py`](../tests/contracts/stores/ledger_workers.py)). Under the marker `soak` the ledger's lives through
some hundred longer ones of three seeds.
"""


def page() -> str:
    """The whole page."""
    tables = (f"\n## {title}\n\n{_table(mutants)}" for title, mutants in PARTS.items())
    return HEAD + f"\n{len(MUTANTS)} mutants in all.\n" + "".join(tables)


def _table(mutants: tuple[Mutant, ...]) -> str:
    rows = "".join(
        f"| {each.name} | {each.breaks} | `{each.file}` | {', '.join(map(_said, each.tests))} |\n" for each in mutants
    )
    return "| broken | then | in | seen by |\n|---|---|---|---|\n" + rows


def _said(test: str) -> str:
    machines = {LEDGER: "the ledger's machine", MAILBOX: "the queue's machine"}
    file, _, name = test.partition("::")
    return machines.get(test, f"[{name.removeprefix('test_').replace('_', ' ')}](../{file})")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
