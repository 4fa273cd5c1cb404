#!/bin/sh
# Print what tells nginx who is behind Cloudflare: its limits and its log then count people, not Cloudflare.
#
#   (curl -fsS https://www.cloudflare.com/ips-v4; echo; curl -fsS https://www.cloudflare.com/ips-v6) |
#       sh deploy/nginx/cloudflare.sh > /etc/pm-agent/nginx/cloudflare.conf
#
# Reads networks, one a line; refuses anything else. Only when the proxy is on and nobody else reaches port 443.
set -eu

networks=$(tr -s '[:space:]' '\n' | sed '/^$/d')
[ "$(printf '%s\n' "$networks" | grep -c .)" -ge 5 ] || { echo "these are not Cloudflare's networks" >&2; exit 1; }
if printf '%s\n' "$networks" | grep -Evq '^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-fA-F:]+:[0-9a-fA-F:]*)/[0-9]{1,3}$'; then
    echo "a line is not a network" >&2
    exit 1
fi
echo "# Networks of Cloudflare, written by deploy/nginx/cloudflare.sh."
printf '%s\n' "$networks" | sed 's/.*/set_real_ip_from &;/'
echo "real_ip_header CF-Connecting-IP;"
