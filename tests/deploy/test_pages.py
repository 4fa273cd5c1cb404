"""docs/deploy.md and docs/network.md: every command in them is run by a test, or named here with what it would need."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from bot.cli import cli
from tests.deploy.front import DEPLOY
from tests.deploy.test_nginx import PUBLIC

ROOT = DEPLOY.parent
PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("deploy.md", "network.md")}
COMMANDS = sorted({line for page in PAGES.values() for line in re.findall(r"^    (\S.*)$", page, re.MULTILINE)})

TRIED = {
    r"^pm ": "tests/deploy/test_pages.py: the command and its options exist; what they do has tests of its own",
    r"install\.sh": "tests/deploy/test_scripts.py",
    r"tls/(self-signed|days-left)\.sh": "tests/deploy/test_scripts.py",
    r"^PM_HOST=.*render\.sh": "tests/deploy/test_nginx.py",
    r"^sudo nginx -t": "tests/deploy/test_nginx.py",
    r"nginx/cloudflare\.sh": "tests/deploy/test_scripts.py",
    r"^curl .*/(health|metrics|webhooks/jira)": "tests/deploy/test_nginx.py, test_behind_nginx.py",
    r"^docker compose .* config": "tests/deploy/test_compose.py",
    r"^systemd-analyze security": "tests/deploy/test_systemd.py",
    r"^openssl s_client": "tests/deploy/test_scripts.py: what nginx shows is read like this",
}
NOT_HERE = {
    r"^sudo (apt-get|git|nano|cp|install|ufw) |^(git|nano|cp) |^sudo chgrp": "the machine itself would be changed",
    r"^sudo systemctl |^systemctl |^journalctl ": "systemd is not process 1 where tests run; the units have theirs",
    r"^docker compose .* (build|up|ps|exec)": "a Docker daemon",
    r"^sudo certbot|^ssh ": "a public name and another machine",
    r"^sudo -u postgres ": "Debian's PostgreSQL as a service",
    r"^getent ": "a public name",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_tried_by_a_test_or_named_with_what_it_needs(command: str) -> None:
    tried = [why for pattern, why in TRIED.items() if re.search(pattern, command)]
    absent = [why for pattern, why in NOT_HERE.items() if re.search(pattern, command)]
    assert tried or absent, "nobody has tried it"


def test_the_tests_named_are_there_and_no_line_of_the_lists_is_idle() -> None:
    files = {name for why in TRIED.values() for name in re.findall(r"tests/deploy/\w+\.py", why)}
    assert [name for name in files if not (ROOT / name).exists()] == []
    assert [p for p in (*TRIED, *NOT_HERE) if not any(re.search(p, command) for command in COMMANDS)] == []


OURS = [command for command in COMMANDS if re.search(r"(^|exec (-T )?\w+ )pm ", command)]


@pytest.mark.parametrize("command", OURS)
def test_every_pm_command_exists_with_those_options(command: str) -> None:
    words = command.rpartition("pm ")[2] if command.startswith("docker") else command.removeprefix("pm ")
    plain = [word for word in words.split() if not word.startswith(("http", "--")) and word != "all"]
    shown = CliRunner().invoke(cli, [*plain, "--help"])
    assert shown.exit_code == 0, shown.output
    assert all(option in shown.output for option in re.findall(r"--[a-z-]+", words))


def test_every_file_they_name_is_there() -> None:
    text = "\n".join(PAGES.values())
    named = set(re.findall(r"\b((?:deploy|tests)/[\w./-]+\w)", text)) - {"deploy/.env"}
    assert [name for name in named if not (ROOT / name).exists()] == [] and len(named) > 10


def test_every_unit_they_name_is_there() -> None:
    named = {
        name
        for page in PAGES.values()
        for name in re.findall(r"pm-agent[\w@-]*\.(?:service|timer|socket|target)", page)
    }
    there = {unit.name for unit in (DEPLOY / "systemd").iterdir()}
    assert {re.sub(r"@\d", "@", name) for name in named} <= there and len(named) > 6


def test_the_tunnel_lets_the_same_routes_through_as_nginx() -> None:
    rules = yaml.safe_load((DEPLOY / "cloudflared.yml").read_text(encoding="utf-8"))["ingress"]
    pattern = re.compile(rules[0]["path"])
    assert all(pattern.search(path) for path in PUBLIC) and rules[-1] == {"service": "http_status:404"}
    assert not any(pattern.search(path) for path in ("/metrics", "/dashboard", "/health/x", "/x/webhooks/jira"))


def test_the_limits_told_are_those_of_the_configuration() -> None:
    text = (DEPLOY / "nginx/nginx.conf.template").read_text(encoding="utf-8")
    told = {"1,000,000 bytes": "client_max_body_size 1000000;", "8,192 a core": "worker_connections 8192;"}
    told |= {"| 100, then 503": "limit_conn pm_open 100;", "above 300 a second": "rate=300r/s;"}
    assert all(words in PAGES["network.md"] and line in text for words, line in told.items())


def test_the_page_tells_only_figures_a_kept_test_prints() -> None:
    """They are taken from its output; the test itself holds the promise."""
    assert "tests/deploy/test_behind_nginx.py" in PAGES["deploy.md"]
    source = Path(ROOT / "tests/deploy/test_behind_nginx.py").read_text(encoding="utf-8")
    assert "ratio of p" in source and "2_000, 60" in source


def test_links_lead_somewhere() -> None:
    for page in PAGES.values():
        for name in re.findall(r"\]\(([\w-]+\.md)", page):
            assert (ROOT / "docs" / name).exists(), name


def test_pm_for_people_is_plain_sh() -> None:
    assert subprocess.run(["sh", "-n", str(DEPLOY / "pm")]).returncode == 0
