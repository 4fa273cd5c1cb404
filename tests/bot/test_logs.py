"""What is logged is one JSON object a line, and holds no secret whichever way it came in."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from bot import logs
from models.redaction import GONE, Redactor

KNOWN = "k/n&wn secret"
CANARIES = (
    "xoxb-12345-abcdefGHI",
    "xapp-1-A1-22-deadbeef",
    "xoxe.xoxp-1-canary22",
    "ATATT3xFfGF0canary=1A2B",
    "sk-ant-api03-canary_1",
    "eyJhbGciOi.eyJzdWIiOiIx.c2lnbmF0dXJl",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIcanary\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\nMIIcanary cut off",
    KNOWN,
)
SAID = logging.getLogger("bot.said")


@pytest.fixture
def lines() -> Iterator[Callable[[bool], io.StringIO]]:
    """A log that is set up as the agent sets it up; the test runner's own handlers come back afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def opened(human: bool = False) -> io.StringIO:
        stream = io.StringIO()
        root.handlers.clear()
        logs.set_up("DEBUG", [KNOWN], stream, human=human)
        return stream

    yield opened
    root.handlers[:] = handlers
    root.setLevel(level)


def _say(secret: str) -> None:
    SAID.info("got %s", secret)
    SAID.info("got it", extra={"action": "x", "deep": {secret: ["a", {"b": secret}]}, "who": secret})
    SAID.info("called https://user:pass-%s@host/", "word99")
    SAID.info("Authorization: Bearer %s", "abcdefgh12345678")
    try:
        raise ValueError(secret)
    except ValueError:
        SAID.exception("broke")


@pytest.mark.parametrize("human", [False, True], ids=["json", "people"])
@pytest.mark.parametrize("secret", CANARIES, ids=[c[:8] for c in CANARIES])
def test_no_canary_reaches_the_log(lines, secret: str, human: bool) -> None:
    stream = lines(human)
    _say(secret)
    written = stream.getvalue()
    assert "got" in written and GONE in written
    tail = secret.split("\n")[1] if "\n" in secret else secret
    assert tail not in written and "word99" not in written and "abcdefgh12345678" not in written


def test_a_line_is_one_json_object_with_its_extras(lines) -> None:
    stream = lines()
    SAID.warning("PAY-7 waits\nfor %s", "Ada", extra={"action": "asked", "cycle": "c1"})
    line = json.loads(stream.getvalue())
    assert line["msg"] == "PAY-7 waits\nfor Ada" and line["level"] == "warning" and line["logger"] == "bot.said"
    assert (line["action"], line["cycle"]) == ("asked", "c1") and line["time"].endswith("+00:00")
    assert stream.getvalue().count("\n") == 1


def test_a_forged_line_break_cannot_make_a_second_line_for_people(lines) -> None:
    stream = lines(True)
    SAID.info("name: %s", "Ada\n09:00:00 error   bot  all is lost")
    assert stream.getvalue().count("\n") == 1


def test_an_extra_cannot_overwrite_what_the_line_says_itself(lines) -> None:
    stream = lines()
    SAID.info("truth", extra={"level": "error", "time": "never"})
    assert json.loads(stream.getvalue())["level"] == "info"


def test_a_process_that_may_open_no_more_files_says_so_once_a_minute_with_the_remedy(lines) -> None:
    stream, told = lines(), {"message": "socket.accept() out of system resource", "exception": OSError(24, "Too many")}
    with asyncio.Runner() as runner:
        for _ in range(1000):
            runner.get_loop().default_exception_handler(told)
    (line,) = stream.getvalue().splitlines()
    assert "ulimit -n" in json.loads(line)["msg"] and "Traceback" not in line


@pytest.mark.parametrize("name", ["slack_bolt.AsyncApp", "atlassian.rest_client", "urllib3.connectionpool"])
def test_libraries_that_log_bodies_are_quiet_even_at_debug(lines, name: str) -> None:
    stream = lines()
    logging.getLogger(name).info("body: {...}")
    logging.getLogger(name).warning("kept")
    assert [json.loads(line)["msg"] for line in stream.getvalue().splitlines()] == ["kept"]


async def _worker(number: int, meet: asyncio.Barrier) -> None:
    with logs.about(job=number, team="pay"):
        await meet.wait()
        SAID.info("begun")
        logs.also(cycle=f"c{number}")
        await asyncio.create_task(_deeper(number))


async def _deeper(number: int) -> None:
    SAID.info("deep", extra={"team": "said itself"} if number == 2 else {})


@pytest.mark.anyio
async def test_every_line_of_a_job_says_whose_it_is_also_in_its_tasks_and_beside_other_jobs(lines) -> None:
    stream, meet = lines(), asyncio.Barrier(2)
    await asyncio.gather(_worker(1, meet), _worker(2, meet))
    SAID.info("after")
    said = [json.loads(line) for line in stream.getvalue().splitlines()]
    about = sorted((line["msg"], line.get("job"), line.get("cycle"), line.get("team")) for line in said[:-1])
    assert about == [
        ("begun", 1, None, "pay"),
        ("begun", 2, None, "pay"),
        ("deep", 1, "c1", "pay"),
        ("deep", 2, "c2", "said itself"),
    ]
    assert "job" not in said[-1]


def test_no_canary_reaches_the_log_by_what_a_job_is_about(lines) -> None:
    stream = lines()
    with logs.about(key=CANARIES[0], job=1):
        logs.also(cycle=CANARIES[4])
        SAID.info("worked")
    assert CANARIES[0] not in stream.getvalue() and CANARIES[4] not in stream.getvalue()


def test_ordinary_words_stay() -> None:
    text = "PAY-7: the token bucket of xoxo and https://host:8080/a@b, basic understanding is off"
    assert Redactor([""])(text) == text
