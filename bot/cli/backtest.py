"""``pm backtest``: what the agent would have said on sprints that are over, under this constitution or another."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bot.backtest.days import Tell
from bot.backtest.fetch import LAST, Wanted
from bot.backtest.folder import Folder
from bot.backtest.report.compare import Comparison
from bot.backtest.report.marks import MARKS, Score, beside, read_marks, score, write_marks
from bot.backtest.report.page import headline, page, shortest
from bot.backtest.report.pictures import drawn
from bot.backtest.report.record import Record
from bot.backtest.trial import Trial
from bot.charts import Chart
from bot.cli.printing import json_option, print_columns, print_json
from bot.cli.trying import Source, configured, made_up, read_days
from bot.settings import Settings
from models.directives_file import load
from models.errors import OperatorError, VendorError
from models.ids import PersonId
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
    company: Path
    """The constitution a made-up company lives by, whichever is tried."""
    anew: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What it came to."""

    first: Record
    second: Comparison | None
    charts: tuple[Chart, ...]
    unasked_since: datetime | None
    """When what it rests on was read, where Jira could not be asked."""

    @property
    def shown(self) -> Record:
        """The record of the constitution that was tried last."""
        return self.second.after if self.second is not None else self.first


@click.group(invoke_without_command=True)
@click.option("--sprint", default="", help="One sprint: its name, number or Jira id.")
@click.option("--last", type=click.IntRange(1, 50), help=f"So many that have ended.  [default: {LAST}]")
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
    last: int | None,
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
    if sprint and last is not None:
        raise click.UsageError("--sprint names one sprint and --last so many: give one of them.")
    if out is not None:
        _require_place(out)
    in_force = Settings.from_environment(only_look=True).directives_file
    chosen = constitution or in_force
    asked = Asked(
        wanted=Wanted(sprint, last),
        constitution=chosen,
        against=against,
        folder=Folder((named or FOLDER / ("demo" if demo else "own")).resolve()),
        demo=demo,
        company=in_force if in_force.exists() else chosen,
        anew=anew,
    )
    _tell(_try(asked), out, as_json)


def _try(asked: Asked) -> Answer:
    """With the folder to itself. Raises ``OperatorError``."""
    with asked.folder.alone(), _progress() as tell:
        if asked.anew:
            asked.folder.empty()
        return asyncio.run(tried(asked, tell))


async def tried(asked: Asked, tell: Tell) -> Answer:
    """The record of the constitution, how the second compares, and how the sprints went. Raises ``OperatorError``."""
    law = load(asked.constitution)
    other = load(asked.against) if asked.against is not None else None
    try:
        async with _source(asked) as source:
            days = await read_days(asked.wanted, law, asked.folder, source, tell)
    except VendorError as failure:
        raise OperatorError(f"the past could not be read: {failure}", hint="Run: pm test-connections") from failure
    trial = Trial(days, asked.folder, tell)
    first, second = (await trial.of(asked.constitution, law, law)).record, None
    if asked.against is not None and other is not None:
        second = Comparison(first, (await trial.of(asked.against, law, other)).record)
    asked.folder.tidy(law.version, *([other.version] if other is not None else []))
    return Answer(first=first, second=second, charts=drawn(days, law), unasked_since=days.unasked_since)


def compared(old: Path, new: Path, *, demo: bool = False) -> str:
    """What a change of the constitution would have changed on the last sprints. Raises ``OperatorError``."""
    folder = Folder((FOLDER / ("demo" if demo else "own")).resolve())
    asked = Asked(wanted=Wanted(), constitution=old, against=new, folder=folder, demo=demo, company=old)
    found = _try(asked)
    assert found.second is not None
    return found.second.words + _read_on(found)


def _source(asked: Asked) -> contextlib.AbstractAsyncContextManager[Source]:
    return made_up(asked.folder, asked.company, load(asked.company)) if asked.demo else configured(asked.constitution)


