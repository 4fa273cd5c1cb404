"""A chart is never a picture alone: beside it stand what it found, what it shows in words, and its figures."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from bot.charts.drawing import Drawing
from bot.charts.letters import clean


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of a chart, for whoever does not see it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Each as long as ``head``; its first cell names the row."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart, ready for a page. All but ``svg`` is plain text that a page must escape, as ``figure`` does."""

    title: str
    """The finding, in one line."""
    says: str
    """What the picture shows, in plain sentences."""
    table: Table
    svg: str
    """An ``<svg>`` element: no script, no style, no address. It takes the colour of the text around it."""


def charted(title: str, says: str, figures: Table, on: Drawing) -> Chart:
    """What is drawn with its words, cleaned of what cannot be shown."""
    named, told = clean(title), clean(says)
    return Chart(named, told, figures, on.svg(named, told))


def figure(chart: Chart) -> str:
    """``chart`` as an HTML ``<figure>``: finding, picture, words, and the figures to open."""
    return (
        '<figure class="chart">'
        f"<figcaption>{_told(chart.title)}</figcaption>{chart.svg}<p>{_told(chart.says)}</p>"
        f"<details><summary>Figures</summary>{table(chart.table)}</details></figure>"
    )


def table(of: Table) -> str:
    """``of`` as an HTML ``<table>`` whose head and first cells are headers."""
    head = "".join(f'<th scope="col">{_told(cell)}</th>' for cell in of.head)
    rows = "".join(_row(row) for row in of.rows)
    return f"<table><caption>{_told(of.caption)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(row: tuple[str, ...]) -> str:
    cells = "".join(f"<td>{_told(cell)}</td>" for cell in row[1:])
    return f'<tr><th scope="row">{_told(row[0])}</th>{cells}</tr>'


def _told(text: str) -> str:
    return escape(clean(text)).replace(" %", "\u00a0%")
