"""Every command that the pages tell people to type: from blocks and from the words between, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
GENERATED = frozenset({"progress.md", "commands-tested.md", "command-line.md", "settings.md"})
"""Lists of what others tell: nothing is told to be typed there."""

PAGES = (
    *sorted(page for page in ROOT.glob("docs/*.md") if page.name not in GENERATED),
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
)

PROGRAMS = frozenset(
    {
        *("pm", "make", "sudo", "sh", "git", "cp", "nano", "ssh", "curl", "openssl", "getent", "npm", "npx", "mkdir"),
        *("docker", "docker-compose", "systemctl", "systemd-analyze", "journalctl", "nginx", "gunicorn", "promtool"),
        *("redis-server", "createdb", "psql", "python", "python3", "pre-commit", "cloudflared", "crontab", "rsync"),
        *("tar", "df", "du", "free", "uptime", "timedatectl", "kill", "chmod", "echo", "cat", "cd"),
    }
)
ALONE = frozenset({"uptime", "timedatectl"})
"""Between words a program's name alone is a name; these are whole commands."""

DATA = frozenset({"text", "mermaid", "yaml", "json", "html", "sql"})
"""Blocks that say what they are, and are nothing to type."""

_SETTING = re.compile(r"^[A-Z][A-Z_]+=\S*$")
_CRON = re.compile(r"^(?:[\d*/,-]+\s+){5}")


class Command(NamedTuple):
    """One thing to type."""

    page: str
    line: int
    text: str

    @property
    def slack(self) -> bool:
        """Whether it is typed in Slack, not in a shell."""
        return self.text.startswith("/pm ")


class Block(NamedTuple):
    """Some lines set apart; ``kind`` is a fence's word, empty without one."""

    page: str
    line: int
    kind: str
    lines: tuple[str, ...]


@cache
def commands() -> tuple[Command, ...]:
    """All of them, a page after the other, from top to bottom."""
    found: list[Command] = []
    for page in PAGES:
        name = str(page.relative_to(ROOT))
        here = [each for block in blocks(name) for each in _of_block(block)] + list(_between(name))
        found += sorted(here, key=lambda each: each.line)
    return tuple(found)


@cache
def distinct() -> tuple[str, ...]:
    """Each once, however often it stands somewhere."""
    return tuple(dict.fromkeys(each.text for each in commands()))


def of_page(name: str) -> tuple[Command, ...]:
    """Those of one page that stand in its blocks, from top to bottom."""
    return tuple(each for block in blocks(name) for each in _of_block(block))


def unread() -> list[str]:
    """Lines of blocks that are neither a command, nor a setting, nor said to be something else."""
    return [
        f"{block.page}:{block.line} {line}"
        for block in _all_blocks()
        if block.kind not in DATA | {"python"} and not is_shown(block)
        for line in block.lines
        if line and (not _prompted(block) or line.startswith("$ "))
        if not _typed(line) and not _SETTING.match(_first(line))
    ]


def _prompted(block: Block) -> bool:
    """Whether what is typed stands behind a prompt, and the rest is what comes of it."""
    return any(line.startswith("$ ") for line in block.lines)


@cache
def _all_blocks() -> tuple[Block, ...]:
    return tuple(block for page in PAGES for block in blocks(str(page.relative_to(ROOT))))


def blocks(page: str, *, indented: bool = False) -> tuple[Block, ...]:
    """Fenced ones, ``indented`` as they are on request, and those set in by four blanks after an empty line."""
    made: list[Block] = []
    fence, began, kind, last, within = "", 0, "", "", False
    lines: list[str] = []
    for number, raw in enumerate((ROOT / page).read_text(encoding="utf-8").splitlines(), 1):
        bare = raw.strip()
        if bare.startswith("```"):
            if fence:
                made.append(Block(page, began, kind, tuple(lines)))
            fence, began, kind, lines = "" if fence else bare, number + 1, bare.strip("`"), []
        elif fence:
            lines.append(raw.rstrip() if indented else bare)
        elif raw.startswith("    ") and (within or not last):
            made += [] if within else [Block(page, number, "", ())]
            made[-1] = made[-1]._replace(lines=(*made[-1].lines, bare))
            within = True
        elif bare or not within:
            within = False
        else:
            made[-1] = made[-1]._replace(lines=(*made[-1].lines, ""))
        last = bare
    return tuple(made)


def is_shown(block: Block) -> bool:
    """Whether a block shows something instead of telling what to type."""
    return any(block.page == page and block.lines[0].startswith(begins) for page, begins in SHOWN)


SHOWN = (
    ("docs/claims.md", "f1 "),
    ("docs/digest.md", "Sprint 24: On track"),
    ("docs/directives.md", "directives.yaml:348"),
    ("docs/directives.md", "constitution/"),
    ("docs/evaluation.md", "ok  "),
    ("docs/evaluation.md", "$0.04"),
    ("docs/evaluation.md", "not let through"),
    ("docs/forecast.md", "project  time gone"),
    ("docs/forecast.md", "boardid,"),
    ("docs/limits.md", "- id: one-reminder-a-day"),
    ("docs/limits.md", "PAY-42 "),
    ("docs/limits.md", "INFRA-77,"),
    ("docs/modes.md", "teams:"),
    ("docs/nudges.md", "PAY-398 "),
)
"""(page, how its first line begins): examples of files and of what is printed."""


def _of_block(block: Block) -> Iterator[Command]:
    if block.kind in DATA or is_shown(block):
        return
    if block.kind == "python":
        yield Command(block.page, block.line, f"python: {block.lines[0]}")
        return
    for number, line in enumerate(block.lines):
        if not _prompted(block) or line.startswith("$ "):
            for text in _typed(line):
                yield Command(block.page, block.line + number, text)


def _typed(line: str) -> list[str]:
    """What of a line is typed: the words about it stand behind two blanks."""
    if line.startswith("/pm"):
        return [each for each in re.split(r"\s{2,}", line) if each.startswith("/pm")]
    text = plain(_CRON.sub("", line.removeprefix("$ ")))
    return [text] if program(text) in PROGRAMS else []


def _first(line: str) -> str:
    return re.split(r"\s{2,}", line)[0]


def plain(line: str) -> str:
    """Without the words about it, and pm by its own name."""
    text = re.split(r"\s{2,}(?=(?:[^'\"]|'[^']*'|\"[^\"]*\")*$)", line)[0]
    return re.sub(r"(^|\s)\.venv/bin/", r"\1", text).strip()


def program(text: str) -> str:
    """Which program a line starts, behind its settings."""
    for word in text.lstrip("(").split():
        if not re.match(r"^[A-Z][A-Z_]*=", word):
            return word
    return ""


def _between(page: str) -> Iterator[Command]:
    """Those in the running words and in tables."""
    text = (ROOT / page).read_text(encoding="utf-8")
    apart = {number for block in blocks(page) for number in range(block.line - 1, block.line + len(block.lines) + 1)}
    rows = [("" if n in apart else row) for n, row in enumerate(text.splitlines(), 1)]
    joined = "\n".join(rows)
    for span in re.finditer(r"`([^`]+)`", joined):
        words = " ".join(span[1].replace("\\|", "|").split())
        if not words or "\n\n" in span[1]:
            continue
        told = re.sub(r"(^|\s)\.venv/bin/", r"\1", words)
        known = program(told) in PROGRAMS and (" " in told or told in ALONE)
        if known or words.startswith("/pm "):
            yield Command(page, joined.count("\n", 0, span.start()) + 1, told)
