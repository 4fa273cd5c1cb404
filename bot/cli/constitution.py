"""``pm directives``: is the constitution valid, what does each line do, and what does another version change?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from bot.cli.printing import json_option, print_columns, print_json
from bot.cli.rooms import Rooms, in_rooms
from bot.settings import Settings
from models.consistency import warnings
from models.differences import Difference, Group, differences
from models.directives import Directives
from models.directives_file import explain as kept_lines
from models.directives_file import load
from models.errors import DirectivesError, OperatorError
from models.meanings import Meaning
from models.wording import meaning, meanings
from planner.hearers.contact import ALL_TEAMS
from planner.policy.trust import STEPS, stepped, steps_of

READABLE = click.Path(exists=True, path_type=Path)


@click.group()
def directives() -> None:
    """The constitution: directives.yaml."""


def _configured(file: Path | None) -> Path:
    return file or Settings.from_environment().directives_file


@directives.command()
@click.argument("file", required=False, type=READABLE)
@json_option
def check(file: Path | None, as_json: bool) -> None:
    """Is it valid, and which lines does code enforce? Without FILE: the configured one."""
    chosen = _configured(file)
    (loaded,) = _valid([chosen], as_json)
    lines = kept_lines(loaded)
    if as_json:
        told = {"lines": [line._asdict() for line in lines], "warnings": list(warnings(loaded))}
        print_json({"valid": True, "version": loaded.version, **told})
        return
    print_columns(("LINE", "KEPT BY", "SAYS"), [(line.id, line.kept, line.says) for line in lines])
    enforced = sum(line.kept.startswith("enforced") for line in lines)
    for words in warnings(loaded):
        click.echo(f"\nwarning: {words}")
    click.echo(f"\n{chosen} is valid: {len(lines)} lines, {enforced} enforced by code; version {loaded.version}")


@directives.command()
@click.argument("line", required=False, metavar="[ID]")
@click.option("--file", type=READABLE, help="Another constitution than the configured one.")
@json_option
def explain(line: str | None, file: Path | None, as_json: bool) -> None:
    """What each line does, in plain words; with ID only that one, and an example."""
    (loaded,) = _valid([_configured(file)], as_json)
    loaded = loaded if file is not None else _as_lived(loaded)
    told = [meaning(line, loaded)] if line else list(meanings(loaded))
    if as_json:
        print_json({"version": loaded.version, "lines": [each._asdict() for each in told]})
    elif line:
        _print_one(told[0])
    else:
        _print_sections(told)


def _as_lived(loaded: Directives) -> Directives:
    """With what the agent has stepped back from, where there is a database that can say so."""
    settings = Settings.from_environment(only_look=True)
    if settings.no_database_yet():
        return loaded

    async def read(rooms: Rooms) -> Mapping[str, Any]:
        return await rooms.store.recall(ALL_TEAMS, STEPS)

    try:
        return stepped(loaded, steps_of(in_rooms(read)))
    except OperatorError:  # the lines are told all the same
        return loaded


def _print_sections(told: Sequence[Meaning]) -> None:
    for section, lines in groupby(told, key=lambda each: each.section):
        click.echo(f"{section.replace('.', ', ').replace('_', ' ').upper()}")
        for each in lines:
            click.echo(f"  {each.id}: {each.says}")
            if each.rule:
                click.echo(f"    {each.rule}")
            click.echo(f"    [{each.kept}]")
        click.echo()


def _print_one(told: Meaning) -> None:
    click.echo(f"{told.id} ({told.section})\n  {told.says}")
    for title, words in (
        ("in plain words", told.rule),
        ("kept", told.kept),
        ("in the product", told.effect),
        ("for example", told.example),
    ):
        if words:
            click.echo(f"  {title + ':':16}{words}")


@directives.command()
@click.argument("old", type=READABLE)
@click.argument("new", type=READABLE)
@click.option("--backtest", "tries", is_flag=True, help="Try both on the last three sprints (pm backtest).")
@click.option("--demo", is_flag=True, help="With --backtest: on those of a made-up company, without any account.")
@json_option
def diff(old: Path, new: Path, tries: bool, demo: bool, as_json: bool) -> None:
    """What NEW says differently from OLD, in plain words."""
    before, after = _valid([old, new], as_json)
    found = differences(before, after)
    if demo and not tries:
        raise click.UsageError("--demo says on what to try both: it goes with --backtest.")
    enforced = any(each.enforced for each in found)
    if as_json:
        listed = [{"group": d.group, "subject": d.subject, "text": d.text, "enforced": d.enforced} for d in found]
        versions = {"old": before.version, "new": after.version}
        tried = {"backtest": _tried(old, new, demo=demo)} if tries else {}
        print_json({"valid": True, "versions": versions, "enforced_changes": enforced, "differences": listed, **tried})
        return
    click.echo(f"old: {old}, version {before.version}\nnew: {new}, version {after.version}")
    _print_differences(found)
    click.echo(f"\n{_summary(found, same_text=before.version == after.version)}")
    if tries:  # what the words say stands there, whatever becomes of that
        click.echo(f"on the last sprints: {_tried(old, new, demo=demo)}")


def _tried(old: Path, new: Path, *, demo: bool) -> str:
    """``14 -> 31 messages, 4 out of hours``. Raises ``OperatorError``."""
    from bot.cli.backtest import compared  # a diff of words alone needs neither a database nor Jira

    return compared(old, new, demo=demo)


TITLES = {
    Group.STRICTER: "becomes stricter",
    Group.LOOSER: "becomes looser",
    Group.CHANGED: "changes, neither stricter nor looser",
    Group.NEW: "new",
    Group.GONE: "gone",
    Group.PEOPLE: "people and teams",
    Group.WORDS: "only words change",
}


def _print_differences(found: Sequence[Difference]) -> None:
    for group, each in groupby(found, key=lambda difference: difference.group):
        click.echo(f"\n{TITLES[group]}")
        for difference in each:
            click.echo(f"  {difference.subject}: {difference.text}")


def _summary(found: Sequence[Difference], *, same_text: bool) -> str:
    if same_text:
        return "the two are the same text"
    if not found:
        return "nothing changes but comments, layout and order"
    enforced = sum(each.enforced for each in found)
    told = f"{enforced} of them enforced by code" if enforced else "nothing that code enforces changes"
    return f"{len(found)} difference{'' if len(found) == 1 else 's'}; {told}"


def _valid(files: Sequence[Path], as_json: bool) -> list[Directives]:
    """The constitutions of ``files``. With a broken one: every complaint about every file, and exit code 1."""
    loaded: list[Directives] = []
    broken: list[DirectivesError] = []
    for file in files:
        try:
            loaded.append(load(file))
        except DirectivesError as error:
            broken.append(error)
    if broken and as_json:
        told = [{"file": c.file or e.file, "line": c.line, "message": c.message} for e in broken for c in e.complaints]
        print_json({"valid": False, "complaints": told})
        raise SystemExit(1)
    if broken:
        raise OperatorError("\n".join(map(str, broken)))
    return loaded
