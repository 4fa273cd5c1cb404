"""Questions about the work: which sprint is meant, then the report of it. Answered from the mirror alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from models.directives import Directives
from models.events import Reason, Trigger
from models.ids import PersonId, SprintId, TeamId
from models.signals import Signal
from models.work import Facts, Snapshot, Sprint, SprintState
from planner.asked.ahead import ahead, lore_of
from planner.asked.here import Here
from planner.asked.questions import (
    AskAll,
    AskBlockers,
    AskBoard,
    AskChanges,
    AskDigest,
    AskHow,
    AskLeft,
    AskReviews,
    AskStatus,
    AskUnowned,
    AskWaiting,
    AskWork,
    OfOneSprint,
    Report,
)
from planner.asked.whatif import AskForecast, AskHitRate
from planner.detect import detect
from planner.facts.observe import observe, sprints_for, watched_sprints
from planner.hearers.discretion import ADMINS
from planner.matters.pressing import how_often
from planner.ports import Desk
from planner.reports.blockers import blockers
from planner.reports.changes import changes
from planner.reports.everything import everything
from planner.reports.how import how
from planner.reports.pace import left
from planner.reports.reviews import reviews
from planner.reports.rows import count
from planner.reports.status import status
from planner.reports.summaries import digest
from planner.reports.waiting import waiting
from planner.reports.whatif import hit_rate
from planner.reports.whose import unowned, work_of_one
from planner.words.modes import mode_line
from planner.words.people import meant_by
from planner.words.replies import (
    Attention,
    DigestReply,
    Group,
    ListReply,
    PlainReply,
    Reply,
    Row,
    SheetReply,
    StatusReply,
)
from planner.words.sprints import NEAREST, by_end, matching, nearest

MOST_SPRINTS = 5
"""Sprints that are told of at once."""

UNREAD = "Nothing is known of the sprints yet: Jira has not been read."


async def about_work(
    asked: Report | AskHitRate, asker: PersonId | None, team: TeamId, desk: Desk, here: Here, *, public: bool = False
) -> Reply:
    """The answer as data; what is not known is said in one line."""
    facts = await desk.work.facts_about(team)
    if "jira" not in facts.read_at:
        return _in_mode(PlainReply(text=UNREAD), team, desk.directives)
    match asked:
        case AskBlockers() | AskReviews():
            report = blockers if isinstance(asked, AskBlockers) else reviews
            return report(seen(facts, desk), desk.directives)
        case AskHitRate():
            return hit_rate(await desk.hindsight.scored(team) if desk.hindsight is not None else ())
        case AskWaiting(on=on):
            return await _waiting(on, asker, facts, desk, public=public)
        case AskUnowned() | AskWork():
            return _whose(asked, asker, facts, desk)
        case AskDigest():
            return _digest(facts, desk)
        case AskStatus(every=True):
            return _every(facts, desk)
        case _:
            reply = await _of_a_sprint(asked, facts, desk, here)
            paused = facts.paused is not None and facts.paused.holds(desk.clock.now())
            runs_it = not public and asker in desk.directives.team(team).people_of(ADMINS)
            looks = isinstance(asked, AskStatus) and not paused and runs_it
            return await _with_attention(reply, team, desk) if looks else reply


def seen(facts: Facts, desk: Desk, sprint: SprintId | None = None) -> Snapshot:
    """The facts as a look would see them now."""
    now = desk.clock.now()
    return observe(facts, Trigger(team=facts.team, reason=Reason.ASKED, at=now, sprint=sprint), now)


# --- which sprint -------------------------------------------------------------------------------------------


async def _of_a_sprint(asked: OfOneSprint, facts: Facts, desk: Desk, here: Here) -> Reply:
    word = _WORDS[type(asked)]
    found = _meant(asked.sprint, facts, here)
    if isinstance(found, tuple):
        return _in_mode(_which(found, asked, word, facts, here), facts.team, desk.directives)
    if found.id not in facts.whole:
        watched = _choices(by_end(s for s in facts.sprints if s.id in facts.whole), word)
        text = f"{found.name} {_UNREAD[found.state]}"
        return _in_mode(PlainReply(text=text, choices=watched), facts.team, desk.directives)
    if isinstance(asked, AskForecast):
        reply = await _forecast(found, asked.without, facts, desk)
    else:
        reply = _REPORTS[type(asked)](found, facts, desk)
    told = _board(found, facts, here) if asked.sprint is None else ""
    return replace(reply, board=told) if told and isinstance(reply, StatusReply | SheetReply) else reply


def _meant(wanted: str | None, facts: Facts, here: Here) -> Sprint | tuple[Sprint, ...]:
    """The one sprint that is meant, or those that can be; of several running ones that of the board chosen here."""
    running = watched_sprints(facts) or sprints_for(facts, None)
    found = running if wanted is None else matching(wanted, facts.sprints)
    of_board = tuple(sprint for sprint in found if sprint.board == here.board)
    if len(found) > 1 and len(of_board) == 1:
        return of_board[0]
    return found[0] if len(found) == 1 else tuple(found)


def _which(found: tuple[Sprint, ...], asked: OfOneSprint, word: str, facts: Facts, here: Here) -> PlainReply:
    """One choice, which is remembered when it is of boards."""
    if found and asked.sprint is None and len({sprint.board for sprint in found}) == len(found):
        choices = tuple((f"{s.name} · board {s.board}"[:75], f"board {s.board} {word}") for s in found[:4])
        text = f"{count(len(found), 'sprint')} are running. Which board? I remember it for {here.called}."
        return PlainReply(text=text, choices=(*choices, ("All of them", "status all")))
    if found:
        return PlainReply(text="Which sprint?", choices=_choices(_told_of(found, facts), word))
    if asked.sprint is None:
        return PlainReply(text="No sprint is running.", choices=_choices(_told_of(by_end(facts.sprints), facts), word))
    named = f"There is no sprint “{asked.typed or asked.sprint}” here."
    return PlainReply(text=named, choices=_choices(_told_of(nearest(asked.sprint, facts.sprints), facts), word))


def _told_of(sprints: Sequence[Sprint], facts: Facts) -> Sequence[Sprint]:
    """Those of which there is something to tell: a button that can only be refused is not offered."""
    return [sprint for sprint in sprints if sprint.id in facts.whole]


def _choices(sprints: Sequence[Sprint], word: str) -> tuple[tuple[str, str], ...]:
    return tuple((sprint.name, f"{word} id:{sprint.id}") for sprint in sprints[:NEAREST])


def _board(sprint: Sprint, facts: Facts, here: Here) -> str:
    """How to change what was chosen, while there is a choice."""
    if here.board != sprint.board or len({s.board for s in sprints_for(facts, None)}) < 2:
        return ""
    return f"Board {sprint.board}, chosen for {here.called} (/pm board changes it, /pm status all shows every one)"


def which_board(asked: AskBoard, facts: Facts, here: Here) -> PlainReply:
    """Which board is answered for here, with the others to choose from."""
    running = sprints_for(facts, None)
    boards = {sprint.board: sprint.name for sprint in running}
    if asked.board is not None and asked.board not in boards:
        text = f"No sprint of a board {asked.board} is running here."
    elif here.board in boards:
        text = f"Answers for {here.called} are about board {here.board} ({boards[here.board]})."
    elif len(boards) < 2:
        text = "There is one board with a running sprint, so there is nothing to choose." if boards else _NO_SPRINT
    else:
        text = "Which board shall I answer for here?"
    others = tuple((f"{name} · board {board}"[:75], f"board {board}") for board, name in boards.items())
    return PlainReply(text=text, choices=others[:5] if len(boards) > 1 else ())


_NO_SPRINT = "No sprint is running."

_UNREAD = {
    SprintState.FUTURE: "has not started, and I read only running sprints. Its issues are in Jira.",
    SprintState.ACTIVE: "has not been read completely yet, so I can give no numbers. Its issues are in Jira.",
    SprintState.CLOSED: "is over, and I do not keep its issues. They are in Jira.",
}
"""Why nothing is told of a sprint whose issues are not all known here."""


# --- reports of one sprint ----------------------------------------------------------------------------------


def _left(sprint: Sprint, facts: Facts, desk: Desk) -> Reply:
    return left(sprint, seen(facts, desk, sprint.id), desk.directives)


def _status(sprint: Sprint, facts: Facts, desk: Desk) -> Reply:
    snapshot, signals = _looked(sprint, facts, desk)
    return status(snapshot, sprint, signals, desk.directives)


def _how(sprint: Sprint, facts: Facts, desk: Desk) -> Reply:
    snapshot, signals = _looked(sprint, facts, desk)
    lines = how(sprint, snapshot, signals, desk.directives)
    choices = (("Status", f"status id:{sprint.id}"),)
    return ListReply(title=f"How {sprint.name} is computed", lines=lines, choices=choices)


def _changes(sprint: Sprint, facts: Facts, desk: Desk) -> Reply:
    return changes(sprint, seen(facts, desk, sprint.id), desk.directives)


def _all(sprint: Sprint, facts: Facts, desk: Desk) -> Reply:
    return everything(sprint, seen(facts, desk, sprint.id), desk.directives)


async def _forecast(sprint: Sprint, without: Sequence[str], facts: Facts, desk: Desk) -> Reply:
    lore = await lore_of(desk.hindsight, facts.team, sprint.id)
    return ahead(sprint, seen(facts, desk, sprint.id), facts, lore, desk, without)


_REPORTS: Mapping[type[OfOneSprint], Callable[[Sprint, Facts, Desk], Reply]] = {
    AskStatus: _status,
    AskHow: _how,
    AskChanges: _changes,
    AskAll: _all,
    AskLeft: _left,
}
_WORDS: Mapping[type[OfOneSprint], str] = {
    AskStatus: "status",
    AskHow: "why status",
    AskChanges: "changes",
    AskAll: "all",
    AskForecast: "forecast",
    AskLeft: "left",
}
"""The word under which the same is asked of a sprint by its id."""


def _looked(sprint: Sprint, facts: Facts, desk: Desk) -> tuple[Snapshot, Sequence[Signal]]:
    snapshot = seen(facts, desk, sprint.id)
    return snapshot, detect(snapshot, desk.directives).signals


# --- reports of the team ------------------------------------------------------------------------------------


def _every(facts: Facts, desk: Desk) -> Reply:
    """Every running sprint in a few lines each."""
    running = sprints_for(facts, None)
    if not running:
        return PlainReply(text=_NO_SPRINT, choices=_choices(_told_of(by_end(facts.sprints), facts), "status"))
    groups = [_in_short(sprint, facts, desk) for sprint in running[:MOST_SPRINTS]]
    left = len(running) - len(groups)
    are = "sprint is" if len(running) == 1 else "sprints are"
    return SheetReply(
        title=f"{desk.directives.team(facts.team).name} · every running sprint",
        headline=f"{len(running)} {are} running.",
        groups=tuple(groups),
        read_at=facts.read_at,
        notes=(f"{count(left, 'more sprint')} not shown.",) if left else (),
        choices=_choices(running, "status"),
    )


def _in_short(sprint: Sprint, facts: Facts, desk: Desk) -> Group:
    reply = _status(sprint, facts, desk) if sprint.id in facts.whole else None
    if not isinstance(reply, StatusReply):
        return Group(f"{sprint.name}: not read completely yet", ())
    rows: tuple[Row, ...] = reply.rows[:3]
    return Group(f"{reply.title} · {reply.headline}", rows, more=reply.more + len(reply.rows) - len(rows))


async def _waiting(on: str, asker: PersonId | None, facts: Facts, desk: Desk, *, public: bool) -> Reply:
    snapshot = seen(facts, desk)
    if not on:
        return waiting(snapshot, desk.directives)
    person = _one_called(on, asker, facts, desk, "waiting for", ("All", "waiting"))
    if isinstance(person, PlainReply):
        return person
    reply = waiting(snapshot, desk.directives, person, asker)
    asked = 0 if public or asker is None else await _questions_for(person, asker, facts, desk)
    if not asked:
        return reply
    beside = re.sub(r"^Nobody waits", "Beyond that nobody waits", reply.headline)
    return replace(reply, headline=f"{_n_questions(asked, reply.title)} {beside}")


async def _questions_for(person: PersonId, asker: PersonId, facts: Facts, desk: Desk) -> int:
    """How many questions wait for their yes, as far as the asker may know: their own, or of the asker's making."""
    pending = (await desk.ledger.history_of(facts.team, asker)).pending
    mine = (each for each in pending if person == asker or each.proposal.asked_by == asker)
    return sum(1 for each in mine if person in each.asked)


