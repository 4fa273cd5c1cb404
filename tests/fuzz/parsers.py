"""Every reader of what others wrote: what it is given, and the one way in which it may say no.

A reader that answers with nothing, or raises what is named here, has done its duty; anything else is a defect.
"""

from __future__ import annotations

import base64
import gzip
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from mcp_types import CallToolResult, TextContent

from bot.backtest.folder import Folder
from bot.backtest.report.marks import read_marks
from bot.backups import archive
from bot.backups.manifest import Manifest
from bot.cli.sprint_columns import BrokenFile
from bot.cli.sprint_files import read_folder
from bot.dashboard.work import _before
from bot.doors.bodies import in_shape, slack_payload
from bot.doors.trial import HEADER, word_of
from bot.jobs.presses import verdict
from bot.jobs.presses.press import UNREADABLE, read_press
from bot.jobs.windows.open import read_filled, read_opened
from bot.listeners.buttons import work_of
from bot.listeners.intake import delivery_id, user_of
from bot.settings import Settings
from bot.views.card.batch import chosen_in
from bot.views.parts.moments import localised
from bot.views.windows import FAULTS
from bot.views.windows.window import carried, picked
from integrations import payloads, signatures
from integrations.bitbucket import webhook as bitbucket
from integrations.claude.hearing import reply_of, thought_of, unusable
from integrations.claude_code.process import Ended
from integrations.claude_code.reading import ran
from integrations.jira import webhook as jira
from integrations.mcp import config
from integrations.mcp.bindings import BINDINGS, Place
from integrations.mcp.failures import Failure
from integrations.mcp.operations import FindSprint, GetIssue, GetThread, Operation, SearchIssues, SearchMessages
from integrations.mcp.pins import Pins
from integrations.mcp.results import decoded
from integrations.rest.answers import retry_after
from integrations.slack.openid import _claims, _known
from integrations.slack.responses import _judge
from integrations.slack.socket.envelope import read as read_envelope
from integrations.slack.socket.line import _object
from models.clock import Pace, SystemClock
from models.directives import Hours
from models.directives_file import parse
from models.errors import NotThought, OperatorError, Unwelcome, VendorError
from models.events import Delivery, Source
from models.ids import DeliveryId, IssueKey, TeamId
from models.redaction import Redactor
from models.spans import Span
from planner.asked.converse.replying import _read as read_answer
from planner.asked.pressed.claims import claim_of
from planner.asked.questions import parse_command
from planner.asked.requests.parsing import parse_request
from planner.bounds.times import NotUnderstood, moment_of
from planner.hearers.putting_off import _moment
from planner.reasoning.reply import Unreadable
from planner.reasoning.reply import read as read_picks
from tests.bot.views.test_hostile import ATTACKS, messages
from tests.contracts.blockkit import cross_payload
from tests.fuzz import written
from tests.fuzz.bodies import RAW, WORDS, encoded, json_of
from tests.fuzz.shapes import JUNK, PAYLOADS
from tests.fuzz.told import retold, tellings
from tests.integrations.claude.loopback import prompt
from tests.integrations.claude_code.stub import errand
from tests.planner.bounds.test_worktime import calendars, moments

__all__ = ["PARSERS", "Parser"]

NOON = SystemClock().real()
PLACE = Place(jira="https://acme.atlassian.net")


@dataclass(frozen=True)
class Parser:
    """One reader."""

    read: Callable[[Any], object]
    given: st.SearchStrategy[Any]
    refuses: tuple[type[BaseException], ...] = ()
    """What it may raise; empty for those that always answer."""
    modules: tuple[str, ...] = ()
    """The files of the product in which it decodes."""


def in_a_file(read: Callable[[Path], object], name: str) -> Callable[[bytes], object]:
    """``read`` of a file with those bytes."""

    def reading(body: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / name).write_bytes(body)
            return read(Path(folder) / name)

    return reading


def part_file() -> str:
    """The name under which a reading keeps a part."""
    return Folder(Path())._part(TeamId("t"), "a", "n").name


def env(file: Path) -> None:
    Settings.complaints(file)
    Settings.from_environment(file, only_look=True).secrets()


def delivery(source: Source, body: bytes) -> Delivery:
    return Delivery(source=source, id=DeliveryId("d"), name="x", body=body, received=NOON)


def values(value: Any) -> None:
    """Whatever stands where a word, a number, a moment or an address should."""
    payloads.words(value), payloads.whole(value), payloads.instant(value), payloads.web_address(value)
    payloads.rows(value), payloads.inside(value, "a", "b")


def windows(body: Any) -> None:
    view = body if isinstance(body, dict) else {}
    found = picked(view)
    carried(view), read_opened(view), read_filled(view, "d"), list(chosen_in(found, "g"))
    for fault in FAULTS.values():
        fault(found)


def doorstep(body: Any) -> None:
    """What a listener asks of a body that ``in_shape`` has let through."""
    if isinstance(body, dict):
        shaped = slack_payload(encoded(body), "application/json")
        user_of(shaped), delivery_id(shaped), work_of(shaped), verdict._read(shaped)


