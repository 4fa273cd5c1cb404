"""``pm slack-manifest``: what to paste at api.slack.com, for Socket Mode or for an address, with nothing to edit."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import click
import yaml

from bot.cli.printing import json_option, print_json
from bot.connections.manifest import manifest, text

LINK = "https://api.slack.com/apps?new_app=1&manifest_yaml="


@click.command("slack-manifest")
@click.option("--socket", is_flag=True, help="For Socket Mode, which needs no public address. The default.")
@click.option("--url", callback=lambda _, __, url: _https(url), help="For HTTP: https://host where Slack reaches us.")
@click.option("--link", is_flag=True, help="A link that opens Slack's page with the manifest filled in.")
@json_option
def slack_manifest(socket: bool, url: str | None, link: bool, as_json: bool) -> None:
    """Print the manifest of the Slack app, ready to paste: Create New App, From a manifest."""
    if socket and url:
        raise click.UsageError("An app has Socket Mode or an address: give --socket or --url.")
    if as_json:
        print_json(manifest(url or ""))
        return
    told = yaml.safe_dump(manifest(url or ""), sort_keys=False, width=1_000)
    if link:
        click.echo(LINK + quote(told))
    else:
        click.echo((told if url else text()).rstrip())


def _https(url: str | None) -> str | None:
    """Slack sends to https addresses only; without a path, which is ours to know."""
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise click.BadParameter("write it as https://host")
    return url
