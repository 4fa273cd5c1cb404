"""A delegated task costs no more than its card says, whatever breaks off; it is kept, and told of once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.delegating import Office, TaskHand, Voice
from bot.delegating.hand import USED_UP
from bot.delegating.telling import EDIT_EVERY
from bot.hands import SwitchedOff, off_of
from integrations.claude_code import Errand, Ran
from integrations.claude_code.client import Told
from models.actions import DelegateTask, Task
from models.bills import Bill, BillState, Caps, Wanted
from models.database import Database
from models.delegated import MOST_SECONDS, SOON, STOPS_AT, most
from models.directives import Directives
from models.documents import Documents, DocumentState
from models.errors import NotDone, NotThought, Refused, Silence, Unclear
from models.ids import EffectId, PersonId, ProposalId, fresh
from models.money import Money
from models.proposals import AskedIn, Effect, EffectState, Proposal
from models.purse import Purse
from models.redaction import Redactor
from models.signals import Urgency
from models.thoughts import Purpose, Size, Usage
from tests.planner.reports import believable
from tests.planner.world import LAW, NOON, TEAM, facts, issue
from tests.world import fresh_database

pytestmark = pytest.mark.anyio

SECRET = "xoxb-of-the-bot-12345"
CENTS = Money.usd("0.08")
ANSWER = {
    "title": "What holds this up",
    "summary": ["{f1}."],
    "findings": [{"text": "{f1}, and {f2}.", "evidence": ["f1"]}, {"text": "PAY-9 is done.", "evidence": ["f1"]}],
    "recommendations": ["Talk to the owner about what would help."],
    "unknowns": ["I do not know why."],
}
GOOD = Ran(answer=ANSWER, cost=CENTS, usage=Usage(read=10), model="claude-sonnet-5-5", session="s1", seconds=42.0)
AWAY = Ran(trouble=NotThought(Silence.AWAY, "Claude could not be reached"), cost=Money())
LATE = Ran(trouble=NotThought(Silence.AWAY, "It was not done in time", charged=True), seconds=MOST_SECONDS)


@dataclass
class Clock(believable.Clock):
    """Always noon, but for what passed meanwhile."""

    passed: float = 0.0

    def monotonic(self) -> float:
        return self.passed


class Died(BaseException):
    """The process was killed: nothing of ours has run since."""


@dataclass
class Worker:
    """Ends as it was told to, in that order; the last for ever."""

    ends: list[Ran | BaseException]
    errands: list[Errand] = field(default_factory=list)
    why_not: str = ""

    async def work(self, errand: Errand, told: Told) -> Ran:
        self.errands.append(errand)
        await told("facts_about", "PAY-7")
        end = self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]
        if isinstance(end, BaseException):
            raise end
        return end


@dataclass
class Slack:
    """Remembers what was said, edited and where; ``trouble`` is what the next post meets."""

    said: list[tuple[str, str | None, str, str]] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)

    async def post(self, channel: str, text: str, blocks: Any, *, marker: str, thread: str | None) -> dict[str, str]:
        trouble = self.trouble.pop(0) if self.trouble else None
        if not isinstance(trouble, Refused):  # what is refused stands nowhere
            self.said.append((channel, thread, text, marker))
        if trouble is not None:
            raise trouble
        return {"channel": channel, "ts": f"{len(self.said)}.0"}

    async def update(self, channel: str, ts: str, text: str, blocks: Any = ()) -> None:
        self.edits.append(text)

    async def find(self, channel: str, marker: str, since: Any, *, thread: str | None = None) -> dict[str, str] | None:
        place = next((n for n, each in enumerate(self.said, 1) if each[3] == marker), None)
        return {"channel": channel, "ts": f"{place}.0"} if place else None

    async def open_dm(self, user: str) -> str:
        return f"D{user}"


class Mirror:
    """Holds one ticket."""

    async def facts_about(self, team: Any) -> Any:
        return facts(issue(7, title=f"Refunds {SECRET}"), issue(8))


def asked_by_ann(**how: Any) -> Effect:
    action = DelegateTask(task=Task.ROOT_CAUSE, about="PAY-7", question=f"what is behind it: PAY-7 {SECRET}")
    proposal = Proposal(
        id=ProposalId("p1"),
        action=action,
        because="Ann asked for it.",
        evidence=(),
        signals=(),
        urgency=Urgency.LOW,
        rule="ask-delegate",
        asked_by=PersonId("ann"),
        asked_in=AskedIn(person=PersonId("ann"), channel="C1", thread="1.0"),
    )
    given: dict[str, Any] = {"id": EffectId("e" * 20), "team": TEAM, "cycle": None, "proposal": proposal}
    given |= {"action": action, "state": EffectState.PLANNED}
    return Effect(**(given | how))


@dataclass
class Bench:
    """A hand with everything around it."""

    worker: Worker
    slack: Slack
    purse: Purse
    documents: Documents
    clock: Clock
    law: Directives
    hand: TaskHand

    async def bills(self) -> list[Bill]:
        return list(await self.purse.bills(NOON.date()))

    async def spent(self) -> Money:
        return (await self.purse.spending(TEAM, NOON.date(), NOON)).counted


def with_slack(cap: float = 1.0) -> Directives:
    """Everybody can be reached; ``cap`` is the team's of a day."""
    [team] = LAW.teams
    members = tuple(m.model_copy(update={"slack": f"U{m.id.upper()}"}) for m in team.members)
    return LAW.model_copy(update={"teams": (team.model_copy(update={"members": members, "daily_cap_usd": cap}),)})


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    clock = Clock()
    database = Database(fresh_database(tmp_path / "bench.db"), clock)
    worker, slack = Worker([GOOD]), Slack()
    made = Bench(worker, slack, Purse(database), Documents(database), clock, with_slack(), None)  # type: ignore[arg-type]
    office = Office(
        work=Mirror(),
        purse=made.purse,
        documents=made.documents,
        voice=Voice(slack, lambda: made.law, clock),  # type: ignore[arg-type]
        directives=lambda: made.law,
        clock=clock,
        redact=Redactor((SECRET,)),
    )
    made.hand = TaskHand(worker, office)
    yield made
    await database.close()


