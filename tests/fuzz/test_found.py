"""What fuzzing has found and was mended: each of these once broke its reader."""

from __future__ import annotations

import contextlib
import gzip
import io
import tarfile
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.backups import archive
from planner.bounds.worktime import Calendar
from tests.fuzz.parsers import PARSERS

DEEP = b"[" * 20_000
NOW = datetime(2026, 11, 17, tzinfo=UTC)


def linked() -> bytes:
    """An archive whose first part is a link that leads nowhere."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name in (archive.MANIFEST, archive.DATABASE, archive.SEAL):
            part = tarfile.TarInfo(name)
            part.type = tarfile.SYMTYPE
            tar.addfile(part)
    return out.getvalue()


FOUND: tuple[tuple[str, Any], ...] = (
    ("how long to wait", "1 Jan 3000000000 0:0:0 +0000"),
    ("how long to wait", "Wed, 21 Oct 9999 23:59:59 -9999"),
    ("another time for a question", ("9999-12-31T01:01:00-13:00", Calendar("Africa/Casablanca"), NOW)),
    ("another time for a question", ("9999-12-30T00:00:00-00:01", Calendar("Europe/Berlin"), NOW)),
    ("pins of MCP", DEEP),
    ("marks of a back-test", DEEP),
    ("parts of a back-test", gzip.compress(DEEP)),
    ("parts of a back-test", gzip.compress(b"[]")),
    ("parts of a back-test", gzip.compress(b"0123456789" * 50)[:30] + b"damaged"),
    ("an archive", linked()),
    ("an archive's manifest alone", DEEP),
    ("the clock of a demo", b"null"),
    ("the clock of a demo", b"[]"),
    ("an answer to an answer", DEEP.decode()),
    ("an answer of MCP", ("MsgID,UserID,UserName\n" + "x" * 200_000, None)),
    ("a sign-in of Slack", {"iss": "x", "exp": 10**400, "iat": 10**400}),
    ("a press", {"actions": [{"action_id": "approve", "value": "[" * 1_990}], "user": {"id": "U1"}}),
)


@pytest.mark.parametrize(("what", "given"), FOUND, ids=[f"{what} {n}" for n, (what, _) in enumerate(FOUND)])
def test_it_is_read_or_refused_in_the_way_that_is_promised(what: str, given: Any) -> None:
    with contextlib.suppress(*PARSERS[what].refuses):
        PARSERS[what].read(given)
