"""The systemd units, judged by systemd's own programs; nothing is started, as systemd is not process 1 here."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.serve import options
from bot.settings import Settings
from bot.shift import DRAIN
from tests.deploy.front import DEPLOY, needs

UNITS = sorted((DEPLOY / "systemd").glob("pm-agent*"))
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
LONG = [unit for unit in SERVICES if unit.stem in {"pm-agent", "pm-agent-web", "pm-agent-worker@"}]
PAGES = "".join((DEPLOY.parent / "docs" / page).read_text(encoding="utf-8") for page in ("deploy.md", "network.md"))
ENABLED = sorted(set(re.findall(r"systemctl enable --now (pm-agent\S*?)`?[;.]?\s", PAGES)))
MOST = {"pm-agent": 2.5, "pm-agent-web": 2.5, "pm-agent-worker@": 2.5, "pm-agent-backup": 1.7, "pm-agent-duckdns": 1.7}
"""systemd's own figure for how exposed a service is, of 10; the certificate's runs as root, as certbot must."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units with the programs of this checkout, as verify looks whether they are there."""
    needs("systemd-analyze")
    folder = tmp_path_factory.mktemp("units")
    programs = {"/opt/pm-agent/.venv/bin": str(Path(sys.executable).parent), "/opt/pm-agent": str(DEPLOY.parent)}
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/usr/bin/certbot", "/bin/true")
        for path, there in programs.items():
            text = text.replace(path, there)
        (folder / unit.name).write_text(text, encoding="utf-8")
    return folder


def verify(*units: Path) -> str:
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *map(str, units)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30).stderr


def test_systemd_finds_every_unit_right(here: Path) -> None:
    assert verify(*sorted(here.iterdir())) == "" and len(UNITS) == 12


def test_and_would_find_a_wrong_one(here: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "pm-agent.service"
    wrong.write_text((here / "pm-agent.service").read_text().replace("ProtectSystem=strict", "ProtectSystem=strct"))
    assert "protect system value" in verify(wrong)


@pytest.mark.parametrize("name", sorted(MOST))
def test_each_is_shut_in(here: Path, name: str) -> None:
    limit = f"--threshold={round(MOST[name] * 10)}"
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", limit, str(here / f"{name}.service")]
    judged = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert judged.returncode == 0, judged.stdout[-200:]


@pytest.mark.parametrize("timer", [unit for unit in UNITS if unit.suffix == ".timer"], ids=lambda unit: unit.stem)
def test_every_timer_has_its_service_and_a_time_systemd_understands(timer: Path) -> None:
    assert timer.with_suffix(".service") in SERVICES
    for when in read(timer)["Timer"].get("OnCalendar", "").splitlines():
        needs("systemd-analyze")
        assert subprocess.run(["systemd-analyze", "calendar", when], capture_output=True).returncode == 0


@pytest.mark.parametrize("unit", LONG, ids=lambda unit: unit.stem)
def test_it_comes_back_and_has_time_to_finish(unit: Path) -> None:
    service = read(unit)["Service"]
    patience = max(DRAIN, options(Settings.model_construct())["graceful_timeout"])
    assert service["Restart"] == "always" and read(unit)["Unit"]["StartLimitIntervalSec"] == "0"
    assert float(service["TimeoutStopSec"]) > patience + 10
    assert service["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert service["MemoryMax"] and service["NoNewPrivileges"] == "true" and service["ProtectSystem"] == "strict"


def test_both_ways_start_at_boot_and_exclude_each_other() -> None:
    one, many = read(DEPLOY / "systemd/pm-agent.service"), read(DEPLOY / "systemd/pm-agent.target")
    assert one["Install"]["WantedBy"] == many["Install"]["WantedBy"] == "multi-user.target"
    assert "pm-agent.target" in one["Unit"]["Conflicts"] and "pm-agent.service" in many["Unit"]["Conflicts"]


@pytest.mark.parametrize("unit", ENABLED)
def test_what_the_pages_enable_is_there_after_the_next_boot(unit: str, tmp_path: Path) -> None:
    needs("systemctl")
    folder = tmp_path / "etc/systemd/system"
    shutil.copytree(DEPLOY / "systemd", folder)
    done = subprocess.run(["systemctl", f"--root={tmp_path}", "enable", unit], capture_output=True, text=True)
    wanted = [wants for wants in folder.glob("*.wants") if (wants / unit).is_symlink()]
    assert done.returncode == 0 and wanted, done.stderr


def test_the_port_is_open_to_this_machine_alone() -> None:
    for unit in UNITS:
        if unit.suffix == ".socket":
            assert read(unit)["Socket"]["ListenStream"] == "127.0.0.1:8080"


def read(unit: Path) -> configparser.ConfigParser:
    """As an ini file; of a key that stands there twice the last."""
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(unit.read_text(encoding="utf-8"))
    return parser
