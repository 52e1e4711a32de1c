# shellcheck shell=bash
# The supervisor: starts the programs of bin/lib/program and starts each again when it dies.

APP=(web live worker-activation worker-delivery worker-letters scheduler)

# write_supervisord_conf SERVER...: PRIVATE has plain characters only; VAR may have any, some of which
# supervisord would expand, so it is reached through a link.
write_supervisord_conf() {
  local name servers=("$@")
  ln -sfn "$VAR/log" "$PRIVATE/log"
  {
    cat <<CONF
[supervisord]
nodaemon = true
silent = true
user = $(id -un)
logfile = $PRIVATE/log/supervisord.log
logfile_maxbytes = 10MB
logfile_backups = 1
pidfile = $PRIVATE/run/supervisord.pid

[unix_http_server]
file = $PRIVATE/run/ctl
chmod = 0700

[supervisorctl]
serverurl = unix://$PRIVATE/run/ctl

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
CONF
    # What has the higher priority number stops first: the servers outlive the application.
    for name in "${servers[@]}"; do program_conf "$name" 1 true; done
    # The application waits for the migrations.
    for name in "${APP[@]}"; do program_conf "$name" 2 false; done
    printf '\n[group:app]\nprograms = %s\npriority = 2\n' "$(IFS=, && echo "${APP[*]}")"
    ((${#servers[@]} == 0)) ||
      printf '\n[group:servers]\nprograms = %s\npriority = 1\n' "$(IFS=, && echo "${servers[*]}")"
  } >"$PRIVATE/supervisord.conf"
}

# A program is never given up, only tried at growing intervals; two groups that stop one after the
# other within 9 s each stay inside the 30 s that a stop may take.
program_conf() {
  cat <<CONF

[program:$1]
command = bin/lib/program $1
priority = $2
autostart = $3
autorestart = true
startsecs = 2
startretries = 1000000
stopsignal = $([[ $1 == postgres ]] && echo INT || echo TERM)
stopwaitsecs = 9
killasgroup = true
redirect_stderr = true
stdout_logfile = $PRIVATE/log/$1.log
stdout_logfile_maxbytes = 10MB
stdout_logfile_backups = 2
CONF
}

# Sets SUPERVISOR to its process id. Should this shell be killed, the kernel tells it to end.
start_supervisor() {
  rm -f "$VAR/log/supervisord.log" "$PRIVATE/run/ctl"
  FLASHPROMO_RUN=$VAR setpriv --pdeathsig TERM -- \
    "$PYTHON" -m supervisor.supervisord -c "$PRIVATE/supervisord.conf" {LOCK}>&- &
  # shellcheck disable=SC2034 # bin/run waits for it
  SUPERVISOR=$!
}

control() { "$PYTHON" -m supervisor.supervisorctl -c "$PRIVATE/supervisord.conf" "$@"; }

# Prints the name of a program that ended early three times since the supervisor's start.
failing_program() {
  sed -nE "s/.*(exited: ([a-z-]+) .*not expected\)|spawnerr: .*'([a-z-]+)').*/\2\3/p" \
    "$VAR/log/supervisord.log" | sort | uniq -c | awk '$1 >= 3 { print $2; exit }'
}

# Copies what the programs log to the terminal, each line behind its program's name.
follow_logs() {
  local logs=() name
  for name in "$@"; do
    : >>"$VAR/log/$name.log"
    logs+=("$VAR/log/$name.log")
  done
  tail --pid $$ -v -n 0 -F "${logs[@]}" {LOCK}>&- 2>/dev/null > >(prefix_lines) &
  # shellcheck disable=SC2034 # bin/run ends it
  FOLLOWER=$!
}

# tail announces each file that it turns to: the name is held, and put before the lines that follow.
prefix_lines() {
  exec sed -u -E -e '/^==> .*\/([a-z-]+)\.log <==$/ { s//\1/; h; d; }' -e '/^$/d' \
    -e 'G' -e 's/^(.*)\n(.*)$/\2 | \1/' {LOCK}>&-
}
