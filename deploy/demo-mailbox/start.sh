#!/bin/sh
# Makes the certificate once; whoever is to trust it finds it in the volume /certificate.
set -eu
umask 022
if [ ! -s /mail/key.pem ]; then
  (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -keyout /mail/key.pem -out /certificate/certificate.pem -subj /CN=demo-mailbox \
    -addext subjectAltName=DNS:demo-mailbox -addext keyUsage=critical,digitalSignature,keyCertSign 2>/dev/null)
  chmod 0644 /certificate/certificate.pem
fi
for folder in /mail/maildir /mail/maildir/.Sent; do
  mkdir -p "$folder/new" "$folder/cur" "$folder/tmp"
done
chown -R 10001:10001 /mail/maildir
printf 'sales@example.cn:{PLAIN}%s\n' "$(cat /run/secrets/demo_mailbox_password)" >/run/mailbox-users
chmod 0644 /run/mailbox-users
exec dovecot -F
