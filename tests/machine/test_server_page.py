"""docs/deploy.md and docs/network.md, followed to the letter on a Debian with systemd as process 1: make machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.reading import Command
from tests.machine.machine import ROOT, Machine, machine, wanted
from tests.machine.steps import BEFORE, COPY, ONLINE, come_back, files, prepare
from tests.machine.walk import walk
from tests.world import in_memory

pytestmark = pytest.mark.bench

ANSWERS = {
    "systemctl is-active": r"^(active\n)+$",
    "curl -fsS http://127.0.0.1:8080/health": '"alive"',
    "curl -ksS https://pm.example.com/health": '"alive"',
    "curl -sS https://pm.example.com/health": '"alive"',
    "curl -ks -o /dev/null": "^404$",
    "curl -s -o /dev/null -w '%{http_code}\\n' http:": "^308$",
    "curl -s -o /dev/null -w '%{http_code}\\n' -X POST": "^401$",
    "sudo nginx -t": "test is successful",
    "sudo ufw status": r"(?s)OpenSSH.*80,443/tcp",
    "pm backup list": "pm-agent-.*tar",
    "pm backup": "checksum verified",
    "journalctl -u pm-agent -n 50 -o cat": '"action": "started"',
    "sudo sh /opt/pm-agent/deploy/install.sh": "installed",
    "journalctl -u pm-agent-duckdns": "mine.duckdns.org is this line",
    "sudo certbot certonly": "Successfully received certificate",
    "sudo certbot renew": "simulated renewals succeeded",
    "openssl s_client": "Pebble",
    "systemd-analyze security": r"[012]\.\d OK",
    "getent hosts": "pm.example.com",
    "systemctl list-timers 'pm-agent-*'": "pm-agent-backup.timer",
    "systemctl status pm-agent-backup.timer": "active",
    "pm webhooks list": "right",
    "make demo": "PM Agent demo: http",
    "pm demo": "PM Agent demo: http",
    "CLAUDE_CODE_BIN=claude pm demo": "PM Agent demo: http",
    "promtool": "SUCCESS",
}
"""How a command begins, and what it must say; all must succeed."""

MAY_FAIL = ("journalctl -k | grep", "systemctl status pm-agent")
"""A search that finds nothing, and the status of what the page has just switched off, answer with other figures."""


def the_copy(place: Path) -> None:
    """A repository with the files under test, as somebody has their copy of it."""
    place.mkdir(parents=True)
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)
    who = ["-c", "user.name=Pat", "-c", "user.email=pat@example.com", "-c", "init.defaultBranch=main"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "All of it"]):
        subprocess.run(["git", *who, *words], cwd=place, check=True, capture_output=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    wanted()
    with in_memory(tmp_path_factory.mktemp("machine")) as place:
        the_copy(place / "upper" / COPY.lstrip("/"))
        with machine(place, files()) as made:
            prepare(made)
            yield made


def test_every_command_of_the_pages_does_what_they_say(server: Machine) -> None:
    gone, folder, wrong = set[tuple[str, str]](), "~root", list[str]()
    for each in walk():
        for (page, begins), deed in BEFORE.items():
            if page == each.page and each.text.startswith(begins) and (page, begins) not in gone:
                gone.add((page, begins))
                deed(server)
        wrong += follow(server, each, folder)
        folder = "~root/pm-agent" if each.text.endswith("&& cd pm-agent") else folder
    assert not wrong, "\n\n".join(wrong)
    assert gone == set(BEFORE)


def follow(server: Machine, each: Command, folder: str) -> list[str]:
    """Type it, and hold what comes against what the page promises."""
    if each.text == "sudo reboot":
        server.run(each.text)
        come_back(server)
        return []
    began = time.monotonic()
    text = each.text.replace("YOUR-COPY-OF-THIS-REPOSITORY", COPY)
    if "=" in text.split()[0]:
        text = f"env {text}" if "demo" in text else text
    if "systemctl edit" in text:
        text = f"script -qec '{text}' /dev/null"
    if each.text == "pre-commit install":
        text = f".venv/bin/{text}"
    if each.text.startswith("ssh -L"):
        text = f"{text.replace('ssh -L 8080', 'ssh -f -N -L 8081')} && curl -fsS http://127.0.0.1:8081/health"
    if "demo" in each.text:
        text = f"PATH=$PWD/.venv/bin:$PATH; export PATH; timeout -s INT 20 {text} 2>&1; true"
    if each.text == "createdb pm":
        text = "cd /; runuser -u postgres -- createdb pm"
    online = any(word in each.text for word in ONLINE)
    done = server.run(f"cd {folder}; {text}", online=online, patience=400)
    print(f"{time.monotonic() - began:6.1f} s  {each.page}:{each.line}  {each.text[:90]}", flush=True)
    told = f"{each.page}:{each.line} {each.text}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    wants = next((words for begins, words in ANSWERS.items() if each.text.startswith(begins)), "")
    ended = done.returncode == 0 or each.text.startswith(MAY_FAIL)
    return [] if ended and re.search(wants, done.stdout + done.stderr) else [told]
