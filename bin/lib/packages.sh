# shellcheck shell=bash
# Debian's packages: no Python wheel carries PostGIS, and Redis is a server of its own. With
# BROWSER_WANTED also the browser that the tests look at pages with; with LOAD_WANTED what loads
# servers with requests; with DEPLOY_WANTED also nginx and systemd, which need not run: they read the
# files of deploy/, and PgBouncer.

install_packages() {
  local wanted
  wanted=$(missing_packages)
  [[ -n $wanted ]] || return 0
  command -v apt-get >/dev/null || die "this machine lacks: $wanted (Debian's names)"
  ((EUID == 0)) || die "this machine lacks packages; please run once:" \
    "  sudo apt-get update && sudo apt-get install --no-install-recommends $wanted"
  # One installation at a time, whichever clone asks for it; the second finds nothing missing.
  (
    flock 9
    [[ -n $(missing_packages) ]] || exit 0
    say "installing Debian packages: $wanted"
    quietly "apt-get update" apt-get -o DPkg::Lock::Timeout=300 update
    # The list of packages was empty until now on a bare machine: ask again.
    wanted=$(missing_packages)
    without_services quietly "apt-get install" install_debian "$wanted"
  ) 9</usr/bin/apt-get
}

missing_packages() {
  local wanted=()
  find_python >/dev/null || wanted+=(python3 python3-venv)
  [[ -n ${DATABASE_URL-} ]] || find_postgres >/dev/null || wanted+=(postgresql "$(postgis_package)")
  [[ -n ${REDIS_URL-} ]] || command -v redis-server >/dev/null || wanted+=(redis-server)
  [[ -z ${LOAD_WANTED-} ]] || command -v wrk >/dev/null || wanted+=(wrk)
  [[ -z ${BROWSER_WANTED-} ]] || command -v chromium >/dev/null || wanted+=(chromium)
  # Only root looks for these two where they stand.
  [[ -z ${DEPLOY_WANTED-} || -x /usr/sbin/nginx ]] || wanted+=(nginx)
  [[ -z ${DEPLOY_WANTED-} || -x /usr/sbin/pgbouncer ]] || wanted+=(pgbouncer)
  [[ -z ${DEPLOY_WANTED-} ]] || command -v systemd-analyze >/dev/null || wanted+=(systemd)
  echo "${wanted[*]}"
}

postgis_package() {
  local newest
  newest=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' 2>/dev/null |
    cut -d' ' -f1 | sort -V | tail -n 1)
  echo "${newest:-postgresql-15-postgis-3}"
}

install_debian() {
  export DEBIAN_FRONTEND=noninteractive
  dpkg --configure -a # an installation that was interrupted would block this one
  # shellcheck disable=SC2086 # a list of names
  apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $1
}

# Runs a command while Debian neither starts a service nor makes a cluster for what it installs:
# both would be on the default ports, and nothing here uses them.
without_services() (
  policy=/usr/sbin/policy-rc.d
  clusters=/etc/postgresql-common/createcluster.d/flashpromo.conf
  made=("$clusters")
  trap 'rm -f "${made[@]}"' EXIT
  mkdir -p "${clusters%/*}"
  echo "create_main_cluster = false" >"$clusters"
  if [[ ! -e $policy ]]; then
    made+=("$policy")
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  "$@"
)
