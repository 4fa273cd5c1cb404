"""Two constitutions are compared in plain words: nothing is left out, and each difference says which way it leans."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from models.differences import Difference, Group, differences
from models.directives import Directives
from models.directives_file import parse
from models.errors import DirectivesError

TEXT = (Path(__file__).parents[2] / "directives.yaml").read_text(encoding="utf-8")
BEFORE = parse(TEXT, "old")


def after(*changes: tuple[str, str]) -> Directives:
    """The shipped constitution with the first of each old text replaced."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return parse(text, "new")


def told(*changes: tuple[str, str]) -> list[tuple[str, str, str]]:
    return [(d.group.value, d.subject, d.text) for d in differences(BEFORE, after(*changes))]


def one(*changes: tuple[str, str]) -> Difference:
    (found,) = differences(BEFORE, after(*changes))
    return found


REASSIGN = "rule: {ask: reassign, of: pm}"
REVIEW = "rule: {watch: review_overdue, after: 8 business hours}"
LIMIT = "per_person_per_day: 1, critical_per_person_per_day: 1"
MERGED = "{allow: transition_issue, when: pull_request_merged}"

LEANING = {
    "a shorter wait": (REVIEW, REVIEW.replace("8", "4"), "stricter", "review-8-hours", "waits 8 -> 4 business hours"),
    "a longer wait": (REVIEW, REVIEW.replace("8", "9"), "looser", "review-8-hours", "waits 8 -> 9 business hours"),
    "a length that cannot be compared": (REVIEW, REVIEW.replace("8 business hours", "1 business day"),
                                         "changed", "review-8-hours", "waits 8 business hours -> 1 business day"),
    "more reminders": (LIMIT, LIMIT.replace("1", "3", 1), "looser", "one-reminder-a-day",
                       "reminders per person and day: 1 -> 3"),
    "no reminders": (LIMIT, LIMIT.replace("1", "0", 1), "stricter", "one-reminder-a-day",
                     "reminders per person and day: 1 -> 0"),
    "longer hours": ("hours: 09:00-18:00", "hours: 08:00-18:00", "looser", "working-hours",
                     "hours in which people are reached: 09:00-18:00 -> 08:00-18:00"),
    "shorter hours": ("hours: 09:00-18:00", "hours: 10:00-17:00", "stricter", "working-hours",
                      "hours in which people are reached: 09:00-18:00 -> 10:00-17:00"),
    "hours that move": ("hours: 09:00-18:00", "hours: 10:00-19:00", "changed", "working-hours",
                        "hours in which people are reached: 09:00-18:00 -> 10:00-19:00"),
    "fewer days": ("[mon, tue, wed, thu, fri]", "[mon, tue, wed, thu]", "stricter", "working-hours",
                   "days on which people are reached: mon, tue, wed, thu, fri -> mon, tue, wed, thu"),
    "an action set free": (REASSIGN, "rule: {allow: reassign}", "looser", "reassign",
                           "asked of pm -> allowed without asking"),
    "an action forbidden": (REASSIGN, "rule: {never: reassign}", "stricter", "reassign", "asked of pm -> never"),
    "another who is asked": (REASSIGN, "rule: {ask: reassign, of: tech_lead}", "changed", "reassign",
                             "asked of pm -> asked of tech_lead"),
    "another channel": ("escalate: blocked_too_long, after: 2 business days}",
                        "escalate: blocked_too_long, after: 2 business days, to: ops}", "changed",
                        "blocker-to-leadership", "goes to not set -> ops"),
    "less to carry": ("require: [link, urgency, why]", "require: [link, why]", "looser", "always-context",
                      "every message carries link, urgency, why -> link, why"),
    "less to learn": ("learn: [response, channel, hour]", "learn: [response, hour]", "changed", "adapt-to-people",
                      "learns response, channel, hour -> response, hour"),
    "longer to try": ("try_first: 4 business hours", "try_first: 6 business hours", "stricter", "resolve-first",
                      "tries it with the people concerned first for 4 -> 6 business hours"),
    "sooner again": ("repeat_after: 1 business day", "repeat_after: 2 business days", "stricter", "no-flapping",
                     "says the same again after 1 -> 2 business days"),
    "a shorter clock": ("answer_within: 30 minutes", "answer_within: 20 minutes", "stricter", "urgency-critical",
                        "waits for an answer 30 -> 20 minutes"),
    "a lower share": ("days_before_end: 3, done_below: 60%", "days_before_end: 3, done_below: 50.5%", "looser",
                      "finish-the-sprint", "share done below 60% -> 50.5%"),
    "a team that may do less": ("mode: act ", "mode: shadow ", "stricter", "mode of payments", "act -> shadow"),
    "a line that may do less": ("    mode: act ", "    modes: {due-dates: shadow}\n    mode: act ", "stricter",
                                "mode of due-dates in payments", "as the team -> shadow"),
    "a higher cap": ("daily_cap_usd: 1.0", "daily_cap_usd: 2.5", "looser", "payments", "daily cap usd: 1 -> 2.5"),
    "another who holds a role": ("pm: [dana]", "pm: [dana, noor]", "people", "payments",
                                 "roles pm: dana -> dana, noor"),
    "another way to reach somebody": ("channel: jira", "channel: dm", "people", "mike in payments",
                                      "channel: jira -> dm"),
}  # fmt: skip


