# shellcheck shell=bash
# What builds images and runs them: docker, podman, or buildah where nothing can run containers.

find_engine() {
  local candidate
  for candidate in ${ENGINE:-docker podman buildah}; do
    if "$candidate" info &>/dev/null; then
      ENGINE=$candidate
      return
    fi
  done
  die "no engine that works: ${ENGINE:-docker, podman or buildah} is needed"
}

build_image() {
  local options=(--tag "$IMAGE" --build-arg "REVISION=$(git rev-parse HEAD 2>/dev/null || echo unknown)")
  [[ -z ${BASE-} ]] || options+=(--build-arg "BASE=$BASE")
  # Podman and buildah would drop the health check, which is Docker's own idea.
  [[ $ENGINE == docker ]] || options+=(--format docker)
  # Without namespaces of its own: it also builds where no container could be run.
  [[ $ENGINE != buildah ]] || options+=(--isolation chroot)
  # shellcheck disable=SC2206 # they are words
  options+=(${BUILD_OPTIONS-})
  quietly "the build" "$ENGINE" build "${options[@]}" .
}

image_megabytes() {
  local bytes
  if [[ $ENGINE == buildah ]]; then
    # What lies in it, as du counts; buildah has no figure for one image.
    mount_image
    bytes=$(du -sxb "$MOUNTED" | cut -f1)
    unmount_image
  else
    bytes=$("$ENGINE" image inspect --format '{{.Size}}' "$IMAGE")
  fi
  echo $((bytes / 1000000))
}

# Sets MOUNTED to the image's files.
mount_image() {
  MOUNTED_BY=$(buildah from --pull=false "$IMAGE")
  MOUNTED=$(buildah mount "$MOUNTED_BY")
}

unmount_image() {
  [[ -z ${MOUNTED_BY-} ]] || buildah rm "$MOUNTED_BY" >/dev/null
  MOUNTED_BY=
}

# within COMMAND...: becomes a process of the image, number 1 of its world: on a root that cannot be
# written, as the image's user, without a capability. Its environment is the image's and $SETTINGS.
within() {
  case $ENGINE in
    docker | podman)
      exec "$ENGINE" run --rm --network host --read-only --tmpfs /tmp:mode=1777 --cap-drop ALL \
        --security-opt no-new-privileges --env-file "$SETTINGS" "$IMAGE" "$@"
      ;;
    buildah) within_mounted "$@" ;;
  esac
}

within_mounted() {
  local format='{{range .OCIv1.Config.Env}}{{println .}}{{end}}' environment user
  mapfile -t environment < <(buildah inspect --type image --format "$format" "$IMAGE" | grep .)
  mapfile -t -O "${#environment[@]}" environment <"$SETTINGS"
  user=$(buildah inspect --type image --format '{{.OCIv1.Config.User}}' "$IMAGE")
  # shellcheck disable=SC2016 # the inner shell expands it
  exec unshare --mount --pid --fork --propagation private sh -euc '
    root=$1 user=$2
    shift 2
    mount --bind "$root" "$root"
    mount -o remount,bind,ro "$root"
    mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
    mount -t proc proc "$root/proc"
    mount --bind /dev "$root/dev"
    exec chroot "$root" setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups \
      --no-new-privs --inh-caps=-all --bounding-set=-all -- \
      env --chdir=/srv/flashpromo -i "$@"' \
    within "$MOUNTED" "$user" "${environment[@]}" "$@"
}

# The process of the image that `within`, whose number is $1, has started; asked for from outside.
process_within() {
  if [[ $ENGINE == buildah ]]; then
    cat "/proc/$1/task/$1/children"
  else
    echo "$1" # the client hands signals on
  fi
}
