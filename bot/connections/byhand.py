"""What an admin clicks where when our token may not register a webhook, with the values to paste."""

from __future__ import annotations

from collections.abc import Iterable

from bot.connections.hooks import Wanted
from bot.connections.offices import Office
from models.events import Source

_WORDS = {"fulfilled": "merged", "rejected": "declined", "unapproved": "approval removed", "push": "pushed"}
_SUBJECTS = {
    "pullrequest": "Pull request",
    "repo": "Repository",
    "commit": "Build",
    "issuelink": "Issue link",
    "board": "Board",
}


def by_hand(office: Office, want: Wanted, secret: str, *, site: str, setting: str) -> list[str]:
    """The lines to follow. ``secret`` is shown as it is; empty, the reader is led to ``setting``."""
    shown = secret or f"the value of {setting} in .env (--show-secret prints it)"
    if want.service is Source.JIRA:
        return _jira(want, shown, site)
    return _bitbucket(office, want, shown)


def _jira(want: Wanted, secret: str, site: str) -> list[str]:
    return [
        "This token may not register webhooks in Jira: that needs the global permission Administer Jira.",
        "A Jira admin does it once, by hand:",
        f"  1. Open {site}/plugins/servlet/webhooks (Settings, System, WebHooks) and press Create a WebHook.",
        "  2. Enter:",
        f"       Name      {want.name}",
        "       Status    Enabled",
        f"       URL       {want.url}",
        f"       Secret    {secret}",
        f"       JQL       {want.jql}   (under Issue related events)",
        *(f"       Events    {line}" for line in grouped(want.events)),
        "       Exclude body stays off.",
        "  3. Press Create.",
        "Or an admin runs this command once with their own ATLASSIAN_EMAIL and ATLASSIAN_API_TOKEN (without scopes).",
    ]


def _bitbucket(office: Office, want: Wanted, secret: str) -> list[str]:
    kind = office.place.partition(" ")[0]
    return [
        f"This token may not register webhooks for {office.place}: that needs the scopes",
        "read:webhook:bitbucket and write:webhook:bitbucket, and an admin's rights there.",
        f"An admin of the {kind} does it once, by hand:",
        f"  1. In Bitbucket open the {office.place}, {kind.capitalize()} settings, Webhooks, Add webhook.",
        "  2. Enter:",
        f"       Title     {want.name}",
        f"       URL       {want.url}",
        f"       Secret    {secret}",
        "       Status    Active",
        "       Triggers  Choose from a full list of triggers:",
        *(f"                 {line}" for line in grouped(want.events)),
        "  3. Press Save.",
    ]


def grouped(events: Iterable[str]) -> list[str]:
    """``Pull request: created, merged``: the events as the forms list them."""
    found: dict[str, list[str]] = {}
    for event in sorted(events):
        subject, word = _split(event)
        found.setdefault(subject, []).append(word)
    return [f"{subject}: {', '.join(words)}" for subject, words in found.items()]


def _split(event: str) -> tuple[str, str]:
    name = event.removeprefix("jira:")
    if name.startswith("repo:commit_status_"):
        return "Build", f"status {name.removeprefix('repo:commit_status_')}"
    subject, _, word = name.partition(":") if ":" in name else name.partition("_")
    return _SUBJECTS.get(subject, subject.capitalize()), _WORDS.get(word, word.replace("_", " "))
