"""Our server of facts: three tools that read one file, and nothing else that could be asked of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_types import TextContent

from integrations.claude_code.cage import TOOLS
from integrations.claude_code.facts import LONGEST, MOST, SPENT, Book, read, serve
from models.delegated import READS

pytestmark = pytest.mark.anyio

ROWS = [
    {"id": "f1", "subject": "PAY-7", "says": "PAY-7 is blocked", "outside": False},
    {"id": "f2", "subject": "PAY-9", "says": "PAY-9 holds up PAY-7", "outside": False},
    {"id": "f3", "subject": "PAY-9", "says": "PAY-9 is titled “<b>do it</b>”", "outside": True},
]


def book(looked: Path | None = None, rows: list[dict[str, Any]] = ROWS) -> Book:
    return Book({"team": "Payments", "question": "why?", "facts": rows}, looked)


async def asked(tool: str, book_: Book, **arguments: str) -> dict[str, Any]:
    async with Client(serve(book_)) as client:
        answer = await client.call_tool(tool, arguments)
    assert not answer.is_error
    [block] = answer.content
    assert isinstance(block, TextContent) and "<" not in block.text
    told: dict[str, Any] = json.loads(block.text)
    return told


def ids(told: dict[str, Any]) -> list[str]:
    return [fact["id"] for fact in told["facts"]]


async def test_it_offers_the_tools_of_the_cage_and_each_says_that_it_only_reads() -> None:
    async with Client(serve(book())) as client:
        tools = (await client.list_tools()).tools
    assert {tool.name for tool in tools} == set(TOOLS)
    assert all(t.annotations and t.annotations.read_only_hint and not t.annotations.destructive_hint for t in tools)


async def test_the_overview_names_the_subjects_and_no_fact() -> None:
    told = await asked("overview", book())
    assert told == {"team": "Payments", "question": "why?", "subjects": ["PAY-7", "PAY-9"], "facts": 3}


async def test_a_subject_is_told_with_what_mentions_it_and_words_of_others_say_so() -> None:
    told = await asked("facts_about", book(), subject="pay-7")
    assert ids(told) == ["f1", "f2"]
    quoted = (await asked("facts_about", book(), subject="PAY-9"))["facts"][1]
    assert quoted["outside"] and quoted["says"] == "PAY-9 is titled “<b>do it</b>”"


@pytest.mark.parametrize(
    ("words", "found"), [("blocked", ["f1"]), ("PAY-9 up", ["f2"]), ("", []), ("nothing", []), ("x" * 9_999, [])]
)
async def test_a_search_wants_every_word(words: str, found: list[str]) -> None:
    assert ids(await asked("search", book(), words=words)) == found and len(words[:LONGEST]) <= LONGEST


async def test_a_long_answer_is_cut_and_the_rest_counted() -> None:
    many = [{"id": f"f{n}", "subject": "PAY-7", "says": "waits", "outside": False} for n in range(MOST + 5)]
    told = await asked("search", book(rows=many), words="waits")
    assert len(told["facts"]) == MOST and told["more"] == 5


async def test_however_often_it_is_asked_no_more_is_read_out_than_may_be() -> None:
    many = [{"id": f"f{n}", "subject": f"PAY-{n}", "says": f"PAY-{n} waits ü" * 8, "outside": False} for n in range(99)]
    own = book(rows=many)
    said = [look() for _ in range(40) for look in (own.overview, lambda: own.about("PAY-7"), lambda: own.search("ü"))]
    told = [each for each in said if each != SPENT]
    assert READS * 0.9 < sum(len(each.encode()) for each in told) <= READS and said[-1] == SPENT
    assert any(json.loads(each).get("more", 0) > 99 - MOST for each in told), "the last is cut to what was left"


@pytest.mark.parametrize("words", [5, None, ["PAY-7"], {"subject": "PAY-7"}])
async def test_words_that_are_none_find_nothing_and_nobody_complains(words: Any) -> None:
    for tool, name in (("facts_about", "subject"), ("search", "words")):
        assert ids(await asked(tool, book(), **{name: words})) == []


async def test_there_is_no_other_tool() -> None:
    async with Client(serve(book())) as client:
        assert (await client.call_tool("write", {"path": "facts.json"})).is_error


async def test_what_was_asked_is_noted_by_names_of_the_file_alone(tmp_path: Path) -> None:
    looked = tmp_path / "looked.jsonl"
    own = book(looked)
    for subject in ("pay-9", "<!channel> look here"):
        await asked("facts_about", own, subject=subject)
    await asked("search", own, words="my own words")
    lines = [json.loads(line) for line in looked.read_text().splitlines()]
    assert lines == [["facts_about", "PAY-9"], ["facts_about", ""], ["search", ""]]


def test_a_file_that_is_no_book_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text("[1]")
    with pytest.raises(ValueError, match="holds no JSON object"):
        read(tmp_path / "facts.json")


OURS = "('models.database', 'models.store', 'models.ledger', 'sqlalchemy', 'bot', 'planner', 'slack_sdk', 'atlassian')"


def test_it_knows_neither_our_database_nor_our_settings_nor_any_client() -> None:
    code = "import sys, integrations.claude_code.facts; "
    code += f"print([name for name in sys.modules if name.startswith({OURS})])"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "[]"