async def test_a_task_is_worked_on_once_paid_for_kept_and_told_of_in_the_thread_it_was_asked_in(bench: Bench) -> None:
    effect = asked_by_ann()
    receipt = await bench.hand.perform(effect)
    [bill] = await bench.bills()
    assert (bill.purpose, bill.state, bill.cost, bill.asker) == (Purpose.TASK, BillState.SETTLED, CENTS, "ann")
    kept = await bench.documents.of(effect.id)
    assert kept is not None and (kept.state, kept.cost, kept.dropped) == (DocumentState.DONE, CENTS, 1)
    assert "PAY-9 is done" not in kept.markdown and "1 text left out" in kept.markdown
    assert [(channel, thread) for channel, thread, *_ in bench.slack.said] == [("C1", "1.0")] * 2
    assert bench.slack.said[1][2].startswith("What is behind PAY-7\n• PAY-7 is in status")
    assert bench.slack.edits[-1].startswith("Done: find out what causes a blocker")
    assert receipt.ref == {"channel": "C1", "ts": "2.0", "document": effect.id} and kept.shown["ts"] == "2.0"


async def test_the_worker_gets_its_bounds_and_no_secret(bench: Bench) -> None:
    await bench.hand.perform(asked_by_ann())
    [errand] = bench.worker.errands
    assert (errand.model, errand.most, errand.patience) == ("claude-sonnet-5-5", STOPS_AT[Size.LARGE], MOST_SECONDS)
    assert SECRET not in errand.facts + errand.question + errand.system and "[redacted]" in errand.facts.lower()


async def test_a_second_try_of_what_is_done_tells_of_it_and_works_on_nothing(bench: Bench) -> None:
    effect = asked_by_ann()
    bench.slack.trouble = [Unclear("no answer")]  # of the line: it is no part of the work
    await bench.hand.perform(effect)
    again = replace(effect, state=EffectState.SENDING, tries=1)
    assert await bench.hand.find(again) is not None
    await bench.hand.perform(again)
    assert len(bench.worker.errands) == 1 and sum("What is behind" in said[2] for said in bench.slack.said) == 1


async def test_a_report_whose_post_was_lost_is_looked_for_and_never_worked_on_again(bench: Bench) -> None:
    effect, post = asked_by_ann(), bench.slack.post

    async def lost(channel: str, text: str, blocks: Any, *, marker: str, thread: str | None) -> dict[str, str]:
        place = await post(channel, text, blocks, marker=marker, thread=thread)
        if text.startswith("What is behind"):
            raise Unclear("no answer")
        return place

    bench.slack.post = lost  # type: ignore[method-assign]
    with pytest.raises(Unclear):
        await bench.hand.perform(effect)
    found = await bench.hand.find(replace(effect, state=EffectState.UNKNOWN, tries=1))
    assert found is not None and found.ref["ts"] == "2.0" and len(bench.slack.said) == 2
    assert len(bench.worker.errands) == 1


async def test_when_claude_is_away_it_is_tried_once_more_and_then_given_up(bench: Bench) -> None:
    bench.worker.ends = [AWAY]
    with pytest.raises(NotDone) as later:
        await bench.hand.perform(asked_by_ann())
    assert later.value.retry_after == 120
    with pytest.raises(Refused, match="could not be reached"):
        await bench.hand.perform(asked_by_ann())
    assert len(bench.worker.errands) == 2 and await bench.spent() == Money()
    assert bench.slack.edits[-1].startswith("No report: ") and "could not be reached" in bench.slack.edits[-1]
    assert len(bench.slack.said) == 1, "the line of the first run is edited by the second"
    with pytest.raises(Refused, match="broke off after it had begun"):
        await bench.hand.perform(asked_by_ann())
    assert len(bench.worker.errands) == 2


