#!/bin/sh
# Print nginx.conf for this server: the template with its names filled in.
#
#   PM_HOST=pm.example.com sh deploy/nginx/render.sh > /etc/nginx/nginx.conf
#
# Every other name has the value of a Debian or Ubuntu server; deploy/compose.yaml and the tests set others.
set -eu

: "${PM_HOST:?the name of this server, for example pm.example.com}"
: "${PM_UPSTREAM:=127.0.0.1:8080}"            # where the agent listens
: "${PM_TLS:=/etc/pm-agent/tls}"              # fullchain.pem and privkey.pem
: "${PM_WEBROOT:=/var/www/pm-agent}"          # where certbot lays its answers
: "${PM_HTTP:=80}"
: "${PM_HTTPS:=443}"
: "${PM_USER:=www-data}"
: "${PM_RUN:=/run}"
: "${PM_TEMP:=/var/lib/nginx}"                # where large bodies wait, and answers nobody fetches
: "${PM_MORE:=/etc/pm-agent/nginx}"           # more for the http block: *.conf, none needed
: "${PM_ACCESS_LOG:=/var/log/nginx/access.log}"
: "${PM_ERROR_LOG:=/var/log/nginx/error.log}"
: "${PM_IPV6:=auto}"                          # on, off, or auto: when this machine has it

export LC_ALL=C
case $PM_HOST in
    *[!a-z0-9.-]* | .* | -* | *. | *-) echo "PM_HOST is not a host name in small letters: $PM_HOST" >&2; exit 2 ;;
esac
for value in "$PM_UPSTREAM" "$PM_TLS" "$PM_WEBROOT" "$PM_HTTP" "$PM_HTTPS" "$PM_USER" "$PM_RUN" "$PM_TEMP" "$PM_MORE" \
    "$PM_ACCESS_LOG" "$PM_ERROR_LOG"; do
    case $value in
        *[!A-Za-z0-9./:_-]* | '') echo "not a name, path or port that nginx is told: '$value'" >&2; exit 2 ;;
    esac
done
[ "$PM_IPV6" = auto ] && { [ -e /proc/net/if_inet6 ] && PM_IPV6=on || PM_IPV6=off; }
six='/\[::\]/d'
[ "$PM_IPV6" = on ] && six=''

sed -e "$six" \
    -e "s|\${PM_HOST}|$PM_HOST|g" -e "s|\${PM_UPSTREAM}|$PM_UPSTREAM|g" -e "s|\${PM_TLS}|$PM_TLS|g" \
    -e "s|\${PM_WEBROOT}|$PM_WEBROOT|g" -e "s|\${PM_HTTP}|$PM_HTTP|g" -e "s|\${PM_HTTPS}|$PM_HTTPS|g" \
    -e "s|\${PM_USER}|$PM_USER|g" -e "s|\${PM_RUN}|$PM_RUN|g" -e "s|\${PM_MORE}|$PM_MORE|g" \
    -e "s|\${PM_TEMP}|$PM_TEMP|g" \
    -e "s|\${PM_ACCESS_LOG}|$PM_ACCESS_LOG|g" -e "s|\${PM_ERROR_LOG}|$PM_ERROR_LOG|g" \
    "$(dirname -- "$0")/nginx.conf.template"
