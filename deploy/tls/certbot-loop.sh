#!/bin/sh
# In a container: ask Let's Encrypt for the certificate once, then look twice a day whether it is time to renew.
#
# Without PM_EMAIL it does nothing but wait: the certificate of our own making stays. deploy/compose.yaml.
set -eu

: "${PM_HOST:?the name of this server}"
: "${PM_WEBROOT:=/var/www/pm-agent}"
: "${PM_TLS:=/etc/pm-agent/tls}"
: "${PM_LIVE:=/etc/letsencrypt/live}"
: "${PM_AGAIN:=43200}"                     # seconds between two looks
: "${PM_STAGING:=}"                        # --staging: a trial at Let's Encrypt, trusted by nobody
here=$(dirname -- "$0")
export PM_TLS

trap 'exit 0' TERM INT

renew() {
    # Asks when there is none, renews 30 days before its end, and otherwise does nothing.
    certbot certonly --non-interactive --agree-tos --keep-until-expiring --email "$PM_EMAIL" \
        --webroot --webroot-path "$PM_WEBROOT" --cert-name "$PM_HOST" --domain "$PM_HOST" $PM_STAGING || return 1
    cmp -s "$PM_LIVE/$PM_HOST/fullchain.pem" "$PM_TLS/fullchain.pem" ||
        PM_RELOAD="" sh "$here/use-certificate.sh" "$PM_LIVE/$PM_HOST"    # nginx/keep.sh sees it
}

while :; do
    if [ -z "${PM_EMAIL:-}" ]; then
        echo "PM_EMAIL is empty, so no certificate is asked for; nginx shows one of our own making"
    elif ! renew; then
        echo "Let's Encrypt gave none; tried again in $PM_AGAIN seconds. Does $PM_HOST lead here, port 80 open?" >&2
    fi
    sleep "$PM_AGAIN" &
    wait $! || :
done
