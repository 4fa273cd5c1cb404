"""A folder is a constitution too: one file for the company, the others for teams; complaints name file and line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.constitution import directives as command
from models.directives_file import load
from models.errors import DirectivesError, OperatorError
from tests.world import CONSTITUTION

TEXT = CONSTITUTION.read_text(encoding="utf-8")
AT = TEXT.index("\nteams:\n") + 1
COMPANY, PAYMENTS = TEXT[:AT], TEXT[AT:]
BILLING = (
    PAYMENTS.replace("- id: payments\n", "- id: billing\n", 1)
    .replace("projects: [PAY]", "projects: [BIL]")
    .replace("boards: [7]", "boards: [8, 9]")
    .replace("repositories: [payments-api]", "repositories: [billing]")
)

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Files by name, ``_`` for the dot: ``folder(company_yaml=..., b_yaml=...)``."""

    def write(**texts: str) -> Path:
        place = tmp_path / "constitution"
        place.mkdir(exist_ok=True)
        for old in place.iterdir():
            old.unlink()
        for name, text in texts.items():
            (place / name.replace("_", ".")).write_text(text, encoding="utf-8")
        return place

    return write


def complaints(place: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(DirectivesError) as caught:
        load(place)
    return [(c.file, c.line, c.message) for c in caught.value.complaints]


def test_a_folder_says_what_one_file_would(folder: Folder) -> None:
    place = folder(company_yaml=COMPANY, payments_yaml=PAYMENTS)
    same = load(CONSTITUTION)
    assert load(place).model_copy(update={"version": same.version}) == same


def test_several_teams_and_several_boards_for_one_team(folder: Folder) -> None:
    loaded = load(folder(company_yaml=COMPANY, a_yaml=PAYMENTS, b_yml=BILLING))
    assert [(team.id, team.jira.boards) for team in loaded.teams] == [("payments", (7,)), ("billing", (8, 9))]


def test_one_file_may_hold_several_teams_and_the_company_some(folder: Folder) -> None:
    both = PAYMENTS + BILLING.removeprefix("teams:\n")
    assert len(load(folder(company_yaml=COMPANY, teams_yaml=both)).teams) == 2
    assert len(load(folder(company_yaml=TEXT, teams_yaml=BILLING)).teams) == 2


def test_a_complaint_names_the_right_file_and_its_own_line(folder: Folder) -> None:
    broken = BILLING.replace("mode: act", "mode: akt")
    place = folder(company_yaml=COMPANY, payments_yaml=PAYMENTS, billing_yaml=broken)
    line = broken[: broken.index("mode: akt")].count("\n") + 1
    assert complaints(place) == [
        ("billing.yaml", line, "mode: 'akt' is not one of: shadow, suggest, act; did you mean 'act'?")
    ]


def test_what_is_not_readable_is_told_of_each_file(folder: Folder) -> None:
    place = folder(company_yaml=COMPANY + "x: [", b_yaml=BILLING + "\ty: 1\n")
    assert [(file, line) for file, line, _ in complaints(place)] == [
        ("b.yaml", BILLING.count("\n") + 1),
        ("company.yaml", COMPANY.count("\n") + 1),
    ]


def test_what_is_owned_twice_is_told_in_both_files(folder: Folder) -> None:
    place = folder(company_yaml=COMPANY, a_yaml=PAYMENTS, b_yaml=BILLING.replace("projects: [BIL]", "projects: [PAY]"))
    assert [(file, "Jira project 'PAY' belongs to two teams" in words) for file, _, words in complaints(place)] == [
        ("a.yaml", True),
        ("b.yaml", True),
    ]


@pytest.mark.parametrize(
    ("what", "said"),
    [("id: billing", "team id 'payments' is used twice"), ("slack: U07SARAH5Q3", "one person has one member id")],
)
def test_ids_are_unique_over_all_files(folder: Folder, what: str, said: str) -> None:
    other = BILLING.replace(what, {"id: billing": "id: payments"}.get(what, "slack: U07MIKEB2X4"))
    assert any(said in words and file == "b.yaml" for file, _, words in complaints(folder(a_yaml=TEXT, b_yaml=other)))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (COMPANY + BILLING, "'constitution' belongs into a.yaml, which holds the company's lines; only 'teams' here"),
        ("# nothing yet\nrole: {}\n", "'role' belongs into a.yaml"),
        ("teams: {}\n", "teams: must be a list"),
        ("- 1\n", "must be a mapping with the key 'teams'"),
        ("", "the file is empty"),
    ],
)
def test_what_does_not_belong_into_a_teams_file_is_told(folder: Folder, other: str, said: str) -> None:
    assert any(said in words for file, _, words in complaints(folder(a_yaml=TEXT, b_yaml=other)) if file == "b.yaml")


def test_a_folder_in_which_no_file_holds_the_companys_lines_says_so(folder: Folder) -> None:
    assert "no file of this folder holds the company's lines" in complaints(folder(a_yaml=PAYMENTS))[0][2]


def test_an_empty_folder_is_told_with_its_remedy(folder: Folder) -> None:
    with pytest.raises(OperatorError, match=r"a folder without a .yaml file. Set DIRECTIVES_FILE"):
        load(folder())


def test_the_version_is_that_of_all_files_in_name_order(folder: Folder) -> None:
    texts = {"company_yaml": COMPANY, "a_yaml": PAYMENTS, "b_yaml": BILLING}
    first = load(folder(**texts)).version
    assert load(folder(**dict(reversed(texts.items())))).version == first
    assert load(folder(**texts | {"b_yaml": BILLING + "# a word\n"})).version != first


def test_editors_copies_and_other_files_are_left_out(folder: Folder) -> None:
    place = folder(company_yaml=COMPANY, a_yaml=PAYMENTS)
    before = load(place).version
    for name in (".a.yaml.swp", ".#a.yaml", "a.yaml~", "README.md"):
        (place / name).write_text("{", encoding="utf-8")
    assert load(place).version == before


def test_check_explain_and_diff_take_folders(folder: Folder, tmp_path: Path) -> None:
    place = folder(company_yaml=COMPANY, a_yaml=PAYMENTS, b_yaml=BILLING)
    run = CliRunner()
    checked = run.invoke(command, ["check", str(place), "--json"])
    assert json.loads(checked.output)["valid"] is True
    assert "review-8-hours" in run.invoke(command, ["explain", "--file", str(place)]).output
    told = run.invoke(command, ["diff", str(CONSTITUTION), str(place)]).output
    assert "billing" in told and "people and teams" in told
    (place / "b.yaml").write_text(BILLING.replace("mode: act", "mode: akt"), encoding="utf-8")
    broken = run.invoke(command, ["check", str(place), "--json"])
    [complaint] = json.loads(broken.output)["complaints"]
    assert (complaint["file"], broken.exit_code) == ("b.yaml", 1)
