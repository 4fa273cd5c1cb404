from __future__ import annotations

import json

import pytest

from integrations.mcp.redacted import address, arguments, clean, shown
from integrations.mcp.report import ask_for_tools, report
from integrations.mcp.session import Limits
from integrations.mcp.survey import survey
from tests.integrations.mcp.fakes import program
from tests.integrations.mcp.test_session import SERVER
from tests.moved import Moved

pytestmark = pytest.mark.anyio

SECRETS = (
    "xoxp-very-secret-token",
    "hunter2hunter2",
    "Bearer abcdefghijkl",
    "key-in-the-args",
    "s3cr3t-in-path-0123456789abcdef",
)


def write(file, servers, **more):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"mcpServers": servers, **more}))
    return file


@pytest.fixture
def home(tmp_path):
    """A person's configuration: three scopes, one name in all of them, secrets everywhere one can put them."""
    slack = {"command": "npx", "args": ["-y", "slack-mcp-server"], "env": {"SLACK_MCP_XOXP_TOKEN": SECRETS[0]}}
    remote = {"type": "http", "url": f"https://user:{SECRETS[1]}@mcp.example.com/{SECRETS[4]}/mcp?key={SECRETS[1]}"}
    remote |= {"headers": {"Authorization": SECRETS[2]}}
    local = {"command": "run", "args": ["--api-key", SECRETS[3]], "env": {"PASSWORD": "${NOT_SET}"}}
    write(
        tmp_path / ".claude.json",
        {"slack": slack, "remote": remote},
        projects={"/srv/pay": {"mcpServers": {"slack": local}}},
    )
    write(tmp_path / ".config" / "claude-code" / "mcp.json", {"old": {"type": "sse", "url": "https://x/sse"}})
    skill = tmp_path / ".claude" / "skills" / "standup" / "SKILL.md"
    skill.parent.mkdir(parents=True)
    skill.write_text("---\nname: standup\ndescription: Writes the standup.\n---\nBody\n")
    return tmp_path


def test_scopes_are_read_and_it_is_said_which_file_won(home):
    config = write(home / "work" / ".mcp.json", {"slack": {"command": "x"}})
    found = survey([config], [home], [], {})
    slack = [each for each in found.servers if each.entry.name == "slack"]
    assert {(each.scope, each.wins) for each in slack} == {("project", False), ("user", False), ("local", True)}
    assert all("local /srv/pay" in each.beaten_by for each in slack if not each.wins)


def test_what_is_unreliable_is_named(home):
    told = report(survey([], [home], [], {}), None)
    said = {(s["name"], s["scope"]): "; ".join(s["concerns"]) for s in told["servers"]}
    assert "NOT_SET is not set" in said["slack", "local"] and "has the same name and wins" in said["slack", "user"]
    assert (
        "without a version" in said["slack", "user"]
        and "SLACK_MCP_XOXP_TOKEN stands in the file" in said["slack", "user"]
    )
    assert "old transport" in said["old", "user"]
    assert told["skills"][0]["name"] == "standup" and told["skills"][0]["description"] == "Writes the standup."


def test_nothing_secret_leaves(home):
    told = json.dumps(report(survey([], [home], [], {"NOT_SET": "from-the-environment"}), None))
    assert [secret for secret in (*SECRETS, "from-the-environment") if secret in told] == []
    assert "SLACK_MCP_XOXP_TOKEN" in told and "https://mcp.example.com/" in told


def test_only_what_is_pointed_at_is_read(home, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    assert survey([], [other], [], {}).servers == ()
    assert len(survey([], [], [home / ".claude" / "skills"], {}).skills) == 1


def test_a_file_that_is_broken_is_a_line_and_not_the_end(home):
    (home / ".claude.json").write_text("{")
    told = report(survey([], [home], [], {}), None)
    assert "is not JSON" in told["troubles"][0] and [s["name"] for s in told["servers"]] == ["old"]


async def test_tools_are_listed_and_those_that_write_are_named(tmp_path):
    source = SERVER.replace(
        "@made.tool()", "@made.tool()\ndef jira_delete_issue(key: str) -> str:\n    return ''\n\n@made.tool()", 1
    )
    entry = program(tmp_path, source, {"PIDS": str(tmp_path / "pids")})
    servers = {
        "jira": {"command": entry.command, "args": list(entry.args), "env": dict(entry.env)},
        "gone": {"command": "/no/such"},
    }
    found = survey([write(tmp_path / ".mcp.json", servers)], [], [], {})
    told = report(found, await ask_for_tools(found, Moved(), Limits(connect=10)))
    jira, gone = told["servers"]
    assert (jira["state"], jira["operations"], jira["writes"]) == ("answers", ["search_issues"], ["jira_delete_issue"])
    assert gone["state"] == "unreachable" and "not found" in gone["concerns"][0]
    assert told["missing"] == ["get_issue", "find_sprint", "search_messages", "get_thread"]


def test_arguments_and_addresses_are_shown_without_values():
    assert arguments(("--token", "abc", "--port", "80", "--api-key=x", "run")) == [
        "--token",
        "***",
        "--port",
        "80",
        "--api-key=***",
        "run",
    ]
    assert address("https://u:p@h:8443/mcp?token=1#x") == "https://h:8443/mcp"
    assert clean("failed with xoxb-123-abc and Bearer abcdef123") == "failed with *** and ***"


def test_an_entrys_environment_is_shown_by_name_only(tmp_path):
    assert shown(program(tmp_path, "", {"JIRA_URL": "https://a.example"}))["env"] == {"JIRA_URL": "***"}
