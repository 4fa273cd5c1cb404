"""The scripts of deploy/: each does what its first lines say, twice as well as once, and says what is wrong."""

from __future__ import annotations

import contextlib
import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.deploy.front import DEPLOY, HOST, needs, nginx_program, script, written

NETWORKS = ["173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "104.16.0.0/13", "2400:cb00::/32"]


# --- certificates ---------------------------------------------------------------------------------------------------


@pytest.fixture
def made(tmp_path: Path) -> Path:
    needs("openssl")
    assert script("tls/self-signed.sh", HOST, str(tmp_path / "made")).returncode == 0
    return tmp_path / "made"


def test_a_self_signed_certificate_is_made_once_with_a_private_key_nobody_else_reads(made: Path) -> None:
    first = (made / "fullchain.pem").read_text()
    again = script("tls/self-signed.sh", "other.test", str(made))
    assert again.returncode == 0 and (made / "fullchain.pem").read_text() == first
    assert (made / "privkey.pem").stat().st_mode & 0o777 == 0o600


def test_a_certificate_takes_the_others_place_and_nginx_is_told(made: Path, tmp_path: Path) -> None:
    there, told = tmp_path / "tls", tmp_path / "told"
    used = script("tls/use-certificate.sh", str(made), str(there), PM_RELOAD=f"touch {told}")
    assert used.returncode == 0 and told.exists() and f"CN = {HOST}" in used.stdout
    assert (there / "privkey.pem").read_text() == (made / "privkey.pem").read_text()


def test_certbot_tells_it_where_by_its_own_variable(made: Path, tmp_path: Path) -> None:
    there = {"RENEWED_LINEAGE": str(made), "PM_TLS": str(tmp_path / "tls"), "PM_RELOAD": ""}
    assert script("tls/use-certificate.sh", **there).returncode == 0
    assert (tmp_path / "tls" / "fullchain.pem").exists()


def test_a_key_of_another_certificate_changes_nothing(made: Path, tmp_path: Path) -> None:
    script("tls/self-signed.sh", HOST, str(tmp_path / "other"))
    (made / "privkey.pem").write_text((tmp_path / "other" / "privkey.pem").read_text())
    used = script("tls/use-certificate.sh", str(made), str(tmp_path / "tls"), PM_RELOAD="")
    assert used.returncode == 1 and "does not belong" in used.stderr and not (tmp_path / "tls").exists()


def test_an_end_that_comes_near_is_an_error(made: Path) -> None:
    assert "more days" in script("tls/days-left.sh", "14", str(made)).stdout
    near = script("tls/days-left.sh", "91", str(made))
    assert near.returncode == 1 and "certbot renew" in near.stderr


CERTBOT = """#!/bin/sh
echo "$@" >> "$ASKED"
[ -e "$REFUSES" ] && exit 1
mkdir -p "$PM_LIVE/$PM_HOST" && cp "$MADE"/*.pem "$PM_LIVE/$PM_HOST/"
"""


def test_in_a_container_lets_encrypts_certificate_takes_the_place_of_ours(made: Path, tmp_path: Path) -> None:
    bin_, tls = tmp_path / "bin", tmp_path / "tls"
    bin_.mkdir()
    (bin_ / "certbot").write_text(CERTBOT)
    (bin_ / "certbot").chmod(0o755)
    script("tls/self-signed.sh", HOST, str(tls))
    variables = {
        "PATH": f"{bin_}:{os.environ['PATH']}", "ASKED": str(tmp_path / "asked"), "REFUSES": str(tmp_path / "refuses"),
        "PM_LIVE": str(tmp_path / "live"), "MADE": str(made), "PM_HOST": HOST, "PM_TLS": str(tls), "PM_AGAIN": "0.05",
    }  # fmt: skip
    (tmp_path / "refuses").touch()
    with running("tls/certbot-loop.sh", tmp_path / "said", PM_EMAIL="ops@pm.test", **variables):
        until(lambda: (tmp_path / "asked").exists())
        (tmp_path / "refuses").unlink()
        until(lambda: (tls / "fullchain.pem").read_text() == (made / "fullchain.pem").read_text())
        until(lambda: len((tmp_path / "asked").read_text().splitlines()) > 4)
    said = (tmp_path / "said").read_text()
    assert "--keep-until-expiring" in (tmp_path / "asked").read_text() and "gave none" in said
    assert said.count(f"CN = {HOST}") == 1, "what is in place is not put there again"


def test_without_an_address_to_write_to_nobody_is_asked(tmp_path: Path) -> None:
    said, alone = tmp_path / "said", {"PM_HOST": HOST, "PM_EMAIL": "", "PM_AGAIN": "9", "PATH": os.environ["PATH"]}
    with running("tls/certbot-loop.sh", said, **alone) as loop:
        until(lambda: "no certificate is asked for" in said.read_text())
    assert loop.returncode == 0


# --- nginx in a container -------------------------------------------------------------------------------------------


def test_nginx_in_a_container_takes_up_a_new_certificate_and_ends_when_it_is_told(made: Path, tmp_path: Path) -> None:
    front = written(tmp_path, 8080)
    text = (tmp_path / "nginx.conf").read_text()
    listens = {"PM_HTTP": f"127.0.0.1:{front.http}", "PM_HTTPS": f"127.0.0.1:{front.https}", "PM_IPV6": "off"}
    logs = {"PM_ACCESS_LOG": "/dev/null", "PM_ERROR_LOG": "/dev/stderr", "PM_USER": os.environ.get("USER", "root")}
    place = {
        "PM_RUN": str(tmp_path),
        "PM_TEMP": str(tmp_path),
        "PM_TLS": str(front.tls),
        "PM_CONF": str(tmp_path / "made.conf"),
    }
    path = f"{Path(nginx_program()).parent}:{os.environ['PATH']}"
    said = tmp_path / "said"
    with running("nginx/keep.sh", said, PM_HOST=HOST, PM_LOOK="0.1", PATH=path, **listens, **logs, **place) as kept:
        until(lambda: HOST in shown(front.https))
        before = shown(front.https)
        script("tls/use-certificate.sh", str(made), str(front.tls), PM_RELOAD="")
        until(lambda: shown(front.https) not in {"", before})
        began = time.monotonic()
    assert kept.returncode == 0 and time.monotonic() - began < 3
    assert f"server_name {HOST};" in text


def shown(port: int) -> str:
    """The certificate that is shown there."""
    words = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", HOST]
    return subprocess.run(words, input=b"", capture_output=True, timeout=5).stdout.decode().partition("-----END")[0]


# --- addresses ------------------------------------------------------------------------------------------------------


@pytest.fixture
def duckdns() -> Iterator[tuple[str, list[str]]]:
    """A server in DuckDNS's place: its address, and the paths it was asked for."""
    asked: list[str] = []

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"OK" if "domains=mine&token=good-1" in self.path else b"KO")

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/update", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_duckdns_is_told_and_its_no_is_an_error(duckdns: tuple[str, list[str]]) -> None:
    needs("curl")
    address, asked = duckdns
    told = script("duckdns.sh", DUCKDNS_NAME="mine", DUCKDNS_TOKEN="good-1", DUCKDNS_URL=address)
    refused = script("duckdns.sh", DUCKDNS_NAME="mine", DUCKDNS_TOKEN="bad-1", DUCKDNS_URL=address)
    assert (told.returncode, told.stdout) == (0, "mine.duckdns.org is this line\n") and len(asked) == 2
    assert refused.returncode == 1 and "bad-1" not in refused.stderr + refused.stdout