def thought(body: bytes) -> None:
    said = thought_of(reply_of(body), prompt(), "req_1", 1.0)
    unusable(said, prompt())


def token(claims: Any) -> None:
    packed = base64.urlsafe_b64encode(encoded(claims)).decode().rstrip("=")
    _known(_claims(f"h.{packed}.s"), "1.2", "n", NOON)


_QUESTIONS: Mapping[Operation, Any] = {
    Operation.SEARCH_ISSUES: SearchIssues("project = PAY"),
    Operation.GET_ISSUE: GetIssue(IssueKey("PAY-7")),
    Operation.FIND_SPRINT: FindSprint(9),
    Operation.SEARCH_MESSAGES: SearchMessages(words="refund"),
    Operation.GET_THREAD: GetThread("C1", "1.1"),
}


def told_by_mcp(value: Any) -> None:
    """Decoded, then read by every binding there is."""
    text, structured = value
    said = decoded("s", CallToolResult(content=[TextContent(type="text", text=text)], structured_content=structured))
    for binding in BINDINGS:
        try:
            binding.read(said, _QUESTIONS[binding.operation], PLACE)
        except Failure:
            continue


def render(words: tuple[str, str]) -> None:
    for name, message in messages(*words).items():
        assert not list(cross_payload(message.blocks, 50)), name


_MCP_KEYS = st.sampled_from(
    [
        *(
            "issues",
            "key",
            "fields",
            "summary",
            "status",
            "name",
            "assignee",
            "messages",
            "ok",
            "error",
            "result",
            "id",
        ),
        *("sprints", "values", "startDate", "text", "ts", "user", "permalink", "matches", "channel", "data", "content"),
    ]
)
_MODEL_KEYS = st.sampled_from(
    [
        *(
            "type",
            "content",
            "text",
            "stop_reason",
            "usage",
            "input_tokens",
            "output_tokens",
            "model",
            "id",
            "name",
            "input",
        ),
        *("picks", "offer", "evidence", "weighed", "options", "pros", "cons", "answer", "inference", "unknown"),
    ]
)
_TABLE = "MsgID,UserID,UserName\n"
_CLAIM_KEYS = st.sampled_from(
    [*("iss", "aud", "nonce", "exp", "iat", "https://slack.com/user_id", "https://slack.com/team_id")]
)
JSONS = st.one_of(RAW, json_of(_MODEL_KEYS).map(encoded))
TEXTS = st.one_of(WORDS, RAW.map(lambda raw: raw.decode("utf-8", "replace")), json_of(_MODEL_KEYS).map(json.dumps))
OPERATOR = (OperatorError,)