@pytest.mark.parametrize("case", LEANING)
def test_each_change_is_told_once_in_plain_words_and_enforced(case: str) -> None:
    old, new, *expected = LEANING[case]
    found = one((old, new))
    assert [found.group, found.subject, found.text, found.enforced] == [*expected, True]


def test_a_looser_mode_is_looser() -> None:
    (found,) = differences(after(("mode: act ", "mode: suggest ")), BEFORE)
    assert (found.group, found.subject, found.text) == (Group.LOOSER, "mode of payments", "suggest -> act")


def test_new_words_alone_change_nothing_that_is_enforced() -> None:
    found = differences(BEFORE, after(("title: Sprint Project", "title: Chief"), ("fast", "slow"), ("All sprint", "A")))
    assert {(d.group, d.enforced) for d in found} == {(Group.WORDS, False)} and len(found) == 3


def test_a_line_that_moves_to_another_section_is_told() -> None:
    primary = BEFORE.objectives.primary
    moved = BEFORE.objectives.model_copy(update={"primary": primary[:-1], "secondary": primary[-1:]})
    found = {d.subject: d.text for d in differences(BEFORE, BEFORE.model_copy(update={"objectives": moved}))}
    assert found[primary[-1].id] == "moves from objectives.primary to objectives.secondary"


def test_another_line_that_keeps_one_is_told_and_changes_nothing_enforced() -> None:
    found = one(("kept_by: [owner-for-every-ticket, daily-summary]", "kept_by: [daily-summary]"))
    assert (found.subject, found.text, found.enforced) == (
        "everyone-clear",
        "kept by owner-for-every-ticket, daily-summary -> daily-summary",
        False,
    )


def test_a_line_that_gets_a_rule_of_its_own_is_told_with_it() -> None:
    unblock = "says: Help people to get unblocked and coordinate across teams."
    found = one((unblock, f"{unblock}\n      rule: {{watch: blocked_too_long, after: 3 hours}}"))
    assert (found.group, found.subject, found.enforced) == (Group.CHANGED, "help-unblock", True)
    assert found.text.endswith("-> [enforced by: watch: blocked_too_long, after: 3 hours]")


def test_two_lines_that_change_places_are_told_though_no_action_stands_otherwise() -> None:
    swap = (("{allow: comment_on_issue}", "{allow: x}"), ("{allow: post_digest}", "{allow: comment_on_issue}"))
    found = differences(BEFORE, after(*swap, ("{allow: x}", "{allow: post_digest}")))
    assert [(d.group, d.subject) for d in found] == [
        (Group.CHANGED, "status-check-comments"),
        (Group.CHANGED, "daily-summary"),
    ]


def test_an_action_that_does_not_exist_is_told_and_not_called_enforced() -> None:
    found = one(("never: rank_people", "ask: rank_people"))
    assert (found.group, found.subject, found.enforced) == (Group.LOOSER, "rank_people", False)


def test_a_line_that_is_new_and_one_that_is_gone_are_named() -> None:
    assert [entry[:2] for entry in told(("id: offer-options", "id: offer-ways"))] == [
        ("new", "offer-ways"),
        ("gone", "offer-options"),
    ]


def test_a_permission_under_another_id_is_still_the_same_permission() -> None:
    found = differences(BEFORE, after(("id: confirm-reassign", "id: confirm-owner")))
    assert {(d.group, d.subject) for d in found} == {(Group.NEW, "confirm-owner"), (Group.GONE, "confirm-reassign")}


