"""What several messages share: one line about one thing, and the button that explains it."""

from __future__ import annotations

from bot.views.parts.message import Block, button
from bot.views.parts.mrkdwn import escape, link, linked
from models.actions import Item
from planner.policy.in_words import NO_LINE

_OPENS = {
    "sprint": "Open the board",
    "author": "Open the pull requests",
    "account": "Open the account",
    "person": "Open the tickets",
}
"""What a link to a subject is called that no sentence names as it is written."""

_PROFILE = "/jira/people/"
"""In the address of an account's page; an account without one leads to its work."""

_CALLED = {
    "sprint": "the sprint",
    "author": "waiting reviews",
    "account": "an account",
    "person": "somebody's open work",
}


def item_line(item: Item, limit: int = 300) -> str:
    """The item's sentence with its subject as the link."""
    return linked(item.text, item_labels(item.subject), item.url, limit)


def account_line(item: Item, account: str, limit: int = 300) -> str:
    """The sentence about an account without its id, and a link to its profile where that is known."""
    named = item.text.replace(f" ({account})", "")
    text = escape(named.replace(f"The Atlassian account {account}", "An Atlassian account"), limit)
    profile = link(item.url, "Open its profile in Jira", 60) if _PROFILE in (item.url or "") else ""
    return f"{text} · {profile}" if profile.startswith("<") else text


def subject_link(subject: str, url: str) -> str:
    """A subject by its short name, as a link: ``PAY-7``, ``PR api#7``, ``the sprint``."""
    kind, _, _ = subject.partition(":")
    short = f"PR {subject.rpartition('/')[2]}" if "#" in subject else subject
    return link(url, _CALLED.get(kind, short), 60)


def why_button(proposal: str, about: str = "") -> Block:
    """Asks for the record behind this message, or behind what it says ``about`` one of several things."""
    return button("Why?", "why", proposal, reads=f"Why: {about}" if about else "Why am I told this?")


def rule_id(rule: str) -> str:
    """A directive's id as code. It is one of ours; whatever else is handed in loses its odd characters."""
    return f"`{''.join(c for c in rule if c.isalnum() or c in '-_.')[:60] or 'none'}`"


def ruled(rule: str) -> str:
    """``rule `confirm-scope```; where no line of the constitution decided, what did in words."""
    return escape(NO_LINE[rule]) if rule in NO_LINE else f"rule {rule_id(rule)}"


def item_labels(subject: str) -> list[str]:
    """How a sentence may name the subject, longest first; the last is what a link would be called."""
    if "#" in subject:
        path, _, number = subject.rpartition("#")
        repository = path.rpartition("/")[2]
        return [subject, f"{repository}#{number}", f"{repository} #{number}", f"PR #{number}", f"#{number}"]
    kind, _, _ = subject.partition(":")
    return [_OPENS[kind]] if kind in _OPENS else [subject]
