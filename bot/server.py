"""The ASGI app that gunicorn serves: every HTTP door, each with its answers."""

from __future__ import annotations

import contextlib
import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

import aiohttp
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot import logs, status
from bot.app import App, build
from bot.bells import BELL, REDIS
from bot.connections.quick import quick
from bot.connections.wiring import company_of
from bot.dashboard import dashboard_routes
from bot.doors import readiness, trial
from bot.doors.arrivals import Arrivals
from bot.doors.bodies import read_body, slack_payload
from bot.doors.readiness import Dependency, Readiness, as_data
from bot.doors.refusals import Refusals
from bot.doors.secured import Secured
from bot.doors.socket import SocketDoor
from bot.doors.trigger import ask_for_a_look
from bot.jobs.asked.conversation import begun, joined
from bot.listeners import Intake, make_bolt
from bot.metrics import CONTENT_TYPE
from bot.operations.conditions import SKEW
from bot.operations.exposing import expose
from bot.operations.overview import overview
from bot.operations.pulse import Pulse, at_work
from bot.settings import Settings
from bot.shift import READ_AGAIN, following, opened, shift
from bot.watch import sources_of, vitals_of
from bot.webhooks import Webhooks
from integrations.health import Check
from integrations.slack.signature import verify
from integrations.slack.socket import Pace
from models.errors import DatabaseNotReady, OperatorError, Unwelcome
from models.events import Source
from models.running import WORKS, Kind

log = logging.getLogger(__name__)

RETRY_AFTER = {"Retry-After": "5"}
"""Seconds after which a delivery we could not store may come again."""

_BY_PROXY = ("x-forwarded-for", "forwarded", "x-real-ip")

_SIGNATURES = ("x-hub-signature", "x-slack-signature")

Answer = Callable[[Request], Awaitable[Response]]


def web() -> Starlette:
    """What ``gunicorn 'bot.server:web()'`` serves: the doors alone; the work is done by ``pm worker``."""
    settings = Settings.from_environment(Path(".env"))
    logs.set_up(settings.log_level, settings.secrets())
    return make_asgi(build(settings), with_worker=False)


def make_asgi(app: App, *, with_worker: bool, read_again: float = READ_AGAIN, pace: Pace | None = None) -> Starlette:
    """All doors of ``app``; with the worker and the alarm clock in the same process when asked.

    Without them who is who is read anew every ``read_again`` seconds. ``pace`` is that of Slack's socket.
    """
    doors = Doors(app, pace, Kind.START if with_worker else Kind.WEB)
    routes = [
        Route("/webhooks/jira", doors.webhook(Source.JIRA), methods=["POST"]),
        Route("/webhooks/bitbucket", doors.webhook(Source.BITBUCKET), methods=["POST"]),
        Route("/slack/events", doors.slack, methods=["POST"]),
        Route("/health", doors.health),
        Route("/ready", doors.ready),
        Route("/metrics", doors.metrics),
        Route("/api/status", doors.status),
        Route("/api/trigger-cycle", doors.trigger, methods=["POST"]),
        *dashboard_routes(app, doors.answers),
    ]

    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        async with opened(app, patient=not with_worker), doors.open(), contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(at_work(doors.pulse))
            if with_worker:
                doors.working = await stack.enter_async_context(shift(app))
            else:
                await stack.enter_async_context(following(app, read_again))
            await stack.enter_async_context(doors.listening())
            log.info("ready on port %s", app.settings.port, extra={"action": "started", "version": status.version()})
            yield
            log.info("stopping", extra={"action": "stopping"})

    return Starlette(routes=routes, lifespan=life, middleware=[Middleware(Secured)])