def _n_questions(many: int, title: str) -> str:
    name = title.rpartition(" · ")[2]
    return f"{many} question{'' if many == 1 else 's'} wait{'s' if many == 1 else ''} for a yes of {name}."


def _whose(asked: AskUnowned | AskWork, asker: PersonId | None, facts: Facts, desk: Desk) -> Reply:
    if isinstance(asked, AskUnowned):
        return unowned(seen(facts, desk), desk.directives)
    person = _one_called(asked.of, asker, facts, desk, "work of", ("Show all", "all"))
    if isinstance(person, PlainReply):
        return person
    return work_of_one(person, seen(facts, desk), facts, desk.directives)


def _one_called(
    name: str, asker: PersonId | None, facts: Facts, desk: Desk, again: str, every: tuple[str, str]
) -> PersonId | PlainReply:
    """The member that is meant, or who may be; ``again`` asks the same of one of them."""
    person, near = meant_by(name, asker, desk.directives.team(facts.team))
    if person is not None:
        return person
    choices = tuple((called, f"{again} {id}") for id, called in near)
    return PlainReply(text=f"Nobody of the team is called “{name[:60]}”.", choices=(*choices, every))


def _digest(facts: Facts, desk: Desk) -> Reply:
    """What the summary of the day would say to somebody who has heard nothing yet."""
    snapshot = seen(facts, desk)
    made = digest(snapshot, detect(snapshot, desk.directives).signals, desk.directives)
    if made is None:
        return PlainReply(text="Nothing needs anybody, so there would be no summary now.", choices=_MORE)
    name = desk.directives.team(facts.team).name
    return DigestReply(title=f"{name} · today", digest=made, read_at=facts.read_at)


_MORE = (("Status", "status"), ("What is blocked", "blockers"))


# --- what goes beside it ------------------------------------------------------------------------------------


async def _with_attention(reply: Reply, team: TeamId, desk: Desk) -> Reply:
    """How closely the team is looked at, from the record of the last look: for who runs us, nobody else needs it."""
    if not isinstance(reply, StatusReply):
        return reply
    last = next(iter(await desk.ledger.last_cycles(team, 1)), None)
    if last is None:
        return reply
    every = how_often(last.urgency, desk.directives)
    return replace(reply, attention=Attention(last.urgency.name.lower(), last.pressing, every, last.next_look, last.at))


def _in_mode(reply: PlainReply, team: TeamId, directives: Directives) -> PlainReply:
    """What a team in another mode is told with every plain word about its work."""
    return replace(reply, text=f"{reply.text} {mode_line(directives.team(team).mode)}".rstrip())
