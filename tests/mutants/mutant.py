"""One mutant: a named line of the product broken on purpose, and the tests that must see it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LEDGER = "tests/contracts/stores/test_ledger_machine.py::test_no_history_of_the_ledger_breaks_a_promise[sqlite]"
MAILBOX = "tests/contracts/stores/test_mailbox_machine.py::test_no_history_of_workers_breaks_a_promise[sqlite]"
STORES = "tests/contracts/stores/"


class Stale(AssertionError):
    """The line a mutant breaks is not there as it was any more: whoever changed it says anew what it promises."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """``old`` stands exactly once in ``file`` and becomes ``new``."""

    name: str
    breaks: str
    """What is no longer so, in words of the product."""
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    """Which are run, in this order; the first that fails has killed it."""

    def of(self, text: str) -> str:
        """The file as it is broken. Raises ``Stale``, and ``SyntaxError`` for what is no Python any more."""
        if (found := text.count(self.old)) != 1:
            raise Stale(f"{self.name}: its line stands {found} times in {self.file}; say anew what it breaks")
        if self.old.split() == self.new.split():
            raise Stale(f"{self.name}: it changes nothing in {self.file}")
        broken = text.replace(self.old, self.new)
        ast.parse(broken)
        return broken
