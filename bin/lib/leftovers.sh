# shellcheck shell=bash
# Finds and ends what a killed start left behind, by marks that a reused process id cannot carry.

# Every process that bin/run or bin/test starts inherits FLASHPROMO_RUN; the servers, which overwrite
# their environment, are known by their name and the folder that they work in.
leftovers() {
  local run=$1 private=$2 pid
  started_by "$run"
  while read -r pid; do
    case $(readlink "/proc/$pid/cwd") in
      "$private"/postgres | "$private"/redis) echo "$pid" ;;
    esac
  done < <(grep -lsxE 'postgres|redis-server' /proc/[0-9]*/comm | cut -d/ -f3)
}

started_by() {
  { grep -lzsxF "FLASHPROMO_RUN=$1" /proc/[0-9]*/environ || true; } | cut -d/ -f3
}

# end_leftovers RUN PRIVATE [SECONDS]: asks them to end, and after that many seconds kills them.
end_leftovers() {
  local run=$1 private=$2 deadline=$((SECONDS + ${3:-10})) signal=TERM pids
  while mapfile -t pids < <(leftovers "$run" "$private" | sort -un) && ((${#pids[@]})); do
    kill -s "$signal" "${pids[@]}" 2>/dev/null || true
    sleep 0.3
    ((SECONDS < deadline)) || signal=KILL
  done
}
