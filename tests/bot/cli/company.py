"""Commands run against the simulated company, as an operator would run them beside the agent."""

from __future__ import annotations

from collections.abc import Mapping

import anyio.to_thread
from click.testing import CliRunner, Result

from bot.cli import cli
from bot.settings import Settings
from tests.world import World


def environment(world: World, **changes: str | None) -> Mapping[str, str | None]:
    """The operator's variables: those of the running agent, and nothing of this machine's own."""
    settings = world.settings
    nothing: dict[str, str | None] = {name.upper(): None for name in Settings.model_fields}
    return (
        nothing
        | dict(world.simulator.environment())
        | {
            "DATABASE_URL": settings.database_url,
            "DIRECTIVES_FILE": str(settings.directives_file),
            "PORT": str(settings.port),
            "PUBLIC_URL": f"http://127.0.0.1:{settings.port}",
        }
        | changes
    )


async def pm(world: World, *words: str, **changes: str | None) -> Result:
    """``pm`` with these words, in a thread of its own: it brings its own loop."""
    variables = environment(world, **changes)
    return await anyio.to_thread.run_sync(lambda: CliRunner().invoke(cli, list(words), env=variables))
