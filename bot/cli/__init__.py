"""``pm``: start it, look at it, set it up, repair it. Commands load when they are called, so ``--help`` is quick."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import click

from models.errors import OperatorError


class Entry(NamedTuple):
    """Where a command lives, and what ``pm --help`` says about it without loading it."""

    place: str
    words: str


SECTIONS: Mapping[str, Mapping[str, Entry]] = {
    "Run": {
        "start": Entry("bot.cli.run:start", "Web, worker and clock in one process."),
        "worker": Entry("bot.cli.run:worker", "Worker and clock alone, beside a web process."),
        "demo": Entry("bot.cli.demo:demo", "A simulated company and a page like Slack; needs no account."),
    },
    "Look": {
        "status": Entry("bot.cli.look:status", "How the agent is doing, read from its database."),
        "trigger": Entry("bot.cli.look:trigger", "Look now, at one sprint or at everything."),
        "forecast": Entry("bot.cli.forecast:forecast", "Will the sprint be made; how good such forecasts are."),
        "backtest": Entry("bot.cli.backtest:backtest", "What it would have said on sprints that are over."),
        "dashboard": Entry("bot.cli.dashboard:dashboard", "The dashboard: a link that signs you in once."),
        "documents": Entry("bot.cli.documents:documents", "Reports of delegated tasks: list, write out."),
        "costs": Entry("bot.cli.costs:costs", "What Claude came to: by day, purpose and model."),
    },
    "Set up": {
        "test-connections": Entry("bot.cli.connect:test_connections", "Ask everything it depends on, by name."),
        "slack-manifest": Entry("bot.cli.manifest:slack_manifest", "The Slack app's manifest, ready to paste."),
        "webhooks": Entry("bot.cli.hooks:webhooks", "Register, list, delete Jira's and Bitbucket's webhooks."),
        "mcp": Entry("bot.cli.mcp:mcp", "MCP servers: list, inspect, try, accept."),
        "directives": Entry("bot.cli.constitution:directives", "The constitution: check, explain, diff."),
        "people": Entry("bot.cli.people:people", "Who is who, and what is known of them: list, map, show, forget."),
        "db": Entry("bot.cli.prepare:db", "The database: bring it to this version, copy it to another."),
        "chaos": Entry("bot.cli.chaos:chaos", "Kill it again and again beside your data, and certify what was left."),
    },
    "Repair": {
        "dead-letters": Entry("bot.cli.repair:dead_letters", "Jobs that were given up: list, retry, drop."),
        "backup": Entry("bot.cli.backup:backup", "Backups: make, list, verify."),
        "restore": Entry("bot.cli.restore:restore_one", "Put a backup back."),
    },
}


class Trouble(click.ClickException):
    """Something the operator must change, in one line. Exit code 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """``error: what. remedy``."""
        click.echo(f"error: {self.message}", err=True)


class Commands(click.Group):
    """The commands of ``SECTIONS``, each imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the sections."""
        return [name for section in SECTIONS.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command."""
        for section in SECTIONS.values():
            if cmd_name in section:
                module, _, name = section[cmd_name].place.partition(":")
                found: click.Command = getattr(importlib.import_module(module), name)
                return found
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One block per section, from the table alone."""
        for title, section in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, entry.words) for name, entry in section.items()], col_spacing=4)

    def invoke(self, ctx: click.Context) -> Any:
        """Run; what the operator must change comes out as one line instead of a traceback."""
        try:
            return super().invoke(ctx)
        except OperatorError as error:
            raise Trouble(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """PM Agent: a project manager in Slack that watches Jira and Bitbucket."""


def main() -> None:
    """The ``pm`` command. Exits 0, 1 (it did not work) or 2 (bad usage)."""
    cli(prog_name="pm")
