"""All of a report, for members of the team it is about: what was put together for them stays with them."""

from __future__ import annotations

from bot.app import App
from bot.jobs.presses.acting import memberships
from bot.views.document import whole_report
from bot.views.parts.message import Message
from models.documents import DocumentState
from planner.asked.questions import AskDocument, Question


async def about_document(app: App, question: Question, user: str) -> Message | None:
    """The report; ``None`` for any other question, and for whoever is not to know that there is one."""
    if not isinstance(question, AskDocument):
        return None
    task = await app.documents.of(question.id)
    teams = {team.id for team, _ in memberships(app.directives, user)}
    if task is None or task.team not in teams or task.state is not DocumentState.DONE:
        return None
    return whole_report(task)
