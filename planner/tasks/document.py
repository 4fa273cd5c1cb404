"""A report as people read it: five lines for Slack, sections for a message, Markdown to keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.actions import DelegateTask, Task
from models.money import Money
from planner.claims.facts import Fact
from planner.reports.rows import count
from planner.tasks.material import Material
from planner.tasks.report import Finding, Report

MOST_LINES = 5

HEADS = {
    Task.ROOT_CAUSE: "What is behind",
    Task.SPRINT_REPORT: "Report of the sprint",
    Task.PATTERN: "A pattern looked into",
    Task.SYNTHESIS: "What the sources say together",
}
"""Our own title of each task."""

UNCHECKED = "What was written could not be checked against the facts, so none of it is shown. The facts are below."
"""In place of an answer of which nothing may stand."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a section: plain text, and where to check it."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The whole report."""

    title: str
    """Our own: which task, and what it is about."""
    summary: tuple[str, ...]
    sections: tuple[Section, ...]
    footer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """How it came about."""

    asker: str
    """The name of whoever asked."""
    cost: Money
    seconds: float
    record: str
    """The id it is kept and explained by."""


def written(action: DelegateTask, report: Report, given: Material, origin: Origin) -> Written:
    """The report with our own title, and the facts themselves where nothing it says may stand."""
    of_one = action.task is Task.ROOT_CAUSE
    about = f"{'' if of_one else ':'} {action.about}" if action.about else ""
    told = [each for each in report.findings if each.told]
    read = [each for each in report.findings if not each.told]
    summary = report.summary or tuple(each.text for each in told) or _only_read(report, read)
    sections = [
        Section("What was found", tuple(_found(told))),
        Section("What I make of it", (*_found(read), *map(Line, report.readings))),
        Section("What is not known", tuple(map(Line, report.unknowns))),
        *([Section("The facts", tuple(map(_of_fact, given.sheet.facts[:30])))] if report.is_empty else []),
    ]
    return Written(
        title=f"{HEADS[action.task]}{about}",
        summary=summary[:MOST_LINES],
        sections=tuple(section for section in sections if section.lines),
        footer=_footer(report, given, origin),
    )


def _only_read(report: Report, read: Sequence[Finding]) -> tuple[str, ...]:
    """Where no fact is told by itself: the reading under its mark, and where there is none either, that it is so."""
    readings = (*(each.text for each in read), *report.readings)
    return tuple(f"What I make of it: {each}" for each in readings) or (UNCHECKED,)


def _found(findings: Iterable[Finding]) -> Iterable[Line]:
    """Each finding, and under it the facts it rests on."""
    for place, each in enumerate(findings, start=1):
        yield Line(f"{place}. {each.text}")
        yield from (Line(f"– {fact.text}", fact.url or "") for fact in each.sources)


def _of_fact(fact: Fact) -> Line:
    return Line(f"– {fact.text}", fact.url or "")


def _footer(report: Report, given: Material, origin: Origin) -> str:
    minutes, seconds = divmod(round(origin.seconds), 60)
    took = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    gone = sum(report.dropped.values())
    dropped = f" · {count(gone, 'text')} left out that no fact carries" if gone else ""
    facts = f"{count(len(given.sheet.facts), 'fact')} as of {given.moment}"
    how = f"weighed by Claude, each fact written by code{dropped}"
    return f"Asked by {origin.asker} · {facts} · {how} · {took}, {origin.cost} · id {origin.record}"


# --- Markdown ---------------------------------------------------------------------------------------------------


def markdown(report: Written) -> str:
    """The report as a document. Words of others stay words: no sign in them makes a link, a heading or a picture."""
    parts = [f"# {_plain(report.title)}", *_lines(Line(each) for each in report.summary)]
    for section in report.sections:
        parts += ["", f"## {section.heading}", "", *_lines(section.lines)]
    return "\n".join((parts[0], "", *parts[1:], "", "---", "", _plain(report.footer), ""))


def _lines(lines: Iterable[Line]) -> Sequence[str]:
    return [_line(each) for each in lines]


def _line(line: Line) -> str:
    below, counted = line.text.startswith("– "), re.match(r"\d+\. ", line.text)
    indent = "   - " if below else "" if counted else "- "
    said = _plain(" ".join(line.text.removeprefix("– ").split()))
    return f"{indent}{f'[{said}](<{line.url}>)' if _is_address(line.url) else said}"


_SIGNS = re.compile(r"([\\`*_{}\[\]<>()#|!~&@]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
"""What Markdown acts on, bare addresses among it."""


def _plain(text: str) -> str:
    return _SIGNS.sub(r"\\\1", text)


def _is_address(url: str) -> bool:
    return re.fullmatch(r"https?://[^\s<>]+", url) is not None
