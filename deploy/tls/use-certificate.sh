#!/bin/sh
# Put a certificate where nginx looks, if its key belongs to it, and have nginx take it up. certbot calls this.
#
#   certbot certonly ... --deploy-hook 'sh /opt/pm-agent/deploy/tls/use-certificate.sh'
#   sh deploy/tls/use-certificate.sh /path/with/fullchain.pem/and/privkey.pem [/etc/pm-agent/tls]
#
# PM_RELOAD is the command that makes nginx read it; empty when somebody else watches (deploy/nginx/keep.sh).
set -eu

from=${1:-${RENEWED_LINEAGE:?a folder with fullchain.pem and privkey.pem}}
folder=${2:-${PM_TLS:-/etc/pm-agent/tls}}
: "${PM_RELOAD=nginx -t -q && systemctl reload nginx}"

public() { openssl "$@" 2>/dev/null | openssl sha256; }
of_certificate=$(public x509 -in "$from/fullchain.pem" -noout -pubkey)
of_key=$(public pkey -in "$from/privkey.pem" -pubout)
if [ "$of_certificate" != "$of_key" ]; then
    echo "the key in $from does not belong to the certificate; nothing is changed" >&2
    exit 1
fi

umask 077
mkdir -p "$folder"
cat "$from/privkey.pem" > "$folder/privkey.pem.new"
cat "$from/fullchain.pem" > "$folder/fullchain.pem.new"
mv "$folder/privkey.pem.new" "$folder/privkey.pem"
mv "$folder/fullchain.pem.new" "$folder/fullchain.pem"
chmod 644 "$folder/fullchain.pem"
openssl x509 -in "$folder/fullchain.pem" -noout -subject -enddate
[ -z "$PM_RELOAD" ] || sh -c "$PM_RELOAD"
