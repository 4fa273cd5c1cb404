"""``make evals``: every case played, with quality, cost and time; with a key and ``--real`` on Claude itself."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from models.money import Money
from tests.evals.playing import Judged, cases, judge

CASES = Path(__file__).parent / "cases"


@click.command()
@click.option("--real", is_flag=True, help="Ask Claude itself: needs ANTHROPIC_API_KEY, and costs cents.")
@click.option("--only", default="", help="Only cases whose name holds these words.")
@click.option("--cap", default=1.0, show_default=True, help="Dollars that all of it may cost at most.")
@click.option("--key", envvar="ANTHROPIC_API_KEY", default="", hidden=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def evals(real: bool, only: str, cap: float, key: str, as_json: bool) -> None:
    """How well the model judges and answers: told by cases that anybody can write (docs/evaluation.md)."""
    if real and not key:
        raise click.ClickException("--real asks Claude itself: set ANTHROPIC_API_KEY to a key from its console")
    wanted = {name: case for name, case in cases(CASES).items() if only.casefold() in name.casefold()}
    if not wanted:
        raise click.ClickException(f"no case is called {only!r}")
    judged: list[Judged] = []
    with tempfile.TemporaryDirectory(prefix="pm-evals-") as folder:
        for number, (name, case) in enumerate(wanted.items()):
            if spent(judged) >= Money.usd(cap):
                click.echo(f"{spent(judged)} is spent: {len(wanted) - number} cases were not begun", err=True)
                break
            place = Path(folder) / str(number)
            place.mkdir()
            left = Money.usd(cap) - spent(judged)
            judged.append(asyncio.run(judge(name, case, place, key if real else "", left)))
            if not as_json:
                tell(judged[-1])
    who = "Claude" if real else "the simulated Claude, whose quality says nothing of the real one's"
    click.echo(json.dumps(as_data(judged, real), indent=2)) if as_json else summary(judged, who)
    sys.exit(1 if any(each.broken for each in judged) else 0)


def tell(judged: Judged) -> None:
    """One case: a line, and one for each thing that was not so."""
    got = judged.hoped - len(judged.missed)
    quality = f"{got}/{judged.hoped}" if judged.hoped else "-"
    mark = "BROKEN" if judged.broken else "ok"
    figures = f"{judged.calls} calls  {judged.cost}  {judged.thinking:.1f} s thinking"
    click.echo(f"{mark:6}  {quality:>5}  {figures:38}  {judged.case}")
    for line in judged.broken:
        click.echo(f"        must: {line}")
    for line in judged.missed:
        click.echo(f"        should: {line}")


def summary(judged: Sequence[Judged], who: str) -> None:
    """All of it in a few lines."""
    hoped = sum(each.hoped for each in judged)
    got = hoped - sum(len(each.missed) for each in judged)
    calls, unused = sum(each.calls for each in judged), sum(each.unused for each in judged)
    click.echo(f"\n{len(judged)} cases on {who}")
    click.echo(f"quality {got} of {hoped} hoped for; broken {sum(bool(each.broken) for each in judged)}")
    click.echo(f"{spent(judged)} for {calls} calls, of which {unused} came to nothing")
    unsaid = sum((Counter(each.unsaid) for each in judged), Counter[str]())
    kinds = ", ".join(f"{kind} {count}" for kind, count in unsaid.most_common())
    click.echo(f"not let through {unsaid.total()}{f': {kinds}' if kinds else ''} (the kinds: docs/claims.md)")
    if unpaid := sum(each.unpaid for each in judged):
        click.echo(f"{unpaid} calls were not made, because they might have cost more than --cap leaves")


def spent(judged: Sequence[Judged]) -> Money:
    """What all of it has cost."""
    return sum((each.cost for each in judged), Money())


def as_data(judged: Sequence[Judged], real: bool) -> dict[str, object]:
    """For programs, to compare one run with another."""
    rows = [
        {
            "case": each.case,
            "broken": list(each.broken),
            "missed": list(each.missed),
            "hoped": each.hoped,
            "calls": each.calls,
            "unused": each.unused,
            "not_let_through": dict(each.unsaid),
            "unpaid": each.unpaid,
            "usd": each.cost.dollars,
            "thinking_seconds": round(each.thinking, 3),
        }
        for each in judged
    ]
    return {"real": real, "usd": spent(judged).dollars, "cases": rows}


if __name__ == "__main__":
    evals()
