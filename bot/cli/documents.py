"""``pm documents``: the reports of delegated tasks, listed or written out as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from bot.cli.printing import json_option, print_columns, print_json
from bot.cli.rooms import Rooms, in_rooms
from models.documents import Document, Documents, DocumentState
from models.errors import OperatorError

MOST = 50


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def documents(context: click.Context, as_json: bool) -> None:
    """Reports of delegated tasks, the newest first; `show ID` writes one out."""
    if context.invoked_subcommand is not None:
        return

    async def read(rooms: Rooms) -> Sequence[Document]:
        return await Documents(rooms.database).latest(MOST)

    kept = in_rooms(read)
    if as_json:
        print_json([_json(each) for each in kept])
    elif kept:
        rows = [(d.id, d.team, f"{d.begun:%Y-%m-%d %H:%M}", d.state.value, str(d.cost), _what(d)) for d in kept]
        print_columns(("ID", "TEAM", "BEGUN (UTC)", "STATE", "COST", "WHAT"), rows)
    else:
        click.echo("no documents: nobody has delegated a task yet (docs/claude-code.md)")


@documents.command()
@click.argument("id")
@json_option
def show(id: str, as_json: bool) -> None:
    """One report as Markdown: pm documents show ID > report.md"""

    async def read(rooms: Rooms) -> Document | None:
        return await Documents(rooms.database).of(id)

    found = in_rooms(read)
    if found is None:
        raise OperatorError(f"there is no document {id[:40]}", hint="pm documents lists them")
    if as_json:
        print_json({**_json(found), "summary": found.summary, "markdown": found.markdown})
    elif found.state is DocumentState.DONE:
        click.echo(found.markdown, nl=False)
    else:
        raise OperatorError(f"that task has no report: {found.trouble or 'it is still worked on'}", hint="Ask anew")


def _what(kept: Document) -> str:
    return kept.title or kept.trouble or f"{kept.task.value}: {kept.about}"


def _json(kept: Document) -> Mapping[str, Any]:
    return {
        "id": kept.id,
        "team": kept.team,
        "asker": kept.asker,
        "task": kept.task.value,
        "about": kept.about,
        "state": kept.state.value,
        "runs": kept.runs,
        "begun": kept.begun.isoformat(),
        "ended": kept.ended.isoformat() if kept.ended else None,
        "title": kept.title,
        "usd": kept.cost.dollars,
        "trouble": kept.trouble,
    }
