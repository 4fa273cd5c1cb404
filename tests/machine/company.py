"""A simulated Slack, Jira and Bitbucket inside the machine, until it is told to end; its secrets are always the same.

/opt/pm-agent/.venv/bin/python -m tests.machine.company PORT DOORS [socket]
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from integrations.simulator.server import Secrets, Simulator
from models.clock import SystemClock
from models.directives_file import load

SECRETS = Secrets(
    slack_bot_token="xoxb-machine-1",
    slack_signing_secret="machine-signing",
    slack_app_token="xapp-machine-1",
    slack_client_secret="machine-client",
    atlassian_token="machine-atlassian",
    jira_webhook_secret="machine-jira-secret",
    bitbucket_token="machine-bitbucket",
    bitbucket_webhook_secret="machine-bitbucket-secret",
    anthropic_api_key="sk-ant-machine",
)
PORT = 8499
FILE = Path(__file__).parents[2] / "directives.yaml"


def company(doors: str, *, socket: bool) -> Simulator:
    """A company whose agent answers at ``doors``."""
    directives = load(FILE)
    text = FILE.read_text(encoding="utf-8")
    made = Simulator(directives, text, SystemClock(), doors, SECRETS, past=6, socket=socket)
    made.jira.denied.discard("ADMINISTER")
    return made


def settings(*, socket: bool) -> str:
    """What a person writes into .env to live there, before webhooks are set up."""
    made = company("http://127.0.0.1:8080", socket=socket)
    made.url = f"http://127.0.0.1:{PORT}"
    over = "SLACK_SIGNING_SECRET" if socket else "SLACK_APP_TOKEN"
    given = {n: v for n, v in made.environment().items() if "WEBHOOK" not in n and "CLIENT" not in n and n != over}
    return "".join(f"{name}={value}\n" for name, value in given.items())


async def _live(doors: str, socket: bool) -> None:
    made, ended = company(doors, socket=socket), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await made.start(port=PORT)
    await ended.wait()
    await made.stop()


if __name__ == "__main__":
    asyncio.run(_live(sys.argv[1], "socket" in sys.argv))