async def test_both_tries_together_take_no_longer_than_the_card_says(bench: Bench) -> None:
    bench.worker.ends = [replace(AWAY, seconds=SOON), GOOD]
    with pytest.raises(NotDone):
        await bench.hand.perform(asked_by_ann())
    await bench.hand.perform(asked_by_ann())
    first, second = bench.worker.errands
    assert first.patience == MOST_SECONDS == SOON + second.patience and await bench.spent() == CENTS


CHARGED = (
    ("its deadline", LATE, most()),
    ("an outage after some steps", replace(AWAY, cost=CENTS), CENTS),
    ("an outage that took long to tell", replace(AWAY, seconds=SOON + 1), Money()),
    ("an end from outside", Ran(trouble=NotThought(Silence.CUT, "It was ended", charged=True)), most()),
)


@pytest.mark.parametrize(("end", "cost"), [row[1:] for row in CHARGED], ids=[row[0] for row in CHARGED])
async def test_what_may_have_used_up_the_yes_is_not_tried_again(bench: Bench, end: Ran, cost: Money) -> None:
    bench.worker.ends = [end, GOOD]
    with pytest.raises(Refused):
        await bench.hand.perform(asked_by_ann())
    kept = await bench.documents.of("e" * 20)
    assert (await bench.spent(), len(bench.worker.errands)) == (cost, 1)
    assert kept is not None and (kept.state, kept.cost) == (DocumentState.BROKEN, cost)


async def test_a_process_that_dies_has_used_up_the_yes_and_nobody_pays_again(bench: Bench) -> None:
    bench.worker.ends = [Died(), GOOD]
    with pytest.raises(Died):
        await bench.hand.perform(asked_by_ann())
    assert await bench.spent() == most() and await bench.hand.find(asked_by_ann()) is None
    with pytest.raises(Refused, match="what was approved for it may be spent"):
        await bench.hand.perform(asked_by_ann())
    kept = await bench.documents.of("e" * 20)
    assert kept is not None and kept.state is DocumentState.BROKEN and await bench.spent() == most()
    assert len(bench.worker.errands) == 1 and bench.slack.edits[-1].endswith(USED_UP)


async def test_who_is_stopped_leaves_nothing_held(bench: Bench) -> None:
    bench.worker.ends = [asyncio.CancelledError()]
    with pytest.raises(asyncio.CancelledError):
        await bench.hand.perform(asked_by_ann())
    assert [(bill.state, bill.cost) for bill in await bench.bills()] == [(BillState.LOST, most())]


async def test_a_report_that_cannot_be_written_is_not_paid_for_twice(bench: Bench) -> None:
    bench.worker.ends = [replace(GOOD, answer={})]
    with pytest.raises(KeyError):
        await bench.hand.perform(asked_by_ann())
    with pytest.raises(Refused):
        await bench.hand.perform(asked_by_ann())
    kept = await bench.documents.of("e" * 20)
    assert kept is not None and (kept.state, kept.cost) == (DocumentState.BROKEN, CENTS)
    assert (await bench.spent(), len(bench.worker.errands)) == (CENTS, 1)


async def test_an_answer_that_does_not_tell_its_cost_is_kept_and_counted_in_full(bench: Bench) -> None:
    bench.worker.ends = [replace(GOOD, cost=None)]
    await bench.hand.perform(asked_by_ann())
    [bill] = await bench.bills()
    assert (bill.state, bill.cost) == (BillState.LOST, most()) and "did not tell what it cost" in bill.trouble
    kept = await bench.documents.of("e" * 20)
    assert kept is not None and (kept.state, kept.cost) == (DocumentState.DONE, most())
    assert await bench.hand.find(asked_by_ann()) is not None and len(bench.worker.errands) == 1


