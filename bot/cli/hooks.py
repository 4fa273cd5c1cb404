"""``pm webhooks``: registered once however often it is asked for, listed, deleted; or told how to do it by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import click

from bot.app import App, build
from bot.cli.hook_list import delete_ours, listed
from bot.cli.hooking import Choice, Done, register_all
from bot.cli.printing import json_option, print_columns, print_json
from bot.connections.hooks import NAME
from bot.settings import Settings
from models.errors import OperatorError, VendorError
from models.events import Source
from models.redaction import Redactor

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

AGAIN = "Run it again when that is mended: what is done already is not done twice"
SERVICES = click.Choice(["jira", "bitbucket", "all"])


def _common(command: F) -> F:
    """The options every command of the group has."""
    options = [
        click.option("--service", type=SERVICES, default="all", show_default=True, help="Whose webhooks."),
        click.option("--url", default="", help="Where this agent is reached; default: PUBLIC_URL."),
        click.option("--workspace", is_flag=True, help="Bitbucket: of the workspace instead of each repository."),
        click.option("--repo", "repos", multiple=True, help="Bitbucket: this repository only; may be repeated."),
        click.option(
            "--name", default=NAME, show_default=True, help="What ours is called; a second agent needs its own."
        ),
        json_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def webhooks() -> None:
    """Jira's and Bitbucket's webhooks for this agent: news within seconds instead of minutes."""


@webhooks.command()
@_common
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--renew", is_flag=True, help="Make it anew also when it looks right: sets the secret again.")
@click.option("--show-secret", is_flag=True, help="Print the secret in the instructions for doing it by hand.")
def register(dry_run: bool, renew: bool, show_secret: bool, as_json: bool, **asked: Any) -> None:
    """Register our webhooks. Doing it twice leaves one; what has changed is replaced; strangers are left alone.

    Ours at the repositories go when the workspace's own is registered: both would tell everything twice. Exits 1
    when a token is refused or an admin must do something by hand; what to click and paste is printed.
    """
    done, redact = _run(asked, lambda app, c: register_all(app, c, dry_run=dry_run, renew=renew, show=show_secret))
    _print(done, as_json, redact if not show_secret else lambda text: text)
    if not as_json and not dry_run and any(each.lines for each in done):
        click.echo("To test: pm test-connections; then change something and see: pm status")
    _exit(done)


@webhooks.command("list")
@_common
def list_all(as_json: bool, **asked: Any) -> None:
    """Every webhook there is, ours and strangers'; of strangers only the host is shown.

    Bitbucket's are those of the workspace and of each repository, whether or not --workspace is given. Exits 1 when a
    token is refused or a vendor does not answer.
    """
    found, redact = _run(asked, listed)
    if as_json:
        print_json([row.as_data() for row in found.rows])
    else:
        columns = [(r.service.value, r.place, r.id, r.whose, r.shown, redact(r.state)) for r in found.rows]
        if columns:
            print_columns(("SERVICE", "WHERE", "ID", "WHOSE", "ADDRESS", "STATE"), columns)
        for line in found.verdicts:
            click.echo(redact(line))
    if not found.complete:
        raise SystemExit(1)


@webhooks.command()
@_common
@click.option("--dry-run", is_flag=True, help="Only name them.")
def delete(dry_run: bool, as_json: bool, **asked: Any) -> None:
    """Delete those that point to this agent, after naming them. The agent goes on reading every ten minutes.

    Bitbucket's are looked for at the workspace and at each repository; --workspace and --repo narrow down where one is
    deleted. Exits 1 when one list could not be read or changed; the others are done all the same.
    """

    def tell(line: str) -> None:
        click.echo(line, err=True)

    done, redact = _run(asked, lambda app, choice: delete_ours(app, choice, dry_run=dry_run, tell=tell))
    _print(done, as_json, redact)
    _exit(done)


def _exit(done: Sequence[Done]) -> None:
    """1 when anything is left to do."""
    if any(each.by_hand or each.failed for each in done):
        raise SystemExit(1)


def _run(asked: dict[str, Any], work: Callable[[App, Choice], Awaitable[T]]) -> tuple[T, Callable[[str], str]]:
    """Do ``work`` with the configured vendors; also returns what takes secrets out of text."""
    settings = Settings.from_environment()
    wanted = [Source(asked["service"])] if asked["service"] != "all" else [Source.JIRA, Source.BITBUCKET]
    choice = Choice(
        services=tuple(wanted),
        url=asked["url"] or settings.public_url,
        workspace=asked["workspace"],
        repos=tuple(asked["repos"]),
        name=asked["name"],
    )

    async def run() -> T:
        app = build(settings)
        try:
            return await work(app, choice)
        except VendorError as failure:
            raise OperatorError(str(failure).rstrip(". "), hint=AGAIN) from failure
        finally:
            for service in (app.jira, app.bitbucket, app.slack):
                if service is not None:
                    await service.close()
            await app.database.close()

    return asyncio.run(run()), Redactor(settings.secrets())


def _print(done: Sequence[Done], as_json: bool, redact: Callable[[str], str]) -> None:
    if as_json:
        print_json([each.as_data(redact) for each in done])
        return
    for each in done:
        for line in each.lines:
            click.echo(redact(f"{each.place}: {line}"))
        for line in each.failed:
            click.echo(redact(line), err=True)
        if each.by_hand:
            click.echo(redact("\n".join(["", *each.by_hand, ""])))
