"""gunicorn from within: one process with the doors, and by default with the worker behind them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from bot.cli.alone import require_one_door
from bot.garbage import settle
from bot.settings import Settings
from models.directives_file import load
from models.errors import OperatorError

if TYPE_CHECKING:
    from starlette.applications import Starlette


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
        """Built after the fork, so that no connection or thread is shared with the parent.

        Loaded after it too: what the parent had loaded would be in memory twice as soon as the child uses it.
        """
        from bot.app import build
        from bot.server import make_asgi

        return make_asgi(build(self._settings), with_worker=self._with_worker)


def options(settings: Settings, processes: int = 1) -> Mapping[str, Any]:
    """How we run gunicorn, here and in deploy/gunicorn.conf.py. Raises ``OperatorError``."""
    require_one_door(settings.database_url, processes)
    return {
        "bind": f"{settings.host}:{settings.port}",
        "workers": processes,
        "worker_class": "bot.generations.PatientWorker",
        "logger_class": "bot.generations.OurLogger",
        "control_socket_disable": True,  # two agents of one user would share its path
        "asgi_lifespan": "on",
        "timeout": 60,
        "graceful_timeout": 30,  # longer than bot.shift.DRAIN
        "keepalive": 5,
    }


def serve(settings: Settings, *, with_worker: bool) -> None:
    """Serve until told to stop. Raises ``OperatorError`` for what is known to be wrong, exits 1 for the rest."""
    load(settings.directives_file)  # complaints about it belong here, not in a traceback of the forked worker
    if os.environ.get("LISTEN_PID") != str(os.getpid()):  # else systemd holds the port for us: deploy/systemd
        _require_free(settings.host, settings.port)
    settle()  # or the child's collector would write beside every object it shares with the parent
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


if __name__ == "__main__":  # asked by deploy/gunicorn.conf.py, which must not load the product itself
    try:
        _settings = Settings.from_environment()
        sys.stdout.write(json.dumps(dict(options(_settings, _settings.web_concurrency))))
    except OperatorError as error:
        raise SystemExit(f"error: {error}") from None
