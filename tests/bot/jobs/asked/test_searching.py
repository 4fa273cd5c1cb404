"""A search is seen to go on where Slack lets it, answered once whatever breaks off, and shows no private words."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.asked.searching import Found, searched, told_of
from bot.jobs.asked.streaming import STREAM, Place, streamed
from bot.jobs.asked.working import working
from bot.jobs.stop import STOPPED
from bot.views.parts.message import message as message_of
from bot.views.reply import reply_message
from integrations.fallback import Result
from integrations.slack.streams import Step
from models.errors import NotDone, Refused, Unclear
from models.found import FoundIssue, FoundMessage
from models.ids import AccountId, IssueKey, PersonId, SlackUserId
from models.work import Progress
from planner.asked.topics import AskSearch, Where
from planner.words.replies import PlainReply, Reply, SheetReply
from tests.bot.jobs.asked.test_places import LAW
from tests.planner.world import NOON

pytestmark = pytest.mark.anyio

TEAM = LAW.teams[0]
ASKED = AskSearch("3ds")
PLACE = Place(channel="C1", thread="1.0", user="UANN", marker="m1")


def issue(number: int) -> FoundIssue:
    return FoundIssue(
        key=IssueKey(f"PAY-{number}"), title=f"3DS <!channel> {number}", url=f"https://jira.test/browse/PAY-{number}",
        status="In Review", progress=Progress.DOING, assignee=AccountId("acc-ann"),
    )  # fmt: skip


def message(channel: str, text: str = "3DS again") -> FoundMessage:
    return FoundMessage(
        channel=f"C-{channel}", channel_name=channel, ts="1", text=text, at=NOON, author=SlackUserId("UANN")
    )


@dataclass
class Streams:
    """Slack's streams, which remember what was done; ``trouble`` by name is raised once."""

    done: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    trouble: dict[str, Exception] = field(default_factory=dict)

    async def _do(self, name: str, words: str = "") -> None:
        self.done.append(f"{name} {words}".strip())
        if name in self.trouble:
            raise self.trouble.pop(name)

    async def begin(self, channel: str, thread: str, user: str, workspace: str, steps: dict[str, str]) -> str:
        await self._do("begin", " ".join(steps))
        return "9.9"

    async def tell(self, channel: str, ts: str, name: str, title: str, step: Step) -> None:
        await self._do("tell", f"{name} {step}")

    async def end(self, channel: str, ts: str, text: str, blocks: Any = (), *, marker: str) -> None:
        await self._do("end", f"{ts} {marker}")
        self.ends.append("\n".join([text, *message_of(blocks).text.split("\n")]))


@dataclass
class House:
    """What a search needs of the product."""

    streams: Streams = field(default_factory=Streams)
    answers: dict[str, Any] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    stands: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    noted: dict[str, Any] = field(default_factory=dict)
    sessions: list[bool] = field(default_factory=list)
    slow: float = 0.0
    later: timedelta = timedelta()
    """How long after the question the job is worked."""

    @property
    def app(self) -> Any:
        assistant = SimpleNamespace(streams=self.streams, doing=self.doing, session=self.session)
        slack = SimpleNamespace(
            assistant=assistant, workspace=self.workspace, is_public=self.is_public, find=self.find, myself=self.myself
        )
        return SimpleNamespace(
            slack=slack, finding=self, store=self, mailbox=self, clock=SimpleNamespace(real=lambda: NOON + self.later)
        )

    async def search(self, words: str, team: Any, *, asker: PersonId | None = None) -> Result:
        self.asked.append(words)
        await asyncio.sleep(self.slow)
        answer = self.answers["slack" if words.startswith("messages") else "jira"]
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Result)
        return answer

    async def myself(self) -> str:
        return "UAGENT"

    async def delivery(self, row: int) -> Any:
        return SimpleNamespace(received=NOON)

    async def note(self, job: Any, **words: Any) -> None:
        self.noted |= words
        job.payload.update(words)

    async def doing(self, channel: str, thread: str, words: str) -> None:
        self.said.append(words)

    async def session(self, channel: str, thread: str, *, working: bool) -> None:
        self.sessions.append(working)

    async def workspace(self) -> str:
        return "T1"

    async def is_public(self, name: str) -> bool:
        if name == "unknown":
            raise Unclear("no answer")
        return name == "engineering"

    async def find(self, channel: str, marker: str, since: datetime, *, thread: str) -> Any:
        return {"ts": "9.9"} if marker in self.stands else None

    async def remembered(self, team: str, about: str, key: str) -> Any:
        return self.memory.get(f"{about} {key}")

    async def streamed(self, job: Any) -> Any:
        async def work(told: Any) -> Reply:
            return await searched(self.app, ASKED, TEAM, PersonId("ann"), "C1", told)

        return await streamed(self.app, job, ASKED, PLACE, work=work, draw=drawn)


