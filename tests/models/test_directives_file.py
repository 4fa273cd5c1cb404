"""Whatever is wrong with directives.yaml is said in one line, with its line number and the nearest valid word."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from models.directives_file import load, parse
from models.errors import DirectivesError, OperatorError

TEXT = (Path(__file__).parents[2] / "directives.yaml").read_text(encoding="utf-8")


def complaints(text: str) -> list[tuple[int, str]]:
    with pytest.raises(DirectivesError) as caught:
        parse(text, "directives.yaml")
    return [(complaint.line, complaint.message) for complaint in caught.value.complaints]


def changed(old: str, new: str) -> tuple[str, int]:
    """The shipped file with its first ``old`` replaced, and the line where that is."""
    assert old in TEXT
    return TEXT.replace(old, new, 1), TEXT[: TEXT.index(old)].count("\n") + 1


MISTAKES = {
    "signal": ("watch: blocked_too_long", "watch: blocked_to_long", "did you mean 'blocked_too_long'?"),
    "action": ("allow: remind_person", "allow: remind_persons", "did you mean 'remind_person'?"),
    "rule": ("rule: {watch: blocked_too_long", "rule: {wach: blocked_too_long", "did you mean 'watch'?"),
    "rule that is text": ("rule: {limit: reminders, per_person_per_day: 1, critical_per_person_per_day: 1}",
                          "rule: reminders", "a rule begins with one of"),
    "key of a rule": ("after: 1 business day}", "aftr: 1 business day, after: 1 day}", "did you mean 'after'?"),
    "key of a member": ("        zone: America/Los_Angeles", "        zone: UTC\n        slak: U1", "mean 'slack'?"),
    "key of a team": ("    daily_cap_usd:", "    daily_cap:", "did you mean 'daily_cap_usd'?"),
    "length": ("after: 1 business day}", "after: one day}", "not a length of time"),
    "share": ("done_below: 60%", "done_below: 160%", "not a share"),
    "zone": ("zone: America/Los_Angeles", "zone: America/Las_Angeles", "write for example 'America/Los_Angeles'"),
    "role in ask": ("ask: reassign, of: pm", "ask: reassign, of: pmm", "did you mean 'pm'?"),
    "role in never": ("unless_approved_by: approvers", "unless_approved_by: aprovers", "did you mean 'approvers'?"),
    "channel in route": ("route: escalations, to: leadership", "route: escalations, to: leaders", "'leadership'?"),
    "target of an escalation": ("days_before_end: 3, to: pm", "days_before_end: 3, to: p-m", "'pm'?"),
    "role that is told": ("tell: tech_lead", "tell: tech-lead", "'tech_lead'?"),
    "when": ("allow: remind_person}", "allow: remind_person, when: pull_request_merged}", "hold for transition_issue"),
    "topic of a route": ("route: technical", "route: technic", "did you mean 'technical'?"),
    "role member": ("tech_lead: [noor]", "tech_lead: [nor]", "did you mean 'noor'?"),
    "role nobody holds": ("      approvers: [dana, noor]", "      approvers: []", "nobody has the role 'approvers'"),
    "mode": ("mode: act", "mode: akt", "did you mean 'act'?"),
    "mode of no line": ("    mode: act", "    modes: {due-date: shadow}\n    mode: act", "did you mean 'due-dates'?"),
    "mode of a line that finds nothing": (
        "    mode: act", "    modes: {working-hours: shadow}\n    mode: act", "neither finds nor allows anything",
    ),
    "mode of its own": ("    mode: act", "    modes: {due-dates: off}\n    mode: act", "put it in quotes"),
    "what is kept in memory": (
        "    mode: act", "    stepped: [{kind: reassign, cause: undo, at: 2026-11-17T10:00:00Z}]\n    mode: act",
        "is kept by the agent",
    ),
    "member channel": ("channel: jira", "channel: jirra", "did you mean 'jira'?"),
    "weekday": ("days: [mon, tue", "days: [mon, tues", "did you mean 'tue'?"),
    "hours": ("hours: 09:00-18:00", "hours: 18:00-09:00", "must end after it begins"),
    "hours with an offset": ("hours: 09:00-18:00", "hours: 09:00-18:00+02:00", "not a time of day"),
    "time of day": ('at: "09:30"', 'at: "25:30"', "not a time of day"),
    "duplicate key": ("    mode: act", "    mode: act\n    mode: act", "'mode' is written twice"),
    "duplicate line": ("id: review-8-hours", "id: blocked-1-day", "'blocked-1-day' is used twice"),
    "duplicate person": ("- id: mike", "- id: dana", "member id 'dana' is used twice"),
    "duplicate identity": ("slack: U07MIKEB2X4", "slack: U07DANAW3K1", "'U07DANAW3K1' is used twice"),
    "no address": ("slack: U07MIKEB2X4", "slack: U07MIKEB2X4\n        email: mike", "email"),
    "watched doubt": ("watch: nobody_assigned", "watch: identity_uncertain", "write 'allow: ask_identity' instead"),
    "escalated doubt": ("escalate: sprint_at_risk", "escalate: identity_uncertain", "'allow: ask_identity' instead"),
    "a person in a channel": ("escalate: blocked_too_long", "escalate: person_away", "person_away is told privately"),
    "kept_by": ("kept_by: [daily-summary]", "kept_by: [daily-sumary]", "did you mean 'daily-summary'?"),
    "level": ("  medium:\n", "  medum:\n", "did you mean 'medium'?"),
    "both allow and never": ("never: rank_people", "never: remind_person", "under 'never' here but under 'allow'"),
    "holiday country": ("holidays: US-CA", "holidays: XX-CA", "not a country"),
    "holiday part": ("holidays: US-CA", "holidays: US-QQ", "not a part of US"),
    "Norway": ("holidays: US-CA", "holidays: NO", "put it in quotes"),
    "channel with a hash": ("team: engineering", "team: #engineering", "must be in quotes"),
    "missing digest channel": ("      team: engineering", "      teams: engineering", "the channel 'team' is missing"),
    "id": ("- id: sarah", "- id: Sarah", "must begin with a small letter"),
    "threshold": ("rule: {watch: review_overdue, after: 8 business hours}", "rule: {watch: review_overdue}", "'after'"),
    "list expected": ("projects: [PAY]", "projects: PAY", "must be a list"),
    "mapping expected": ("  - id: offer-options\n    says: Offer", "  - Offer", "must be a mapping"),
    "version": ("constitution: 1", "constitution: 2", "not one of: 1"),
    "alias": ("holidays: US-CA", "holidays: *us", "write the value out"),
    "tag": ("holidays: US-CA", "holidays: !!python/name:os.system x", "tags and special words"),
    "date that is none": ("holidays: US-CA", "holidays: 2026-13-45", "put it in quotes"),
    "key that is no word": ("holidays: US-CA", "7: US-CA", "cannot be a key"),
    "catch up in working time": ('at: "09:30"', 'at: "09:30"\n      catch_up: 3 business hours', "'3 hours'"),
    "money": ("daily_cap_usd: 1.0", "daily_cap_usd: -1", "must be at least 0"),
}  # fmt: skip
"""What a person gets wrong: (as it ships, as mistyped, what must be said)."""

SHIFTED = {"key of a member": 1, "duplicate key": 1, "no address": 1, "catch up in working time": 1}
"""Mistakes that stand below the changed line."""

ELSEWHERE = {"role nobody holds", "missing digest channel"}
"""Mistakes that are complained of where they matter, not where they were made."""


@pytest.mark.parametrize("mistake", sorted(MISTAKES))
def test_a_mistake_is_named_with_its_line(mistake: str) -> None:
    old, new, expected = MISTAKES[mistake]
    text, line = changed(old, new)
    found = complaints(text)
    hits = [(at, message) for at, message in found if expected in message]
    assert hits, found
    if mistake not in ELSEWHERE:
        assert hits[0][0] == line + SHIFTED.get(mistake, 0)


def test_an_e_mail_address_is_one_members_however_it_is_written() -> None:
    text = TEXT.replace("slack: U07MIKEB2X4", "slack: U07MIKEB2X4\n        email: one@acme.test")
    text = text.replace("slack: U07LIWEI9M5", "slack: U07LIWEI9M5\n        email: One@Acme.test")
    assert [message for _, message in complaints(text)] == ["e-mail address 'one@acme.test' is used twice"]


def test_a_missing_key_is_complained_of_where_it_should_be() -> None:
    text, line = changed("        zone: America/Chicago\n", "")
    assert [(at < line, message) for at, message in complaints(text)] == [(True, "members: 'zone' is missing")]


def test_a_missing_section_is_named() -> None:
    text = re.sub(r"(?ms)^learning:\n.*?(?=^# How closely)", "", TEXT)
    assert "'learning' is missing" in [message for _, message in complaints(text)]


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    text = TEXT.replace("mode: act", "mode: akt").replace("watch: blocked_too_long", "watch: blocked")
    lines = [line for line, _ in complaints(text)]
    assert len(lines) == 2
    assert lines == sorted(lines)


def test_a_broken_file_is_one_complaint_with_its_line() -> None:
    text, line = changed("rule: {watch: blocked_too_long", "rule: {watch: [blocked_too_long")
    assert complaints(text)[0][0] in (line, line + 1)


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "constitution", "- 1", "\x00", "a: &a [*a]", "[" * 5000])
def test_what_is_no_constitution_at_all_is_a_complaint(text: str) -> None:
    assert complaints(text)


def test_a_project_of_two_teams_is_refused() -> None:
    team = TEXT[TEXT.index("  - id: payments") :]
    found = complaints(TEXT + "\n" + team.replace("- id: payments", "- id: checkout", 1))
    owned = [message.split(" belongs")[0] for _, message in found if "belongs to two teams" in message]
    assert sorted(owned) == sorted(2 * ["Jira project 'PAY'", "board 7", "repository 'acme/payments-api'"])


def second_team(**changes: Any) -> str:
    """The shipped file with another team of the same people, owning other things; ``changes`` to its Sarah."""
    tree = yaml.safe_load(TEXT)
    team = copy.deepcopy(tree["teams"][0])
    team |= {"id": "billing", "jira": {"projects": ["BIL"], "boards": [8]}, "bitbucket": {}}
    sarah = next(member for member in team["members"] if member["id"] == "sarah")
    sarah.update(changes)
    tree["teams"].append(team)
    return yaml.safe_dump(tree, sort_keys=False)


def test_one_person_may_be_in_two_teams() -> None:
    assert len(parse(second_team(), "x").teams) == 2


@pytest.mark.parametrize("field", ["slack", "jira", "bitbucket"])
def test_one_member_id_is_one_person_in_every_team(field: str) -> None:
    """Budgets and cards are kept by member id over all teams."""
    [(_, message)] = complaints(second_team(**{field: "U0OTHER"}))
    assert message.startswith(f"'sarah' has another {field} id in team 'payments'")


def test_one_identity_is_one_member_id_in_every_team() -> None:
    """Else one human has two budgets: two reminders a day."""
    found = [message for _, message in complaints(second_team(id="sarah-b"))]
    assert [message for message in found if "is 'sarah' in team 'payments'" in message] == found
    assert len(found) == 3


def test_an_exception_may_stand_beside_the_ask_it_is_an_exception_to() -> None:
    text, _ = changed("{ask: change_sprint_scope, of: pm}", "{ask: transition_issue, of: pm}")
    assert parse(text, "x").version


def test_one_line_of_output_is_file_line_and_message() -> None:
    with pytest.raises(DirectivesError, match=r"^directives.yaml:\d+: .*'act'") as caught:
        parse(changed("mode: act", "mode: akt")[0], "directives.yaml")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"directives.yaml cannot be read: No such file.*DIRECTIVES_FILE"):
        load(tmp_path / "directives.yaml")


def test_bytes_that_are_no_text_are_a_complaint(tmp_path: Path) -> None:
    file = tmp_path / "directives.yaml"
    file.write_bytes(b"constitution: 1\n# \xff\n")
    with pytest.raises(DirectivesError, match=r":2: is not UTF-8"):
        load(file)


def test_the_version_is_the_content() -> None:
    one, same, other = parse(TEXT, "a"), parse(TEXT, "b"), parse(TEXT + "# a comment\n", "a")
    assert one.version == same.version
    assert one.version != other.version
    assert re.fullmatch(r"[0-9a-f]{20}", one.version)


def test_what_was_read_can_be_written_and_read_again() -> None:
    before = parse(TEXT, "x")
    text = yaml.safe_dump(before.model_dump(mode="json", exclude={"version"}))
    assert parse(text, "x").model_copy(update={"version": before.version}) == before


LINES = TEXT.splitlines(keepends=True)
SHREDS = st.text(alphabet="abc:-[]{}#&*!|>'\"%@, \n\t09\x00é\ud800?~=<.", max_size=12)


@given(st.data())
def test_no_mutation_raises_anything_but_a_complaint(data: st.DataObject) -> None:
    text = TEXT
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.integers(0, 40))
        text = text[:at] + data.draw(SHREDS) + text[at + gone :]
    _read(text)


@given(st.lists(st.sampled_from(LINES), max_size=60))
def test_no_shuffle_of_its_lines_raises_anything_but_a_complaint(lines: list[str]) -> None:
    _read("".join(lines))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=25)  # each reads the whole file: a third of a second
@given(st.data(), VALUES)
def test_no_value_anywhere_raises_anything_but_a_complaint(data: st.DataObject, value: object) -> None:
    tree = yaml.safe_load(TEXT)
    place = tree
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.integers(0, 3)) == 0:
            break
        place = place[key]
    place[key] = value
    _read(yaml.safe_dump(tree))


def _read(text: str) -> None:
    try:
        parse(text, "x")
    except DirectivesError as error:
        assert error.complaints
        assert all(1 <= c.line <= text.count("\n") + 1 and c.message for c in error.complaints)


def test_an_escalation_that_names_no_place_needs_a_line_that_routes_escalations() -> None:
    with pytest.raises(DirectivesError, match="names no 'to', and no line routes escalations"):
        parse(TEXT.replace("route: escalations, to: leadership", "route: technical, to: team"), "directives.yaml")


def test_who_is_to_hear_that_production_is_down_needs_a_level_that_says_by_what_that_is_known() -> None:
    marks = "        priorities: [Highest, Blocker, P0]\n        labels: [production-down, incident]\n"
    assert marks in TEXT
    with pytest.raises(DirectivesError, match="production_down is never found: no level of urgency has marks of it"):
        parse(TEXT.replace(marks, "        priorities: []\n"), "directives.yaml")
    parse(TEXT.replace(marks, "        labels: [down]\n"), "directives.yaml")
