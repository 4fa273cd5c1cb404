#!/bin/sh
# Lay a certificate of our own making where nginx looks, unless one is there: for a trial, and for nginx's first start.
#
#   sh deploy/tls/self-signed.sh pm.example.com /etc/pm-agent/tls
#
# Nobody trusts it: Slack and Atlassian do not deliver to it. deploy/tls/use-certificate.sh replaces it.
set -eu

host=${1:?the name of this server}
folder=${2:-/etc/pm-agent/tls}

if [ -s "$folder/fullchain.pem" ] && [ -s "$folder/privkey.pem" ]; then
    echo "a certificate is there: $folder/fullchain.pem"
    exit 0
fi
umask 077
mkdir -p "$folder"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 \
    -subj "/CN=$host" -addext "subjectAltName=DNS:$host" \
    -keyout "$folder/privkey.pem.new" -out "$folder/fullchain.pem.new" 2>/dev/null
mv "$folder/privkey.pem.new" "$folder/privkey.pem"
mv "$folder/fullchain.pem.new" "$folder/fullchain.pem"
chmod 644 "$folder/fullchain.pem"
echo "self-signed for $host, for 90 days: $folder/fullchain.pem"
