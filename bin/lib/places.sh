# shellcheck shell=bash
# Where things are kept, and who owns the private servers.
#
# PostgreSQL refuses to run as root, so root's servers belong to the account `postgres`; everybody
# else's belong to themselves. All of them live in one folder of mode 0700, sockets included.

# The longest name of a socket in the private folder; a socket's path has at most 107 bytes.
LONGEST_SOCKET=/run/.s.PGSQL.5432

# Sets VAR to the absolute path of this copy's folder; a relative FLASHPROMO_VAR starts at the clone.
find_var() {
  VAR=${FLASHPROMO_VAR:-var}
  [[ $VAR == /* ]] || VAR=$ROOT/$VAR
  mkdir -p "$VAR" || die "cannot make $VAR"
  VAR=$(cd "$VAR" && pwd -P)
  export FLASHPROMO_VAR=$VAR
}

# Sets AS_OWNER, the command that runs another one as the owner of the private servers.
find_owner() {
  AS_OWNER=()
  if ((EUID == 0)) && id postgres &>/dev/null; then
    # From /, because the owner may not enter the folder that root stands in.
    AS_OWNER=(env --chdir=/ setpriv --reuid postgres --regid postgres --init-groups --)
  fi
}

# Sets PRIVATE to the folder of the private servers: in VAR when its owner can get there and the
# sockets' paths stay short enough, else in a place of the system's. One that exists is kept.
find_private() {
  local candidates candidate
  candidates=("$VAR/private" "$(private_elsewhere)" "/var/tmp/flashpromo-$EUID-$(var_id)")
  for candidate in "${candidates[@]}"; do
    if [[ -d $candidate ]] && try_private "$candidate"; then break; fi
  done
  for candidate in "${candidates[@]}"; do
    if [[ -n ${PRIVATE-} ]] || try_private "$candidate"; then break; fi
  done
  [[ -n ${PRIVATE-} ]] || die "found no folder for the private servers; tried: ${candidates[*]}"
  own_folder "$PRIVATE/run"
  echo "$PRIVATE" >"$VAR/private-servers-are-in"
}

try_private() { is_usable "$1" && own_folder "$1" && PRIVATE=$1; }

private_elsewhere() {
  if ((EUID == 0)); then
    echo "/var/lib/flashpromo/$(var_id)"
  else
    echo "${XDG_STATE_HOME:-${HOME:-/nonexistent}/.local/state}/flashpromo/$(var_id)"
  fi
}

var_id() { printf '%s' "$VAR" | sha256sum | cut -c1-12; }

# Only plain characters: the path becomes part of URLs and of configuration files.
is_usable() {
  local path=$1 LC_ALL=C
  [[ $path =~ ^[A-Za-z0-9._/-]+$ ]] || return 1
  ((${#path} + ${#LONGEST_SOCKET} <= 107)) || return 1
  while [[ ! -d $path ]]; do path=$(dirname "$path"); done
  "${AS_OWNER[@]}" test -x "$path"
}

# Makes a folder that is the owner's alone; refuses one that somebody else put there before.
own_folder() {
  local owner
  owner=$("${AS_OWNER[@]}" id -un)
  mkdir -p "$(dirname "$1")" 2>/dev/null || return 1
  if mkdir -m 0700 "$1" 2>/dev/null && ((${#AS_OWNER[@]})); then chown "$owner:" "$1"; fi
  [[ -d $1 && ! -L $1 && $(stat -c %U "$1") == "$owner" ]] && chmod 0700 "$1"
}
