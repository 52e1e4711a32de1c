#!/bin/sh
# nodes.sh COORDINATOR WORKER...: makes PostGIS and the nodes known on every node; what is known is
# left alone. Extensions first: a node that joins needs them before tables come.
set -eu
coordinator=$1
shift

on() {
  host=$1
  shift
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --host "$host" --username flashpromo \
    --dbname flashpromo "$@"
}

for node in "$coordinator" "$@"; do
  on "$node" --command 'CREATE EXTENSION IF NOT EXISTS citus' \
    --command 'CREATE EXTENSION IF NOT EXISTS postgis' \
    --command 'CREATE EXTENSION IF NOT EXISTS btree_gist'
done
on "$coordinator" --output /dev/null --command "SELECT citus_set_coordinator_host('$coordinator', 5432)"
for node in "$@"; do
  on "$coordinator" --output /dev/null --command "SELECT citus_add_node('$node', 5432)"
done
on "$coordinator" --command 'SELECT nodename, noderole, shouldhaveshards FROM pg_dist_node'
