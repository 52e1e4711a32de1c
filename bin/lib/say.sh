# shellcheck shell=bash
# How the commands of this folder talk.

say() { printf 'flashpromo: %s\n' "$*"; }

die() {
  printf 'flashpromo: %s\n' "$@" >&2
  exit 1
}

# quietly WHAT COMMAND...: shows the command's output only when it fails.
quietly() {
  local what=$1 output
  shift
  output=$(mktemp)
  if "$@" >"$output" 2>&1; then
    rm -f "$output"
  else
    tail -n 40 "$output" >&2
    rm -f "$output"
    die "$what failed; its last lines stand above"
  fi
}
