"""Asking for peace, seeing what was asked, taking it back: each answered in one reply, whoever is not known told so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from models.cycles import History
from models.hushes import Hush
from models.ids import HushId, PersonId, TeamId
from planner.answer import answer
from planner.asked.questions import parse_command
from planner.asked.quiet.hushing import AskHush
from planner.asked.quiet.peace import track
from planner.ports import Desk, Ledger
from planner.reasoning import RulesMind
from planner.words.replies import ListReply, PlainReply, Reply
from tests.planner.test_stories import Clock, Mirror
from tests.planner.world import LAW, LONG_AGO, NOON, TEAM, facts, history, issue

pytestmark = pytest.mark.anyio

ANN = PersonId("ann")


@dataclass
class Hushes:
    """The part of the ledger that this is about."""

    kept: dict[HushId, Hush] = field(default_factory=dict)

    async def hush(self, hush: Hush) -> Hush:
        return self.kept.setdefault(hush.id, hush)

    async def unhush(self, team: TeamId, person: PersonId, which: Sequence[HushId]) -> Sequence[Hush]:
        return [self.kept.pop(name) for name in which]

    async def hushes(self, team: TeamId, person: PersonId) -> Sequence[Hush]:
        return [hush for hush in self.kept.values() if hush.person == person]

    async def history_of(self, team: TeamId, person: PersonId) -> History:
        return history(hushes=tuple(await self.hushes(team, person)))

    async def deferred(self, team: TeamId) -> Sequence[Any]:
        return []


class Asker:
    """Somebody who types commands, one after the other."""

    def __init__(self, person: PersonId | None = ANN) -> None:
        self.person, self.ledger, self.asked = person, Hushes(), 0
        held = facts(issue(1, flagged_since=LONG_AGO), issue(2))
        self.desk = Desk(
            clock=Clock(NOON),
            directives=LAW,
            work=Mirror(held),
            mind=RulesMind(),
            ledger=cast(Ledger, self.ledger),
            hands={},
        )

    async def types(self, text: str, name: str = "") -> Reply:
        self.asked += 1
        name = name or str(self.asked)
        return await answer(parse_command(text), TEAM, self.desk, asker=self.person, name=name)


async def test_what_was_put_off_is_listed_with_a_button_that_takes_it_back() -> None:
    ann = Asker()
    await ann.types("mute PAY-1")
    await ann.types("snooze PAY-2 until tomorrow")
    listed = await ann.types("snoozed")
    assert isinstance(listed, ListReply)
    assert listed.lines == ("PAY-1 is muted for you", "PAY-2 is put off until Thu 19 Nov 10:00")
    assert listed.choices == (("Un-mute PAY-1", "unmute PAY-1"), ("Hear of PAY-2", "unmute PAY-2"))
    back = await ann.types(listed.choices[0][1])
    assert isinstance(back, ListReply) and back.title.startswith("Taken back")
    assert [hush.subject for hush in ann.ledger.kept.values()] == ["PAY-2"]


async def test_an_unmute_that_names_nothing_lists_what_there_is() -> None:
    ann = Asker()
    assert await ann.types("unmute") == await ann.types("snoozed")
    await ann.types("mute PAY-1")
    listed = await ann.types("unmute")
    assert isinstance(listed, ListReply) and listed.choices == (("Un-mute PAY-1", "unmute PAY-1"),)
    assert len(ann.ledger.kept) == 1


@pytest.mark.parametrize(("until", "when"), [("until it is done", "is done"), ("until it changes", "changes")])
async def test_what_is_tracked_is_promised_and_not_called_put_off(until: str, when: str) -> None:
    ann = Asker()
    said = await track(AskHush("PAY-2", until), ANN, "d1", TEAM, ann.desk)
    assert said.text.startswith(f"I tell you once, in your hours, when PAY-2 {when}.") and "put off" not in said.text
    assert said.choices == (("Stop tracking", "unmute PAY-2"),)
    await ann.types(said.choices[0][1])
    assert not ann.ledger.kept


async def test_what_is_so_already_is_not_tracked_and_that_is_all_that_is_said() -> None:
    said = await track(AskHush("PAY-2", "until it is unblocked"), ANN, "d1", TEAM, Asker().desk)
    assert said.text.endswith("already.") and not said.choices


async def test_the_same_command_read_twice_is_kept_once() -> None:
    ann = Asker()
    first, second = await ann.types("mute PAY-1", "7"), await ann.types("mute PAY-1", "7")
    assert first == second and len(ann.ledger.kept) == 1


async def test_whoever_wants_to_be_left_alone_is_told_how_and_one_press_does_it() -> None:
    ann = Asker()
    said = await ann.types("leave me alone")
    assert isinstance(said, ListReply) and len(said.lines) == 2
    assert "at most one message a day" in said.lines[1] and "kept by Pat" in said.lines[1] and not ann.ledger.kept
    assert all(len(line) <= 400 for line in said.lines), "shown whole"
    agreed = await ann.types(said.choices[0][1])
    assert isinstance(agreed, PlainReply) and agreed.text.startswith("Everything is put off until Thu 19 Nov 10:00.")
    assert [hush.subject for hush in ann.ledger.kept.values()] == ["*"]


async def test_what_was_taken_back_is_not_called_muted_in_the_same_breath() -> None:
    ann = Asker()
    await ann.types("mute PAY-1")
    back = await ann.types("unmute PAY-1")
    assert isinstance(back, ListReply) and back.lines == ("PAY-1 (was muted)",)


async def test_what_was_muted_is_still_seen_by_whoever_asks_what_is_held_back() -> None:
    ann = Asker()
    await ann.types("mute PAY-1")
    held = await ann.types("held")
    assert isinstance(held, ListReply)
    assert [line for line in held.lines if "PAY-1 is muted for you" in line]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("snoozed", "You have put off nothing"),
        ("unmute PAY-1", "You have not put off"),
        ("snooze PAY-1", "Until when?"),
        ("mute PAY-99", "I watch nothing called"),
    ],
)
async def test_what_cannot_be_done_is_answered_in_one_line(text: str, words: str) -> None:
    ann = Asker()
    said = await ann.types(text)
    assert isinstance(said, PlainReply) and words in said.text
    assert not ann.ledger.kept


async def test_somebody_the_constitution_does_not_know_is_never_sent_anything_to_put_off() -> None:
    stranger = Asker(None)
    said = await stranger.types("mute PAY-1")
    assert isinstance(said, PlainReply) and "not in this team's constitution" in said.text
    assert not stranger.ledger.kept


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ("held", "/pm held"),
        ("snoozed", "/pm snoozed"),
        ("mute PAY-1", "/pm mute"),
        ("unmute PAY-1", "/pm unmute"),
        ("snooze PAY-1 3h", "/pm snooze"),
    ],
)
async def test_in_a_channel_nothing_of_it_is_said_or_kept_but_where_to_ask(typed: str, where: str) -> None:
    ann = Asker()
    reply = await answer(parse_command(typed), TEAM, ann.desk, asker=ANN, name="1", public=True)
    assert reply == PlainReply(text=f"That is between you and me: type {where}, or ask in a direct message.")
    assert ann.ledger.kept == {}
