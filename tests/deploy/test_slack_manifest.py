"""The manifest an operator pastes into Slack is one Slack takes, and asks for no more than the product uses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft7Validator

from bot.cli.manifest import slack_manifest
from bot.connections.manifest import manifest
from planner.asked.questions import AskHelp, parse_command
from planner.words.cannot import WITHOUT

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "slack"
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "slack-manifest.yaml").read_text(encoding="utf-8"))


def shared(path: str) -> Any:
    """A vendor's file beside the checkout."""
    if not (SHARED / path).exists():
        pytest.skip("the vendors' descriptions are not beside this checkout (shared/slack)")
    return json.loads((SHARED / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
def test_the_manifest_fits_slacks_schema(version: str) -> None:
    errors = Draft7Validator(shared(f"schemas/manifest.schema.{version}.json")).iter_errors(MANIFEST)
    assert [error.message for error in errors] == []


def test_every_scope_is_one_slack_knows() -> None:
    known = json.dumps(shared("web-api/methods.json")) + '"app_mentions:read" "commands"'
    scopes = MANIFEST["oauth_config"]["scopes"]
    asked = [*scopes["bot"], *scopes["bot_optional"]]
    assert [scope for scope in asked if f'"{scope}"' not in known] == []


def test_the_readme_leads_to_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "deploy/slack-manifest.yaml" in readme


# --- with what it promises ----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
def test_the_one_for_an_address_fits_too_and_has_it_in_every_place(version: str) -> None:
    told = manifest("https://pm.example.com/")
    assert list(Draft7Validator(shared(f"schemas/manifest.schema.{version}.json")).iter_errors(told)) == []
    assert json.dumps(told).count('"https://pm.example.com/slack/events"') == 3
    assert told["settings"]["socket_mode_enabled"] is False


def test_for_socket_mode_no_address_is_in_it() -> None:
    assert "request_url" not in json.dumps(MANIFEST) and MANIFEST["settings"]["socket_mode_enabled"] is True


def test_every_event_is_one_slack_knows() -> None:
    known = json.dumps(shared("schemas/inbound-payloads.schema.json"))
    asked = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    unknown = [name for name in asked if f'"{name.split(".")[0]}"' not in known]
    assert unknown == []


def test_every_event_has_its_scope() -> None:
    needs = {"message.channels": "channels:history", "message.groups": "groups:history", "message.im": "im:history"}
    scopes = MANIFEST["oauth_config"]["scopes"]
    given = {*scopes["bot"], *scopes["bot_optional"]}
    asked = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    assert [event for event, scope in needs.items() if event in asked and scope not in given] == []


def test_what_may_be_left_out_is_what_help_can_explain() -> None:
    scopes = MANIFEST["oauth_config"]["scopes"]
    assert set(scopes["bot_optional"]) == set(WITHOUT) and not set(scopes["bot_optional"]) & set(scopes["bot"])


def test_the_suggested_prompts_are_questions_the_product_answers() -> None:
    for prompt in MANIFEST["features"]["agent_view"]["suggested_prompts"]:
        understood = parse_command(prompt["message"])
        assert not isinstance(understood, AskHelp), prompt


def test_the_command_prints_the_file_or_one_with_the_address() -> None:
    run = CliRunner().invoke
    socket, http = run(slack_manifest, []), run(slack_manifest, ["--url", "https://pm.example.com"])
    assert yaml.safe_load(socket.output) == MANIFEST and "Socket Mode" in socket.output
    assert yaml.safe_load(http.output) == manifest("https://pm.example.com")
    assert json.loads(run(slack_manifest, ["--json"]).output) == MANIFEST
    assert parse_qs(urlsplit(run(slack_manifest, ["--link"]).output.strip()).query)["manifest_yaml"]


@pytest.mark.parametrize("url", ["http://pm.example.com", "pm.example.com", "https://pm.example.com/path"])
def test_an_address_slack_would_not_call_is_refused(url: str) -> None:
    told = CliRunner().invoke(slack_manifest, ["--url", url])
    assert told.exit_code == 2 and "https://host" in told.output
