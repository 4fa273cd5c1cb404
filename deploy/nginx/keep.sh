#!/bin/sh
# In a container: write nginx.conf, run nginx, and have it take up a certificate or an address that has changed.
#
# nginx looks up the agent's address once, when it reads its configuration, and a new container has another. So this
# looks every PM_LOOK seconds whether the certificate or the address is a new one. Process 1 is this shell; it hands
# SIGTERM on as SIGQUIT, at which nginx answers what it holds and ends. deploy/compose.yaml.
set -eu

: "${PM_CONF:=/run/nginx.conf}"
: "${PM_TLS:=/etc/pm-agent/tls}"
: "${PM_LOOK:=5}"
export PM_TLS

sh "$(dirname -- "$0")/render.sh" > "$PM_CONF"
nginx -q -t -c "$PM_CONF"

seen() { { cat "$PM_TLS/fullchain.pem" "$PM_TLS/privkey.pem"; getent ahostsv4 "${PM_UPSTREAM%:*}" || :; } | cksum; }

watch() {
    was=$(seen)
    while sleep "$PM_LOOK"; do
        is=$(seen)
        if [ "$is" != "$was" ] && nginx -q -t -c "$PM_CONF"; then
            was=$is
            kill -HUP "$1"
            echo "nginx takes up a new certificate or address" >&2
        fi
    done
}

nginx -c "$PM_CONF" -g 'daemon off;' &
nginx=$!
watch "$nginx" &
watching=$!
trap 'kill -QUIT "$nginx" 2>/dev/null || :' TERM INT QUIT

status=0
while kill -0 "$nginx" 2>/dev/null; do
    status=0
    wait "$nginx" || status=$?             # a signal ends the wait, and nginx is waited for again
done
kill "$watching" 2>/dev/null || :
[ "$status" -gt 128 ] && status=0
exit "$status"