def test_duckdns_that_cannot_be_reached_is_one_line() -> None:
    needs("curl")
    away = script("duckdns.sh", DUCKDNS_NAME="mine", DUCKDNS_TOKEN="good-1", DUCKDNS_URL="http://127.0.0.1:9")
    assert away.returncode == 1 and "tried again" in away.stderr and "good-1" not in away.stderr


def cloudflare(text: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(DEPLOY / "nginx/cloudflare.sh")]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=10)


def test_cloudflares_networks_become_what_nginx_takes(tmp_path: Path) -> None:
    made = cloudflare("\n".join(NETWORKS))
    front = written(tmp_path, 8080)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "cloudflare.conf").write_text(made.stdout)
    assert made.stdout.count("set_real_ip_from") == 5 and "CF-Connecting-IP" in made.stdout
    assert front.nginx("-t").returncode == 0


@pytest.mark.parametrize("text", ["", "<html>\n" * 9, "\n".join(NETWORKS) + "2606:4700::/32", "a;b/8\n" * 6])
def test_anything_else_is_refused(text: str) -> None:
    refused = cloudflare(text)
    assert refused.returncode == 1 and "set_real_ip_from" not in refused.stdout


# --- a server's folders, a container's health -----------------------------------------------------------------------


def test_the_installation_lays_everything_in_place_and_leaves_what_is_yours(tmp_path: Path) -> None:
    assert script("install.sh", DESTDIR=str(tmp_path)).returncode == 0
    env, law = tmp_path / "etc/pm-agent/.env", tmp_path / "etc/pm-agent/directives.yaml"
    assert "\nDATABASE_URL=sqlite:////var/lib/pm-agent/pm-agent.db " in env.read_text()
    assert env.stat().st_mode & 0o777 == 0o640
    env.write_text("SLACK_BOT_TOKEN=mine")
    law.write_text("mine")
    assert script("install.sh", DESTDIR=str(tmp_path)).returncode == 0
    assert (env.read_text(), law.read_text()) == ("SLACK_BOT_TOKEN=mine", "mine")
    units = {unit.name for unit in (tmp_path / "etc/systemd/system").iterdir()}
    assert units == {unit.name for unit in (DEPLOY / "systemd").iterdir()}
    assert os.access(tmp_path / "usr/local/bin/pm", os.X_OK)


