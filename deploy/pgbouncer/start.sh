#!/bin/sh
# The password comes from the environment and is nowhere in the image; then PgBouncer takes over as
# the same process, so that it hears the signal to stop.
set -eu
umask 077
printf '"flashpromo" "%s"\n' "$POSTGRES_PASSWORD" >/tmp/userlist.txt
unset POSTGRES_PASSWORD
exec pgbouncer /etc/pgbouncer/pgbouncer.ini
