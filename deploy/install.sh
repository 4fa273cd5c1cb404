#!/bin/sh
# Make this Debian or Ubuntu machine ready for the agent: a user, its folders, its programs, its systemd units.
#
#   sudo git clone ... /opt/pm-agent
#   sudo sh /opt/pm-agent/deploy/install.sh
#
# Safe to repeat, and how a new version is taken up after `git pull`. Starts nothing, and never touches .env or
# directives.yaml once they are there. DESTDIR=/some/folder lays everything there and leaves this machine alone.
set -eu

root=${DESTDIR:-}
code=$(cd "$(dirname -- "$0")/.." && pwd)
user=pm-agent

if [ -z "$root" ] && [ "$(id -u)" != 0 ]; then
    echo "run it as root: sudo sh $code/deploy/install.sh" >&2
    exit 1
fi
if [ -z "$root" ] && [ "$code" != /opt/pm-agent ]; then
    echo "the units expect the code in /opt/pm-agent, and this is $code; move it there" >&2
    exit 1
fi

if [ -z "$root" ]; then
    id "$user" >/dev/null 2>&1 ||
        useradd --system --home-dir /var/lib/pm-agent --shell /usr/sbin/nologin --user-group "$user"
    # The service may read the code and not change it.
    chown -R root:root "$code"
    sh "$code/deploy/venv.sh" "$code/.venv"
    chmod -R go+rX,go-w "$code"
fi

owned() { [ -n "$root" ] || chown "$@"; }

install -d -m 0755 "$root/etc/systemd/system" "$root/usr/local/bin"
install -d -m 0750 "$root/etc/pm-agent" "$root/var/lib/pm-agent" "$root/var/lib/pm-agent/backups"
install -d -m 0755 "$root/etc/pm-agent/nginx" "$root/etc/pm-agent/tls" "$root/var/www/pm-agent"
owned root:"$user" "$root/etc/pm-agent"
owned "$user:$user" "$root/var/lib/pm-agent" "$root/var/lib/pm-agent/backups"

# What a fresh .env of a server says; everything else in it is yours.
if [ ! -e "$root/etc/pm-agent/.env" ]; then
    sed -e 's|^DATABASE_URL=|DATABASE_URL=sqlite:////var/lib/pm-agent/pm-agent.db|' \
        -e 's|^BACKUP_FOLDER=|BACKUP_FOLDER=/var/lib/pm-agent/backups|' \
        -e 's|^ENVIRONMENT=|ENVIRONMENT=production|' "$code/.env.example" > "$root/etc/pm-agent/.env"
    echo "written: $root/etc/pm-agent/.env"
fi
chmod 0640 "$root/etc/pm-agent/.env"
owned root:"$user" "$root/etc/pm-agent/.env"
if [ ! -e "$root/etc/pm-agent/directives.yaml" ]; then
    install -m 0644 "$code/directives.yaml" "$root/etc/pm-agent/directives.yaml"
    echo "written: $root/etc/pm-agent/directives.yaml"
fi

install -m 0755 "$code/deploy/pm" "$root/usr/local/bin/pm"
for unit in "$code"/deploy/systemd/pm-agent*; do
    install -m 0644 "$unit" "$root/etc/systemd/system/"
done
[ -n "$root" ] || systemctl daemon-reload
echo "installed; next: fill in /etc/pm-agent/.env and directives.yaml, then: pm test-connections"
