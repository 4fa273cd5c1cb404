"""What a person does between the commands of docs/deploy.md, and what each command must answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tests.machine.company import PORT, SECRETS, settings
from tests.machine.machine import Machine

COPY = "/srv/pm-agent.git"
"""What YOUR-COPY-OF-THIS-REPOSITORY stands for: the files under test."""

HOSTS = "127.0.0.1 localhost pm-machine\n127.0.0.1 pm.example.com\n"
EDITOR = "#!/bin/sh\n# nano, as far as this test is concerned: what is typed has been laid ready\nfor file; do\n"
EDITOR += 'name=$(basename "$file"); case $name in .#override*) name=override.conf ;; esac\n'
EDITOR += '[ ! -e "/srv/typed/$name" ] || cat "/srv/typed/$name" >> "$file"\ndone\n'
ACME = """{"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
 "certificate": "/srv/acme/fullchain.pem", "privateKey": "/srv/acme/privkey.pem", "httpPort": 80, "tlsPort": 443,
 "ocspResponderURL": "", "externalAccountBindingRequired": false}}
"""
CERTBOT = r"\nserver = https://localhost:14000/dir\nno-verify-ssl = true\nno-random-sleep-on-renew = true\n"
"""certbot asks Let's Encrypt's own test server on this machine instead of theirs."""


def files() -> Sequence[tuple[str, str]]:
    """What is on the machine before it is switched on, by path."""
    return (
        ("etc/fstab", ""),
        ("etc/machine-id", "0123456789abcdef0123456789abcdef\n"),
        ("etc/hosts", HOSTS),
        ("srv/typed/.env", settings(socket=True)),
        ("srv/typed/override.conf", "[Service]\nReadWritePaths=-/srv/more\n"),
        ("srv/typed/duckdns.env", "DUCKDNS_NAME=mine\nDUCKDNS_TOKEN=t-1\nDUCKDNS_URL=http://127.0.0.1:8498/update\n"),
        ("srv/duck/update", "OK"),
        ("usr/local/bin/nano", EDITOR),
        ("usr/local/bin/editor", EDITOR),
        ("srv/acme/config.json", ACME),
        ("etc/hostname", "pm-machine\n"),
    )


ONLINE = ("apt-get", "deploy/install.sh", "make install", "make clean install", "npm install", "make claude-cli")
"""Commands that fetch packages; all others run where there is no way out."""


def prepare(machine: Machine) -> None:
    """What the page takes for granted: sudo, an editor, nothing of what it brings; and an authority to ask."""
    gone = "apt-get purge -qq -y 'postgresql*' 'redis*' 'nginx*' certbot; rm -rf /etc/postgresql /var/lib/postgresql"
    script = f"{gone}; apt-get update -qq && apt-get install -qq -y sudo ufw openssh-server pebble jq prometheus"
    done = machine.run(script, online=True, patience=300)
    assert done.returncode == 0, done.stdout + done.stderr
    machine.run("rm -rf /opt/pm-agent /usr/sbin/policy-rc.d; chmod +x /usr/local/bin/nano /usr/local/bin/editor")


def _company(machine: Machine, doors: str, socket: bool) -> None:
    word = "socket" if socket else ""
    python, unit = "/opt/pm-agent/.venv/bin/python", "company"
    machine.run(f"systemctl stop {unit}; systemctl reset-failed {unit}")
    folder = "--working-directory=/opt/pm-agent --setenv=PYTHONDONTWRITEBYTECODE=1"
    started = machine.run(f"systemd-run -q {folder} --unit={unit} {python} -m tests.machine.company {doors} {word}")
    assert started.returncode == 0, started.stderr
    up = f"for i in $(seq 100); do curl -s -o /dev/null http://127.0.0.1:{PORT}/ && exit 0; sleep 0.2; done; exit 1"
    assert machine.run(up).returncode == 0, machine.run("journalctl -u company -n 20").stdout


def _live_over_the_socket(machine: Machine) -> None:
    _company(machine, "http://127.0.0.1:8080", socket=True)


def _answers(machine: Machine) -> None:
    """The agent is up when its port answers, a moment after systemd has started it."""
    asked = "curl -fsS --retry 60 --retry-delay 1 --retry-all-errors http://127.0.0.1:8080/health"
    assert machine.run(asked).returncode == 0, machine.run("journalctl -u 'pm-agent*' -n 40 -o cat").stdout


def _a_moment(machine: Machine) -> None:
    """Nobody types the next line in the same breath; nginx changes its processes after it has said so."""
    machine.run("sleep 2")


def come_back(machine: Machine) -> None:
    """Up again after ``reboot``; its company, which is no part of it, is there as before."""
    machine.ended()
    machine.boot()
    _live_over_the_socket(machine)


def _authority(machine: Machine) -> None:
    """Pebble, which stands for Let's Encrypt, is at work, and this machine believes it."""
    machine.run("sh /opt/pm-agent/deploy/tls/self-signed.sh localhost /srv/acme")
    machine.run("systemd-run -q --unit=acme --setenv=PEBBLE_VA_NOSLEEP=1 pebble -config /srv/acme/config.json")
    root = "/usr/local/share/ca-certificates/pebble.crt"
    fetched = f"curl -fsSk --retry 20 --retry-delay 1 --retry-connrefused https://localhost:15000/roots/0 -o {root}"
    assert machine.run(f"{fetched} && update-ca-certificates").returncode == 0
    machine.run(f"printf '{CERTBOT}' >> /etc/letsencrypt/cli.ini")


