"""What the agent says of itself is the constitution's, and calls nobody."""

from __future__ import annotations

from pathlib import Path

from models.directives import Mode
from models.directives_file import load, parse
from planner.reports.introduction import MOST, introduction
from planner.words.cannot import WITHOUT, cannot

FILE = Path(__file__).parents[3] / "directives.yaml"
LAW = load(FILE)
TEAM = LAW.teams[0]


def test_it_says_what_is_watched_what_never_happens_and_who_owns_the_rules() -> None:
    said = introduction(TEAM, LAW)
    lines = {line.says for line in LAW.lines()}
    assert len(said.watches) == MOST and set(said.watches) | set(said.never) <= lines and said.more > 0
    owner = TEAM.member(TEAM.people_of("admins")[0]).name
    assert owner in said.owners and "/pm directives" in said.owners and "/pm snooze" in said.peace


def test_the_cap_it_names_is_the_constitutions() -> None:
    assert "one unasked message a day" in introduction(TEAM, LAW).limit
    text = FILE.read_text(encoding="utf-8").replace(" per_person_per_day: 1", " per_person_per_day: 3")
    other = parse(text, "directives.yaml")
    assert "3 unasked messages a day" in introduction(other.teams[0], other).limit


def test_a_team_that_only_watches_is_told_so() -> None:
    assert introduction(TEAM.model_copy(update={"mode": Mode.ACT}), LAW).mode == ""
    shadow = introduction(TEAM.model_copy(update={"mode": Mode.SHADOW}), LAW).mode
    assert shadow.startswith("I am in shadow mode: ") and "invited" in shadow and "nothing is sent" not in shadow
    assert introduction(TEAM.model_copy(update={"mode": Mode.SUGGEST}), LAW).mode.startswith("I am in suggest mode: ")


def test_what_is_left_out_at_the_installation_is_said_and_nothing_while_nobody_knows() -> None:
    everything = {"chat:write", *WITHOUT}
    assert cannot(everything) == cannot(()) == ()
    assert cannot({"chat:write"})[0] == "A follow-up in a thread needs a mention of me."
    assert "private" in " ".join(cannot(everything - {"groups:history"}))
