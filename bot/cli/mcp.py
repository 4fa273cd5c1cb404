"""``pm mcp``: which MCP servers there are, what they can do for us, and a search to try them with."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.app import App, build
from bot.cli.printing import json_option, print_columns, print_json
from bot.cli.tables import prepare_database
from bot.settings import Settings
from integrations.fallback import Result, Way
from integrations.mcp import Hub, Standing
from integrations.mcp.hub import summary
from integrations.mcp.report import ask_for_tools, report
from integrations.mcp.survey import Survey, survey
from models.clock import SystemClock
from models.errors import OperatorError, VendorError
from models.found import FoundIssue
from models.ids import PersonId, TeamId

T = TypeVar("T")
A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
A_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def mcp() -> None:
    """MCP servers: a second way to search Jira and Slack."""


@mcp.command("list")
@json_option
def list_servers(as_json: bool) -> None:
    """Connect to the servers of MCP_CONFIG and say how each stands."""

    async def standing(app: App) -> list[Standing]:
        hub = _hub(app)
        hub.start()
        await hub.wait()
        return hub.standing()

    found = _with_app(standing)
    if as_json:
        print_json(summary(found))
    else:
        print_columns(("SERVER", "STATE", "LOOKS LIKE", "ANSWERS", "TOOLS"), [_row(each) for each in found])
        for each in found:
            for problem in (*each.problems, *(f"changed since accepted: {name}" for name in each.changed)):
                click.echo(_told_of(each.name, problem))
    if not any(each.usable for each in found):
        raise OperatorError("no MCP server can be used", hint="Searches are answered over REST meanwhile")


@mcp.command()
@click.argument("server")
@json_option
def accept(server: str, as_json: bool) -> None:
    """Accept the tools SERVER shows now, after you have reviewed what changed."""

    async def take(app: App) -> bool:
        hub = _hub(app)
        await hub.reach(server)
        return hub.accept(server)

    kept = _with_app(take)
    if as_json:
        print_json({"accepted": server, "written": kept})
    elif kept:
        click.echo(f"the tools of {server} are accepted as they are now")
    else:
        raise OperatorError("the lock file beside MCP_CONFIG cannot be written", hint="Make its folder writable")


@mcp.command("try")
@click.argument("words", nargs=-1, required=True)
@click.option("--team", default="", help="A team's id; default: the first.")
@click.option("--as", "asker", default="", help="Who asks, as an id of directives.yaml: what 'my' means.")
@click.option("--rest", is_flag=True, help="Ask REST first instead of MCP.")
@json_option
def try_search(words: Sequence[str], team: str, asker: str, rest: bool, as_json: bool) -> None:
    """Answer a search such as "blocked tickets in the current sprint", and say who answered and how fast."""

    async def ask(app: App) -> Result:
        if app.finding.trouble:
            click.echo(f"MCP servers are off: {app.finding.trouble}", err=True)
        if not rest:
            app.finding.start()
        return await app.finding.search(
            " ".join(words),
            _team(app, team),
            asker=PersonId(asker) if asker else None,
            first=Way.REST if rest else Way.MCP,
            patient=True,
        )

    result = _with_app(ask)
    if as_json:
        print_json(_as_data(result))
    else:
        _tell(result)
    if result.problem:
        raise SystemExit(1)


@mcp.command()
@click.option("--config", "configs", multiple=True, type=A_FILE, help="A .mcp.json; may be repeated.")
@click.option("--claude-home", "homes", multiple=True, type=A_FOLDER, help="A folder that holds .claude.json.")
@click.option("--skills", multiple=True, type=A_FOLDER, help="A folder of skills; may be repeated.")
@click.option("--no-connect", is_flag=True, help="Read files only; start and call nothing.")
@click.option("--export", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to a file too.")
@json_option
def inspect(
    configs: Sequence[Path],
    homes: Sequence[Path],
    skills: Sequence[Path],
    no_connect: bool,
    export: Path | None,
    as_json: bool,
) -> None:
    """Document an existing Claude Code configuration: only what you point at is read, and no secret is shown."""
    if not (configs or homes or skills):
        raise click.UsageError("name what to look at: --config FILE, --claude-home FOLDER or --skills FOLDER")
    found = survey(configs, homes, skills, os.environ)
    if found.troubles and not (found.servers or found.skills):
        raise OperatorError("; ".join(found.troubles))
    told = _report(found, connect=not no_connect)
    if export is not None:
        _write(export, told)
    if as_json:
        print_json(told)
    else:
        _describe(told, export)
    if found.troubles:
        raise SystemExit(1)


# --- how ----------------------------------------------------------------------------------------------------


def _with_app(work: Callable[[App], Awaitable[T]]) -> T:
    """Run ``work`` over the joined parts, and close them. Raises ``OperatorError``."""
    settings = Settings.from_environment()
    prepare_database(settings)

    async def run() -> T:
        app = build(settings)
        try:
            await app.roster.refresh()
            return await work(app)
        finally:
            for part in (app.finding, app.slack, app.jira, app.bitbucket, app.database):
                if part is not None:
                    await part.close()

    try:
        with _said_once():
            return asyncio.run(run())
    except VendorError as failure:
        raise OperatorError(str(failure)) from None


@contextmanager
def _said_once() -> Iterator[None]:
    """Keep off the log what these commands print themselves."""
    printed = {"mcp_ended", "mcp_tools_changed", "mcp_off", "search_fallback"}

    def other(record: logging.LogRecord) -> bool:
        return getattr(record, "action", "") not in printed

    loggers = [
        logging.getLogger(name)
        for name in ("integrations.mcp.session", "integrations.mcp.hub", "bot.app", "bot.finding")
    ]
    for logger in loggers:
        logger.addFilter(other)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(other)


def _told_of(name: str, problem: str) -> str:
    """A line about a server; what it says may begin with its name already."""
    return problem if problem.startswith((f"{name}: ", f"{name} ")) else f"{name}: {problem}"


def _team(app: App, name: str) -> TeamId:
    """A team by its id, else the first. Raises ``OperatorError``."""
    known = [each.id for each in app.directives.teams]
    if name and name not in known:
        raise OperatorError(f"there is no team {name}", hint=f"There is: {', '.join(known)}")
    return TeamId(name) if name else known[0]


def _hub(app: App) -> Hub:
    """The configured servers; nothing is started. Raises ``OperatorError`` when there are none."""
    hub = app.finding.hub
    if hub is None:
        hint = "Set MCP_CONFIG to a .mcp.json; see docs/mcp.md"
        raise OperatorError(
            app.finding.trouble or "no MCP server is configured", hint="" if app.finding.trouble else hint
        )
    return hub


def _row(each: Standing) -> tuple[str, ...]:
    answers = ", ".join(each.operations) or "nothing"
    return each.name, each.state, ", ".join(each.kinds) or "unknown", answers, str(each.tools)


def _report(found: Survey, *, connect: bool) -> dict[str, Any]:
    with _said_once():
        tools = asyncio.run(ask_for_tools(found, SystemClock())) if connect else None
    return report(found, tools)


def _write(file: Path, told: Mapping[str, Any]) -> None:
    try:
        file.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise OperatorError(f"{file} cannot be written ({error.strerror})", hint="Name another file") from None


def _describe(told: Mapping[str, Any], export: Path | None) -> None:
    rows = [
        (
            s["name"],
            s["scope"],
            s["state"],
            ", ".join(s["operations"]) or "-",
            f"{len(s['tools'])}",
            f"{len(s['writes'])}",
        )
        for s in told["servers"]
    ]
    print_columns(("SERVER", "SCOPE", "STATE", "ANSWERS", "TOOLS", "CAN WRITE"), rows)
    for server in told["servers"]:
        for concern in server["concerns"]:
            click.echo(_told_of(server["name"], concern))
    for trouble in told["troubles"]:
        click.echo(trouble)
    if told["missing"]:
        click.echo(f"\nno server answers: {', '.join(told['missing'])} (REST does)")
    if told["skills"]:
        click.echo(f"\nskills: {', '.join(skill['name'] for skill in told['skills'])}")
    if export is not None:
        click.echo(f"\nwritten to {export}, without secrets")


def _tell(result: Result) -> None:
    click.echo(f"understood: {result.understood or 'nothing'}")
    if result.not_understood:
        click.echo(f"not understood: {', '.join(result.not_understood)}")
    if result.problem:
        click.echo(f"not searched: {result.problem}")
        return
    click.echo(f"query: {result.query}")
    for each in result.attempts:
        ended = "answered" if each.answered else f"{each.reason}: {each.detail.removeprefix(f'{each.server}: ')}"
        click.echo(f"{each.operation} {each.way} {each.server}: {ended} ({each.seconds:.2f} s)")
    for note in result.notes:
        click.echo(f"note: {note}")
    click.echo("")
    _tell_found(result)


def _tell_found(result: Result) -> None:
    if result.issues:
        rows = [(i.key, i.status, _owner(i), i.due or "", _short(i.title)) for i in result.issues]
        print_columns(("KEY", "STATUS", "OWNER", "DUE", "TITLE"), rows)
    for message in result.messages:
        click.echo(
            f"{message.at:%Y-%m-%d %H:%M} UTC #{message.channel_name} {message.author or 'an app'}: "
            f"{_short(message.text)}"
        )
    if not result.issues and not result.messages:
        click.echo("nothing was found")


def _owner(issue: FoundIssue) -> str:
    return issue.assignee_name or ("nobody" if issue.unassigned else "")


def _short(text: str, most: int = 90) -> str:
    """One printable line: text from outside must not steer a terminal."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= most else f"{line[: most - 1]}\u2026"


def _as_data(result: Result) -> Mapping[str, Any]:
    return {
        "understood": result.understood,
        "not_understood": list(result.not_understood),
        "problem": result.problem,
        "query": result.query,
        "answered_by": result.by,
        "seconds": round(result.seconds, 3),
        "notes": list(result.notes),
        "attempts": [
            {
                "operation": a.operation,
                "way": a.way,
                "server": a.server,
                "answered": a.answered,
                "reason": a.reason,
                "seconds": round(a.seconds, 3),
            }
            for a in result.attempts
        ],
        "issues": [{"key": i.key, "title": i.title, "status": i.status, "url": i.url} for i in result.issues],
        "messages": [
            {"channel": m.channel, "ts": m.ts, "author": m.author, "text": m.text, "at": m.at} for m in result.messages
        ],
    }
