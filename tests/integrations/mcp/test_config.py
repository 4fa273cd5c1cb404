from __future__ import annotations

import json
from pathlib import Path

import pytest

from integrations.mcp.concerns import concerns, refused_in_production
from integrations.mcp.config import Entry, entry_of, read
from integrations.mcp.opening import environment
from models.errors import OperatorError

HERE = Path("/nowhere")


def entry(raw, **variables) -> Entry:
    return entry_of("jira", raw, variables, HERE)


def worries(raw, **variables) -> str:
    return "; ".join(concerns(entry(raw, **variables), raw))


def test_variables_stand_in_args_env_url_and_headers():
    found = entry({"command": "${BIN:-run}", "args": ["--at=${WHERE}"], "env": {"T": "${TOKEN}"}}, WHERE="x", TOKEN="s")
    assert (found.command, found.args, found.env, found.problem) == ("run", ("--at=x",), {"T": "s"}, "")
    web = entry(
        {"type": "http", "url": "https://${HOST}/mcp", "headers": {"A": "Bearer ${TOKEN}"}}, HOST="h", TOKEN="s"
    )
    assert (web.kind, web.url, web.headers) == ("http", "https://h/mcp", {"A": "Bearer s"})


def test_an_unresolved_variable_is_refused_by_name():
    assert "JIRA_TOKEN is not set" in entry({"command": "x", "env": {"T": "${JIRA_TOKEN}"}}).problem
    assert entry({"command": "x", "env": {"T": "${JIRA_TOKEN:-}"}}).problem == ""
    assert entry({"command": "x", "env": {"T": "$HOME costs 5$"}}).env == {"T": "$HOME costs 5$"}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({}, "neither a command nor a url"),
        ({"type": "sse", "url": "https://x/sse"}, "streamable"),
        ({"type": "http", "url": "ftp://x"}, "not an http"),
        ({"type": "ws", "url": "wss://x"}, "not stdio or http"),
        ({"command": ["x"]}, "command is not a str"),
        ({"command": "x", "args": "y"}, "args is not a list"),
        ({"command": "x", "env": {"A": 1}}, "text only"),
        ("x", "not an object"),
    ],
)
def test_a_wrong_entry_says_what_is_wrong(raw, words):
    assert words in entry(raw).problem


def test_one_wrong_entry_leaves_the_others_alone(tmp_path):
    file = tmp_path / ".mcp.json"
    file.write_text(json.dumps({"mcpServers": {"good": {"command": "x"}, "bad": {}}}))
    assert [(each.name, bool(each.problem)) for each in read(file, {})] == [("good", False), ("bad", True)]
    assert [each.name for each in read(file, {}, only=["good"])] == ["good"]
    with pytest.raises(OperatorError, match="has no server other. It has: good, bad"):
        read(file, {}, only=["other"])


@pytest.mark.parametrize("text", ["{", "[]", '{"mcpServers": []}', "[" * 100_000])
def test_a_file_that_is_no_configuration_is_one_line(tmp_path, text):
    file = tmp_path / ".mcp.json"
    file.write_text(text)
    with pytest.raises(OperatorError) as complaint:
        read(file, {})
    assert "\n" not in str(complaint.value) and str(file) in str(complaint.value)


def test_a_file_that_is_not_there_names_the_setting(tmp_path):
    with pytest.raises(OperatorError, match="MCP_CONFIG"):
        read(tmp_path / "none.json", {})


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"command": "npx", "args": ["-y", "slack-mcp-server"]}, "slack-mcp-server@<version>"),
        ({"command": "npx", "args": ["-y", "slack-mcp-server@latest"]}, "without a version"),
        ({"command": "npx", "args": ["-y", "@scope/server-slack"]}, "@scope/server-slack@<version>"),
        ({"command": "uvx", "args": ["mcp-atlassian"]}, "mcp-atlassian==<version>"),
        ({"command": "docker", "args": ["run", "-i", "ghcr.io/x/mcp"]}, "tag or a digest"),
        ({"url": "http://10.0.0.5/mcp"}, "use https"),
        ({"command": "x", "env": {"API_TOKEN": "plain"}}, "API_TOKEN stands in the file"),
        ({"command": "x", "args": ["--host", "0.0.0.0"]}, "every interface"),
    ],
)
def test_what_is_unwise_is_said(raw, words):
    assert words in worries(raw)


@pytest.mark.parametrize(
    "raw",
    [
        {"command": "npx", "args": ["-y", "@scope/server-slack@2025.4.25"]},
        {"command": "uvx", "args": ["--from", "mcp-atlassian==0.23.1", "mcp-atlassian"]},
        {"command": "docker", "args": ["run", "--rm", "-i", "ghcr.io/x/mcp:0.23.1"]},
        {"url": "http://127.0.0.1:9000/mcp"},
        {"command": "x", "env": {"API_TOKEN": "${T}"}},
    ],
)
def test_what_is_in_order_is_not_complained_about(raw):
    assert worries(raw, T="secret") == ""


def test_production_runs_nothing_unpinned():
    assert "without a version" in refused_in_production(entry({"command": "npx", "args": ["-y", "thing"]})).problem
    assert refused_in_production(entry({"command": "npx", "args": ["-y", "thing@1.2"]})).problem == ""


def test_known_servers_are_kept_from_writing_whatever_their_entry_says():
    env = environment(entry({"command": "uvx", "args": ["mcp-atlassian"], "env": {"READ_ONLY_MODE": "false"}}))
    assert env["READ_ONLY_MODE"] == "true" and "jira_search" in env["ENABLED_TOOLS"]
    assert env["ATLASSIAN_CIRCUIT_BREAKER_THRESHOLD"] == "2"
    slack = environment(entry({"command": "/opt/slack-mcp-server-linux-amd64"}))
    assert slack == {"SLACK_MCP_ENABLED_TOOLS": "conversations_search_messages,conversations_replies"}