def test_whoever_joins_or_leaves_is_named_by_id() -> None:
    sarah = TEXT[TEXT.index("      - id: sarah") : TEXT.index("      - id: mike")]
    assert told((sarah, "")) == [("people", "payments", "sarah leaves")]
    (joined,) = differences(after((sarah, "")), BEFORE)
    assert (joined.group, joined.subject, joined.text) == (Group.PEOPLE, "payments", "sarah joins")


def test_the_first_of_two_rules_counts_so_their_order_is_told() -> None:
    second = "    - id: second\n      says: Twice.\n      rule: {watch: blocked_too_long, after: 9 business days}\n"
    first, second = BEFORE.objectives.primary[1], parse(f"{_with(second)}", "x").objectives.primary[0]
    one_way, other_way = (
        BEFORE.model_copy(update={"objectives": BEFORE.objectives.model_copy(update={"primary": lines})})
        for lines in ((first, second), (second, first))
    )
    (found,) = differences(one_way, other_way)
    assert (found.subject, found.text) == (
        "watch: blocked_too_long",
        "order of the lines: blocked-1-day, second -> second, blocked-1-day",
    )


def _with(line: str) -> str:
    return TEXT.replace("  primary:\n", f"  primary:\n{line}", 1)


# --- nothing is left out ------------------------------------------------------------------------------------

Way = tuple[str | int, ...]


def leaves(value: Any, way: Way = ()) -> Iterator[Way]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if steps is None:
        yield way
    else:
        for step, inner in steps:
            yield from leaves(inner, (*way, step))


TREE = yaml.safe_load(TEXT)
LEAVES = list(leaves(TREE))
OTHERS = ("1 business day", "8 business hours", "45 minutes", "15%", 0, 2, 5, "ops", "tech_lead", "noor", "li", "DE",
          "Europe/Berlin", "jira", "suggest", "sat", "07:00-12:00", "other", "10:45", "needed", "needs@an.other",
          "nobody_assigned", "blocked_too_long", "reassign", "close_issue", "link", "technical", True, 77)  # fmt: skip


def put(tree: Any, way: Way, value: object) -> Any:
    step, rest = way[0], way[1:]
    inner = put(tree[step], rest, value) if rest else value
    if isinstance(tree, dict):
        return tree | {step: inner}
    return [*tree[:step], inner, *tree[step + 1 :]]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(LEAVES), st.sampled_from(OTHERS))
def test_whatever_single_value_changes_is_told(way: Way, value: object) -> None:
    text = json.dumps(put(TREE, way, value))  # which is YAML, and sooner written
    try:
        changed = parse(text, "new")
    except DirectivesError:
        return
    same = changed.model_dump(exclude={"version"}) == BEFORE.model_dump(exclude={"version"})
    assert bool(differences(BEFORE, changed)) is not same
    assert differences(changed, changed) == ()


def thresholds() -> list[tuple[str, str, str, Way]]:
    """Each figure of each rule: the line, its key, the value it gets, and where it stands."""
    found = []
    for way in LEAVES:
        key, inside = str(way[-1]), "rule" in way
        old: Any = TREE
        for step in way:
            old = old[step]
        if inside and (isinstance(old, int) or str(old)[:1].isdigit()) and key != "hours":
            holder: Any = TREE
            for step in way[: way.index("rule")]:
                holder = holder[step]
            line = holder.get("id") or f"urgency-{way[1]}"
            number = str(old).split(" ")[0].rstrip("%")
            found.append((line, key, str(old).replace(number, str(int(number) + 1), 1), way))
    return found


THRESHOLDS = thresholds()
SOONER_WHEN_GREATER = {"try_first", "repeat_after", "days_before_end", "done_below", "chance_below", "days_left"}
"""Of every other threshold a greater value lets more time pass, or more be said."""


@pytest.mark.parametrize(("line", "key", "value", "way"), THRESHOLDS, ids=[f"{t[0]}-{t[1]}" for t in THRESHOLDS])
def test_every_single_changed_threshold_is_named_with_both_its_values(
    line: str, key: str, value: str, way: Way
) -> None:
    new = parse(json.dumps(put(TREE, way, int(value) if value.isdigit() else value)), "new")
    (found,) = differences(BEFORE, new)
    assert found.subject == line and f"-> {value}" in found.text
    assert found.group is (Group.STRICTER if key in SOONER_WHEN_GREATER else Group.LOOSER)


def test_there_are_thresholds_to_change() -> None:
    assert len(THRESHOLDS) >= 20
