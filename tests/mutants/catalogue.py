"""Every mutant there is."""

from __future__ import annotations

from tests.mutants.judgement import JUDGEMENT
from tests.mutants.ledger import LEDGERS
from tests.mutants.mutant import Mutant
from tests.mutants.queue import QUEUE

MUTANTS: tuple[Mutant, ...] = (*QUEUE, *LEDGERS, *JUDGEMENT)
