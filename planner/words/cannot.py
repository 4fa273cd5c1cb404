"""What an installation cannot do for want of a permission that may be left out, in words for people."""

from __future__ import annotations

from collections.abc import Collection, Mapping

WITHOUT: Mapping[str, tuple[str, ...]] = {
    "channels:history": (
        "A follow-up in a channel's thread needs a mention of me.",
        "I cannot search what was said in public channels.",
    ),
    "groups:history": (
        "A follow-up in a private channel's thread needs a mention of me.",
        "I cannot search what was said in private channels.",
    ),
}
"""The permission to what is lost without it, what people meet first of all first."""


def cannot(granted: Collection[str]) -> tuple[str, ...]:
    """What is lost, a line each; nothing while nobody has said what was granted."""
    lacking = [name for name in WITHOUT if granted and name not in granted]
    if len(lacking) == len(WITHOUT):
        return ("A follow-up in a thread needs a mention of me.", "I cannot search what was said in channels.")
    return tuple(line for name in lacking for line in WITHOUT[name])
