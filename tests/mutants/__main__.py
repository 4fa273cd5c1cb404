"""``python -m tests.mutants [NAME ...]``: break the product line by line; every break must be seen by a test."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from threading import Lock

from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import ROOT, Mutant, Stale
from tests.mutants.running import Verdict, earlier, keep, killed_by, state_of, tree, tried


def main(words: Sequence[str]) -> int:
    """Print the table; 1 when one survived or could not be tried."""
    asked = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    asked.add_argument("names", nargs="*", help="words of the names of those to try; without any, all")
    asked.add_argument("--anew", action="store_true", help="also those that were killed since nothing changed")
    asked.add_argument("--at-once", type=int, default=2, choices=range(1, 5))
    given = asked.parse_args(words)
    chosen = [each for each in MUTANTS if not given.names or any(name in each.name for name in given.names)]
    if stale := [words for each in chosen if (words := staleness(each))]:
        print("\n".join(stale))
        return 1
    told = {each.mutant: each for each in run(chosen, given.at_once, anew=given.anew)}
    left = [each for each in chosen if not told[each.name].killed]
    print(f"\n{len(chosen) - len(left)} of {len(chosen)} killed")
    for mutant in left:
        print(f"{fate(told[mutant.name])}: {mutant.name} ({mutant.file}): {mutant.breaks}")
    return 1 if left or not chosen else 0


def run(chosen: Sequence[Mutant], at_once: int, *, anew: bool) -> list[Verdict]:
    """Each in a tree that is its own while it is broken; what is known already is not tried again.

    Whose tests did not end in time is tried once more when all others are done, and nothing runs beside it.
    """
    known = {} if anew else earlier()
    states = {each.name: state_of(each) for each in chosen}
    wanted = [each for each in chosen if states[each.name] not in known]
    trees, lock = SimpleQueue[Path](), Lock()

    def one(mutant: Mutant) -> Verdict:
        if (verdict := known.get(states[mutant.name])) is None:
            copy = trees.get()
            verdict = tried(copy, mutant)
            trees.put(copy)
        with lock:
            known[states[mutant.name]] = verdict
            keep(known)
            _tell(mutant, verdict)
        return verdict

    def alone(mutant: Mutant, verdict: Verdict) -> Verdict:
        if not verdict.late:
            return verdict
        known.pop(states[mutant.name])
        return one(mutant)

    with ExitStack() as stack, ThreadPoolExecutor(at_once) as threads:
        for _ in range(min(at_once, len(wanted))):
            trees.put(stack.enter_context(tree()))
        if wanted:
            _whole(trees, wanted)
        print(f"{'mutant':44} {'killed by':60} {'s':>6}   what it breaks")
        verdicts = list(threads.map(one, chosen))
        return [alone(mutant, verdict) for mutant, verdict in zip(chosen, verdicts, strict=True)]


def staleness(mutant: Mutant) -> str:
    """Why it cannot be tried on what stands there today; empty when it can."""
    try:
        mutant.of((ROOT / mutant.file).read_text(encoding="utf-8"))
    except (Stale, SyntaxError) as why:
        return str(why)
    return ""


def _whole(trees: SimpleQueue[Path], wanted: Sequence[Mutant]) -> None:
    """What kills a mutant must live without one, or it says nothing. A busy machine has a second try."""
    copy, tests = trees.get(), sorted({test for each in wanted for test in each.tests})
    by = killed_by(copy, tests, seconds=900) and killed_by(copy, tests, seconds=900)
    trees.put(copy)
    if by:
        raise SystemExit(f"{by} fails in the unbroken tree: mend that first")


def fate(verdict: Verdict) -> str:
    """What became of it, in a word or by the name of a test."""
    if verdict.late:
        return "NOT IN TIME"
    return verdict.killed_by.rpartition("::")[2] or "ALIVE"


def _tell(mutant: Mutant, verdict: Verdict) -> None:
    by = fate(verdict)
    print(f"{mutant.name:44} {by[:60]:60} {verdict.seconds:6.1f}   {mutant.breaks}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
