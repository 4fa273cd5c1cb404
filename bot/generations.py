"""gunicorn's processes: the young serve before the old end, and nothing of the product is loaded by their parent.

What the parent has loaded every later generation would run, however new the code on disk.
"""

from __future__ import annotations

import logging
import mmap
import signal
import threading
from typing import Any, ClassVar

from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.gasgi import ASGIWorker

log = logging.getLogger(__name__)

GLANCE = 0.1
"""Seconds between two looks whether a young one serves."""

BREATH = 2.0
"""Seconds before one that could not begin is followed by the next."""

PLACES = 64
"""Processes of one generation that are told apart."""

_HALTS = (Arbiter.WORKER_BOOT_ERROR, Arbiter.APP_LOAD_ERROR)
"""Exit codes at which gunicorn ends all its processes."""

_NEWEST, _WANTED, _FIRST = 0, 1, 2


class Lineage:
    """Which generation serves at which place, in memory that parent and children share: a reload, a generation."""

    def __init__(self) -> None:
        """In the parent, before its first fork."""
        self._numbers = memoryview(mmap.mmap(-1, 8 * (_FIRST + PLACES))).cast("Q")
        self._of: object = None
        self._born = 0

    def born(self, cfg: Any) -> tuple[int, int]:
        """The generation of one that is about to be forked, and its place there; each reload brings another ``cfg``."""
        if cfg is not self._of:
            self._of, self._born = cfg, 0
            self._numbers[_NEWEST] += 1
            self._numbers[_WANTED] = cfg.workers
        self._born += 1
        return self._numbers[_NEWEST], self._born - 1

    def serves(self, generation: int, place: int) -> None:
        """From now on it answers."""
        self._numbers[_FIRST + place % PLACES] = generation

    def has_served(self) -> bool:
        """Whether any ever answered."""
        return any(self._numbers[_FIRST:])

    def relieved(self, generation: int, place: int) -> bool:
        """Whether one that is told to end may: nobody younger is to follow, or as many serve as make up for it."""
        if self._numbers[_NEWEST] <= generation:
            return True
        young = sum(serving > generation for serving in self._numbers[_FIRST:])
        return young > min(place, self._numbers[_WANTED] - 1)


class OurLogger(Logger):  # type: ignore[misc]  # gunicorn is untyped
    """gunicorn's own words go where all others go: through the redacting handler of ``bot.logs``."""

    def setup(self, cfg: Any) -> None:
        """No handlers of its own."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)


class PatientWorker(ASGIWorker):  # type: ignore[misc]  # gunicorn is untyped
    """Ctrl-C drains as SIGTERM does: gunicorn's own worker would drop what is under way.

    At a reload gunicorn forks the young and ends the old in the same moment. The old here go on, each until a young
    one more serves: it has to load the product first, and nobody would answer for as long as that takes. Where the
    young cannot begin, because a file is broken, the old go on until a later generation can.
    """

    lineage: ClassVar[Lineage | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """In the parent, before the fork."""
        super().__init__(*args, **kwargs)
        PatientWorker.lineage = PatientWorker.lineage or Lineage()
        self.generation, self.place = PatientWorker.lineage.born(self.cfg)
        self._told_to_end = self._settled = False

    def init_process(self) -> None:
        """One that cannot begin does not end those that serve: gunicorn would, at the two codes it has for that."""
        try:
            super().init_process()
        except (Exception, SystemExit) as error:
            if not self.spares(error):
                raise
            log.error("a web process cannot begin, what serves goes on: %s", error, extra={"action": "not_begun"})
            threading.Event().wait(BREATH)
            raise SystemExit(1) from None

    def spares(self, error: BaseException) -> bool:
        """Whether this failure at the beginning must not reach gunicorn: it would halt, and somebody has served."""
        halts = not isinstance(error, SystemExit) or error.code in _HALTS
        return halts and self.lineage is not None and self.lineage.has_served()

    def init_signals(self) -> None:
        """SIGINT reaches the whole terminal group; the parent turns it into the SIGQUIT we act on.

        SIGHUP must not end a worker that is still starting; once it works, ``bot.shift`` hears it.
        """
        super().init_signals()
        self.loop.add_signal_handler(signal.SIGHUP, lambda: None)
        self.loop.add_signal_handler(signal.SIGINT, lambda: None)
        self.loop.add_signal_handler(signal.SIGQUIT, self.handle_exit_signal)

    def notify(self) -> None:
        """gunicorn calls it from the moment the doors are open."""
        super().notify()
        if not self._settled:
            from bot.garbage import settle  # in the child, as everything of the product

            self._settled = True
            settle()
        if self.lineage is not None:
            self.lineage.serves(self.generation, self.place)

    def handle_exit_signal(self) -> None:
        """Serve on while too few of the young do. gunicorn says it again every second."""
        if not self._told_to_end:
            self._told_to_end = True
            self._end_when_relieved()

    def _end_when_relieved(self) -> None:
        if self.lineage is None or self.lineage.relieved(self.generation, self.place):
            super().handle_exit_signal()
        else:
            self.loop.call_later(GLANCE, self._end_when_relieved)
