"""What the repository itself promises: one test command, complete settings, clean locks, a way in from any machine."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings

ROOT = Path(__file__).parents[1]
INTERNAL = {"CHAOS_ORDERS", "CHAOS_TRACE", "ONLY_SPRINT"}
"""Settings that tests and ``--sprint`` set, never a person."""


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_test_command_of_the_readme_is_the_one_that_make_and_ci_run() -> None:
    assert ".venv/bin/pytest -n 4)" in text("README.md")
    assert re.search(r"^test: .*\n\t\$\(BIN\)/pytest -n 4$", text("Makefile"), re.MULTILINE)
    assert re.search(r"^check: .*\btest\b", text("Makefile"), re.MULTILINE)
    assert "exec make check" in text(".ci/run")


def test_what_ci_runs_can_be_run() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & stat.S_IXUSR


def test_every_setting_is_in_the_example_and_nothing_else() -> None:
    shown = set(re.findall(r"^([A-Z_]+)=", text(".env.example"), re.MULTILINE))
    assert shown == {name.upper() for name in Settings.model_fields} - INTERNAL


def test_the_example_itself_is_a_valid_environment_with_everything_off(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(text(".env.example"))
    code = "from bot.settings import Settings; print(*Settings.from_environment().off_services())"
    done = run([sys.executable, "-c", code], cwd=tmp_path, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)})
    assert {"slack", "jira", "bitbucket"} <= set(done.stdout.split()), done.stderr


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_by_hash_and_holds_no_address(lock: str) -> None:
    lines = text(lock).splitlines()
    assert not [line for line in lines if "://" in line or re.match(r"-(-(extra-)?index-url|-find-links|i|f)\b", line)]
    pins = [line for line in lines if re.match(r"[a-z0-9]", line)]
    assert len(pins) > 40
    assert all(re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+ .*\\$", line) for line in pins)


def test_the_example_constitution_is_the_one_in_force() -> None:
    assert Settings.model_fields["directives_file"].default == Path("directives.yaml")
    assert (ROOT / "directives.yaml").exists()


PAGES = sorted(
    page.relative_to(ROOT) for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] if page.name != "progress.md"
)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_local_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = LINK.findall((ROOT / page).read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / page.parent / link).exists()] == []


# --- .ci/venv -----------------------------------------------------------------------------------------------


def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)  # type: ignore[call-overload,no-any-return]


def machine(folder: Path, *commands: str) -> dict[str, str]:
    """An environment that has nothing but ``commands``."""
    folder.mkdir()
    for command in commands:
        (folder / command).symlink_to(shutil.which(command) or f"/bin/{command}")
    return {"PATH": str(folder)}


def script(file: Path, body: str) -> str:
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return str(file)


def make_venv(venv: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return run(["/bin/sh", str(ROOT / ".ci" / "venv"), str(venv)], env=env)


def test_a_machine_without_python_is_told_the_one_command(tmp_path: Path) -> None:
    done = make_venv(tmp_path / "venv", machine(tmp_path / "bin", "id", "rm"))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("    ")]) == 1


def test_a_python_without_ensurepip_and_pip_is_told_the_one_command(tmp_path: Path) -> None:
    crippled = script(tmp_path / "python", f'case "$*" in -c*) exec {sys.executable} "$@";; *) exit 1;; esac')
    done = make_venv(tmp_path / "venv", machine(tmp_path / "bin", "id", "rm") | {"PYTHON": crippled})
    assert done.returncode == 1
    assert "lacks ensurepip" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_an_environment_that_works_is_left_alone(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    script(venv / "bin" / "python", "exit 0")
    assert make_venv(venv, machine(tmp_path / "bin", "id")).returncode == 0
    assert [entry.name for entry in venv.iterdir()] == ["bin"]
