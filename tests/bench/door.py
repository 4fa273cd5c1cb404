"""The Jira door alone, in a process of its own: ``python door.py PORT DATABASE_URL BATCH``."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

sys.path.insert(0, str(Path(__file__).parents[2]))

from pydantic import SecretStr

from bot.app import build
from bot.server import make_asgi
from bot.settings import Settings
from models.mailbox import Mailbox

SECRET = "bench"


def main() -> None:
    """Serve until killed."""
    port, url, batch = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    settings = Settings.model_construct(
        **Settings.model_construct().model_dump()
        | {
            "database_url": url,
            "directives_file": Path(__file__).parents[2] / "directives.yaml",
            "jira_webhook_secret": SecretStr(SECRET),
        }
    )
    app = build(settings)
    app.mailbox = Mailbox(app.database, app.clock, batch=batch)
    uvicorn.run(make_asgi(app, with_worker=False), port=port, log_level="error", access_log=False)


if __name__ == "__main__":
    main()
