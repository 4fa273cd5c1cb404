"""``pm test-connections``: every dependency and permission by name, and what to do about what is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Sequence

import click

from bot.app import App, build
from bot.cli.printing import json_option, print_json
from bot.connections.everything import all_probes
from bot.connections.probes import Finding, Probe, State, examine
from bot.connections.wiring import company_of
from bot.settings import Settings
from models.errors import DatabaseNotReady, OperatorError
from models.redaction import Redactor

COLOURS = {State.OK: "green", State.WARNING: "yellow", State.FAILED: "red"}
SHOWN = {State.FAILED: "FAILED", State.WARNING: "warning"}


@click.command("test-connections")
@json_option
@click.option("--quiet", is_flag=True, help="Show only what is wrong.")
def test_connections(as_json: bool, quiet: bool) -> None:
    """Ask everything the agent depends on; exits 1 when something it needs is not right.

    Nobody is written to, nothing is posted. What is asked of whom stands in docs/set-up.md.
    """
    findings, redact = settings_findings(), Redactor()
    if not findings:
        settings = Settings.from_environment(only_look=True)
        redact = Redactor(settings.secrets())
        findings = asyncio.run(_run(settings, _progress() if sys.stderr.isatty() and not as_json else _silent))
    failed = [f for f in findings if f.state is State.FAILED]
    if as_json:
        print_json(redact.deep({"ok": not failed, "checks": [f.as_data() for f in findings]}))
    else:
        for told in lines(findings, quiet):
            click.echo(redact(told))
        click.echo(summary(findings))
    if failed:
        raise SystemExit(1)


def settings_findings() -> list[Finding]:
    """Every setting that is wrong; with one of them nothing else can be asked."""
    return [
        Finding(f"setting {name}", State.FAILED, complaint.args[0].removeprefix(f"{name}: "), complaint.hint)
        for name, complaint in Settings.complaints().items()
    ]


Told = Callable[[int, int], None]
"""Is told how many checks have ended, of how many."""


async def _run(settings: Settings, tell: Told) -> list[Finding]:
    """All findings, in the order of the probes."""
    try:
        app = build(settings)
    except OperatorError as error:
        return [Finding("directives", State.FAILED, str(error).splitlines()[0], "See: pm directives check")]
    try:
        if not settings.no_database_yet():
            await _learn_accounts(app)
        return await ask(probes_of(app), tell)
    finally:
        await _close(app)


def probes_of(app: App) -> list[Probe]:
    """Everything that is asked for ``app``."""
    return all_probes(company_of(app))


async def ask(probes: Sequence[Probe], tell: Told) -> list[Finding]:
    """Ask all; they are returned in their own order, however they end."""
    ended = dict[str, Finding]()
    async for finding in examine(probes):
        ended[finding.name] = finding
        tell(len(ended), len(probes))
    return [ended[probe.name] for probe in probes]


def _silent(done: int, of: int) -> None:
    """For programs and files."""


def _progress() -> Told:
    """One line on a terminal that goes when all is done."""

    def tell(done: int, of: int) -> None:
        words = f"asked {done} of {of}"
        click.echo(f"\r{words}" if done < of else f"\r{' ' * len(words)}\r", err=True, nl=False)

    return tell


def lines(findings: Sequence[Finding], quiet: bool) -> list[str]:
    """What people read: all but what was not asked; with ``quiet`` only what is wrong."""
    wrong = (State.FAILED, State.WARNING)
    shown = [f for f in findings if f.state in wrong or (not quiet and f.state is not State.SKIPPED)]
    width = max((len(f.name) for f in shown), default=0)
    return [line(finding, width) for finding in shown]


def line(finding: Finding, width: int = 0) -> str:
    """One finding in one line: state, name, what was seen, what to do."""
    word = click.style(SHOWN.get(finding.state, finding.state.value).ljust(7), fg=COLOURS.get(finding.state))
    words = " ".join(finding.detail.split()).rstrip(".")
    remedy = f". {finding.remedy}" if finding.remedy else ""
    return f"{word}  {finding.name.ljust(width)}  {words}{remedy}"


def summary(findings: Sequence[Finding]) -> str:
    """How many ended how, and what was not asked and why."""
    by_state = {state: sum(f.state is state for f in findings) for state in State}
    told = ", ".join(f"{count} {SHOWN.get(state, state.value)}" for state, count in by_state.items() if count)
    lines = [f"\n{len(findings)} checks: {told}"]
    for cause in dict.fromkeys(f.cause for f in findings if f.cause):
        waiting = sum(f.cause == cause for f in findings)
        lines.append(f"{waiting} not asked before this is right: {cause}")
    return "\n".join(lines)


async def _learn_accounts(app: App) -> None:
    """Accounts of people that were found out count as those of the constitution; without a database none is known."""
    with contextlib.suppress(DatabaseNotReady):
        await app.roster.refresh()


async def _close(app: App) -> None:
    for service in (app.slack, app.jira, app.bitbucket, app.claude):
        if service is not None:
            await service.close()
    await app.finding.close()
    await app.bells.close()
    await app.database.close()
