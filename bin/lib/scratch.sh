# shellcheck shell=bash
# A PostgreSQL and a Redis for a while, in a folder of their own that is gone afterwards.

# start_scratch DATABASE [SETTING...]: sets SCRATCH to the folder, and the environment for commands on
# the new, empty database. REDIS_SETTINGS are more lines for redis.conf.
REDIS_SETTINGS=()
start_scratch() {
  local database=$1
  shift
  find_owner
  find_scratch
  export FLASHPROMO_RUN=$SCRATCH
  make_postgres "$SCRATCH"
  write_postgres_conf "$SCRATCH" "$@"
  write_redis_conf "$SCRATCH" "appendonly no" "databases 64" "${REDIS_SETTINGS[@]}"
  # In sessions of their own: a Ctrl-C is for the command, which still needs them to clean up.
  setsid "${AS_OWNER[@]}" setpriv --pdeathsig INT -- \
    "$POSTGRES_BIN/postgres" -D "$SCRATCH/postgres" >"$SCRATCH/postgres.log" 2>&1 </dev/null &
  setsid "${AS_OWNER[@]}" setpriv --pdeathsig TERM -- \
    redis-server "$SCRATCH/redis.conf" >"$SCRATCH/redis.log" 2>&1 </dev/null &
  wait_for_postgres "$SCRATCH" || die "PostgreSQL does not start" "$(tail "$SCRATCH/postgres.log")"
  wait_for_redis "$SCRATCH" || die "Redis does not start" "$(tail "$SCRATCH/redis.log")"
  make_database "$SCRATCH" "$database" SUPERUSER
  DATABASE_URL=$(postgres_url "$SCRATCH" "$database")
  REDIS_URL=$(redis_url "$SCRATCH")
  export DATABASE_URL REDIS_URL
  python_environment
}

find_scratch() {
  local base
  for base in "${TMPDIR:-/tmp}" /tmp /var/tmp; do
    is_usable "$base/flashpromo-test.XXXXXXXX" || continue
    SCRATCH=$(mktemp -d "$base/flashpromo-test.XXXXXXXX" 2>/dev/null) || continue
    if ((${#AS_OWNER[@]})); then chown postgres: "$SCRATCH"; fi
    own_folder "$SCRATCH/run"
    return
  done
  die "found no folder for the servers"
}

# Ends the servers and whatever was started on them.
end_scratch() {
  [[ -n ${SCRATCH-} ]] || return 0
  unset FLASHPROMO_RUN # or the search would find its own helpers
  end_leftovers "$SCRATCH" "$SCRATCH" 5
  rm -rf "$SCRATCH"
}
