# shellcheck shell=bash
# Runs what an image has in it, as production would confine it, through one promo and to its end.

PROCESSES=(web live worker-activation worker-delivery worker-letters scheduler)
GRACE_SECONDS=20 # as docker-compose.yml has it

try_image() {
  install_packages
  PYTHON=$(find_python) || die "Python 3.11 or newer is needed for the trial"
  declare -gA RUNNING=()
  trap 'exit 143' TERM HUP
  trap 'exit 130' INT
  trap end_trial EXIT
  start_servers
  [[ $ENGINE != buildah ]] || mount_image
  say "the schema, the first operator, the demo"
  (within flask db upgrade) >"$SCRATCH/migrate.log" 2>&1 || give_up migrate
  (within flask users ensure-admin)
  (within flask demo load) | tail -n 1
  refuse_to_write
  start_processes
  await_health
  say "one promo, from its start to its last sale"
  (within flask demo story --port "$PORT") | tee "$SCRATCH/story.log" | tail -n 1
  stop_processes
}

# Reached over TCP with passwords, as in containers of their own.
start_servers() {
  local secret
  secret=$(od -An -vtx1 -N16 /dev/urandom | tr -d ' \n')
  PGPORT=$(free_port)
  PORT=$(free_port)
  LIVE_PORT=$(free_port)
  export PGPORT REDISCLI_AUTH=$secret
  # shellcheck disable=SC2034 # start_scratch reads it
  REDIS_SETTINGS=("bind 127.0.0.1" "port $(free_port)" "requirepass $secret")
  start_scratch flashpromo_trial "listen_addresses = '127.0.0.1'" "max_connections = 120"
  sed -i '1i host flashpromo_trial flashpromo 127.0.0.1/32 scram-sha-256' \
    "$SCRATCH/postgres/pg_hba.conf"
  "${AS_OWNER[@]}" "$POSTGRES_BIN/psql" -qX -o /dev/null -h "$SCRATCH/run" -U postgres -d postgres \
    -c "ALTER ROLE flashpromo PASSWORD '$secret'" -c "SELECT pg_reload_conf()"
  SETTINGS=$SCRATCH/settings
  cat >"$SETTINGS" <<ENV
DATABASE_URL=postgresql://flashpromo@127.0.0.1:$PGPORT/flashpromo_trial
PGPASSWORD=$secret
REDIS_URL=redis://:$secret@127.0.0.1:$(sed -n 's/^port \([1-9].*\)/\1/p' "$SCRATCH/redis.conf")/0
FLASHPROMO_ENV=development
FLASHPROMO_SECRET_KEY=$secret
FLASHPROMO_ALIVE_FILE=/tmp/alive
FLASHPROMO_ADMIN_USERNAME=trial
FLASHPROMO_ADMIN_PASSWORD=$secret
GRANIAN_HOST=127.0.0.1
GRANIAN_PORT=$PORT
PORT=$PORT
ENV
}

free_port() {
  "$PYTHON" -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])'
}

# A promise of the image: nobody in it writes anything that stays.
refuse_to_write() {
  local said
  said=$(
    (within sh -c 'id -u; grep CapEff /proc/self/status; touch /srv/flashpromo/x') 2>&1 || true
  )
  [[ $said == *"Read-only file system"* && $said == *"0000000000000000"* && $said != 0* ]] ||
    die "the image is not confined:" "$said"
  say "confined: user $(head -n 1 <<<"$said"), no capability, no privilege to gain, nothing written"
}

start_processes() {
  local name
  for name in "${PROCESSES[@]}"; do
    start_within "$name"
    RUNNING[$name]=$!
  done
}

start_within() {
  local command
  case $1 in
    web) mapfile -t command < <(default_command) ;;
    live) command=(flask live --host 127.0.0.1 --port "$LIVE_PORT") ;;
    worker-*) command=(flask worker "${1#worker-}") ;;
    *) command=(flask "$1") ;;
  esac
  (within "${command[@]}") >"$SCRATCH/$1.log" 2>&1 &
}

# The image's own: the web's.
default_command() {
  local format='{{range .Config.Cmd}}{{println .}}{{end}}'
  if [[ $ENGINE == buildah ]]; then
    buildah inspect --type image --format "${format/.Config/.OCIv1.Config}" "$IMAGE" | grep .
  else
    "$ENGINE" image inspect --format "$format" "$IMAGE" | grep .
  fi
}

await_health() {
  local began=$SECONDS deadline=$((SECONDS + 60)) name
  until is_well "$PORT/readyz" && is_well "$LIVE_PORT/healthz"; do
    for name in "${PROCESSES[@]}"; do
      kill -0 "${RUNNING[$name]}" 2>/dev/null || give_up "$name"
    done
    ((SECONDS < deadline)) || give_up web
    sleep 0.5
  done
  say "ready $((SECONDS - began)) s after the start of ${#PROCESSES[@]} processes"
}

is_well() { "$PYTHON" -I deploy/healthy.py "http://127.0.0.1:$1" 2>/dev/null; }

# Each on its own, so that each one's seconds are its own.
stop_processes() {
  local name started status
  for name in "${PROCESSES[@]}"; do
    started=${EPOCHREALTIME/[.,]/}
    status=0
    # shellcheck disable=SC2046 # a number
    kill -TERM $(process_within "${RUNNING[$name]}")
    wait "${RUNNING[$name]}" || status=$?
    started=$(((${EPOCHREALTIME/[.,]/} - started) / 1000))
    unset "RUNNING[$name]"
    say "$name ended $started ms after SIGTERM, with $status"
    ((status == 0 && started < GRACE_SECONDS * 1000)) || give_up "$name"
  done
}

give_up() {
  tail -n 40 "$SCRATCH/$1.log" >&2
  die "$1 failed; the end of what it said stands above"
}

end_trial() {
  local status=$? pid
  trap '' INT TERM HUP
  for pid in "${RUNNING[@]}"; do
    # shellcheck disable=SC2046 # a number
    kill -KILL $(process_within "$pid") "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  unmount_image
  exec 2>/dev/null
  end_scratch
  exit "$status"
}
