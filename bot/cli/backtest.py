"""``pm backtest``: what the agent would have said on sprints that are over, under this constitution or another."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from bot.backtest.compare import Comparison
from bot.backtest.fetch import LAST, Wanted
from bot.backtest.folder import Folder
from bot.backtest.marks import MARKS, Score, beside, read_marks, score, write_marks
from bot.backtest.page import headline, page
from bot.backtest.pictures import drawn
from bot.backtest.record import Record
from bot.backtest.trial import Tell, Trial
from bot.charts import Chart
from bot.cli.printing import json_option, print_columns, print_json
from bot.cli.trying import Source, configured, made_up, read_days
from bot.settings import Settings
from models.directives import Directives
from models.directives_file import load
from models.errors import OperatorError, VendorError
from models.keeping.records import dump
from models.keeping.records import load as read_back

FOLDER = Path("var/backtest")
FILE = click.Path(exists=True, path_type=Path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to know."""

    wanted: Wanted
    constitution: Path
    against: Path | None
    folder: Folder
    demo: bool


@click.group(invoke_without_command=True)
@click.option("--sprint", default="", help="One sprint: its name, number or Jira id.")
@click.option("--last", default=LAST, show_default=True, type=click.IntRange(1, 50), help="So many that have ended.")
@click.option("--constitution", type=FILE, help="The constitution that is tried; else the configured one.")
@click.option("--against", type=FILE, help="A second one, tried on the same days and compared.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the report as one HTML page.")
@click.option("--dir", "named", type=click.Path(path_type=Path, file_okay=False), help=f"What was read; else {FOLDER}.")
@click.option("--anew", is_flag=True, help="Read and live through everything again.")
@click.option("--demo", is_flag=True, help="A simulated company instead of your Jira: needs no account.")
@json_option
@click.pass_context
def backtest(
    context: click.Context,
    sprint: str,
    last: int,
    constitution: Path | None,
    against: Path | None,
    out: Path | None,
    named: Path | None,
    anew: bool,
    demo: bool,
    as_json: bool,
) -> None:
    """What the agent would have said on sprints that are over. Nothing is sent, nothing is changed.

    A Jira token that may only read is enough; Bitbucket is read where it is configured.
    """
    if context.invoked_subcommand is not None:
        return
    chosen = constitution or Settings.from_environment(only_look=True).directives_file
    folder = Folder((named or FOLDER / ("demo" if demo else "own")).resolve())
    if anew:
        folder.empty()
    asked = Asked(wanted=Wanted(sprint, last), constitution=chosen, against=against, folder=folder, demo=demo)
    with _progress() as tell:
        first, second, charts = asyncio.run(tried(asked, tell))
    _tell(first, second, charts, out, as_json)


async def tried(asked: Asked, tell: Tell) -> tuple[Record, Comparison | None, tuple[Chart, ...]]:
    """The record of the constitution, how the second compares, and how the sprints went. Raises ``OperatorError``."""
    asked.folder.make()
    law = load(asked.constitution)
    try:
        async with _source(asked, law) as source:
            days = await read_days(asked.wanted, law, asked.folder, source, tell)
    except VendorError as failure:
        raise OperatorError(f"the past could not be read: {failure}", hint="Run: pm test-connections") from failure
    trial = Trial(days, asked.folder, tell)
    first = (await trial.of(asked.constitution, law, law)).record
    if asked.against is None:
        return first, None, drawn(days, law)
    second = await trial.of(asked.against, law, load(asked.against))
    return first, Comparison(first, second.record), drawn(days, law)


def compared(old: Path, new: Path) -> str:
    """What a change of the constitution would have changed on the last sprints. Raises ``OperatorError``."""
    folder = Folder((FOLDER / "own").resolve())
    asked = Asked(wanted=Wanted(), constitution=old, against=new, folder=folder, demo=False)
    with _progress() as tell:
        _, found, _ = asyncio.run(tried(asked, tell))
    assert found is not None
    return found.words


def _source(asked: Asked, law: Directives) -> contextlib.AbstractAsyncContextManager[Source]:
    return made_up(asked.folder, asked.constitution, law) if asked.demo else configured()


@contextlib.contextmanager
def _progress() -> Iterator[Tell]:
    """A bar with what it is doing, where somebody looks."""
    with click.progressbar(length=1000, file=sys.stderr, item_show_func=lambda doing: doing or "") as bar:

        def tell(doing: str, share: float) -> None:
            ahead = round(share * 1000) - bar.pos
            bar.update(max(ahead, 0), doing)

        yield tell


# --- told -------------------------------------------------------------------------------------------------------


