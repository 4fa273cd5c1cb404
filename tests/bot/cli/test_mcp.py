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


def test_try_with_a_negation_nobody_understands_searches_nothing(pm):
    ran = pm("try", "not blocked tickets")
    assert ran.exit_code == 1 and 'not searched: "not" turns the question round' in ran.stdout
    assert "KEY" not in ran.stdout and not ran.stderr


def dead(tmp_path):
    """A configuration of servers that cannot work."""
    file = tmp_path / "dead.json"
    file.write_text(json.dumps({"mcpServers": {"slack": {"command": "/no/such"}, "docs": {"command": "/nor/this"}}}))
    return str(file)


def test_list_says_each_complaint_once_and_fails_when_no_server_can_be_used(pm, tmp_path):
    ran = pm("list", MCP_CONFIG=dead(tmp_path))
    assert ran.exit_code == 1
    assert "\nslack: its command '/no/such' is not found\n" in ran.stdout
    assert ran.output.count("/no/such") == 1 and ran.stderr.splitlines() == [
        "error: no MCP server can be used. Searches are answered over REST meanwhile"
    ]
    assert pm("list", "--json", MCP_CONFIG=dead(tmp_path)).exit_code == 1


def test_accept_of_a_name_that_is_none_starts_nothing(pm, tmp_path):
    ran = pm("accept", "nosuch")
    assert ran.exit_code == 1 and ran.stderr == "error: there is no server nosuch; there are jira, docs\n"
    assert not (tmp_path / "pids").exists()


def test_accept_of_a_dead_server_says_why_once(pm, tmp_path):
    ran = pm("accept", "slack", MCP_CONFIG=dead(tmp_path))
    assert ran.exit_code == 1 and ran.output.count("/no/such") == 1 and "/nor/this" not in ran.output


def test_inspect_of_a_broken_file_is_one_line_and_fails(pm, tmp_path):
    (tmp_path / "bad.json").write_text("{")
    ran = pm("inspect", "--config", str(tmp_path / "bad.json"))
    assert ran.exit_code == 1 and ran.stdout == "" and len(ran.stderr.splitlines()) == 1
    assert "bad.json is not JSON" in ran.stderr
    both = pm("inspect", "--no-connect", "--config", str(tmp_path / "bad.json"), "--config", dead(tmp_path))
    assert both.exit_code == 1 and both.stdout.count("bad.json is not JSON") == 1 and "slack" in both.stdout


def test_accept_takes_what_a_server_shows_now(pm, tmp_path):
    pm("list")
    lock = tmp_path / ".mcp.lock.json"
    lock.write_text(lock.read_text().replace('"jira_search": "', '"jira_search": "0'))
    assert "changed since accepted: jira_search" in pm("list").stdout
    assert pm("accept", "jira").exit_code == 0
    assert "changed" not in pm("list").stdout
