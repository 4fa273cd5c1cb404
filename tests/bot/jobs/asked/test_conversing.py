"""A conversation with a model is seen, may be stopped, is paid for once; without one all is as it was."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, get_args

import pytest

from bot.jobs.asked.conversing import Asking, Outcome, conversed, noted, takes
from bot.jobs.asked.conversing.story import MOST_TRIES, TALK
from bot.jobs.asked.conversing.telling import ROUTED, kept, restored
from bot.jobs.asked.streaming import STREAM, Place
from bot.jobs.stop import STOPPED
from models.clock import SystemClock
from models.errors import NotThought, Refused, Silence, Unclear
from models.found import FoundMessage
from models.ids import PersonId, SlackUserId
from planner.asked.questions import AskBlockers, AskDirectives, AskHelp, AskMine, AskStatus, Report
from planner.asked.requests import Request, Wish
from planner.asked.topics import AskIssue, AskLost, AskSearch, AskWhich
from planner.words.replies import HelpReply, PlainReply, TalkReply
from tests.bot.jobs.asked.test_searching import PLACE, House
from tests.planner.asked.converse.talks import WORK, Model, call, desk, says
from tests.planner.world import LAW, NOON

pytestmark = pytest.mark.anyio

ANN, TEAM = PersonId("ann"), LAW.teams[0]
LOST = AskLost("is anything odd?")
READ = [call("ticket", key="PAY-1")]


@dataclass
class Rooms(House):
    """What a conversation needs of the product beside that."""

    model: Any = None
    thread: list[FoundMessage] = field(default_factory=list)
    event: dict[str, Any] = field(default_factory=dict)
    audited: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def app(self) -> Any:
        made = super().app
        made.slack.myself = self.myself
        made.slack.thread = self.in_thread
        made.model, made.desk, made.ledger, made.metrics = self.model, lambda job: desk(WORK), self, self
        made.clock = SystemClock()
        return made

    async def myself(self) -> str:
        return "UPM"

    async def in_thread(self, channel: str, ts: str) -> list[FoundMessage]:
        return self.thread

    async def delivery(self, row: int) -> Any:
        return SimpleNamespace(received=NOON, name="event", body=json.dumps({"event": self.event}))

    async def audit(self, team: str, who: str, what: str, about: str, detail: str) -> None:
        self.audited.append(f"{who} {what}: {detail}")

    def unused(self, purpose: str, why: str) -> None:
        self.missed.append(f"{purpose} {why}")


def job(attempts: int = 1, **payload: Any) -> Any:
    return SimpleNamespace(attempts=attempts, payload={"inbox": 1, **payload})


def asking(place: Place = PLACE, **changes: Any) -> Asking:
    given: dict[str, Any] = {
        "words": LOST.said, "question": LOST, "asker": ANN, "team": TEAM, "place": place, "where": "C1", "public": True
    }  # fmt: skip
    return Asking(**given | changes)


def house(*lines: Any, **more: Any) -> Rooms:
    return Rooms(model=Model(list(lines)), **more)


ROUTE = [call("route", question="blockers", about="")]
ANSWER = says("{f1}.")


# --- who and when -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (LOST, True),
        (AskWhich("one", ("PAY-1", "PAY-2")), True),
        (AskWhich("the foo one"), False),
        (AskHelp(unknown="can we ship without li"), True),
        (AskHelp(unknown="staus"), False),
        (AskHelp(), False),
        (AskStatus(), False),
        (Request(Wish.ASSIGN, "PAY-1", "bob"), False),
    ],
)
def test_only_what_no_rule_understands_goes_to_a_model(question: Any, asked: bool) -> None:
    app: Any = SimpleNamespace(model=object())
    assert takes(app, question, ANN) is asked


def test_nobody_but_a_member_is_answered_by_a_model_and_nobody_without_a_key() -> None:
    app: Any = SimpleNamespace(model=object())
    assert not takes(app, LOST, None)
    assert not takes(SimpleNamespace(model=None), LOST, ANN)  # type: ignore[arg-type]


# --- how it is seen ---------------------------------------------------------------------------------------------


async def test_each_step_is_seen_under_a_name_of_ours_and_the_stream_is_left_to_the_answer() -> None:
    rooms = house([call("ticket", key="PAY-1"), call("report", what="sprint")], ANSWER)
    done = await conversed(rooms.app, job(), asking())
    assert rooms.streams.done == [
        "begin step1",
        "tell step1 complete",
        "tell step2 in_progress",
        "tell step2 complete",
    ]
    assert done.stream == "9.9" and rooms.noted[STREAM] == "9.9"


async def test_a_question_that_is_routed_at_once_begins_no_stream() -> None:
    rooms = house(ROUTE)
    done = await conversed(rooms.app, job(), asking())
    assert (done.question, done.stream, rooms.streams.done) == (AskBlockers(), "", [])


async def test_where_slack_takes_no_stream_it_is_answered_all_the_same() -> None:
    rooms = house(READ, ANSWER)
    rooms.streams.trouble["begin"] = Refused("no", code="unknown_method")
    done = await conversed(rooms.app, job(), asking())
    assert isinstance(done.reply, TalkReply) and done.stream == "" and rooms.said == ["is thinking about it"]


async def test_a_command_is_answered_without_anything_to_see() -> None:
    rooms = house(READ, ANSWER)
    done = await conversed(rooms.app, job(), asking(Place(channel="", thread="", user="UANN", marker="m1")))
    assert isinstance(done.reply, TalkReply) and rooms.streams.done == []


async def test_who_stops_it_is_told_so_and_the_model_is_not_waited_for() -> None:
    class Slow(Model):
        async def think(self, *given: Any, **more: Any) -> Any:
            await asyncio.sleep(30)

    rooms = house(memory={f"{STOPPED} C1:1.0": NOON.isoformat()})
    rooms.model = Slow([ANSWER])
    async with asyncio.timeout(5):
        done = await conversed(rooms.app, job(), asking())
    assert isinstance(done.reply, PlainReply) and done.reply.text.startswith("Stopped")


# --- once -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines", [[ROUTE], [READ, ANSWER], [NotThought(Silence.BUDGET, "$1.00 of $1.00 is spent today")]]
)
async def test_whoever_takes_over_answers_the_same_and_pays_nothing(lines: list[Any]) -> None:
    first, rooms = house(*lines), house(ANSWER)
    done = await conversed(first.app, job(), asking())
    again = await conversed(rooms.app, job(2, **json.loads(json.dumps({TALK: first.noted[TALK]}))), asking())
    assert (again.question, again.reply, again.note) == (done.question, done.reply, done.note)
    assert rooms.model.asked == [] and rooms.streams.done == []


async def test_a_job_that_broke_off_twice_is_answered_as_without_a_model() -> None:
    rooms = house(ANSWER)
    assert await conversed(rooms.app, job(3, **{TALK: {"tries": MOST_TRIES}}), asking()) == Outcome()
    assert rooms.model.asked == []


async def test_a_first_death_before_the_outcome_is_asked_once_more() -> None:
    rooms = house(ANSWER)
    done = await conversed(rooms.app, job(2, **{TALK: {"tries": 1}}), asking())
    assert isinstance(done.reply, TalkReply)


@pytest.mark.parametrize(
    "question",
    [
        AskStatus("id:24", typed="Sprint 24"),
        AskIssue("PAY-1"),
        AskWhich("one", ("PAY-1", "PAY-2")),
        AskSearch("refunds"),
        Request(Wish.SET, "PAY-1", "In Review", typed="put it there", by_model=True),
    ],
)
def test_a_question_is_kept_and_read_back_as_it_was(question: Any) -> None:
    back = restored(json.loads(json.dumps(kept(Outcome(question=question)))))
    assert back.question == question and type(back.question) in ROUTED
    if isinstance(question, Request):
        assert isinstance(back.question, Request) and (back.question.by_model, back.question.typed) == (
            True,
            "put it there",
        )


# --- what is counted, what is said ------------------------------------------------------------------------------


def test_every_question_about_the_work_can_be_routed_to() -> None:
    assert {*get_args(Report), AskMine, AskDirectives} <= {*ROUTED}


async def test_an_answer_that_was_not_used_is_counted_by_its_kind_and_stands_in_the_record() -> None:
    rooms = house(says("PAY-1 is late."))
    await conversed(rooms.app, job(), asking())
    assert rooms.missed == ["talk key", "talk key"]
    assert rooms.audited == ["ann conversed: TalkReply, 2 calls, $0.002; not used: key, key"]


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (Silence.BUDGET, "Claude is not asked just now: $1.00 of $1.00 is spent today."),
        (Silence.AWAY, "Claude did not answer just now."),
        (Silence.PERSON, "Claude is not asked just now: $1.00 of $1.00 is spent today."),
    ],
)
async def test_without_a_model_todays_answer_stands_with_one_honest_clause(why: Silence, said: str) -> None:
    done = await conversed(house(NotThought(why, "$1.00 of $1.00 is spent today")).app, job(), asking(public=False))
    assert done.reply is None and done.question is None
    assert noted(PlainReply(text="Today's answer."), done.note) == PlainReply(text=f"Today's answer. {said}")
    led = noted(PlainReply(text="I don't know, because of “a. b”. I answer questions like these:"), done.note)
    assert led.text == f"I don't know, because of “a. b”. {said} I answer questions like these:"  # type: ignore[union-attr]


async def test_sums_are_told_to_the_asker_alone() -> None:
    silence = NotThought(Silence.BUDGET, "$1.00 of $1.00 is spent today")
    for public in (False, True):
        done = await conversed(house(silence).app, job(), asking(public=public))
        assert ("$" in done.note) is not public and done.note.startswith("Claude is not asked just now: ")


@pytest.mark.parametrize("line", [NotThought(Silence.AWAY, "no answer"), says("PAY-1 is late.")])
async def test_which_of_several_is_asked_back_when_no_model_knows_better(line: Any) -> None:
    several = AskWhich("one", ("PAY-1", "PAY-2"))
    assert await conversed(house(line).app, job(), asking(question=several)) == Outcome()


def test_a_list_of_commands_stays_as_it_is() -> None:
    reply = HelpReply(commands=())
    assert noted(reply, "Claude did not answer just now") is reply
    assert noted(PlainReply(text="x"), "") == PlainReply(text="x")


# --- what was said before ---------------------------------------------------------------------------------------


def line(ts: str, author: str, text: str) -> FoundMessage:
    return FoundMessage(channel="C1", ts=ts, text=text, at=NOON, author=SlackUserId(author))


async def test_a_model_is_shown_what_the_asker_and_we_said_in_that_thread_and_nobody_else() -> None:
    said = [
        line("1.0", "UANN", "<@UPM> who has PAY-1?"),
        line("1.1", "UPM", "Ann has it."),
        line("1.2", "UEVE", "assign it to me"),
        line("1.3", "UANN", "<@UPM> is anything odd?"),
    ]
    rooms = house(ANSWER, thread=said, event={"channel": "C1", "thread_ts": "1.0", "ts": "1.3"})
    await conversed(rooms.app, job(), asking())
    words = rooms.model.asked[0].turns[0].text
    assert '{"them":"who has PAY-1?"}\n{"us":"Ann has it."}\n\n' in words and "assign it to me" not in words


async def test_where_slack_does_not_tell_it_is_answered_without() -> None:
    rooms = house(ANSWER, event={"channel": "C1", "thread_ts": "1.0", "ts": "1.3"})
    app = rooms.app

    async def lost(channel: str, ts: str) -> Any:
        raise Unclear("no answer")

    app.slack.thread = lost
    assert isinstance((await conversed(app, job(), asking())).reply, TalkReply)
