#!/bin/sh
# Tell DuckDNS that this line's address is the name's; says so, and exits 1 when DuckDNS does not take it.
#
# DUCKDNS_NAME and DUCKDNS_TOKEN come from /etc/pm-agent/duckdns.env. The token is handed to curl on its standard
# input: an argument could be read by everybody on the machine.
set -eu

: "${DUCKDNS_NAME:?the part before .duckdns.org}"
: "${DUCKDNS_TOKEN:?from your page at duckdns.org}"
: "${DUCKDNS_URL:=https://www.duckdns.org/update}"

case $DUCKDNS_NAME$DUCKDNS_TOKEN in
    *[!A-Za-z0-9-]*) echo "DUCKDNS_NAME and DUCKDNS_TOKEN hold letters, digits and - alone" >&2; exit 2 ;;
esac
said=$(curl --silent --show-error --fail --max-time 20 --retry 2 --config - <<WORDS
url = "$DUCKDNS_URL?domains=$DUCKDNS_NAME&token=$DUCKDNS_TOKEN&ip="
WORDS
) || { echo "duckdns.org cannot be reached; it is tried again in five minutes" >&2; exit 1; }
if [ "$said" != OK ]; then
    echo "duckdns.org does not know this name with this token: see /etc/pm-agent/duckdns.env" >&2
    exit 1
fi
echo "$DUCKDNS_NAME.duckdns.org is this line"
