# shellcheck shell=bash
# A private Redis, reachable through a socket in a folder of mode 0700 only.

# write_redis_conf FOLDER [SETTING...]
write_redis_conf() {
  local folder=$1
  shift
  own_folder "$folder/redis" || die "cannot make $folder/redis"
  {
    echo "port 0"
    echo "unixsocket $folder/run/redis.sock"
    echo "unixsocketperm 700"
    echo "dir $folder/redis"
    echo "daemonize no"
    echo "save \"\""
    echo "always-show-logo no"
    # A queue must refuse what does not fit, not forget what it was given.
    echo "maxmemory-policy noeviction"
    printf '%s\n' "$@"
  } >"$folder/redis.conf"
}

wait_for_redis() {
  local folder=$1 deadline=$((SECONDS + 30))
  until [[ $(redis-cli -s "$folder/run/redis.sock" ping 2>/dev/null) == PONG ]]; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

redis_url() { echo "unix://$1/run/redis.sock?db=0"; }