def _tell(first: Record, compared: Comparison | None, charts: Sequence[Chart], out: Path | None, as_json: bool) -> None:
    if out is not None:
        marks = read_marks(beside(out))
        shown = page(compared.after if compared else first, marks, beside(out).name, compared, charts)
        out.write_text(shown, encoding="utf-8")
        out.with_suffix(".json").write_text(_kept(compared.after if compared else first), encoding="utf-8")
    if as_json:
        print_json(_as_data(first, compared))
        return
    _print(compared.after if compared else first)
    if compared is not None:
        click.echo(f"\n{compared.words}")
    if out is not None:
        click.echo(f"\nwritten: {out}")


def _print(record: Record) -> None:
    rows = [
        (f"{m.local:%a %d %b %H:%M}", m.to, m.kind, m.text.partition("\n")[0][:70], m.rule) for m in record.messages
    ]
    print_columns(("WHEN", "TO", "WHAT", "SAYS", "RULE"), rows)
    days, everybody = max(len(record.days), 1), record.per_person
    told = {person: count for person, count in everybody.items() if count}
    click.echo("")
    print_columns(
        ("PERSON", "MESSAGES", "MOST ON ONE DAY", "A WORKING DAY"),
        [
            (record.names.get(p, p), sum(c.values()), max(c.values()), f"{sum(c.values()) / days:.2f}")
            for p, c in told.items()
        ],
    )
    quiet = len(everybody) - len(told)
    click.echo(f"\n{headline(record)}; {record.out_of_hours or 'none'} out of hours; {len(record.silences)} withheld")
    click.echo(f"{quiet} of {len(everybody)} people would have heard nothing; {len(record.deeds)} changes in Jira")


def _as_data(first: Record, compared: Comparison | None) -> dict[str, Any]:
    data = _record(first)
    if compared is not None:
        names = {"new": compared.new, "gone": compared.gone}
        data["against"] = _record(compared.after)
        data["compared"] = {"words": compared.words, **{name: [m.id for m in which] for name, which in names.items()}}
    return data


def _record(record: Record) -> dict[str, Any]:
    """Everything, with the totals."""
    people = {p: {f"{day}": n for day, n in days.items()} for p, days in record.per_person.items()}
    silences = [asdict(each) for each in record.silences]
    return {
        "version": record.version,
        "sprints": record.sprints,
        "begin": record.begin,
        "end": record.end,
        "totals": {
            "messages": len(record.messages),
            "out_of_hours": record.out_of_hours,
            "withheld": len(silences),
            "changes": len(record.deeds),
            "per_person": people,
        },
        "messages": [asdict(each) for each in record.messages],
        "withheld": silences,
        "changes": [asdict(each) for each in record.deeds],
    }


def _kept(record: Record) -> str:
    return json.dumps(dump(record), ensure_ascii=False)


# --- marks ------------------------------------------------------------------------------------------------------


def _report(out: Path) -> Record:
    try:
        return read_back(Record, json.loads(out.with_suffix(".json").read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError) as error:
        raise OperatorError(f"{out} has no record beside it", hint=f"Run: pm backtest --out {out}") from error


@backtest.command()
@click.argument("report", type=FILE)
@click.argument("message")
@click.argument("mark", type=click.Choice([*(mark.replace("_", "-") for mark in MARKS), "none"]))
def mark(report: Path, message: str, mark: str) -> None:
    """Mark one MESSAGE of REPORT (its id, or the beginning of it) as useful, not-useful, or none."""
    named = [each.id for each in _report(report).messages if each.id.startswith(message)]
    if len(named) != 1:
        raise OperatorError(f"{len(named)} messages of {report} begin with {message!r}", hint="Use a whole id")
    marks = read_marks(beside(report))
    marks.pop(named[0], None)
    if mark != "none":
        marks[named[0]] = mark.replace("-", "_")
    write_marks(beside(report), marks)
    click.echo(score(_report(report), marks).words)


@backtest.command(name="score")
@click.argument("report", type=FILE)
@json_option
def score_of(report: Path, as_json: bool) -> None:
    """How useful the marked messages of REPORT were, by rule, and what might be better."""
    found = score(_report(report), read_marks(beside(report)))
    if as_json:
        print_json(asdict(found))
        return
    _print_score(found)


def _print_score(found: Score) -> None:
    rows = [
        (rule.rule, f"{rule.useful} of {rule.marked}", f"{rule.share:.0%}", rule.suggestion) for rule in found.rules
    ]
    print_columns(("RULE", "USEFUL", "SHARE", "WHAT MIGHT BE BETTER"), rows)
    click.echo(f"\n{found.words}")
