"""docs/command-line.md and docs/settings.md, written from what they tell of: python -m tests.docs.reference"""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from bot.cli import SECTIONS, cli
from tests.docs.reading import ROOT

COMMANDS = ROOT / "docs" / "command-line.md"
SETTINGS = ROOT / "docs" / "settings.md"

HEAD = """# The command line

Every `pm` there is, with its options; `pm COMMAND --help` says the same. Where it is `.venv/bin/pm` on your
machine, type that. Each exits 0, 1 when it did not work, 2 for bad usage; what went wrong is one line on stderr.
`--json` prints JSON for programs ([api.md](api.md#the-command-line-as-an-api)). This page is written by
`python -m tests.docs.reference`.
"""


def leaves(group: click.Group, *before: str, groups: bool = False) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its words; with ``groups`` those that others stand below, too."""
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            if not isinstance(command, click.Group) or groups or command.invoke_without_command:
                yield (*before, name), command
            if isinstance(command, click.Group):
                yield from leaves(command, *before, name, groups=groups)


def command_line() -> str:
    """docs/command-line.md, as it must be."""
    rows = [HEAD]
    for title, section in SECTIONS.items():
        rows += [f"## {title}", "", "| | |", "|---|---|"]
        rows += [_row(words, command) for words, command in leaves(cli) if words[0] in section]
        rows += [""]
    return "\n".join(rows).rstrip() + "\n"


def _row(words: tuple[str, ...], command: click.Command) -> str:
    takes = "".join(f" {_argument(p)}" for p in command.params if isinstance(p, click.Argument))
    options = [told for p in command.params if isinstance(p, click.Option) and (told := _option(p, command))]
    does = " ".join((command.help or command.short_help or "").split("\n\n")[0].split())
    listed = "".join(f"<br>{option}" for option in options)
    return f"| `pm {' '.join(words)}{takes}` | {_cell(does)}{_cell(listed)} |"


def _argument(argument: click.Argument) -> str:
    name = (argument.metavar or argument.name or "").upper().strip("[]")
    return name if argument.required else f"[{name}]"


def _option(option: click.Option, command: click.Command) -> str:
    told = option.get_help_record(click.Context(command))
    return f"`{' '.join(told[0].split())}` {' '.join(told[1].split())}".strip() if told else ""


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("<p", "&lt;p")


SETTINGS_HEAD = """# Settings

Every setting, from the environment or from `.env` in the folder where `pm` runs; the environment goes first. An empty
one counts as not set. A service whose settings are absent is off and says so; a wrong one is one line with its remedy,
and nothing starts. `.env.example` is this list to fill in; `python -m tests.docs.reference` writes this page from it.
"""


def settings() -> str:
    """docs/settings.md, as it must be."""
    rows = [SETTINGS_HEAD]
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        if found := re.match(r"# --- (.*) ---$", line):
            title = found[1][0].upper() + found[1][1:]
            rows += ["", f"## {title}", "", "| setting | |", "|---|---|"]
        elif found := re.match(r"([A-Z_]+)= +# (.*)$", line):
            does = re.sub(r"docs/([a-z-]+)[.]md", r"[\1.md](\1.md)", found[2])
            rows.append(f"| `{found[1]}` | {_cell(does)} |")
    return "\n".join(rows).replace("\n\n\n", "\n\n") + "\n"


if __name__ == "__main__":
    COMMANDS.write_text(command_line(), encoding="utf-8")
    SETTINGS.write_text(settings(), encoding="utf-8")
