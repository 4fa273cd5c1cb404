"""What is kept of a report and shown to people: its words without secrets, links only where ours may lead."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from models.documents import Finished, Section
from models.links import Links
from models.redaction import Redactor
from planner.tasks.document import Line, Written, markdown


def finished(made: Written, dropped: int, redact: Redactor, links: Links) -> Finished:
    """The report in its kept form; both of its forms are made from the same clean words."""
    safe = replace(made, **{each.name: _safe(getattr(made, each.name), redact, links) for each in fields(made)})
    return Finished(
        title=safe.title,
        summary=safe.summary,
        body=tuple(
            Section(each.heading, tuple((line.text, line.url) for line in each.lines)) for each in safe.sections
        ),
        markdown=markdown(safe),
        dropped=dropped,
    )


def _safe(part: Any, redact: Redactor, links: Links) -> Any:
    """Redacted before Markdown escapes anything: between its backslashes a secret would look like none."""
    if isinstance(part, str):
        return redact(part)
    if isinstance(part, Line):
        return Line(redact(part.text), part.url if links.lead_to(part.url) else "")
    if isinstance(part, tuple):
        return tuple(_safe(each, redact, links) for each in part)
    return replace(part, lines=_safe(part.lines, redact, links))
