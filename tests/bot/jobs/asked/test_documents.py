"""A whole report is shown to members of the team it is about, and nobody else learns that there is one."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.asked.documents import about_document
from models.documents import Document, DocumentState
from models.ids import TeamId
from planner.asked.questions import AskDocument, AskMine, Question
from tests.bot.jobs.asked.test_places import LAW
from tests.bot.views.test_gallery_tasks import TASK

pytestmark = pytest.mark.anyio

OWN = replace(TASK, team=LAW.teams[0].id)


class Kept:
    """Holds one."""

    def __init__(self, task: Document) -> None:
        self.task = task

    async def of(self, id: str) -> Document | None:
        return self.task if id == self.task.id else None


async def shown(task: Document = OWN, user: str = "UANN", question: Question | None = None) -> str | None:
    app: Any = SimpleNamespace(documents=Kept(task), directives=LAW)
    said = await about_document(app, question or AskDocument(OWN.id), user)
    return said.text if said is not None else None


async def test_a_member_of_the_team_reads_all_of_it() -> None:
    assert "What is not known" in (await shown() or "")


@pytest.mark.parametrize(
    ("task", "user", "question"),
    [
        (OWN, "USTRANGER", None),
        (OWN, "", None),
        (replace(OWN, team=TeamId("ops")), "UANN", None),
        (replace(OWN, state=DocumentState.RUNNING), "UANN", None),
        (OWN, "UANN", AskDocument("f" * 20)),
        (OWN, "UANN", AskMine()),
    ],
)
async def test_for_anybody_else_there_is_none(task: Document, user: str, question: Question | None) -> None:
    assert await shown(task, user, question) is None
