"""What the pages name is there, and what is there they name: links and their places, settings, commands, options."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import click
import pytest

from bot.cli import cli
from bot.connections.jira import NEEDED
from bot.settings import Settings
from tests.docs.reading import PAGES, ROOT, distinct
from tests.docs.reference import COMMANDS, SETTINGS, command_line, leaves, settings
from tests.test_repository import INTERNAL

DOCS = sorted({*PAGES, *(p for p in ROOT.glob("docs/**/*.md") if p.name != "progress.md"), ROOT / "CHANGELOG.md"})
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)#([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)

OTHERS = {
    **dict.fromkeys(("CLICKS_SEEDS", "CLOCK_SEEDS", "FUZZ_EXAMPLES", "FUZZ_SEED", "FUZZ_WIRE"), "docs/fuzz.md"),
    "BENCH_SCALE": "make bench",
    "CHAOS_HITS": "make chaos",
    "CHAOS_KILLS": "make chaos",
    "CHAOS_MINUTES": "make chaos",
    "CHAOS_PARALLEL": "make chaos",
    "FAULTS_AWAY": "make faults",
    "FAULTS_CRASHES": "make faults",
    "FAULTS_SEED": "make faults",
    "RLIMIT_NOFILE": "the kernel's",
    "BROWSE_PROJECTS": "a permission of Jira",
    "POSTGRES_PASSWORD": "deploy/compose.env.example",
    "HTTPS_PROXY": "the machine's",
    "NO_PROXY": "the machine's",
    "PM_AGENT": "the program of docs/api.md",
    "ATLASSIAN_CIRCUIT_BREAKER_THRESHOLD": "mcp-atlassian's own",
    "READ_ONLY_MODE": "mcp-atlassian's own",
    "JIRA_URL": "mcp-atlassian's own",
    "JIRA_USERNAME": "mcp-atlassian's own",
    "JIRA_API_TOKEN": "mcp-atlassian's own",
    "SLACK_MCP_XOXP_TOKEN": "slack-mcp-server's own",
    "DUCKDNS_NAME": "deploy/duckdns.sh",
    "DUCKDNS_TOKEN": "deploy/duckdns.sh",
    "PM_HOST": "deploy/nginx/render.sh",
    "PM_EMAIL": "deploy/compose.env.example",
}
"""Names in capitals that are no settings of ours, and whose they are."""


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


# --- links ------------------------------------------------------------------------------------------------------


@cache
def places(page: Path) -> frozenset[str]:
    """The anchors of its headings, as GitHub makes them."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#+ (.+)$", FENCED.sub("", text(page)), re.MULTILINE):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)|[`*]", r"\1", heading).strip().lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found[slug] = found.get(slug, -1) + 1
        if found[slug]:
            found[f"{slug}-{found[slug]}"] = 0
    return frozenset(found)


@pytest.mark.parametrize("page", DOCS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_place_on_a_page_leads_there(page: Path) -> None:
    wrong = []
    for file, anchor in LINK.findall(FENCED.sub("", text(page))):
        target = (page.parent / file).resolve() if file else page
        if target.suffix == ".md" and anchor not in places(target):
            wrong.append(f"{file}#{anchor}")
    assert wrong == []


def test_every_page_can_be_reached_from_the_first_ones() -> None:
    todo, seen = [ROOT / "README.md", ROOT / "docs" / "README.md"], set[Path]()
    while todo:
        here = todo.pop()
        todo += here.glob("*.md") if here.is_dir() else ()
        if here in seen or here.suffix != ".md" or not here.exists():
            continue
        seen.add(here)
        todo += [(here.parent / file).resolve() for file in re.findall(r"\]\((?!https?:)([^)#\s]+)", text(here))]
    assert [str(page.relative_to(ROOT)) for page in DOCS if page not in seen] == []


PROVED = re.compile(r"\[([^]]+)\]\(\.\./(tests/[\w/]+\.py)\)")


def test_every_test_the_security_page_names_is_in_its_file() -> None:
    named = PROVED.findall(text(ROOT / "docs" / "security.md"))
    missing = [words for words, file in named if f"def test_{words.replace(' ', '_')}(" not in text(ROOT / file)]
    assert missing == [] and len(named) > 40


# --- settings ---------------------------------------------------------------------------------------------------


def test_every_setting_they_name_exists() -> None:
    known = {name.upper() for name in Settings.model_fields} | set(OTHERS).union(*NEEDED.values())
    pattern = r"(?<![\w/{$])[A-Z]+(?:_[A-Z]+)+(?=[`=\s,.)}]|$)"
    spans = {span for page in DOCS for span in re.findall(r"`([^`\n]+)`|^    (\S.*)$", text(page), re.MULTILINE)}
    named = {name for pair in spans for part in pair for name in re.findall(pattern, part)}
    assert sorted(named - known - CODE) == []


CODE = frozenset({"FINDS", "DETECTORS", "FORESEEN", "STANDS_FOR", "THRESHOLDS"})
"""Names of Python's, on pages for those who change the code."""


def test_every_setting_there_is_they_explain() -> None:
    pages = "\n".join(text(page) for page in DOCS if page.parent == ROOT / "docs")
    names = {name.upper() for name in Settings.model_fields} - INTERNAL
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", pages)) == []


# --- commands ---------------------------------------------------------------------------------------------------


def ours() -> Iterator[list[str]]:
    """The words behind ``pm`` of every command told."""
    for command in distinct():
        for told in re.findall(r"(?:^|[ (&])pm ([a-z][^|&>)]*)", command):
            if not command.startswith(("/pm", "redis")):
                yield re.sub(r"[\[\]]", "", told).split()


def test_every_pm_they_tell_exists_with_those_options() -> None:
    tree: Mapping[str, click.Command] = {" ".join(words): command for words, command in leaves(cli, groups=True)}
    wrong = []
    for words in ours():
        name = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in tree), "")
        options = (
            {o for parameter in tree[name].params for o in parameter.opts + parameter.secondary_opts} if name else {}
        )
        asked = {word.partition("=")[0] for word in words if word.startswith("--")} - {"--help"}
        if not (name or words[0] == "--help") or asked - set(options):
            wrong.append(" ".join(words))
    assert wrong == []


def test_every_command_there_is_stands_on_a_page_that_explains_it() -> None:
    pages = "\n".join(text(page) for page in DOCS if page.parent == ROOT / "docs" and page != COMMANDS)
    flat = " ".join(pages.split())
    names = [" ".join(words) for words, _ in leaves(cli)]
    assert [name for name in names if f"pm {name}" not in flat] == [] and len(names) > 35


def test_the_pages_of_commands_and_settings_are_what_help_and_the_example_say() -> None:
    assert text(COMMANDS) == command_line() and text(SETTINGS) == settings(), "run: python -m tests.docs.reference"