class Doors:
    """The HTTP routes over one app."""

    def __init__(self, app: App, pace: Pace | None = None, kind: Kind = Kind.WEB) -> None:
        self._app = app
        self.pulse = Pulse(app.operations, app.metrics, kind, status.version())
        self._bolt: AsyncApp | None = None
        self._refusals = Refusals(app.clock, app.metrics)
        self._arrivals = Arrivals(app.clock)
        self._socket = self._socket_door(pace)
        self._readiness = Readiness(app.clock, self._dependencies())
        self.working: Callable[[], bool] | None = None
        """Whether the worker in this process is alive; ``None`` when it is elsewhere."""
        self._secrets = {
            Source.JIRA: app.settings.jira_webhook_secret.get_secret_value(),
            Source.BITBUCKET: app.settings.bitbucket_webhook_secret.get_secret_value(),
        }
        self._webhooks = Webhooks(
            inbox=app.mailbox,
            directives=lambda: app.directives,
            clock=app.clock,
            metrics=app.metrics,
            me=lambda: app.me,
            secrets=self._secrets,
            holders=app.store.holders_of,
            debounce=app.debounce,
        )

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Build what needs a running loop: Bolt and the one HTTP session it shares."""
        app = self._app
        if app.slack is None:
            yield
            return
        intake = Intake(
            inbox=app.mailbox,
            directives=lambda: app.directives,
            clock=app.clock,
            metrics=app.metrics,
            forgotten=app.slack.forget,
            open_window=app.slack.open_window,
            joined=partial(joined, app),
            begun=partial(begun, app),
        )
        async with aiohttp.ClientSession() as session:
            token = app.settings.slack_bot_token.get_secret_value()
            self._bolt = make_bolt(intake, token=token, api_url=app.settings.slack_api_url, session=session)
            yield

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Slack's socket, where there is an app-level token; the HTTP route is served beside it all the same."""
        if self._socket is None or self._bolt is None:
            yield
            return
        async with self._socket.open(self._bolt):
            yield

    def _socket_door(self, pace: Pace | None) -> SocketDoor | None:
        settings, app = self._app.settings, self._app
        token = settings.slack_app_token.get_secret_value()
        if app.slack is None or not token:
            return None
        return SocketDoor(token, settings.slack_api_url, app.clock, app.metrics, self._arrivals, pace)

    # --- deliveries -------------------------------------------------------------------------------------------

    def webhook(self, source: Source) -> Answer:
        """202 once it is on disk; 400, 401, 408, 413 for what is not welcome; 503 when it cannot be kept."""

        accepted = JSONResponse({"status": "accepted"}, 202)

        async def take(request: Request) -> Response:
            body = await read_body(request)
            word = trial.word_of(request.headers, body, self._secrets[source])
            if word is not None:
                return JSONResponse({"status": "trial", "trial": word}, 202)
            await self._webhooks.receive(source, request.headers, body)
            self._arrivals.accepted(source)
            return accepted

        return self._guarded(source, take)

    async def slack(self, request: Request) -> Response:
        """Events, commands and clicks, verified and brought into shape before Bolt sees them."""
        return await self._guarded(Source.SLACK, self._take_from_slack)(request)

    async def _take_from_slack(self, request: Request) -> Response:
        secret = self._app.settings.slack_signing_secret.get_secret_value()
        if "x-slack-signature" not in request.headers:
            raise Unwelcome(401, "the Slack signature is missing")
        if self._bolt is None or not secret:
            raise Unwelcome(503, "SLACK_BOT_TOKEN or SLACK_SIGNING_SECRET is not set, so nothing can be verified")
        body = await read_body(request)
        verify(secret, request.headers, body, self._app.clock.real())
        payload = slack_payload(body, request.headers.get("content-type", ""))
        if payload.get("token") != trial.NAME:  # our own trial proves nothing about Slack
            self._arrivals.accepted(Source.SLACK)
        # As a decoded payload ("socket mode"), because Bolt must not decode the body a second time, differently.
        asked = AsyncBoltRequest(body=payload, headers=dict(request.headers), mode="socket_mode")
        return to_starlette_response(await self._bolt.async_dispatch(asked))

    def _guarded(self, source: Source, take: Answer) -> Answer:
        """The door's frame: every refusal and every failure becomes an answer, a count and a log line."""

        async def answer(request: Request) -> Response:
            began = self._app.clock.monotonic()
            try:
                taken = await take(request)
                if taken.status_code < 300:
                    self._app.metrics.took("pm_webhook_seconds", self._app.clock.monotonic() - began, source)
                return taken
            except Unwelcome as no:
                self._refusals.count(source, no)
                # A trial of ours with another secret is the check's own doing and says nothing about the vendor.
                vendors = trial.HEADER not in request.headers
                if no.status == 401 and vendors and any(name in request.headers for name in _SIGNATURES):
                    self._arrivals.refused(source)
                return _sorry(no.status, str(no))
            except OperatorError as error:
                log.error("a delivery could not be stored: %s", error, extra={"action": "not_stored", "source": source})
            except Exception:
                log.exception("a delivery could not be stored", extra={"action": "not_stored", "source": source})
            self._app.metrics.delivery(source, "unavailable")
            return _sorry(503, "it could not be stored; send it again")

        return answer

    # --- the operator's questions -----------------------------------------------------------------------------

    async def health(self, request: Request) -> Response:
        """The process is alive; it asks nobody."""
        return JSONResponse({"status": "alive", "version": status.version()})

    async def answers(self) -> Sequence[readiness.Answer]:
        """What ``/ready`` tells, none older than it may be."""
        return await self._readiness.answers()

    async def ready(self, request: Request) -> Response:
        """Each dependency by name; 503 when a needed one fails."""
        data = as_data(await self.answers())
        return JSONResponse(dict(data), 200 if data["ready"] else 503)

    async def metrics(self, request: Request) -> Response:
        """Everything counted by every process, and how things stand, for Prometheus; not for who comes by a proxy."""
        app = self._app
        if any(name in request.headers for name in _BY_PROXY):
            return _sorry(404, "ask on the agent's own port: docs/operations.md")
        await self.pulse.beat()
        try:
            totals, seen = await app.operations.totals(), await vitals_of(app)
        except DatabaseNotReady as gone:
            return _sorry(503, str(gone))
        expose(seen, app.metrics, status.version())
        if self._socket is not None:
            app.metrics.socket(self._socket.standing.since is not None, self._socket.standing.quiet)
        words = "Of a rule's messages of 30 days, the part their readers had rather not got"
        for team in app.directives.teams:
            for taken in await app.ledger.reception(team.id, status.TAKEN):
                if taken.rate is not None:
                    app.metrics.gauge("pm_false_positive_rate", words, taken.rate, team=team.id, rule=taken.rule)
        return Response(app.metrics.render(totals), media_type=CONTENT_TYPE)

    async def status(self, request: Request) -> Response:
        """What ``pm status`` shows, as data."""
        app = self._app
        law = status.standing(app.directives, app.constitution.trouble.words if app.constitution.trouble else "")
        said = await status.status(law, app.mailbox, app.store, app.ledger, app.clock)
        said = {**said, "redis": await app.bells.status()}
        return JSONResponse({**said, **await overview(await vitals_of(app), sources_of(app))})

    async def trigger(self, request: Request) -> Response:
        """Look now. Needs ``Authorization: Bearer ADMIN_TOKEN``."""
        wanted = self._app.settings.admin_token.get_secret_value()
        if not wanted:
            return _sorry(503, "ADMIN_TOKEN is not set; set it and restart to use this route")
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given:
            return _sorry(401, "send the header Authorization: Bearer ADMIN_TOKEN")
        if not hmac.compare_digest(given.strip().encode(), wanted.encode()):
            return _sorry(403, "this is not the ADMIN_TOKEN")
        app = self._app
        sprint = request.query_params.get("sprint_id", "")
        try:
            teams = await ask_for_a_look(app.directives, app.mailbox, app.store, sprint)
        except OperatorError as error:
            return _sorry(404, str(error))
        return JSONResponse({"status": "queued", "teams": list(teams)}, 202)

    # --- what must work ---------------------------------------------------------------------------------------

    def _dependencies(self) -> list[Dependency]:
        ours = [Dependency("database", self._database, needed=True), Dependency("worker", self._worker, needed=True)]
        ours += [Dependency("clock", self._clock)]
        ours += [Dependency(REDIS, self._app.bells.redis), Dependency(BELL, self._wake_ups)]
        socket = self._socket.check if self._socket is not None else None
        return [*ours, *quick(company_of(self._app), self._arrivals, lambda: self.working is not None, socket)]

    async def _database(self) -> Check:
        try:
            await self._app.database.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())
        except DatabaseNotReady as why:
            return Check("database", False, str(why), why.hint)
        return Check("database", True, self._app.database.describe())

    async def _clock(self) -> Check:
        """Leases go by the database's clock; what is planned for a moment goes by this machine's."""
        ahead = self._app.operations.ahead
        told = f"{abs(ahead):.1f} s {'ahead of' if ahead > 0 else 'behind'} the database's"
        return Check(
            "clock", abs(ahead) <= SKEW, told, "Set this machine's clock: timedatectl set-ntp true", grave=False
        )

    async def _wake_ups(self) -> Check:
        """Only who works waits for work."""
        if self.working is None:
            return Check(BELL, True, "nobody works in this process", off=True)
        return self._app.bells.check()

    async def _worker(self) -> Check:
        if self.working is None:
            return await self._worker_elsewhere()
        if self.working():
            return Check("worker", True, "in this process")
        return Check("worker", False, "the worker's loop has ended", "Restart the process and see its log")

    async def _worker_elsewhere(self) -> Check:
        """Whether anybody works; these doors go on keeping what comes all the same."""
        alive = [shift for shift in await self._app.operations.at_work() if shift.process.kind in WORKS]
        if alive:
            return Check("worker", True, f"{len(alive)} at work in other processes")
        hint = "Start one: pm worker. What comes is kept until then"
        return Check("worker", False, "no worker is at work", hint, grave=False)


def _sorry(code: int, words: str) -> JSONResponse:
    headers = {408: {"Connection": "close"}, 413: {"Connection": "close"}, 503: RETRY_AFTER}.get(code)
    if code == 401:
        headers = {"WWW-Authenticate": "Bearer"}
    return JSONResponse({"error": words}, code, headers=headers)
