"""Promises and the tests that prove them: pages under docs/ are written from here, and every test named exists.

.venv/bin/python -m tests.proofs          writes docs/promises-of-the-constitution.md and docs/requirements.md
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from models.directives_file import ADVICE, explain, load
from tests.proofs_of_lines import PROOFS
from tests.proofs_of_requirements import REQUIREMENTS

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
CONSTITUTION = ROOT / "directives.yaml"
LINES_PAGE = ROOT / "docs" / "promises-of-the-constitution.md"
REQUIREMENTS_PAGE = ROOT / "docs" / "requirements.md"


def exists(proof: str) -> bool:
    """Whether ``planner/test_policy.py::test_x``, or ``stories/blocked.yaml::A story's name``, is there."""
    file, _, name = proof.partition("::")
    return name in _names(file)


@cache
def _names(file: str) -> frozenset[str]:
    path = TESTS / file
    if not path.is_file():
        return frozenset()
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yaml":
        return frozenset(story["story"] for story in yaml.safe_load(text))
    tree = ast.parse(text).body
    return frozenset(node.name for node in tree if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@cache
def stories_for(requirement: str) -> tuple[str, ...]:
    """The stories that say they prove it, by file and name."""
    return tuple(
        f"stories/{file.name}::{story['story']}"
        for file in sorted((TESTS / "stories").glob("*.yaml"))
        for story in yaml.safe_load(file.read_text(encoding="utf-8"))
        if requirement in story.get("proves", ())
    )


# --- the lines of the constitution ----------------------------------------------------------------------------


class Line(NamedTuple):
    """One line of the constitution, what keeps it, and what proves that."""

    id: str
    says: str
    kept: str
    proofs: tuple[str, ...]

    @property
    def enforced(self) -> bool:
        """Whether code keeps it; else it is advice."""
        return self.kept != ADVICE


def lines() -> list[Line]:
    """Every line of the shipped constitution."""
    return [Line(each.id, each.says, each.kept, PROOFS.get(each.id, ())) for each in explain(load(CONSTITUTION))]


def figures() -> tuple[int, int, int]:
    """How many lines there are, how many code enforces, how many are advice."""
    every = lines()
    enforced = sum(line.enforced for line in every)
    return len(every), enforced, len(every) - enforced


def lines_page() -> str:
    """docs/promises-of-the-constitution.md, as it must be."""
    every, enforced, advice = figures()
    rows = [
        "# The promises of the constitution",
        "",
        f"{every} lines: {enforced} are enforced by code, {advice} are advice that only the model reads.",
        "`pm directives check` says the same of your own file. This page is written by `python -m tests.proofs`, and",
        "a test holds it to the shipped `directives.yaml`: every line stands here, and every test named exists.",
        "",
        "| line | says | kept | proved by |",
        "|---|---|---|---|",
    ]
    rows += [f"| `{line.id}` | {_cell(line.says)} | {_cell(line.kept)} | {_listed(line.proofs)} |" for line in lines()]
    return "\n".join(rows) + "\n"


# --- the requirements -----------------------------------------------------------------------------------------


def requirements_page() -> str:
    """docs/requirements.md, as it must be."""
    rows = [
        "# The twenty requirements",
        "",
        "What people complain about in tools of this kind, as requirements, each with the tests that prove it and the",
        "figure they hold. What is not built yet is said where it is missing. This page is written by `python -m",
        "tests.proofs`; a test holds it, and every test named exists.",
    ]
    for name, each in REQUIREMENTS.items():
        rows += ["", f"## {name}. {each.title}", "", each.says, "", f"**Figure:** {each.figure}"]
        if each.open:
            rows += ["", f"**Not yet:** {each.open}"]
        rows += ["", *(f"- {_link(proof)}" for proof in proofs_of(name))]
    return "\n".join(rows) + "\n"


def proofs_of(requirement: str) -> tuple[str, ...]:
    """Tests and stories together, each once."""
    return tuple(dict.fromkeys((*REQUIREMENTS[requirement].proofs, *stories_for(requirement))))


# --- words ----------------------------------------------------------------------------------------------------


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("<", "&lt;")


def _listed(proofs: tuple[str, ...]) -> str:
    return "<br>".join(_link(proof) for proof in proofs)


def _link(proof: str) -> str:
    """``a blocker ripens to the minute and climbs``, leading to its file."""
    file, _, name = proof.partition("::")
    words = name if file.endswith(".yaml") else name.removeprefix("test_").replace("_", " ")
    return f"[{_cell(words)}](../tests/{file})"


def pages() -> Mapping[Path, str]:
    """Both pages by file."""
    return {LINES_PAGE: lines_page(), REQUIREMENTS_PAGE: requirements_page()}


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8")