def test_the_settings_it_writes_are_ones_the_agent_takes(tmp_path: Path) -> None:
    from bot.settings import Settings

    script("install.sh", DESTDIR=str(tmp_path))
    settings = Settings.from_environment(tmp_path / "etc/pm-agent/.env", only_look=True)
    assert (settings.environment, str(settings.backup_folder)) == ("production", "/var/lib/pm-agent/backups")
    assert settings.database_url == "sqlite:////var/lib/pm-agent/pm-agent.db"


def health(address: str) -> int:
    return subprocess.run([sys.executable, str(DEPLOY / "health.py"), address], timeout=10).returncode


def test_health_is_an_answer_of_200_and_nothing_else(duckdns: tuple[str, list[str]]) -> None:
    assert (health(duckdns[0]), health("http://127.0.0.1:9/health"), health("nonsense")) == (0, 1, 1)


@pytest.mark.parametrize("path", sorted(DEPLOY.rglob("*.sh")) + [DEPLOY / "pm"], ids=lambda path: path.name)
def test_every_script_is_plain_sh(path: Path) -> None:
    """dash, which is sh on Debian and Ubuntu, where it is installed."""
    shell = "dash" if Path("/bin/dash").exists() else "sh"
    assert subprocess.run([shell, "-n", str(path)], capture_output=True).returncode == 0
    assert path.read_text().startswith("#!/bin/sh\n# ")


# --- how they are run -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def running(name: str, said: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """A script that goes on, asked to end with the block; what it says is in ``said``."""
    with said.open("wb") as out:
        process = subprocess.Popen(
            ["sh", str(DEPLOY / name)], env=variables, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(8)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def until(holds: Callable[[], bool], patience: float = 8.0) -> None:
    """Wait for something that must happen soon."""
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