async def test_what_is_told_above_the_sum_counts_all_the_same_and_is_an_error_in_the_log(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.worker.ends = [replace(GOOD, cost=Money.usd("0.55"))]
    await bench.hand.perform(asked_by_ann())
    assert await bench.spent() == Money.usd("0.55") and "a task cost $0.55, of $0.30 at most" in caplog.text


async def test_while_its_worker_cannot_start_nobody_is_to_be_asked(bench: Bench) -> None:
    hands = {"delegate_task": bench.hand, "comment": SwitchedOff("Jira", "set JIRA_BASE_URL")}
    assert off_of(hands) == {"comment": "Jira is off: set JIRA_BASE_URL"}
    bench.worker.why_not = "claude could not be started"
    told = "Delegating is off: claude could not be started, and start the worker again"
    assert off_of(hands)["delegate_task"] == told


async def test_a_program_that_would_not_start_costs_nothing_and_is_not_tried_again(bench: Bench) -> None:
    bench.worker.ends = [Ran(trouble=NotThought(Silence.REJECTED, "It would not start: unknown option"))]
    with pytest.raises(Refused, match="unknown option"):
        await bench.hand.perform(asked_by_ann())
    [bill] = await bench.bills()
    kept = await bench.documents.of("e" * 20)
    assert (bill.state, await bench.spent()) == (BillState.FREE, Money()) and kept is not None and not kept.cost


async def test_without_money_nobody_works_and_the_reason_is_told(bench: Bench) -> None:
    bench.law = with_slack(cap=0.01)
    with pytest.raises(Refused, match=r"is spent today.*Ask again"):
        await bench.hand.perform(asked_by_ann())
    assert not bench.worker.errands and not bench.slack.said


async def test_a_team_that_spends_nothing_hears_of_the_line_that_says_so(bench: Bench) -> None:
    bench.law = with_slack(cap=0)
    with pytest.raises(Refused, match="daily_cap_usd of this team is 0"):
        await bench.hand.perform(asked_by_ann())


async def test_where_the_thread_takes_no_words_any_more_the_asker_is_told_alone(bench: Bench) -> None:
    bench.slack.trouble = [Refused("archived", code="is_archived"), Refused("archived", code="is_archived")]
    receipt = await bench.hand.perform(asked_by_ann())
    assert [said[0] for said in bench.slack.said] == ["DUANN"] and receipt.ref["channel"] == "DUANN"


async def test_late_in_the_day_the_smaller_model_works_within_less(bench: Bench) -> None:
    bench.law = with_slack(cap=0.25)
    await bench.hand.perform(asked_by_ann())
    [errand] = bench.worker.errands
    assert (errand.model, errand.most) == ("claude-haiku-5-5", STOPS_AT[Size.SMALL])


async def test_what_somebody_approved_is_not_taken_from_the_askers_own_share(bench: Bench) -> None:
    await bench.hand.perform(asked_by_ann())
    talk = Wanted(
        id=fresh(),
        team=TEAM,
        day=NOON.date(),
        at=NOON,
        purpose=Purpose.TALK,
        prompt="talk/1",
        size=Size.SMALL,
        worst=dict.fromkeys(Size, Money.usd("0.01")),
        asker=PersonId("ann"),
    )
    caps = Caps(team=Money.usd("1"), person=Money.usd("0.02"))
    assert await bench.purse.hold(talk, caps) is Size.SMALL


async def test_one_at_a_time_in_a_process(bench: Bench) -> None:
    begun, free = asyncio.Event(), asyncio.Event()

    class Slow(Worker):
        async def work(self, errand: Errand, told: Told) -> Ran:
            begun.set()
            await free.wait()
            return GOOD

    bench.hand._worker = Slow([GOOD])
    first = asyncio.create_task(bench.hand.perform(asked_by_ann()))
    await begun.wait()
    with pytest.raises(NotDone, match="another task"):
        async with asyncio.timeout(5):
            await bench.hand.perform(asked_by_ann(id=EffectId("f" * 20)))
    free.set()
    await first


async def test_asked_alone_it_is_told_alone(bench: Bench) -> None:
    alone = asked_by_ann()
    quiet = replace(alone.proposal, asked_in=AskedIn(person=PersonId("ann")))
    await bench.hand.perform(replace(alone, proposal=quiet))
    assert {said[0] for said in bench.slack.said} == {"DUANN"}


async def test_what_it_reads_is_seen_but_not_edited_in_at_every_look(bench: Bench) -> None:
    class Reader(Worker):
        async def work(self, errand: Errand, told: Told) -> Ran:
            for second in range(4):
                bench.clock.passed = second * EDIT_EVERY / 2
                await told("facts_about", "PAY-7")
            return GOOD

    bench.hand._worker = Reader([GOOD])
    await bench.hand.perform(asked_by_ann())
    assert [edit.splitlines()[1] for edit in bench.slack.edits] == [
        "3 look-ups so far, the last about PAY-7 · at most 5 minutes and $0.30",
        "The report is the next message here",
    ]


async def test_without_slack_the_report_is_kept_all_the_same(bench: Bench) -> None:
    office = replace(bench.hand._office, voice=Voice(None, lambda: bench.law, bench.clock))
    receipt = await TaskHand(bench.worker, office).perform(asked_by_ann())
    assert receipt.ref == {"document": "e" * 20}
    kept = await bench.documents.of("e" * 20)
    assert kept is not None and kept.markdown
