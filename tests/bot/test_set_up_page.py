"""docs/set-up.md says what is so: its settings, commands, scopes, events and lines are those of the product."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.app import build
from bot.cli import cli
from bot.connections.everything import all_probes
from bot.connections.hooks import EVENTS
from bot.connections.jira import NEEDED, permissions_for
from bot.connections.manifest import needed_scopes, optional_scopes
from bot.connections.wiring import company_of
from bot.settings import Settings
from models.directives_file import load
from models.events import Source

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "set-up.md").read_text(encoding="utf-8")
CODE = set(re.findall(r"`([^`\n]+)`", PAGE))


def test_every_setting_it_names_exists() -> None:
    named = {word for word in CODE if re.fullmatch(r"[A-Z]+_[A-Z_]+", word)}
    jira = {"BROWSE_PROJECTS"}.union(*NEEDED.values())
    assert named - jira <= {name.upper() for name in Settings.model_fields} and len(named) > 12


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^    pm (.+)$", PAGE, re.MULTILINE))))
def test_every_command_it_shows_exists_with_those_options(command: str) -> None:
    words = [word for word in command.split() if not word.startswith(("http", "--"))]
    shown = CliRunner().invoke(cli, [*(w for w in words if w != "all"), "--help"])
    options = re.findall(r"--[a-z-]+", command)
    assert shown.exit_code == 0 and all(option in shown.output for option in options)


def test_every_scope_of_the_manifest_is_explained() -> None:
    assert needed_scopes() | optional_scopes() <= CODE


def test_the_events_are_those_we_register() -> None:
    assert EVENTS[Source.JIRA] | EVENTS[Source.BITBUCKET] <= CODE


def test_the_permissions_are_those_the_shipped_constitution_needs() -> None:
    assert set(permissions_for(load(ROOT / "directives.yaml"))) <= CODE


def test_every_line_of_the_check_is_in_its_table(environment: pytest.MonkeyPatch) -> None:
    names = [probe.name for probe in all_probes(company_of(build(Settings.from_environment(None))))]
    lines = {word for word in CODE if word.endswith("…")}
    unknown = [n for n in names if n not in CODE and not any(n.startswith(line[:-1]) for line in lines)]
    assert unknown == [] and len(names) > 40