def drawn(reply: Reply) -> Any:
    return reply_message(reply, zone="UTC", now=NOON, company_now=NOON)


def job(attempts: int = 1, **payload: Any) -> Any:
    return SimpleNamespace(attempts=attempts, payload={"inbox": 1, **payload})


@pytest.fixture
def house() -> House:
    found = Result(understood="3ds", issues=(issue(1), issue(2)))
    said = Result(understood="3ds", messages=(message("engineering"), message("leadership"), message("unknown")))
    return House(answers={"jira": found, "slack": said})


# --- what is found ----------------------------------------------------------------------------------------------


async def test_both_are_searched_and_told_as_one_answer(house: House) -> None:
    reply = await searched(house.app, ASKED, TEAM, PersonId("ann"))
    assert isinstance(reply, SheetReply) and reply.headline == "2 tickets and 1 message found."
    assert [row.key for group in reply.groups for row in group.rows] == ["PAY-1", "PAY-2", "#engineering"]
    assert house.asked == ["tickets about 3ds", "messages about 3ds"]
    assert not reply.post_to_channel


async def test_words_of_a_private_channel_stay_there_also_when_nobody_can_say_whether_it_is_one(house: House) -> None:
    reply = await searched(house.app, ASKED, TEAM, PersonId("ann"), "C1")
    assert isinstance(reply, SheetReply) and reply.notes == ("2 more in private channels are not shown here.",)
    here = await searched(house.app, ASKED, TEAM, PersonId("ann"), "C-leadership")
    assert isinstance(here, SheetReply)
    assert {row.key for row in here.groups[1].rows} == {"#engineering", "#leadership"}


async def test_one_that_fails_is_named_and_the_other_answers(house: House) -> None:
    house.answers["slack"] = Unclear("no answer")
    reply = await searched(house.app, ASKED, TEAM, PersonId("ann"))
    assert isinstance(reply, SheetReply) and reply.headline == "2 tickets found."
    assert reply.notes == ("Slack could not be searched: no answer.",)


async def test_when_nobody_answers_that_is_the_answer(house: House) -> None:
    house.answers = {"jira": Unclear("a"), "slack": Unclear("b")}
    reply = await searched(house.app, ASKED, TEAM, PersonId("ann"))
    assert reply == PlainReply(text="I don't know: Jira could not be searched: a.")


async def test_a_search_of_one_place_asks_only_there_in_the_askers_own_words(house: House) -> None:
    asked = AskSearch("login", Where.JIRA, said="find open bugs about login")
    await searched(house.app, asked, TEAM, PersonId("ann"))
    assert house.asked == ["find open bugs about login"]


def test_what_cannot_be_searched_for_is_said_with_its_reason() -> None:
    found = {Where.JIRA: Found(Result(understood="", problem="Zoe is nobody we know"))}
    assert told_of(ASKED, found, TEAM) == PlainReply(text="I don't know: Zoe is nobody we know.")


# --- how it is shown --------------------------------------------------------------------------------------------


async def test_it_is_streamed_step_by_step_and_ended_once_with_its_marker(house: House) -> None:
    asked = job()
    assert await house.streamed(asked) is None
    assert house.streams.done[0] == "begin jira slack" and house.streams.done[-1] == "end 9.9 m1"
    assert sorted(house.streams.done[1:-1]) == ["tell jira complete", "tell slack complete"]
    assert house.noted == {STREAM: "9.9"}


async def test_what_is_streamed_says_its_first_line_once(house: House) -> None:
    await house.streamed(job())
    assert house.streams.ends[0].count("Search · 3ds") == 1 and "2 tickets and 1 message found" in house.streams.ends[0]
    house.answers = {"jira": Unclear("a"), "slack": Unclear("b")}
    await house.streamed(job())
    assert house.streams.ends[1].count("I don't know") == 1


@pytest.mark.parametrize("code", ["unknown_method", "missing_scope", "missing_recipient_team_id", "something_else"])
async def test_where_slack_takes_no_stream_a_line_says_what_goes_on_and_the_answer_is_posted(
    house: House, code: str
) -> None:
    house.streams.trouble["begin"] = Refused("no", code=code)
    said = await house.streamed(job())
    assert said is not None and "2 tickets and 1 message found" in said.text
    assert house.said == ["is searching Jira and Slack"] and house.streams.done == ["begin jira slack"]


