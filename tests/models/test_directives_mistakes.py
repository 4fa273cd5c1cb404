"""What people really get wrong in a constitution: each is answered by one line, with its number and what to do."""

from __future__ import annotations

import pytest

from models.directives_file import parse
from models.errors import DirectivesError
from tests.world import CONSTITUTION

TEXT = CONSTITUTION.read_text(encoding="utf-8")
BODY = TEXT.index("\nconstitution: 1") + 1
"""Where the comment at the head ends, which shows examples of lines."""

BLOCKED = "rule: {watch: blocked_too_long, after: 1 business day}"
COLUMN = "begins in another column than the lines it belongs with"
LONG = "is not a length of time; write for example '8 business hours' or '30 minutes'"

MISTAKES = {
    # the shape of the file
    "a tab for indentation": ("      says: No ticket stays", "\tsays: No ticket stays", "a tab: indent with spaces"),
    "a line one space to the left": ("    - id: review-8-hours", "   - id: review-8-hours", COLUMN),
    "a line two spaces to the right": ("    - id: review-8-hours", "      - id: review-8-hours", COLUMN),
    "a key to the left of its item": (f"      {BLOCKED}", f"    {BLOCKED}", COLUMN),
    "a key to the right of its item": (
        "      says: No ticket",
        "        says: No ticket",
        "further than the line above",
    ),
    "no space after the dash": (
        "    - id: review-8-hours",
        "    -id: review-8-hours",
        "after the dash: write '- id: ...'",
    ),
    "no space after the colon": ("      says: No ticket", "      says:No ticket", "a colon and a space after it"),
    "a colon in a plain text": (
        "says: No ticket stays",
        "says: Rule: no ticket stays",
        "with a colon in it must be in quotes",
    ),
    "a comment without a space": (
        "mode: act                     # shadow",
        "mode: act# shadow",
        "a comment needs a space before its '#'",
    ),
    "a quote that never ends": ('at: "09:30"', 'at: "09:30', "add the closing quote"),
    "an apostrophe that opens a quote": ("says: No ticket stays", "says: 'No ticket stays", "closing quote"),
    "a brace that never closes": (BLOCKED, BLOCKED[:-1], "the '{' of this line is not closed"),
    "a bracket that never closes": ("boards: [7]", "boards: [7", "the '[' of this line is not closed"),
    "a brace too many": (BLOCKED, BLOCKED + "}", "there is one '}' too many"),
    "a name with an at sign": ("pm: [dana]", "pm: [@dana]", "'@' cannot begin a word: put the whole word in quotes"),
    "a word in backticks": ("mode: act", "mode: `act`", "'`' cannot begin a word"),
    "a second document": ("role:\n", "---\nrole:\n", "leave it out"),
    "a list where one word belongs": ("holidays: US-CA", "holidays: [US, CA]", "must be one word or text"),
    "a word where a list belongs": ("tech_lead: [noor]", "tech_lead: noor", "must be a list, not 'noor': write [noor]"),
    "a mapping where a list belongs": ("teams:\n  - id", "teams:\n    id", "begin each of its entries with '- '"),
    # words
    "a section misspelt": ("communication:\n", "comunication:\n", "did you mean 'communication'?"),
    "a key misspelt": ("    daily_cap_usd:", "    dayly_cap_usd:", "did you mean 'daily_cap_usd'?"),
    "a needed key misspelt": ("        name: Mike Brennan", "        nmae: Mike Brennan", "did you mean 'name'?"),
    "a key that stands twice": ("    mode: act", "    zone: UTC\n    mode: act", "'zone' is written twice", 0),
    "a condition misspelt": ("watch: blocked_too_long", "watch: blocked_to_long", "did you mean 'blocked_too_long'?"),
    "an action misspelt": ("allow: remind_person", "allow: remind_people", "did you mean 'remind_person'?"),
    "a level misspelt": ("  critical:\n", "  critcal:\n", "did you mean 'critical'?"),
    "a rule in plain words": (BLOCKED, "rule: watch what is blocked", "for example {watch: blocked_too_long, after:"),
    "two rules in one line": (BLOCKED, BLOCKED[:-1] + ", allow: remind_person}", "belongs into a line of its own"),
    "a line without words": (
        "      says: No ticket stays blocked for more than 1 business day.\n",
        "",
        "'says' is missing",
        -1,
    ),
    "an id with a capital": ("id: blocked-1-day", "id: Blocked-1-day", "must begin with a small letter"),
    "an id with spaces": ("id: review-8-hours", "id: review 8 hours", "only small letters, digits and hyphens"),
    "an id that stands twice": ("id: review-8-hours", "id: blocked-1-day", "'blocked-1-day' is used twice"),
    # names
    "a channel nobody has": ("to: leadership}", "to: leaders}", "did you mean 'leadership'?"),
    "a channel with its hash": ("ops: ops", "ops: #ops", "a word that begins with # must be in quotes"),
    "a role nobody has": ("of: pm}", "of: product}", "there are: admins, approvers, deputy_pm, pm, tech_lead"),
    "a person nobody knows": ("pm: [dana]", "pm: [danna]", "'danna' is not a member of team 'payments'; did you mean"),
    "a person nobody is near": ("pm: [dana]", "pm: [zoe]", "there are: dana, li, mike, noor, sam, sarah"),
    "kept by a line there is not": (
        "kept_by: [daily-summary]",
        "kept_by: daily_summary",
        "did you mean 'daily-summary'?",
    ),
    "a zone without its continent": (
        "zone: America/Los_Angeles",
        "zone: Los Angeles",
        "write for example 'America/Los_Angeles'",
    ),
    "a country nobody knows": ("holidays: US-CA", "holidays: USA-CA", "write for example 'US' or 'DE-BY'"),
    "an address that is none": ("slack: U07MIKEB2X4", "email: mike(at)acme", "is not an e-mail address"),
    # units and figures
    "a unit misspelt": ("after: 8 business hours", "after: 8 busines hours", "did you mean '8 business hours'?"),
    "a unit cut short": ("after: 8 business hours", "after: 8h", "did you mean '8 hours'?"),
    "a length without a unit": (
        "after: 8 business hours",
        "after: 8",
        "it has no unit: write for example '8 business hours'",
    ),
    "a length in words": ("look_every: 15 minutes", "look_every: quarter of an hour", LONG),
    "half a day": ("after: 8 business hours", "after: 1.5 business days", LONG),
    "business weeks": ("after: 8 business hours", "after: 1 business week", "as business days, five to the week"),
    "a share without its sign": ("done_below: 60%", "done_below: 60", "60 is not a share; write for example '60%'"),
    "a share beyond all": ("done_below: 60%", "done_below: 160%", "not a share"),
    "a number in words": ("per_person_per_day: 1,", "per_person_per_day: one,", "'one' is not a whole number"),
    "a number beyond its bounds": ("per_person_per_day: 1,", "per_person_per_day: 100,", "must be at most 20, not 100"),
    "money with its sign": ("daily_cap_usd: 1.0", "daily_cap_usd: $1", "'$1' is not a number"),
    "a time with a point": ('at: "09:30"', "at: 9.30", "is not a time of day; write for example '09:30'"),
    "hours in words": ("hours: 09:00-18:00", "hours: 9 to 18", "is not a time of day"),
    "hours that end before they begin": ("hours: 09:00-18:00", "hours: 18:00-09:00", "must end after it begins"),
    # yes and no
    "Norway": ("holidays: US-CA", "holidays: NO", "YAML reads this word as yes/no: put it in quotes"),
    "a mode that is off": ("mode: act", "mode: off", "put it in quotes, or write one of: shadow, suggest, act"),
    "a yes that is none": ("on_call: true", "on_call: yess", "'yess' is neither true nor false"),
    # thresholds
    "a threshold that does not belong": (
        BLOCKED,
        BLOCKED[:-1] + ", done_below: 60%}",
        "not measured by 'done_below'; its thresholds are: after",
    ),
    "a condition without its threshold": (
        BLOCKED,
        "rule: {watch: blocked_too_long}",
        "needs 'after', for example 'after: 1 business day'",
    ),
    "a threshold of another condition": (
        BLOCKED,
        "rule: {watch: sprint_at_risk, after: 1 day}",
        "sprint_at_risk needs 'days_before_end' or",
    ),
}
"""What a person writes: (as it ships, as mistyped, what must be said, how many lines further down)."""


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_line_with_its_number_and_what_to_do(mistake: str) -> None:
    old, new, said, *further = MISTAKES[mistake]
    at = TEXT.index(str(old), BODY)
    with pytest.raises(DirectivesError) as caught:
        parse(TEXT[:at] + str(new) + TEXT[at + len(str(old)) :], "directives.yaml")
    [complaint] = caught.value.complaints
    assert str(said) in complaint.message
    assert complaint.line == TEXT[:at].count("\n") + 1 + sum(map(int, further))
    assert "\n" not in complaint.message