def _over_http(machine: Machine) -> None:
    """Webhooks are set up, and Slack comes over HTTP: what is written in section 5 and before it."""
    lines = f"PUBLIC_URL=https://pm.example.com\nJIRA_WEBHOOK_SECRET={SECRETS.jira_webhook_secret}\n"
    lines += f"BITBUCKET_WEBHOOK_SECRET={SECRETS.bitbucket_webhook_secret}\n{settings(socket=False)}"
    machine.run(f"sed -i '/^SLACK_APP_TOKEN=./d' /etc/pm-agent/.env; cat >> /etc/pm-agent/.env <<'X'\n{lines}X\n")
    _company(machine, "https://pm.example.com", socket=False)


def _postgresql(machine: Machine) -> None:
    lines = "DATABASE_URL=postgresql:///pm-agent?host=/var/run/postgresql\nREDIS_URL=redis://127.0.0.1:6379/0\n"
    machine.run(f"sed -i '/^DATABASE_URL=/d' /etc/pm-agent/.env; cat >> /etc/pm-agent/.env <<'X'\n{lines}X\n")


def _again_alone(machine: Machine) -> None:
    """There is a new version. The page goes on for one process; several come after it."""
    machine.run("systemctl disable --now pm-agent.target; systemctl enable --now pm-agent.service")
    who = "-c user.name=Pat -c user.email=pat@example.com"
    machine.run(f"git {who} -C {COPY} commit -q --allow-empty -m 'A new version'")
    _answers(machine)


def _again_many(machine: Machine) -> None:
    machine.run("systemctl disable --now pm-agent.service pm-agent.socket; systemctl enable --now pm-agent.target")
    _answers(machine)


def _somebody(machine: Machine) -> None:
    """Somebody with a key for this machine, at their own computer."""
    machine.run("useradd -m -s /bin/sh you; mkdir -p -m 700 ~root/.ssh ~you/.ssh; systemctl start ssh")
    machine.run("ssh-keygen -q -N '' -t ed25519 -f ~root/.ssh/id_ed25519; cp ~root/.ssh/id_ed25519.pub ~you/.ssh/")
    machine.run("mv ~you/.ssh/id_ed25519.pub ~you/.ssh/authorized_keys; chown -R you: ~you/.ssh")
    machine.run("ssh-keyscan pm.example.com >> ~root/.ssh/known_hosts")


def _duck(machine: Machine) -> None:
    """Somebody says OK in DuckDNS's place."""
    machine.run("systemd-run -q --unit=duck python3 -m http.server --bind 127.0.0.1 --directory /srv/duck 8498")


def _cloud(machine: Machine) -> None:
    """Somebody tells networks in Cloudflare's place, with a certificate this machine believes."""
    made = "sh /opt/pm-agent/deploy/tls/self-signed.sh www.cloudflare.com /srv/cloud"
    known = "cp /srv/cloud/fullchain.pem /usr/local/share/ca-certificates/cloud.crt && update-ca-certificates"
    told = "173.245.48.0/20\\n103.21.244.0/22\\n103.22.200.0/22\\n103.31.4.0/22\\n141.101.64.0/18"
    tls = "listen 443 ssl; ssl_certificate /srv/cloud/fullchain.pem; ssl_certificate_key /srv/cloud/privkey.pem;"
    routes = f'location /ips-v4 {{ return 200 "{told}"; }} location /ips-v6 {{ return 200 "2400:cb00::/32"; }}'
    site = f"server {{ server_name www.cloudflare.com; {tls} {routes} }}"
    machine.run(f"{made} && {known}; echo 127.0.0.1 www.cloudflare.com >> /etc/hosts")
    machine.run(f"cat > /etc/pm-agent/nginx/site.conf <<'X'\n{site}\nX\nnginx -t && systemctl reload nginx; sleep 1")


BEFORE: Mapping[tuple[str, str], Callable[[Machine], None]] = {
    ("docs/deploy.md", "pm directives check"): _live_over_the_socket,
    ("docs/deploy.md", "curl -fsS http://127.0.0.1:8080/health"): _answers,
    ("docs/deploy.md", "getent hosts pm.example.com"): _answers,
    ("docs/deploy.md", "curl -sS https://pm.example.com/health"): _a_moment,
    ("docs/deploy.md", "pm webhooks list"): _a_moment,
    ("docs/deploy.md", "sudo certbot certonly"): _authority,
    ("docs/deploy.md", "sudo systemctl restart pm-agent.service"): _over_http,
    ("docs/deploy.md", "pm webhooks register"): _answers,
    ("docs/deploy.md", "sudo systemctl disable --now pm-agent.service"): _postgresql,
    ("docs/deploy.md", "sudo git -C /opt/pm-agent pull"): _again_alone,
    ("docs/deploy.md", "sudo systemctl reload pm-agent-web.service"): _again_many,
    ("docs/upgrade.md", "sudo systemctl restart pm-agent.service"): _again_alone,
    ("docs/upgrade.md", "sudo systemctl reload pm-agent-web.service"): _again_many,
    ("docs/backups.md", "sudo systemctl stop pm-agent.socket"): _again_alone,
    ("docs/backups.md", "sudo systemctl stop pm-agent.target"): _again_many,
    ("docs/network.md", "pm test-connections"): _answers,
    ("docs/operations.md", "systemctl status pm-agent"): _again_alone,
    ("docs/operations.md", "systemctl restart pm-agent.target"): _again_many,
    ("docs/network.md", "ssh -L"): _somebody,
    ("docs/network.md", "(curl -fsS https://www.cloudflare.com"): _cloud,
    ("docs/network.md", "sudo systemctl enable --now pm-agent-duckdns.timer"): _duck,
}
"""(page, how a command begins): what somebody does just before it, the first time it stands there."""
