"""The Home of somebody who is no member: what it can say honestly, which is nothing about anybody."""

from __future__ import annotations

from bot.views.parts.message import Block, section

STRANGER = "You are not in this team's constitution, so I never contact you. An admin can add you to directives.yaml."
GUEST = "I answer members of this workspace only, because what I know is internal to it. I never contact you."


def stranger(*, guest: bool) -> list[Block]:
    """All of it."""
    return [section(GUEST if guest else STRANGER)]