@contextlib.contextmanager
def _progress() -> Iterator[Tell]:
    """A bar with what it is doing, where somebody looks."""
    with click.progressbar(length=1000, file=sys.stderr, item_show_func=lambda doing: doing or "") as bar:

        def tell(doing: str, share: float) -> None:
            ahead = round(share * 1000) - bar.pos
            bar.update(max(ahead, 0), doing)

        yield tell


# --- told -------------------------------------------------------------------------------------------------------


def _require_place(out: Path) -> None:
    """Raises ``OperatorError`` where the page could not be written, before anything is lived through."""
    if out.suffix.lower() == ".json":
        raise OperatorError(f"{out} would be a page, and is called .json", hint="Name it .html; --json prints data")
    if not out.absolute().parent.is_dir():
        raise OperatorError(f"{out.parent} is no folder", hint="Make it, or name another place with --out")
    read_marks(beside(out))


def _tell(answer: Answer, out: Path | None, as_json: bool) -> None:
    compared = answer.second
    if out is not None:
        _write(answer, out)
    if as_json:
        print_json(_as_data(answer))
        return
    _print(answer.shown)
    if compared is not None:
        click.echo(f"\n{compared.words}")
    if answer.unasked_since is not None:
        click.echo(f"\nJira was not asked: this is{_read_on(answer).removeprefix(',')}")
    if out is not None:
        click.echo(f"\nwritten: {out}")


def _read_on(answer: Answer) -> str:
    return f", from what was read on {answer.unasked_since:%a %d %b %Y}" if answer.unasked_since is not None else ""


def _write(answer: Answer, out: Path) -> None:
    shown = page(answer.shown, read_marks(beside(out)), beside(out).name, answer.second, answer.charts)
    try:
        out.write_text(shown, encoding="utf-8")
        _record_of(out).write_text(json.dumps(dump(answer.shown), ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        raise OperatorError(
            f"{out} cannot be written: {error.strerror}", hint="Name another place with --out"
        ) from error


def _record_of(out: Path) -> Path:
    """Where the record of a page lies: ``report.html`` has ``report.record.json``."""
    return out.with_suffix(".record.json")


def _print(record: Record) -> None:
    letters = shortest(record.messages)
    rows = [
        (m.id[:letters], f"{m.local:%a %d %b %H:%M}", m.to, m.kind, m.text.partition("\n")[0][:70], m.rule)
        for m in record.messages
    ]
    print_columns(("ID", "WHEN", "TO", "WHAT", "SAYS", "RULE"), rows)
    click.echo("")
    told = [_of_person(record, person) for person in record.per_person if record.written[person]]
    print_columns(("PERSON", "MESSAGES", "COST ATTENTION", "MOST ON ONE DAY", "A WORKING DAY"), told)
    everybody = len(record.per_person)
    click.echo(f"\n{headline(record)}; {record.out_of_hours or 'none'} out of hours; {len(record.silences)} withheld")
    quiet, changes = everybody - len(told), len(record.deeds)
    click.echo(f"{quiet} of {everybody} people would have heard nothing; {changes} changes in Jira")


def _of_person(record: Record, person: PersonId) -> tuple[object, ...]:
    """Of what cost attention the most on one day, and how much on a working day of theirs."""
    cost, worked = record.per_person[person], record.worked.get(person, len(record.days))
    most, each = max(cost.values(), default=0), f"{cost.total() / max(worked, 1):.2f}"
    return record.names.get(person, person), record.written[person], cost.total(), most, each


def _as_data(answer: Answer) -> dict[str, Any]:
    compared = answer.second
    data = _record(answer.first) | {"jira_not_asked_since": answer.unasked_since}
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


# --- marks ------------------------------------------------------------------------------------------------------


def _report(out: Path) -> Record:
    try:
        return read_back(Record, json.loads(_record_of(out).read_text(encoding="utf-8")))
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
