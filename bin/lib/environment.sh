# shellcheck shell=bash
# What a process of the service finds in its environment, under bin/run and bin/flask alike.

# Sets the addresses (a given DATABASE_URL or REDIS_URL replaces the private server) and the secret,
# and keeps them for bin/flask.
set_environment() {
  export DATABASE_URL=${DATABASE_URL:-$(postgres_url "$PRIVATE" flashpromo)}
  export REDIS_URL=${REDIS_URL:-$(redis_url "$PRIVATE")}
  export FLASHPROMO_SECRET_KEY=${FLASHPROMO_SECRET_KEY:-$(kept_secret)}
  export FLASHPROMO_ENV=${FLASHPROMO_ENV:-development}
  export FLASHPROMO_CHANNELS=${FLASHPROMO_CHANNELS:-inbox,log}
  export FLASHPROMO_PUBLIC_URL=${FLASHPROMO_PUBLIC_URL:-$(own_url "$PORT")}
  export FLASHPROMO_LIVE_URL=${FLASHPROMO_LIVE_URL:-$(own_url "$LIVE_PORT")/live/}
  if [[ $FLASHPROMO_ENV != production && -z ${FLASHPROMO_SMTP_HOST-} ]]; then
    export FLASHPROMO_MAIL_FOLDER=${FLASHPROMO_MAIL_FOLDER:-$VAR/mail}
  fi
  (
    umask 077
    for name in DATABASE_URL REDIS_URL HOST PORT LIVE_PORT $(settings_given); do
      # shellcheck disable=SC2016 # it is expanded when bin/flask reads it
      printf 'export %s=${%s:-%q}\n' "$name" "$name" "${!name}"
    done >"$VAR/environment"
  )
  python_environment
}

# The service's own settings, so that a command finds the same as the processes. Not where this copy
# lies: bin/flask has to know that first.
settings_given() {
  compgen -e FLASHPROMO_ | grep -vxE 'FLASHPROMO_(VAR|RUN|PRIVATE|ADMIN_PASSWORD)'
}

# A relative FLASK_APP would depend on the folder that a command is given in.
python_environment() {
  export FLASK_APP=$ROOT/wsgi.py TZ=UTC PYTHONUNBUFFERED=1
}

# own_url PORT: where this machine reaches it; who listens on all addresses is found at the first one.
own_url() {
  case $HOST in
    0.0.0.0) echo "http://127.0.0.1:$1" ;;
    ::) echo "http://[::1]:$1" ;;
    *:*) echo "http://[$HOST]:$1" ;;
    *) echo "http://$HOST:$1" ;;
  esac
}

kept_secret() {
  local file=$VAR/secret-key
  if [[ ! -s $file ]]; then
    (umask 077 && head -c 48 /dev/urandom | base64 -w 0 >"$file.new" && mv "$file.new" "$file")
  fi
  cat "$file"
}
