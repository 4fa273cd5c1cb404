"""Before a request is understood: what it names is read afresh, with what Jira lets be done with it just now."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.app import App
from models.directives import Team
from models.errors import VendorError
from models.ids import IssueKey
from models.mailbox import Job
from models.proposals import AskedIn
from models.ways import Possible
from planner.asked.questions import FromFacts
from planner.asked.requests import AskUndo, Request, Wish, issues_named
from planner.asked.topics import AskIssue
from planner.facts.observe import is_ours
from planner.ports import Desk

log = logging.getLogger(__name__)


async def made_ready(
    app: App, job: Job, question: FromFacts, team: Team, place: AskedIn | None
) -> tuple[FromFacts, Desk]:
    """The question with what it is to be understood by, and the desk at which it is answered.

    The record of a request must not end the job that still has to answer it, so its ledger is not bound to the job:
    whatever comes twice finds the first by its name.
    """
    desk = app.desk(job)
    if isinstance(question, AskIssue):
        await _read_of(app, question, team)
    if not isinstance(question, Request | AskUndo):
        return question, desk
    if isinstance(question, Request):
        question = replace(await _reread(app, question, team), asked_in=place)
    return question, replace(desk, ledger=app.ledger)


async def _read_of(app: App, asked: AskIssue, team: Team) -> None:
    """A ticket of ours that we hold nothing of is asked for; when Jira does not answer, nothing is known of it."""
    key = IssueKey(asked.subject)
    if not is_ours(key, team) or (await app.store.facts_about(team.id)).issue(key) is not None:
        return
    try:
        await app.sync.issues(team.id, [key])
    except VendorError as failure:
        log.warning("a ticket could not be read: %s", failure, extra={"action": "read_failed"})


async def _reread(app: App, request: Request, team: Team) -> Request:
    """A ticket of no running sprint is known only now; without Jira what was known before must do."""
    named = [key for key in issues_named(request, team) if is_ours(key, team)]
    try:
        await app.sync.issues(team.id, named)
        held = {issue.key for issue in (await app.store.facts_about(team.id)).issues}
        possible = {key: await _possible(app, request.wish, key) for key in named if key in held}
    except VendorError as failure:
        log.warning("a request goes by what was known: %s", failure, extra={"action": "reread_failed"})
        return request
    return replace(request, possible=possible)


async def _possible(app: App, wish: Wish, issue: IssueKey) -> Possible:
    """What the wish may come to; only what it is about is asked of Jira. Raises ``VendorError``."""
    if app.jira is None or wish not in (Wish.SET, Wish.CLOSE, Wish.PRIORITY):
        return Possible()
    if wish is Wish.PRIORITY:
        return Possible(priorities=tuple(await app.jira.priorities(issue)))
    return Possible(transitions=tuple(await app.jira.transitions(issue)))
