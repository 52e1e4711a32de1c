# shellcheck shell=bash
# The virtual environment in .venv, exactly as the lock files say.

PYTHON=$ROOT/.venv/bin/python

# install_python LOCKFILE...: makes .venv, and installs each lock that changed since the last time.
install_python() {
  local base
  base=$(find_python) || die "Python 3.11 or newer with its venv module is needed"
  # Two starts in one clone must not fight: the second waits, and finds it done.
  (
    flock 9
    make_venv "$base"
    for lock in "$@"; do install_lock "$lock"; done
  ) 9<"$ROOT/requirements.txt"
}

find_python() {
  local candidate
  for candidate in python3 python3.11 python3.12 python3.13 /usr/bin/python3; do
    if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
      2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

# A clone that was moved, or a Python that went away, leaves a .venv that no longer works.
make_venv() {
  local made_for=$ROOT/.venv/made-for
  if [[ -x $PYTHON && -e $made_for && $(<"$made_for") == "$ROOT" ]] && "$PYTHON" -c '' 2>/dev/null
  then
    return
  fi
  # Clearing would follow a link, and empty what somebody else uses.
  [[ ! -L $ROOT/.venv ]] || rm "$ROOT/.venv"
  say "making .venv with $("$1" --version)"
  quietly "making .venv" "$1" -m venv --clear "$ROOT/.venv"
  echo "$ROOT" >"$made_for"
}

install_lock() {
  local lock=$1 stamp=$ROOT/.venv/installed-$1 wanted
  wanted=$(sha256sum <"$ROOT/$lock")
  [[ -e $stamp && $(<"$stamp") == "$wanted" ]] && return
  say "installing $lock into .venv"
  quietly "pip install" "$PYTHON" -m pip install --disable-pip-version-check --no-input \
    --require-hashes -r "$ROOT/$lock"
  echo "$wanted" >"$stamp"
}
