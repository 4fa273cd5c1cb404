"""The simulator as one server: the company, its Slack, Jira, Bitbucket and Claude, and the page to watch them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from aiohttp import web

from integrations.simulator import seed
from integrations.simulator.atlassian import bitbucket_shapes, jira_shapes
from integrations.simulator.atlassian.bitbucket import Bitbucket
from integrations.simulator.atlassian.jira import Jira
from integrations.simulator.atlassian.jira_doors import JiraDoors
from integrations.simulator.atlassian.webhooks import WAITS, Webhooks
from integrations.simulator.claude.api import BASE, LARGEST, ClaudeApi, Pace
from integrations.simulator.control import Control
from integrations.simulator.doorway import only_local
from integrations.simulator.slack import seed as slack_seed
from integrations.simulator.slack.api import Pacing, SlackApi
from integrations.simulator.slack.manifest import promised
from integrations.simulator.slack.openid import OpenIdDoors
from integrations.simulator.slack.out import SlackOut
from integrations.simulator.slack.socket import SlackSocket
from integrations.simulator.slack.wire import RETRIES
from integrations.simulator.slack.workspace import Workspace
from integrations.simulator.traffic import Faults, Traffic, middleware
from integrations.simulator.trouble import Troubles
from models.clock import Clock, SharedClock
from models.directives import Directives
from models.errors import OperatorError
from models.ids import fresh

HOST = "127.0.0.1"
"""The only address it listens on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What the product and the simulated vendors share; fresh ones each time unless given."""

    slack_bot_token: str = field(default_factory=lambda: f"xoxb-{fresh()}")
    slack_signing_secret: str = field(default_factory=fresh)
    slack_app_token: str = field(default_factory=lambda: f"xapp-{fresh()}")
    slack_client_id: str = "1000.2000"
    slack_client_secret: str = field(default_factory=fresh)
    atlassian_email: str = "pm-agent@example.com"
    atlassian_token: str = field(default_factory=fresh)
    jira_webhook_secret: str = field(default_factory=fresh)
    bitbucket_token: str = field(default_factory=fresh)
    bitbucket_webhook_secret: str = field(default_factory=fresh)
    anthropic_api_key: str = field(default_factory=lambda: f"sk-ant-{fresh()}")


class Simulator:
    """A small company on loopback.

    ``directives`` say who is in it; ``clock`` is company time (a ``SharedClock`` can be changed from the
    page); ``product_url`` is where the product's doors are. ``pacing`` switches Slack's posting limit,
    ``webhook_waits`` and ``event_retries`` are seconds between tries. With ``socket`` Slack speaks over Socket Mode.
    With ``claude``, how fast the simulated Claude answers, the product is told to use it.
    """

    webhooks: Webhooks | None = None
    control: Control | None = None
    url = ""
    """Where it listens; set by ``start``."""
    _runner: web.AppRunner | None = None

    def __init__(
        self,
        directives: Directives,
        directives_text: str,
        clock: Clock,
        product_url: str,
        secrets: Secrets | None = None,
        *,
        sprint: int = 24,
        past: int = 0,
        pacing: bool = True,
        webhook_waits: Sequence[float] = WAITS,
        event_retries: Sequence[float] = RETRIES,
        socket: bool = False,
        claude: Pace | None = None,
        static: Path = Path(__file__).parent / "static",
    ) -> None:
        self.secrets, self.clock, self.directives = secrets or Secrets(), clock, directives
        self.product_url = product_url.rstrip("/")
        self.traffic, self.faults = Traffic(clock), Faults()
        self.company = seed.build(directives, clock, sprint=sprint, past=past)
        self.workspace = slack_seed.build(directives, clock)
        secret = self.secrets
        self.jira = Jira(self.company, email=secret.atlassian_email, token=secret.atlassian_token, me=seed.ASKER)
        self.jira_doors = JiraDoors(self.jira)
        self.bitbucket = Bitbucket(self.company, email=secret.atlassian_email, token=secret.bitbucket_token)
        self.slack = SlackApi(self.workspace, secret.slack_bot_token, pacing=Pacing(clock) if pacing else None)
        self.slack_openid = OpenIdDoors(self.workspace, secret.slack_client_id, secret.slack_client_secret)
        events, signed = f"{self.product_url}/slack/events", secret.slack_signing_secret
        self.slack_out = SlackOut(self.workspace, self.traffic, url=events, secret=signed, retries=event_retries)
        self.slack_socket = SlackSocket(self.workspace, secret.slack_app_token)
        self.slack_out.socket = self.slack_socket if socket else None
        self.promised = promised()
        self.slack_out.events = self.promised.events
        _offer(self.workspace, self.promised.prompts)
        self.claude = ClaudeApi(clock, secret.anthropic_api_key, pace=claude)
        self._with_claude = claude is not None
        asked = self.claude if self._with_claude else None
        self.troubles = Troubles(self.slack, self.slack_out, self.traffic, socket=self.slack_out.socket, claude=asked)
        self._waits, self._text, self._static = webhook_waits, directives_text, static

    async def start(self, host: str = HOST, port: int = 0) -> int:
        """Listen; returns the port (a free one for 0). Raises ``OSError`` when it is taken."""
        if host not in (HOST, "localhost"):
            raise OperatorError(f"the simulator does not listen on {host}", hint=f"Use {HOST}.")
        self._runner = web.AppRunner(self._app(), shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, port)
        await site.start()
        actual = int(self._runner.addresses[0][1])
        self._open(f"http://{HOST}:{actual}")
        return actual

    async def stop(self) -> None:
        """Stop listening and sending."""
        if self.control is not None:
            self.control.close()
        if self.webhooks is not None:
            await self.webhooks.close()
        await self.slack_out.close()
        await self.slack_socket.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def environment(self) -> Mapping[str, str]:
        """The product's settings for living in this company."""
        team, secret = self.directives.teams[0], self.secrets
        return {
            "SLACK_API_URL": f"{self.url}/slack/api/",
            "SLACK_BOT_TOKEN": secret.slack_bot_token,
            "SLACK_SIGNING_SECRET": secret.slack_signing_secret,
            "SLACK_CLIENT_ID": secret.slack_client_id,
            "SLACK_CLIENT_SECRET": secret.slack_client_secret,
            **({"SLACK_APP_TOKEN": secret.slack_app_token} if self.slack_out.socket is not None else {}),
            "JIRA_API_URL": f"{self.url}/jira",
            "ATLASSIAN_DOMAIN": team.jira.site or "company.atlassian.net",
            "ATLASSIAN_EMAIL": secret.atlassian_email,
            "ATLASSIAN_API_TOKEN": secret.atlassian_token,
            "JIRA_WEBHOOK_SECRET": secret.jira_webhook_secret,
            "BITBUCKET_API_URL": f"{self.url}/bitbucket",
            "BITBUCKET_WORKSPACE": team.bitbucket.workspace,
            "BITBUCKET_EMAIL": secret.atlassian_email,
            "BITBUCKET_TOKEN": secret.bitbucket_token,
            "BITBUCKET_WEBHOOK_SECRET": secret.bitbucket_webhook_secret,
            **(self.claude_environment() if self._with_claude else {}),
        }

    def claude_environment(self) -> Mapping[str, str]:
        """The settings for the simulated Claude alone."""
        return {"ANTHROPIC_API_KEY": self.secrets.anthropic_api_key, "ANTHROPIC_BASE_URL": f"{self.url}{BASE}"}

    def _app(self) -> web.Application:
        control = Control(
            company=self.company,
            workspace=self.workspace,
            slack_out=self.slack_out,
            traffic=self.traffic,
            troubles=self.troubles,
            promised=self.promised,
            clock=self.clock,
            directives=self.directives,
            directives_text=self._text,
            product_url=self.product_url,
            static=self._static,
        )
        doors = [only_local, middleware(self.traffic, self.faults)]
        app = web.Application(middlewares=doors, client_max_size=LARGEST)
        app.add_routes(self.slack_socket.routes())
        app.add_routes(self.slack_openid.routes())
        app.add_routes(self.slack.routes())
        app.add_routes(self.jira_doors.routes())
        app.add_routes(self.bitbucket.routes())
        app.add_routes(self.claude.routes())
        app.add_routes(control.routes())
        self.control = control
        return app

    def _open(self, url: str) -> None:
        """From now on links lead here, and changes are told."""
        self.url = self.slack_out.own_url = self.slack_socket.own_url = url
        self.jira.base, self.bitbucket.base = f"{url}/jira", f"{url}/bitbucket/2.0"
        self.webhooks = Webhooks(
            self.traffic,
            jira_shapes.Shapes(self.company, self.jira.base),
            bitbucket_shapes.Shapes(self.company, self.bitbucket.base),
            product_url=self.product_url,
            jira_secret=self.secrets.jira_webhook_secret,
            bitbucket_secret=self.secrets.bitbucket_webhook_secret,
            waits=self._waits,
            bitbucket_hooks=self.bitbucket.hooks,
        )
        self.troubles.webhooks = self.webhooks
        self.webhooks.retold = self.jira_doors.admin_hooks.retold
        self.company.listeners.append(self.webhooks)


def _offer(world: Workspace, prompts: Sequence[object]) -> None:
    """In every direct conversation, what the app's manifest suggests to ask."""
    for room in world.channels.values():
        if room.direct and prompts:
            world.prompts[room.id] = {"title": "", "prompts": list(prompts)}


def company_clock(file: Path, directives: Directives, speed: float = 1.0) -> SharedClock:
    """A clock file set to the morning the story begins."""
    clock = SharedClock(file)
    clock.set(seed.suggested_start(directives, clock.real()).astimezone(UTC), speed)
    return clock