async def test_whoever_takes_over_ends_the_stream_that_was_begun(house: House) -> None:
    assert await house.streamed(job(2, stream="8.8")) is None
    assert house.streams.done[-1] == "end 8.8 m1" and "begin jira slack" not in house.streams.done


async def test_a_second_try_that_knows_of_no_stream_begins_none(house: House) -> None:
    assert await house.streamed(job(2)) is not None
    assert house.streams.done == []


@pytest.mark.parametrize(("stands", "posted"), [(True, False), (False, True)])
async def test_a_stream_that_has_ended_is_looked_at_before_anything_is_posted(
    house: House, stands: bool, posted: bool
) -> None:
    house.streams.trouble["end"] = Refused("over", code="message_not_in_streaming_state")
    house.stands = {"m1"} if stands else set()
    assert (await house.streamed(job(2, stream="8.8")) is not None) is posted


async def test_an_end_of_which_nobody_knows_is_tried_again(house: House) -> None:
    house.streams.trouble["end"] = Unclear("lost")
    with pytest.raises(Unclear):
        await house.streamed(job())


async def test_an_end_that_must_wait_is_tried_again(house: House) -> None:
    house.streams.trouble["end"] = NotDone("slow down", retry_after=3)
    with pytest.raises(NotDone):
        await house.streamed(job())


async def test_who_stops_it_gets_no_results_and_is_told_so(house: House) -> None:
    house.slow = 30
    house.memory[f"{STOPPED} C1:1.0"] = NOON.isoformat()
    house.streams.trouble["end"] = Refused("over", code="message_not_in_streaming_state")
    async with asyncio.timeout(5):
        said = await house.streamed(job())
    assert said is not None and said.text.startswith("Stopped")


@pytest.mark.parametrize("broken", [False, True])
async def test_there_is_something_to_stop_only_while_it_is_worked_on(house: House, broken: bool) -> None:
    house.streams.trouble |= {"end": Unclear("lost")} if broken else {}
    with pytest.raises(Unclear) if broken else contextlib.nullcontext():
        await house.streamed(job())
    assert house.sessions == [True, False]


async def test_a_stop_holds_for_whoever_takes_the_search_over(house: House) -> None:
    house.slow, house.later = 30, timedelta(seconds=25)
    house.memory[f"{STOPPED} C1:1.0"] = (NOON + timedelta(seconds=5)).isoformat()
    async with asyncio.timeout(5):
        assert await house.streamed(job(attempts=2, stream="9.9")) is None
    assert house.streams.ends[0].startswith("Stopped")


async def test_a_stop_of_before_stops_nothing(house: House) -> None:
    house.slow = 0.6
    house.memory[f"{STOPPED} C1:1.0"] = "2026-11-18T16:00:00+00:00"
    assert await house.streamed(job()) is None
    assert house.streams.ends[0].startswith("Search")


# --- the line under a question ----------------------------------------------------------------------------------


async def test_an_answer_that_is_there_at_once_has_no_line_before_it(house: House) -> None:
    async with working(house.app, "C1", "1.0"):
        pass
    assert house.said == []


async def test_one_that_takes_longer_has_one(house: House) -> None:
    async with working(house.app, "C1", "1.0", after=0.0):
        await asyncio.sleep(0.05)
    assert house.said == ["is reading Jira and Bitbucket"]


async def test_our_own_posts_are_nobodys_find() -> None:
    ours = replace(message("engineering", "*Sprint 24: behind*"), author=SlackUserId("UAGENT"))
    house = House(answers={"slack": Result(understood="", messages=(ours, message("engineering")))})
    reply = await searched(house.app, AskSearch("3ds", Where.SLACK), TEAM, PersonId("ann"))
    assert isinstance(reply, SheetReply) and reply.headline == "1 message found."
    assert [row.title for group in reply.groups for row in group.rows] == ["3DS again"]


async def test_a_message_that_is_found_reads_as_people_read_it() -> None:
    raw = "*Sprint 24:* see <https://x/1|PAY-7>, <@UANN> &amp; <@UNOBODY>\n_soon_ a_b*c `code` <https://x/2>"
    house = House(answers={"slack": Result(understood="", messages=(message("engineering", raw),))})
    reply = await searched(house.app, AskSearch("3ds", Where.SLACK), TEAM, PersonId("ann"))
    assert isinstance(reply, SheetReply)
    [row] = reply.groups[0].rows
    assert row.title == "Sprint 24: see PAY-7, @Ann & @somebody soon a_b*c code https://x/2"