PARSERS: Mapping[str, Parser] = {
    # --- what the company writes ---
    "directives.yaml": Parser(lambda text: parse(text, "directives.yaml"), written.constitutions(), OPERATOR),
    "lengths of time": Parser(Span.parse, WORDS | st.from_regex(r"\A\d{1,5} ?[a-z]{0,9} ?\w*\Z"), (ValueError,)),
    "hours of a day": Parser(
        lambda text: Hours(hours=text), WORDS | st.text("0123456789:- ", max_size=14), (ValueError,)
    ),
    "until when": Parser(
        lambda told: moment_of(told[0], told[1], told[2]),
        st.tuples(WORDS | st.text("0123456789:.-+ adhmonextuil", max_size=24), calendars(), moments()),
        (NotUnderstood,),
    ),
    "another time for a question": Parser(
        lambda told: _moment(told[0], told[1], told[2]), st.tuples(WORDS, calendars(), moments())
    ),
    "a command": Parser(parse_command, TEXTS),
    "a request": Parser(parse_request, TEXTS),
    "settings": Parser(in_a_file(env, ".env"), written.env_files(), OPERATOR),
    "servers of MCP": Parser(
        in_a_file(lambda file: config.read(file, {}), ".mcp.json"),
        st.one_of(
            RAW,
            json_of(st.sampled_from(["mcpServers", "a", "command", "args", "env", "url", "headers", "type"])).map(
                encoded
            ),
        ),
        OPERATOR,
        ("integrations/mcp/config.py",),
    ),
    "pins of MCP": Parser(
        in_a_file(lambda file: Pins(file).of("s"), "pins.json"), JSONS, OPERATOR, ("integrations/mcp/pins.py",)
    ),
    "a file of sprints": Parser(
        in_a_file(lambda file: read_folder(file.parent), "x_iteration_30.csv"), written.sprint_tables(), (BrokenFile,)
    ),
    "marks of a back-test": Parser(
        in_a_file(read_marks, "x.marks.json"),
        st.one_of(JSONS, json_of(st.sampled_from(["marks", "m"])).map(encoded)),
        OPERATOR,
        ("bot/backtest/report/marks.py",),
    ),
    "parts of a back-test": Parser(
        in_a_file(lambda file: Folder(file.parent).part(TeamId("t"), "a", "n"), part_file()),
        st.one_of(JSONS, JSONS.map(gzip.compress), JSONS.map(lambda body: gzip.compress(body)[:-9] + b"damaged!!")),
        (),
        ("bot/backtest/folder.py",),
    ),
    "an archive": Parser(in_a_file(archive.check, "b.tar"), written.archives(), OPERATOR, ("bot/backups/archive.py",)),
    "an archive's manifest alone": Parser(Manifest.from_bytes, JSONS, OPERATOR, ("bot/backups/manifest.py",)),
    "an archive's other files": Parser(in_a_file(archive.beside, "b.tar"), written.archives(), OPERATOR),
    "the clock of a demo": Parser(
        lambda body: Pace.from_json(body.decode("utf-8", "replace")),
        st.one_of(JSONS, json_of(st.sampled_from(["company", "real", "speed"])).map(encoded)),
        (ValueError,),
        ("models/clock.py",),
    ),
    # --- what the vendors send ---
    "any signed body": Parser(signatures.read, JSONS, (Unwelcome,), ("integrations/signatures.py",)),
    "a body of Jira": Parser(
        lambda body: jira.parse(delivery(Source.JIRA, body)),
        JSONS,
        (),
        ("integrations/jira/webhook.py", "integrations/payloads.py"),
    ),
    "what a body of Jira says by itself": Parser(
        retold, st.one_of(JSONS, tellings()), (), ("integrations/jira/telling.py",)
    ),
    "a body of Bitbucket": Parser(
        lambda body: bitbucket.parse(delivery(Source.BITBUCKET, body), ["PAY"]),
        JSONS,
        (),
        ("integrations/bitbucket/webhook.py",),
    ),
    "a value of a vendor's": Parser(values, JUNK | WORDS),
    "a body of Slack": Parser(
        lambda told: slack_payload(*told), st.tuples(RAW, st.sampled_from(["application/json", "x", ""])), (Unwelcome,)
    ),
    "a listener's questions": Parser(
        doorstep,
        PAYLOADS,
        (Unwelcome,),
        ("bot/listeners/buttons.py", "bot/jobs/presses/verdict.py", "bot/views/card/batch.py"),
    ),
    "a press": Parser(
        lambda body: read_press(in_shape(body) if isinstance(body, dict) else {}),
        PAYLOADS,
        (*UNREADABLE, Unwelcome),
        ("bot/jobs/presses/press.py",),
    ),
    "a window": Parser(windows, PAYLOADS | JUNK, (), ("bot/jobs/windows/open.py", "bot/views/windows/window.py")),
    "a message of the socket": Parser(
        lambda text: read_envelope(_object(text)), TEXTS, (), ("integrations/slack/socket/line.py",)
    ),
    "a trial of ours": Parser(
        lambda body: word_of({HEADER: "w", "x-hub-signature": signatures.sign(body, "s")}, body, "s"),
        JSONS,
        (),
        ("bot/doors/trial.py",),
    ),
    "a sign-in of Slack": Parser(token, json_of(_CLAIM_KEYS), (VendorError,), ("integrations/slack/openid.py",)),
    "a token of Slack": Parser(_claims, TEXTS, (VendorError,)),
    "an answer to an answer": Parser(
        lambda text: _judge(200, text, {}), TEXTS, (VendorError,), ("integrations/slack/responses.py",)
    ),
    "how long to wait": Parser(lambda text: retry_after(written.headers_of(text)), TEXTS | written.DATES),
    # --- what models and servers answer ---
    "an answer of MCP": Parser(
        told_by_mcp,
        st.tuples(
            st.one_of(
                TEXTS,
                WORDS.map(lambda w: _TABLE + w * 40),
                st.just(_TABLE + "x" * 200_000),
                json_of(_MCP_KEYS).map(json.dumps),
            ),
            st.one_of(st.none(), st.dictionaries(_MCP_KEYS, json_of(_MCP_KEYS), max_size=4)),
        ),
        (Failure,),
        ("integrations/mcp/results.py",),
    ),
    "a reply of Claude": Parser(
        thought, JSONS, (NotThought, ValueError, RecursionError), ("integrations/claude/hearing.py",)
    ),
    "a model's choice": Parser(
        lambda text: read_picks(text, {"o1": "m1"}, frozenset({"f1"})),
        TEXTS,
        (Unreadable,),
        ("planner/reasoning/reply.py",),
    ),
    "a model's words to a person": Parser(read_answer, TEXTS, (), ("planner/asked/converse/replying.py",)),
    "a report of Claude Code": Parser(
        lambda body: ran(Ended(code=0, out=body, err=b""), errand(), served=True, seconds=1.0),
        JSONS,
        (),
        ("integrations/claude_code/reading.py",),
    ),
    "what may hold a secret": Parser(
        lambda text: Redactor(["s3cret-value"], 8).rows(text), TEXTS, (), ("models/redaction.py",)
    ),
    # --- what comes back from pages of ours ---
    "where a page begins": Parser(_before, WORDS),
    "a claim that was kept": Parser(claim_of, json_of(st.sampled_from(["at", "end", "by", "proposal"]))),
    "instants among words": Parser(
        lambda text: localised(text, "Europe/Berlin"), TEXTS | st.text("0123456789-:TZ", max_size=30)
    ),
    "Block Kit": Parser(render, st.tuples(st.sampled_from(ATTACKS) | WORDS, WORDS)),
}
"""By what is read."""
