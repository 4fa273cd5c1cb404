"""The rules the agent works by, in plain words: all of them by section, those about a word, or one line in full."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from models.directives import Directives
from models.ids import TeamId
from models.meanings import Meaning
from planner.reports.rows import count
from planner.words.modes import MODES, own_mode_lines, step_lines
from planner.words.replies import RulesReply
from planner.words.titles import name_of

MOST_LINES = 40
"""Lines of one answer."""

_SAID = 150
"""Characters of one line among many."""

_SECTIONS = {
    "role": "Who I am",
    "objectives": "What I am for",
    "communication": "How I write to you",
    "escalation": "When it goes further",
    "autonomy.automatic": "What I do by myself",
    "autonomy.needs_confirmation": "What I ask for first",
    "autonomy.never": "What I never do",
    "uncertainty": "When I am not sure",
    "learning": "What I learn",
    "urgency": "How often I look",
}
"""The sections in people's words, by how the place of a line begins."""


def constitution(about: str, lines: Sequence[Meaning], team: TeamId, directives: Directives) -> RulesReply:
    """Those of ``lines`` that somebody asks for; ``about`` is an id, words, or empty for all of them."""
    wanted = about.casefold().strip()
    if not wanted:
        return _all(lines, team, directives)
    name = wanted.replace(" ", "-")
    line = next((line for line in lines if line.id == name), None)
    if line is not None:
        return _one(line, team, directives)
    found = [line for line in lines if all(word in _text(line) for word in wanted.split())]
    if not found:
        return _none(about, lines, team, directives)
    if len(found) == 1:
        return _one(found[0], team, directives)
    headline = f"{count(len(found), 'line')} about “{about[:60]}”."
    return _of(found, headline, team, directives)


def _text(line: Meaning) -> str:
    return f"{line.id} {line.id.replace('-', ' ')} {_name(line.section)} {line.says} {line.rule}".casefold()


def _all(lines: Sequence[Meaning], team: TeamId, directives: Directives) -> RulesReply:
    law = directives.team(team)
    mode = MODES.get(law.mode, "act mode: what the lines allow is done without asking")
    beside = "".join(f" {line}" for line in (*own_mode_lines(law), *step_lines(law)))
    return _of(lines, f"{count(len(lines), 'line')}, in {mode}.{beside}", team, directives)


def _of(lines: Sequence[Meaning], headline: str, team: TeamId, directives: Directives) -> RulesReply:
    shown = lines[:MOST_LINES]
    sections: dict[str, list[str]] = {}
    for line in shown:
        sections.setdefault(_name(line.section), []).append(f"`{line.id}` {_cut(line.says)}")
    left = len(lines) - len(shown)
    more = (("", (f"{count(left, 'more line')}: ask for a word of them, for example /pm directives never.",)),)
    return RulesReply(
        title=f"Directives · {directives.team(team).name}",
        headline=headline,
        sections=(*((name, tuple(said)) for name, said in sections.items()), *(more if left else ())),
        footer=_footer(team, directives),
        choices=(("What I never do", "directives never"), ("What I ask for", "directives ask")),
    )


def _one(line: Meaning, team: TeamId, directives: Directives) -> RulesReply:
    told = tuple(_parts(line))
    return RulesReply(
        title=f"Line `{line.id}` · {_name(line.section)}",
        headline=line.says,
        sections=(("", told),),
        footer=_footer(team, directives),
        choices=(("All lines", "directives"),),
    )


def _parts(line: Meaning) -> Iterator[str]:
    if line.rule:
        yield f"What it does: {line.rule}"
    if line.effect:
        yield f"In the product: {line.effect}"
    if line.example:
        yield f"For example: {line.example}"
    yield f"How it is kept: {line.kept}"


def _none(about: str, lines: Sequence[Meaning], team: TeamId, directives: Directives) -> RulesReply:
    near = difflib.get_close_matches(about.casefold(), [line.id for line in lines], n=3, cutoff=0.5)
    return RulesReply(
        title=f"Directives · {directives.team(team).name}",
        headline=f"No line is called “{about[:60]}” or speaks of it.",
        sections=(),
        footer=_footer(team, directives),
        choices=(*((name, f"directives {name}") for name in near), ("All lines", "directives")),
        post_to_channel=False,
    )


def _footer(team: TeamId, directives: Directives) -> str:
    """Who keeps the file, and which one it is."""
    law = directives.team(team)
    keepers = law.people_of("admins") or law.people_of("pm")
    names = ", ".join(name_of(person, team, directives) for person in keepers[:3]) or "nobody yet"
    return f"Kept by {names} · version {directives.version[:12] or 'unknown'}"


def _name(section: str) -> str:
    return next((said for place, said in _SECTIONS.items() if section.startswith(place)), section)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SAID else f"{line[: _SAID - 1].rstrip()}…"
