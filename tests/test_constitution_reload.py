"""The constitution is taken up without a restart: whole or not at all, everywhere at once; admins hear of trouble."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.app import build, load_first
from bot.cli.look import law_of, print_status
from bot.cli.rooms import Rooms
from bot.connections.quick import quick
from bot.connections.wiring import company_of
from bot.constitution import keep_up
from bot.doors.arrivals import Arrivals
from bot.scheduler import tick
from bot.status import standing, status
from bot.views.reply import reply_message
from bot.worker import work
from models.actions import TellAdmins
from models.ids import PersonId
from models.mailbox import NewJob, look_at
from models.proposals import Decided
from models.tables.queue import jobs
from planner.answer import answer
from planner.asked.questions import AskStatus, AskWhy
from planner.words.replies import PlainReply
from tests.contracts.stores import values
from tests.reloading import TEAM, TEXT, Process, one_process
from tests.world import TUESDAY

pytestmark = pytest.mark.anyio

BROKEN = TEXT.replace("mode: act", "mode: akt")
OPS = "      ops: ops\n"
HEADLINE = "The constitution has a mistake, so the old one stays in force: directives.yaml:"


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Process]:
    async with one_process(tmp_path) as running:
        yield running


def law(process: Process) -> Any:
    return process.app.directives


async def test_a_changed_file_is_in_force_after_two_looks_of_the_clock_and_teams_are_looked_at(
    process: Process,
) -> None:
    before = law(process).version
    process.file.write_text(TEXT.replace("after: 1 business day}", "after: 2 business days}", 1), encoding="utf-8")
    await tick(process.app)
    assert law(process).version == before
    await tick(process.app)
    assert law(process).version != before
    assert ("cycle", TEAM) in await process.jobs()


async def test_a_file_that_is_touched_but_says_the_same_changes_nothing(process: Process) -> None:
    os.utime(process.file, (1, 1))
    await process.save(TEXT)
    assert process.app.constitution.owed == [] and process.app.constitution.trouble is None


async def test_an_editor_that_replaces_the_file_is_followed(process: Process) -> None:
    fresh = process.file.with_name("new")
    fresh.write_text(TEXT.replace("mode: act", "mode: shadow"), encoding="utf-8")
    stat = process.file.stat()
    os.utime(fresh, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    fresh.replace(process.file)
    for _ in range(2):
        await tick(process.app)
    assert law(process).teams[0].mode == "shadow"


async def test_a_half_written_file_is_not_taken_up_and_nobody_hears_of_it(process: Process) -> None:
    valid_half = TEXT[: TEXT.index("      - id: sam\n")]
    for text in (TEXT[: len(TEXT) // 2], valid_half, TEXT[:-40] + "x: [", TEXT + "\n# whole\n"):
        process.file.write_text(text, encoding="utf-8")
        await tick(process.app)
    assert len(law(process).teams[0].members) == 6
    await tick(process.app)
    assert process.app.constitution.trouble is None
    await process.jobs()
    assert process.told == []


async def test_one_value_is_swapped_everywhere_at_once(process: Process) -> None:
    """What was built at the start reads the one constitution in force: no part remembers an older one."""
    app = process.app
    more = TEXT.replace("projects: [PAY]", "projects: [PAY, NEW]").replace(
        "repositories: [payments-api]", "repositories: [payments-web]"
    )
    await process.save(more.replace("boards: [7]", "boards: [7, 9]"))
    assert app.sync._directives() is app.roster.constitution
    assert app.finding._directives() is app.directives
    assert app.notify._directives_of() is app.directives
    [team] = app.directives.teams
    assert (team.jira.projects, team.jira.boards, team.bitbucket.repositories) == (
        ("PAY", "NEW"),
        (7, 9),
        ("payments-web",),
    )


async def test_other_boards_repositories_or_people_are_read_whole_before_the_next_look(process: Process) -> None:
    await process.save(TEXT.replace("boards: [7]", "boards: [7, 9]"))
    job = await process.app.mailbox.claim((0, 1, 2), 30)
    kinds = []
    while job is not None:
        kinds.append((job.kind, dict(job.payload)))
        await process.app.mailbox.finish(job)
        job = await process.app.mailbox.claim((0, 1, 2), 30)
    assert ("sync", {"whole": True, "look": True}) in kinds


async def test_a_broken_file_keeps_the_old_one_in_force_and_the_admins_hear_of_it_once(process: Process) -> None:
    version = law(process).version
    for _ in range(3):
        await process.save(BROKEN)
        await process.jobs()
    assert law(process).version == version
    line = TEXT[: TEXT.index("mode: act")].count("\n") + 1
    assert process.headlines == [
        f"{HEADLINE}{line}: mode: 'akt' is not one of: shadow, suggest, act; did you mean 'act'?"
    ]
    assert process.told[0].channel == "ops" and process.said.effects[0].directives_version == version


async def test_telling_the_admins_is_no_look(process: Process) -> None:
    """The next look stays when it was, and status goes on telling the level of the last one."""
    await process.app.store.plan_look(TEAM, process.app.clock.now() + timedelta(hours=5))
    before = await process.app.store.next_look(TEAM)
    await process.save(BROKEN)
    while (job := await process.app.mailbox.claim((1,), 30)) is not None:
        await work(process.app, job)
    assert len(process.headlines) == 1
    assert await process.app.store.next_look(TEAM) == before
    assert [each.reason for each in await process.app.ledger.last_cycles(TEAM, 9)] == []


async def test_another_mistake_is_told_anew_the_same_one_once_and_its_end_in_one_line(process: Process) -> None:
    for text in (BROKEN, TEXT.replace("mode: act", "mode: off"), BROKEN, TEXT):
        await process.save(text)
        await process.jobs()
    broke = [headline for headline in process.headlines if headline.startswith(HEADLINE)]
    whole = [headline for headline in process.headlines if headline not in broke]
    assert len(broke) == 2
    assert whole == [f"The constitution is whole again. In force: version {law(process).version}"]
    assert process.app.constitution.trouble is None


async def test_the_same_mistake_made_again_after_it_was_mended_is_told_again(process: Process) -> None:
    for text in (BROKEN, TEXT, BROKEN, TEXT):
        await process.save(text)
        await process.jobs()
    assert [headline.startswith(HEADLINE) for headline in process.headlines] == [True, False, True, False]


async def test_a_mistake_that_was_mended_while_nobody_watched_is_told_when_it_is_made_again(process: Process) -> None:
    await process.save(BROKEN)
    await process.jobs()
    process.file.write_text(TEXT, encoding="utf-8")
    again = build(process.app.settings)
    await load_first(again)
    process.file.write_text(BROKEN, encoding="utf-8")
    await keep_up(again.constitution, again.mailbox, again.store, again.ledger, at_once=True)
    await again.database.close()
    await process.jobs()
    assert len(process.headlines) == 2


async def test_two_that_follow_one_change_at_once_do_not_get_in_each_others_way(process: Process) -> None:
    app = process.app
    process.file.write_text(BROKEN, encoding="utf-8")
    both = (keep_up(app.constitution, app.mailbox, app.store, app.ledger, at_once=True) for _ in range(2))
    await asyncio.gather(*both)
    await process.jobs()
    assert app.constitution.owed == [] and len(process.headlines) == 1


async def test_a_file_that_vanishes_is_trouble_like_any_other(process: Process) -> None:
    process.file.unlink()
    for _ in range(2):
        await tick(process.app)
    await process.jobs()
    assert [headline for headline in process.headlines if "cannot be read: No such file" in headline]
    await process.save(TEXT)
    assert process.app.constitution.trouble is None


async def test_a_second_process_that_sees_the_same_mistake_tells_nobody_again(process: Process) -> None:
    second = build(process.app.settings)
    process.file.write_text(BROKEN, encoding="utf-8")
    for app in (second, process.app, second, process.app):
        await keep_up(app.constitution, app.mailbox, app.store, app.ledger)
    assert second.constitution.trouble is not None
    await second.database.close()
    await process.jobs()
    assert len(process.headlines) == 1


async def test_without_an_ops_channel_the_first_admin_is_told_within_hours_and_budget(process: Process) -> None:
    await process.save(TEXT.replace(OPS, ""))
    process.clock.set(TUESDAY.replace(hour=22), 1.0)
    await process.save(BROKEN.replace(OPS, ""))
    await process.jobs()
    assert process.told == []  # it is night
    process.clock.set(TUESDAY.replace(hour=9, minute=5) + timedelta(days=1), 1.0)
    await _pass_the_wait(process)
    await process.jobs()
    [action] = process.told
    assert (action.person, action.channel) == ("dana", "")
    spent = (await process.app.ledger.history(TEAM)).spent
    assert spent == {(PersonId("dana"), "2026-11-18", "daily"): 1}


async def test_trouble_that_is_over_before_it_could_be_told_is_not_told(process: Process) -> None:
    await process.save(TEXT.replace(OPS, ""))
    process.clock.set(TUESDAY.replace(hour=22), 1.0)
    await process.save(BROKEN.replace(OPS, ""))
    await process.jobs()
    await process.save(TEXT.replace(OPS, ""))
    process.clock.set(TUESDAY.replace(hour=9, minute=5) + timedelta(days=1), 1.0)
    await _pass_the_wait(process)
    await process.jobs()
    assert process.told == []


async def _pass_the_wait(process: Process) -> None:
    now = process.app.clock.real()
    await process.app.database.write(
        lambda c: c.execute(update(jobs).where(jobs.c.state == "waiting").values(run_at=now)), "test"
    )


async def test_shadow_mode_tells_nobody_and_suggest_mode_tells_the_admins(process: Process) -> None:
    for mode, told in (("shadow", 0), ("suggest", 2)):
        await process.save(TEXT.replace("mode: act", f"mode: {mode}"))
        await process.save(TEXT.replace("mode: act", f"mode: {mode}x"))
        await process.jobs()
        assert len(process.told) == told, mode


async def test_another_mode_is_told_to_the_admins_once(process: Process) -> None:
    for mode in ("suggest", "act", "suggest"):
        await process.save(TEXT.replace("mode: act", f"mode: {mode}"))
        await process.jobs()
    assert process.headlines == [
        "Payments is now in suggest mode: asks for everything",
        "Payments is now in act mode: lives by the file",
    ]


async def test_a_mode_that_was_changed_back_before_anybody_could_be_told_is_not_told(process: Process) -> None:
    await process.save(TEXT.replace("mode: act", "mode: suggest"))
    await process.save(TEXT)
    await process.jobs()
    assert process.headlines == ["Payments is now in act mode: lives by the file"]


@pytest.mark.parametrize(
    ("mode", "said"),
    [("act", ""), ("suggest", "Suggest mode: asks for everything."), ("shadow", "Shadow mode: nothing is sent.")],
)
async def test_a_status_says_that_the_agent_does_not_just_live_by_the_file(
    process: Process, capsys: Any, mode: str, said: str
) -> None:
    await process.save(TEXT.replace("mode: act", f"mode: {mode}"))
    app = process.app
    print_status(await status(standing(app.directives), app.mailbox, app.store, app.ledger, app.clock))
    assert (f"payments: {mode} mode" in capsys.readouterr().out) == bool(said)
    await app.mailbox.put(look_at(TEAM))
    job = await app.mailbox.claim((0, 1, 2), 30)
    assert job is not None
    reply = await answer(AskStatus(), TEAM, app.desk(job))
    assert isinstance(reply, PlainReply) and reply.text.endswith(said or "Jira has not been read.")


async def test_a_record_names_the_version_it_was_made_with_and_so_does_why(process: Process) -> None:
    old = law(process).version
    await process.save(BROKEN)
    await process.jobs()
    await process.save(TEXT.replace("mode: act", "mode: suggest"))
    [effect] = [each for each in process.said.effects if isinstance(each.action, TellAdmins)]
    record = await process.app.ledger.why(effect.id)
    assert record is not None
    assert effect.directives_version == record.directives_version == old != law(process).version


async def test_why_shows_the_version_it_was_decided_with(process: Process) -> None:
    old = law(process).version
    await process.save(BROKEN)
    await process.jobs()
    [effect] = [each for each in process.said.effects if isinstance(each.action, TellAdmins)]
    await process.app.mailbox.put(look_at(TEAM))
    job = await process.app.mailbox.claim((0, 1, 2), 30)
    assert job is not None
    reply = await answer(AskWhy(effect.id), TEAM, process.app.desk(job))
    now = process.app.clock.now()
    shown = str(reply_message(reply, zone="UTC", now=now, company_now=now).blocks)
    assert f"directives `{old[:12]}`" in shown


async def test_ready_and_status_name_the_trouble_and_the_version_in_force(process: Process) -> None:
    version = law(process).version
    await process.save(BROKEN)
    company = company_of(process.app)
    [ask] = [each for each in quick(company, Arrivals(process.app.clock), lambda: True) if each.name == "directives"]
    check = await ask.ask()
    assert not check.ok and not ask.needed
    assert "'akt' is not one of" in check.detail and f"version {version} stays in force" in check.detail
    await process.save(TEXT)
    assert (await ask.ask()).ok


async def test_the_command_line_shows_what_is_in_force_although_it_cannot_read_the_file(
    process: Process, capsys: Any
) -> None:
    version = law(process).version
    await process.save(BROKEN)
    app = process.app
    rooms = Rooms(
        directives_file=process.file,
        clock=app.clock,
        database=app.database,
        mailbox=app.mailbox,
        store=app.store,
        ledger=app.ledger,
        operations=app.operations,
    )
    shown = await status(await law_of(rooms), app.mailbox, app.store, app.ledger, app.clock)
    assert (shown["directives"], [team["id"] for team in shown["teams"]]) == (version, [TEAM])
    print_status(shown)
    printed = capsys.readouterr().out
    assert "the constitution on disk is broken, so this version stays in force" in printed
    assert "did you mean 'act'?" in printed


# --- what belongs to nobody any more -------------------------------------------------------------------------


def question() -> Decided:
    """Shall somebody get a ticket? Asked of Dana alone."""
    return values.ask(values.proposal(values.handover()), PersonId("dana"))


def without(member: str) -> str:
    """The shipped file, its PM another than ``member``, who is gone from it."""
    begin = TEXT.index(f"      - id: {member}\n")
    end = TEXT.index("      - id: ", begin + 1)
    left = TEXT[:begin] + TEXT[end:]
    for roles in (f"[{member}, noor]", f"[{member}]"):
        left = left.replace(roles, "[noor]")
    return left


OTHER_TEAM = TEXT.replace("- id: payments\n", "- id: billing\n")


async def test_the_looks_and_questions_of_a_team_that_is_gone_end_cleanly(process: Process) -> None:
    app = process.app
    await app.ledger.record(values.cycle(app.clock, question(), team=TEAM))
    assert (await app.ledger.history(TEAM)).pending
    await process.save(OTHER_TEAM)
    done = await process.jobs()
    assert ("cycle", "billing") in done or ("sync", "billing") in done
    assert (await app.ledger.history(TEAM)).pending == ()
    assert await app.store.next_look(TEAM) is None
    assert [effect.team for effect in process.said.effects if effect.team == TEAM] == []  # no card, no message
    assert await app.mailbox.dead_letters() == []


async def test_a_question_nobody_may_answer_any_more_is_withdrawn_so_that_others_may_be_asked(process: Process) -> None:
    app = process.app
    decided = question()
    await app.ledger.record(values.cycle(app.clock, decided, team=TEAM))
    await process.save(without("dana"))
    await process.jobs()
    history = await app.ledger.history(TEAM)
    assert history.pending == () and decided.proposal.id not in history.settled


async def test_jobs_of_a_team_that_is_gone_end_without_a_dead_letter(process: Process) -> None:
    await process.save(OTHER_TEAM)
    await process.jobs()
    for job in (look_at(TEAM), *(NewJob(k, f"x:{k}", TEAM) for k in ("digest", "reread", "presence"))):
        await process.app.mailbox.put(job)
    await process.app.store.plan_look(TEAM, process.app.clock.now())
    await tick(process.app)
    await process.jobs()
    depths = await process.app.mailbox.depths()
    assert (sum(depths.waiting.values()), depths.dead) == (0, 0)
    assert await process.app.store.next_look(TEAM) is None


# --- signals from the outside --------------------------------------------------------------------------------


async def test_a_hang_up_reads_the_file_at_once(process: Process) -> None:
    process.file.write_text(TEXT.replace("mode: act", "mode: shadow"), encoding="utf-8")
    os.kill(os.getpid(), signal.SIGHUP)
    async with asyncio.timeout(10):
        while law(process).teams[0].mode != "shadow":
            await asyncio.sleep(0.01)
