"""gunicorn from within: one process with the doors, and by default with the worker behind them."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
from collections.abc import Mapping
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.gasgi import ASGIWorker
from starlette.applications import Starlette

from bot.app import build
from bot.server import make_asgi
from bot.settings import Settings
from models.directives_file import load
from models.errors import OperatorError


class OurLogger(Logger):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn's own words go where all others go: through the redacting handler of ``bot.logs``."""

    def setup(self, cfg: Any) -> None:
        """No handlers of its own."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)


class PatientWorker(ASGIWorker):  # type: ignore[misc]  # gunicorn is untyped
    """Ctrl-C drains as SIGTERM does: gunicorn's own worker would drop what is under way."""

    def init_signals(self) -> None:
        """SIGINT reaches the whole terminal group; the parent turns it into the SIGQUIT we act on.

        SIGHUP must not end a worker that is still starting; once it works, ``bot.shift`` hears it.
        """
        super().init_signals()
        self.loop.add_signal_handler(signal.SIGHUP, lambda: None)
        self.loop.add_signal_handler(signal.SIGINT, lambda: None)
        self.loop.add_signal_handler(signal.SIGQUIT, self.handle_exit_signal)


class PatientArbiter(Arbiter):  # type: ignore[misc]  # gunicorn is untyped
    """SIGHUP reads the constitution anew. gunicorn would start workers anew, and end when one cannot."""

    def handle_hup(self) -> None:
        """Pass it on."""
        self.kill_workers(signal.SIGHUP)


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn, configured by our settings instead of a file and a command line."""

    def __init__(self, settings: Settings, *, with_worker: bool) -> None:
        self._settings = settings
        self._with_worker = with_worker
        super().__init__()

    def load_config(self) -> None:
        """See ``options``."""
        for name, value in options(self._settings).items():
            self.cfg.set(name, value)

    def run(self) -> None:
        """As gunicorn's own, under our arbiter. Raises ``SystemExit``."""
        try:
            PatientArbiter(self).run()
        except RuntimeError as error:
            raise SystemExit(f"gunicorn: {error}") from None

    def load(self) -> Starlette:
        """Built after the fork, so that no connection or thread is shared with the parent."""
        return make_asgi(build(self._settings), with_worker=self._with_worker)


def options(settings: Settings) -> Mapping[str, Any]:
    """How we run gunicorn, here and in deploy/gunicorn.conf.py."""
    return {
        "bind": f"{settings.host}:{settings.port}",
        "workers": 1,
        "worker_class": PatientWorker,
        "logger_class": OurLogger,
        "control_socket_disable": True,  # two agents of one user would share its path
        "asgi_lifespan": "on",
        "timeout": 60,
        "graceful_timeout": 30,  # longer than bot.shift.DRAIN
        "keepalive": 5,
    }


def serve(settings: Settings, *, with_worker: bool) -> None:
    """Serve until told to stop. Raises ``OperatorError`` for what is known to be wrong, exits 1 for the rest."""
    load(settings.directives_file)  # complaints about it belong here, not in a traceback of the forked worker
    _require_free(settings.host, settings.port)
    try:
        Server(settings, with_worker=with_worker).run()
    except SystemExit as end:
        raise SystemExit(1 if end.code else 0) from None


def _require_free(host: str, port: int) -> None:
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            words = f"PORT {port} cannot be used: {error.strerror}"
            raise OperatorError(words, hint="Set PORT to a free one") from None
