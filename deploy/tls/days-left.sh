#!/bin/sh
# Say how long the certificate that nginx shows still lasts; exit 1 when that is less than the days given.
#
#   sh deploy/tls/days-left.sh 14 [/etc/pm-agent/tls]
#
# certbot renews 30 days before the end. Less than that, and renewing has failed for two weeks.
set -eu

days=${1:-14}
file=${2:-${PM_TLS:-/etc/pm-agent/tls}}/fullchain.pem
end=$(openssl x509 -in "$file" -noout -enddate)
left=$((($(date -d "${end#notAfter=}" +%s) - $(date +%s)) / 86400))
if openssl x509 -in "$file" -noout -checkend $((days * 86400)) >/dev/null; then
    echo "the certificate lasts $left more days"
else
    echo "the certificate lasts only $left more days: see journalctl -u pm-agent-certificate, then: certbot renew; and if that renews nothing: sh $(dirname -- "$0")/use-certificate.sh /etc/letsencrypt/live/NAME" >&2
    exit 1
fi
