"""Commands are understood whatever phones and editors made of them; what is not is answered with help, never run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.asked.helping import help_about
from planner.asked.questions import (
    COMMANDS,
    FIRST_COMMANDS,
    AskAll,
    AskBlockers,
    AskBoard,
    AskChanges,
    AskDigest,
    AskDirectives,
    AskHelp,
    AskHow,
    AskLeft,
    AskMine,
    AskReviews,
    AskStatus,
    AskUnowned,
    AskWaiting,
    AskWhy,
    AskWork,
    Question,
    parse_command,
)
from planner.asked.quiet.pausing import AskPause, AskResume
from planner.asked.talk.intents import understood
from planner.asked.talk.subjects import Talk
from planner.asked.topics import AskLost, AskSearch
from planner.asked.whatif import AskForecast
from tests.planner.asked.talk.test_intents import HELD, LAW

UNDERSTOOD: dict[str, Question] = {
    "status": AskStatus(),
    "STATUS!": AskStatus(),
    "status current": AskStatus(),
    "status the current sprint": AskStatus(),
    "status of sprint 24?": AskStatus("24"),
    "status “Sprint 24”": AskStatus("24"),
    "status\u00a0SPRINT\u201124": AskStatus("24"),
    "<@U07AGENT|pm> status sprint 24": AskStatus("24"),
    "status <#C07ENG|engineering>": AskStatus(),
    "status all": AskStatus(every=True),
    "Status: every board.": AskStatus(every=True),
    "changes": AskChanges(),
    "What changed since yesterday?": AskChanges(),
    "what’s changed": AskChanges(),
    "changes sprint 24": AskChanges("24"),
    "changes id:24": AskChanges("id:24"),
    "all": AskAll(),
    "show all": AskAll(),
    "Show all issues of sprint 24": AskAll("24"),
    "all id:24": AskAll("id:24"),
    "forecast": AskForecast(),
    "forecast sprint 24": AskForecast("24"),
    "why status id:24": AskHow("id:24"),
    "why at risk?": AskHow(),
    "blockers": AskBlockers(),
    "what's blocked?": AskBlockers(),
    "What is blocking us?": AskBlockers(),
    "mine": AskMine(),
    "my issues": AskMine(),
    "what waits for me?": AskMine(),
    "reviews": AskReviews(),
    "Pull requests?": AskReviews(),
    "digest": AskDigest(),
    "today's summary": AskDigest(),
    "waiting": AskWaiting(),
    "who waits for whom?": AskWaiting(),
    "waiting for sam": AskWaiting("sam"),
    "waiting on Li Wei?": AskWaiting("Li Wei"),
    "who is waiting for me": AskWaiting("me"),
    "waiting for <@U07SAM|sam>": AskWaiting("<@U07SAM>"),
    "directives": AskDirectives(),
    "the rules": AskDirectives(),
    "directives about reminders": AskDirectives("reminders"),
    "rule “blocked-1-day”": AskDirectives("blocked-1-day"),
    "pause": AskPause(),
    "pause everything": AskPause(),
    "Pause until tomorrow": AskPause("until tomorrow"),
    "pause everything for 2h": AskPause("for 2h"),
    "pause 2h": AskPause("2h"),
    "resume": AskResume(),
    "unpause!": AskResume(),
    "board": AskBoard(),
    "board 7": AskBoard(7),
    "board 7 status": AskBoard(7, then="status"),
    "why": AskWhy(""),
    "why 0a1b2c?": AskWhy("0a1b2c"),
    "help": AskHelp(),
    "help all": AskHelp(),
    "help Snooze": AskHelp(about="snooze"),
}


@pytest.mark.parametrize("typed", UNDERSTOOD)
def test_it_is_understood_however_it_was_typed(typed: str) -> None:
    assert parse_command(typed) == UNDERSTOOD[typed]


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("snoze PAY-7 until tomorrow", "snooze PAY-7 until tomorrow"),
        ("staus", "status"),
        ("blokers", "blockers"),
        ("forcast sprint 24", "forecast sprint 24"),
        ("reviws", "reviews"),
    ],
)
def test_a_slip_of_the_fingers_is_offered_and_never_run(typed: str, near: str) -> None:
    asked = parse_command(typed)
    assert isinstance(asked, AskHelp)
    reply = help_about(asked)
    assert reply.choices[0] == (f"/pm {near}", near) and reply.choices[-1][1] == "help"
    assert not isinstance(parse_command(near), AskHelp)


@pytest.mark.parametrize(
    "typed", ["mine for noor now", "reviws for noor", "blokers yesterday", "forget", "snoze", "why so"]
)
def test_what_is_offered_is_understood_and_never_what_was_typed(typed: str) -> None:
    asked = parse_command(typed)
    assert isinstance(asked, AskHelp) and asked.unknown
    offered = [command for _, command in help_about(asked).choices]
    assert len(offered) > 1 and typed not in offered
    for command in offered:
        again = parse_command(command)
        assert not isinstance(again, AskHelp) or not again.unknown, command


@pytest.mark.parametrize("typed", ["please", "unassigned things", "PLEASE!"])
def test_nothing_far_from_what_was_typed_is_offered(typed: str) -> None:
    asked = parse_command(typed)
    assert isinstance(asked, AskHelp)
    assert not [command for _, command in help_about(asked).choices if command.startswith(("pause", "assign"))]


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("mine please", AskMine()),
        ("please, blockers", AskBlockers()),
        ("status sprint 24, thanks!", AskStatus("24")),
        ("unassigned tickets", AskUnowned()),
        ("left sprint 24", AskLeft("24")),
        ("work of <@U07SAM|sam>", AskWork("<@U07SAM>")),
        ("work of Li Wei?", AskWork("Li Wei")),
    ],
)
def test_politeness_changes_nothing(typed: str, question: Question) -> None:
    assert parse_command(typed) == question


@pytest.mark.parametrize("typed", ["all good here", "issues with the login page", "wait a minute", "continue reading"])
def test_everyday_talk_is_no_command(typed: str) -> None:
    assert isinstance(parse_command(typed), AskHelp)


def test_whoever_was_not_understood_gets_six_lines_and_the_way_to_the_rest() -> None:
    reply = help_about(AskHelp(unknown="frobnicate"))
    assert len(reply.commands) == 6 and reply.choices == (("All commands", "help"),)
    assert help_about(AskHelp()).commands == COMMANDS


@pytest.mark.parametrize("word", sorted({command.split()[1] for command, _ in COMMANDS}))
def test_every_command_can_be_explained(word: str) -> None:
    asked = parse_command(f"help {word}")
    assert isinstance(asked, AskHelp)
    told = help_about(asked).commands
    assert told and all(word in command for command, _ in told) or not asked.about


@pytest.mark.parametrize("command", [command for command, _ in (*FIRST_COMMANDS, *COMMANDS)])
def test_every_listed_command_is_one(command: str) -> None:
    asked = understood(command.removeprefix("/pm "), Talk(HELD, LAW))
    assert not isinstance(asked, AskHelp | AskLost) or asked == AskHelp()


def test_a_search_is_listed_and_its_bare_word_is_explained_with_what_is_searched() -> None:
    asked = parse_command("search")
    assert isinstance(asked, AskHelp)
    [(command, does)] = help_about(asked).commands
    assert understood(command.removeprefix("/pm "), Talk(HELD, LAW)) == AskSearch("3ds")
    assert "the channels that the constitution names" in does


def test_the_page_of_commands_names_every_one() -> None:
    page = (Path(__file__).parents[4] / "docs" / "commands.md").read_text(encoding="utf-8")
    assert [command for command, _ in COMMANDS if not re.search(rf"\b{command.split()[1]}\b", page)] == []


# --- properties -----------------------------------------------------------------------------------------------

EDGES = st.text(alphabet=" \t\u00a0\u2009.!?,", max_size=4)
QUOTES = st.sampled_from([("", ""), ('"', '"'), ("“", "”"), ("‘", "’"), ("«", "»"), ("`", "`")])
SPACES = st.sampled_from([" ", "  ", "\u00a0", "\t", "\u202f"])
PLAIN = [typed for typed in UNDERSTOOD if typed.isascii() and "<" not in typed and "'" not in typed]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.sampled_from(PLAIN), EDGES, EDGES, SPACES, st.booleans())
def test_spaces_capitals_and_marks_around_it_change_nothing(
    typed: str, before: str, after: str, space: str, loud: bool
) -> None:
    said = f"{before.replace('.', '').replace('!', '').replace('?', '').replace(',', '')}{typed}{after}"
    found = parse_command((said.upper() if loud else said).replace(" ", space))
    assert type(found) is type(UNDERSTOOD[typed])
    if not loud:
        assert found == UNDERSTOOD[typed]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    st.integers(min_value=1, max_value=9999), QUOTES, st.sampled_from(["sprint ", "Sprint-", "SPRINT #", "sprint_", ""])
)
def test_a_sprint_is_found_in_any_quotes(number: int, quotes: tuple[str, str], word: str) -> None:
    assert parse_command(f"status {quotes[0]}{word}{number}{quotes[1]}") == AskStatus(str(number))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=400))
def test_any_text_is_some_question_and_help_is_never_empty(text: str) -> None:
    asked = parse_command(text)
    assert isinstance(asked, get_args(Question))
    if isinstance(asked, AskHelp):
        assert help_about(asked).commands


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(PLAIN), st.text(alphabet="<@UC07|>#!&;", max_size=12))
def test_broken_mentions_are_never_a_fault(typed: str, noise: str) -> None:
    assert isinstance(parse_command(f"{noise}{typed}{noise}"), get_args(Question))
