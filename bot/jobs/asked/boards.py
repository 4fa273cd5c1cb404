"""Which board a channel, or a person in direct messages, is answered for: chosen once, remembered, told below."""

from __future__ import annotations

from bot.app import App
from models.ids import PersonId, TeamId
from planner.asked.here import Here

_ABOUT = "board"


async def here(app: App, team: TeamId, channel: str, person: PersonId | None) -> Here:
    """What was chosen in the place of a question."""
    key = _key(channel, person)
    chosen = (await app.store.recall(team, _ABOUT)).get(key) if key else None
    return Here(board=chosen if isinstance(chosen, int) else None, private=channel.startswith("D"))


async def choose(app: App, team: TeamId, channel: str, person: PersonId | None, board: int) -> None:
    """Keep the choice, if a sprint of that board is running here; nobody is answered for a board there is not."""
    key = _key(channel, person)
    running = {sprint.board for sprint in (await app.store.facts_about(team)).sprints}
    if key and board in running:
        await app.store.remember(team, _ABOUT, key, board)


def _key(channel: str, person: PersonId | None) -> str:
    """The channel's id; in a direct message the person, whichever conversation it is."""
    return (person or "") if channel.startswith("D") or not channel else channel
