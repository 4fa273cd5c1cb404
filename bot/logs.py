"""What the agent says about its own work: one JSON object a line, and never a secret in it."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from models.redaction import Redactor

_ABOUT: ContextVar[dict[str, object] | None] = ContextVar("about", default=None)
"""What the work under way is about; tasks that it begins say the same."""

_STANDARD = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """``{"time", "level", "logger", "msg", ...extras}`` for programs."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever is in the record."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "msg": self._redact(record.getMessage()),
        }
        line.update({k: self._redact.deep(v) for k, v in _extras(record).items() if k not in line})
        if record.exc_info:
            line["error"] = self._redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class ForPeople(logging.Formatter):
    """``09:41:03 info  bot.worker  PAY-7 waits for Ada  action=asked`` for a terminal."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback below it where there is one."""
        clock = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        extras = "".join(f"  {k}={v}" for k, v in _extras(record).items())
        text = f"{clock} {record.levelname.lower():7} {record.name}  {record.getMessage()}{extras}"
        text = text.replace("\n", "\\n")  # a forged line must not look like one of ours
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return self._redact(text)


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """While the block runs every line carries these, and so do the tasks that are begun in it."""
    token = _ABOUT.set({**(_ABOUT.get() or {}), **ids})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def also(**ids: object) -> None:
    """From here on the work under way carries these as well; outside of any, nothing does."""
    known = _ABOUT.get()
    if known is not None:
        known.update(ids)


NO_FILES = "no connection can be taken: this process may open no more files. Raise LimitNOFILE, or ulimit -n"

AGAIN = 60.0
"""Seconds until the same is said again."""


class _OnceAMinute(logging.Filter):
    """Of a process without a descriptor left asyncio says so a thousand times a second, each time with a traceback."""

    _until = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets everything else pass."""
        if record.name != "asyncio" or "accept() out of system resource" not in str(record.msg):
            return True
        if record.created < self._until:
            return False
        self._until = record.created + AGAIN
        record.msg, record.args, record.exc_info = NO_FILES, (), None
        record.action = "no_files"
        return True


class _Carry(logging.Filter):
    """Notes in a record what the work was about that wrote it; what the line says itself wins."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets everything pass."""
        for name, value in (_ABOUT.get() or {}).items():
            if name not in vars(record):
                setattr(record, name, value)
        return True


def _extras(record: logging.LogRecord) -> Mapping[str, object]:
    return {k: v for k, v in vars(record).items() if k not in _STANDARD}


def set_up(level: str, secrets: Iterable[str], stream: TextIO | None = None, *, human: bool | None = None) -> None:
    """Send every log record to ``stream`` (stderr), as JSON unless a person is watching it on a terminal."""
    stream = stream or sys.stderr
    human = stream.isatty() if human is None else human
    redact = Redactor(secrets)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ForPeople(redact) if human else JsonLines(redact))
    handler.addFilter(_OnceAMinute())
    handler.addFilter(_Carry())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("mcp").setLevel(logging.CRITICAL)  # at ERROR it logs an answer it cannot read, with a traceback


_TALKATIVE = (
    "alembic",
    "slack_bolt",
    "slack_sdk",
    "atlassian",
    "urllib3",
    "asyncio",
    "apscheduler",
    "httpx2",
    "httpcore2",
)
"""Libraries that put whole bodies (Bolt: a badly signed request; atlassian: cURL lines) or every call in their logs."""
