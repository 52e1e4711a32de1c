# shellcheck shell=bash
# What can be said of the tree without running it.

TOOLS=$ROOT/.venv/bin
FAILED=()

check_all() {
  local name
  check "format" "$TOOLS/ruff" format --check --quiet .
  check "lint" "$TOOLS/ruff" check --quiet .
  check "types" "$TOOLS/mypy"
  check "import ranks" "$TOOLS/lint-imports" --no-logo
  check "template format" check_templates --check
  check "template lint" check_templates --lint
  check "requirements" "$TOOLS/deptry" --no-ansi .
  check "shell" check_shell
  for name in "${FAILED[@]}"; do say "FAILED: $name"; done
}

# check NAME COMMAND...: all checks run, whatever failed before; a failed one shows what it said.
check() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    say "ok: $name"
  else
    FAILED+=("$name")
    printf '%s\n' "$output"
    say "FAILED: $name"
  fi
}

# djlint calls a folder without templates an error.
check_templates() {
  [[ -n $(find templates -name '*.html' 2>/dev/null) ]] || return 0
  "$TOOLS/djlint" --quiet "$1" templates
}

# Every script under bin/, whatever it is called.
check_shell() {
  local scripts
  mapfile -t scripts < <(grep -lE '^#!.*\bbash$|^# shellcheck shell=bash$' -r bin .ci)
  "$TOOLS/shellcheck" "${scripts[@]}"
}
