from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from bot.cli import cli
from tests.integrations.mcp.fakes import program
from tests.integrations.mcp.jira_v2 import CONSTITUTION
from tests.integrations.mcp.test_session import SERVER


@pytest.fixture
def pm(tmp_path, monkeypatch):
    """Run ``pm mcp``: one server that works, one whose variable is missing, Jira itself not configured."""
    entry = program(tmp_path, SERVER)
    servers = {
        "jira": {"command": entry.command, "args": list(entry.args), "env": {"PIDS": "${PIDS}"}},
        "docs": {"command": "x", "env": {"T": "${DOCS_TOKEN}"}},
    }
    (tmp_path / ".mcp.json").write_text(json.dumps({"mcpServers": servers}))
    monkeypatch.chdir(tmp_path)
    variables = {
        "MCP_CONFIG": str(tmp_path / ".mcp.json"),
        "DIRECTIVES_FILE": str(CONSTITUTION),
        "DATABASE_URL": f"sqlite:///{tmp_path}/pm.db",
        "PIDS": str(tmp_path / "pids"),
    }

    def run(*args, **changes):
        return CliRunner().invoke(cli, ["mcp", *args], env=variables | changes)

    return run


def test_list_says_how_each_server_stands(pm):
    ran = pm("list", "--json")
    jira, docs = json.loads(ran.stdout)
    assert (jira["state"], jira["operations"], docs["state"]) == ("ready", ["search_issues"], "refused")
    assert "DOCS_TOKEN is not set" in docs["problems"][0]


def test_try_says_who_answered(pm):
    ran = pm("try", "blocked tickets in the current sprint", "--json")
    assert json.loads(ran.stdout)["answered_by"] == "mcp jira" and ran.exit_code == 0


def test_try_that_cannot_be_searched_says_why_and_fails(pm):
    ran = pm("try", "what did Tomas work on")
    assert ran.exit_code == 1 and "Tomas is nobody in directives.yaml" in ran.stdout


def test_without_a_configuration_it_is_off_and_says_so(pm):
    ran = pm("list", MCP_CONFIG="")
    assert ran.exit_code == 1 and "MCP_CONFIG" in ran.stderr and "Traceback" not in ran.output


def test_inspect_reads_nothing_it_was_not_pointed_at(pm):
    assert pm("inspect").exit_code == 2


def test_inspect_writes_a_report_without_connecting(pm, tmp_path):
    ran = pm("inspect", "--config", str(tmp_path / ".mcp.json"), "--no-connect", "--export", str(tmp_path / "out.json"))
    assert ran.exit_code == 0, ran.output
    told = json.loads((tmp_path / "out.json").read_text())
    assert [server["state"] for server in told["servers"]] == ["not asked", "unusable"]
    assert not (tmp_path / "pids").exists()


def test_accept_takes_what_a_server_shows_now(pm, tmp_path):
    pm("list")
    lock = tmp_path / ".mcp.lock.json"
    lock.write_text(lock.read_text().replace('"jira_search": "', '"jira_search": "0'))
    assert "changed since accepted: jira_search" in pm("list").stdout
    assert pm("accept", "jira").exit_code == 0
    assert "changed" not in pm("list").stdout
