"""The manifest an operator pastes into Slack is one Slack takes, and asks for no more than the product uses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

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
    asked = MANIFEST["oauth_config"]["scopes"]["bot"]
    assert [scope for scope in asked if f'"{scope}"' not in known] == []


def test_the_readme_leads_to_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "deploy/slack-manifest.yaml" in readme
