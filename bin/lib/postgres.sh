# shellcheck shell=bash
# A private PostgreSQL with PostGIS, reachable through a socket in a folder of mode 0700 only.

# Prints the folder of the programs of the newest PostgreSQL (or of version $1) that has PostGIS.
find_postgres() {
  local version
  for version in $(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null |
    sort -rV); do
    [[ -z ${1-} || $version == "$1" ]] || continue
    if [[ -x /usr/lib/postgresql/$version/bin/initdb &&
      -e /usr/share/postgresql/$version/extension/postgis.control ]]; then
      echo "/usr/lib/postgresql/$version/bin"
      return
    fi
  done
  return 1
}

# make_postgres FOLDER: makes the cluster FOLDER/postgres once; sets POSTGRES_BIN for it.
make_postgres() {
  local data=$1/postgres version=""
  if [[ -e $data/PG_VERSION ]]; then version=$(<"$data/PG_VERSION"); fi
  POSTGRES_BIN=$(find_postgres "$version") ||
    die "PostgreSQL ${version:-} with PostGIS is needed for the cluster in $data"
  export POSTGRES_BIN
  [[ -z $version ]] || return 0
  say "making a private PostgreSQL cluster in $1"
  # Under another name until it is whole: an interrupted start leaves nothing that looks finished.
  rm -rf "$data.new"
  quietly "initdb" "${AS_OWNER[@]}" env LC_ALL=C.UTF-8 "$POSTGRES_BIN/initdb" --pgdata "$data.new" \
    --username postgres --auth-local trust --auth-host reject --encoding UTF8 --locale C.UTF-8
  echo "include '../postgres.conf'" >>"$data.new/postgresql.conf"
  mv "$data.new" "$data"
}

# write_postgres_conf FOLDER [SETTING...]: the settings of this start.
write_postgres_conf() {
  local folder=$1
  shift
  {
    echo "listen_addresses = ''"
    echo "unix_socket_directories = '$folder/run'"
    echo "unix_socket_permissions = 0700"
    echo "shared_buffers = 256MB"
    echo "work_mem = 16MB"
    echo "random_page_cost = 1.1"
    echo "jit = off # compiling costs more than it saves in statements of milliseconds"
    echo "timezone = 'UTC'"
    echo "log_timezone = 'UTC'"
    printf '%s\n' "$@"
  } >"$folder/postgres.conf"
}

# A postmaster.pid whose process is no longer this cluster's server stops the next start when the
# system has given the number to somebody else.
forget_dead_postgres() {
  local data=$1/postgres pid
  [[ -e $data/postmaster.pid ]] || return 0
  read -r pid <"$data/postmaster.pid" || true
  [[ $(readlink "/proc/$pid/cwd") == "$data" ]] || rm -f "$data/postmaster.pid"
}

wait_for_postgres() {
  local folder=$1 deadline=$((SECONDS + ${2:-60}))
  until "${AS_OWNER[@]}" "$POSTGRES_BIN/pg_isready" -q -h "$folder/run" -U postgres; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

# make_database FOLDER NAME ROLE-OPTIONS: the role flashpromo, its database, and the extensions, which
# only a superuser can make.
make_database() {
  "${AS_OWNER[@]}" env PGOPTIONS='-c client_min_messages=warning' \
    "$POSTGRES_BIN/psql" -qX -v ON_ERROR_STOP=1 -h "$1/run" -U postgres -d postgres <<SQL
SELECT 'CREATE ROLE flashpromo LOGIN $3'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'flashpromo') \gexec
SELECT 'CREATE DATABASE $2 OWNER flashpromo'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$2') \gexec
\connect $2
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
SQL
}

# The host is a parameter, because a path cannot stand where a host name does.
postgres_url() { echo "postgresql+psycopg2://flashpromo@/$2?host=$1/run"; }
