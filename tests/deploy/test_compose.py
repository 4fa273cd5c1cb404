"""The Compose file: Debian's docker-compose takes it, and what it promises is in what it makes of it.

No image can be built and nothing can be started here: that needs a Docker daemon.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from typing import Any

import pytest
import yaml

from tests.deploy.front import DEPLOY

DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
WRITTEN: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
OURS = ["migrate", "web", "worker", "certificate"]
ONCE = {"migrate", "certificate"}
ANSWERS = {"PM_HOST": "pm.example.com", "POSTGRES_PASSWORD": "abc123"}


def compose(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Debian's docker-compose 1.29, or the plugin where that is what there is."""
    program = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    if not shutil.which("docker-compose") and subprocess.run(["docker", "compose"], capture_output=True).returncode:
        pytest.skip("not installed here: docker-compose")
    command = [*program, "-f", str(DEPLOY / "compose.yaml"), *words]
    clean = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env={**clean, **variables})


@cache
def services() -> dict[str, Any]:
    """What Compose makes of the file."""
    if (DEPLOY / ".env").exists():
        pytest.skip("deploy/.env is there, and Compose reads it")
    made = compose("config", **ANSWERS)
    assert made.returncode == 0, made.stderr
    return dict(yaml.safe_load(made.stdout)["services"])


def test_compose_takes_the_file() -> None:
    assert set(services()) == {"postgres", "redis", "migrate", "web", "worker", "certificate", "nginx", "certbot"}


@pytest.mark.parametrize("missing", sorted(ANSWERS))
def test_it_does_not_run_without_a_name_or_a_password_and_says_where_to_write_it(missing: str) -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    asked = re.findall(rf"\$\{{{missing}([^}}]*)\}}", text)
    assert set(asked) == {f":?write {missing} into deploy/.env"}
    assert f"\n{missing}=" in (DEPLOY / "compose.env.example").read_text(encoding="utf-8")


def test_only_nginx_is_reachable_from_outside_and_the_doors_from_this_machine_alone() -> None:
    published = {name: made["ports"] for name, made in services().items() if made.get("ports")}
    assert set(published) == {"nginx", "web"}
    assert all("127.0.0.1" in str(port) for port in published["web"])


def test_database_and_redis_have_no_way_out() -> None:
    assert WRITTEN["networks"]["inside"] == {"internal": True}
    assert [list(services()[name]["networks"]) for name in ("postgres", "redis")] == [["inside"], ["inside"]]
    assert "inside" not in services()["nginx"]["networks"]


def test_nobody_works_before_the_database_is_of_this_version() -> None:
    for name in ("web", "worker"):
        assert services()[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert services()["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert services()["migrate"]["command"] == ["db", "upgrade"]


@pytest.mark.parametrize("name", list(WRITTEN["services"]))
def test_each_is_bounded_and_its_log_turns_over(name: str) -> None:
    made = services()[name]
    assert made["mem_limit"] and made["pids_limit"] and made["cpus"]
    assert made["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    assert made["restart"] == ("no" if name in ONCE else "unless-stopped")


@pytest.mark.parametrize("name", [name for name in WRITTEN["services"] if name != "postgres"])
def test_each_but_the_database_has_no_rights_and_a_disk_it_cannot_write(name: str) -> None:
    made = services()[name]
    assert made["read_only"] is True and made["cap_drop"] == ["ALL"]
    assert made["security_opt"] == ["no-new-privileges:true"]
    assert set(made.get("cap_add", ())) <= {"CHOWN", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID", "DAC_OVERRIDE"}


@pytest.mark.parametrize("name", [name for name in OURS if name not in ONCE])
def test_ours_have_longer_to_end_than_they_take(name: str) -> None:
    from bot.shift import DRAIN

    assert float(services()[name]["stop_grace_period"].removesuffix("s")) > DRAIN + 10


def test_pg_dump_in_the_image_is_of_the_servers_version() -> None:
    ours = re.search(r"^ARG POSTGRESQL=(\d+)$", DOCKERFILE, re.MULTILINE)
    assert ours and services()["postgres"]["image"].startswith(f"postgres:{ours[1]}-")
    assert '"postgresql-client-${POSTGRESQL}"' in DOCKERFILE


def test_every_image_has_a_version() -> None:
    images = [made["image"] for name, made in services().items() if name not in OURS]
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert all(re.search(r":v?\d", image) for image in images)
    assert set(bases) == {"python:${PYTHON}"} and "ARG PYTHON=3.13-" in DOCKERFILE


def test_the_image_runs_as_nobody_and_copies_only_what_is_named() -> None:
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    copied = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    sources = {word for line in copied for word in line.split()[:-1]}
    assert sources and not sources & {".", "*", ".env", ".git", "deploy", "deploy/.env"}
    missing = [source for source in sources if not (DEPLOY.parent / source).exists()]
    assert missing == []


def test_what_the_dockerfile_copies_is_sent_to_the_builder() -> None:
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    copied = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    assert rules[0] == "*", "everything is left out unless named"
    assert {word for line in copied for word in line.split()[:-1]} == {r[1:] for r in rules if r.startswith("!")}


def test_what_it_starts_is_there() -> None:
    """Scripts that Compose and the Dockerfile name."""
    named = re.findall(
        r"(?:/opt/pm-agent/|/)(deploy/[\w./-]+\.(?:sh|py))", DOCKERFILE + (DEPLOY / "compose.yaml").read_text()
    )
    assert len(set(named)) >= 5
    assert [name for name in named if not (DEPLOY.parent / name).exists()] == []
