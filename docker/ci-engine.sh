#!/usr/bin/env bash
# Provides CI with a Docker engine and the base images of the Dockerfile, also if no engine runs and no registry is available.
#
#   docker/ci-engine.sh up      finds an engine, or installs and starts one, and prepares the base images.
#                               Prints lines to eval: DOCKER_HOST and DOCKER (the client to call).
#   docker/ci-engine.sh down    stops the engine that `up` started, by its process id. Its images stay for the next run.
#
# If an engine already runs, it is used unchanged and pulls the base images from its own registry. Otherwise Debian's docker.io
# runs with its socket, images and log below $ROLECALL_ENGINE_DIR, separate from any other engine. The base images are then
# substitutes built here from Debian's minimal root and packages and the Node binary from the npm registry. They have the names of
# the Dockerfile's FROM lines, and the label `rolecall.stand-in`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${ROLECALL_ENGINE_DIR:-/var/tmp/rolecall-engine}
socket=unix://$dir/docker.sock
log=$dir/ci-engine.log
node_major=24

say() { echo "ci-engine: $*" >&2; }
fail() {
  say "$*"
  [ ! -f "$log" ] || { say "last lines of $log:" && tail -n 20 "$log" >&2; }
  exit 1
}

answers() { DOCKER_HOST=$2 "$1" info >/dev/null 2>&1; }

install_packages() {
  [ "$(id -u)" = 0 ] || fail 'no Docker engine is running, and only root can install one'
  command -v apt-get >/dev/null || fail 'no Docker engine is running, and apt-get is not available to install one'
  say "installing $*"
  { apt-get update && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends "$@"; } >>"$log" 2>&1 ||
    fail 'could not install the Debian packages'
}

# If the kernel does not support overlay2, the daemon exits immediately. The second attempt uses vfs, which is slow but always works.
start_daemon() {
  local driver waited pid
  for driver in overlay2 vfs; do
    say "starting dockerd on $driver"
    setsid nohup dockerd --host "$socket" --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/docker.pid" \
      --storage-driver "$driver" >>"$dir/dockerd.log" 2>&1 </dev/null &
    pid=$!
    for ((waited = 0; waited < 120; waited++)); do
      if answers /usr/bin/docker "$socket"; then return 0; fi
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.5
    done
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  tail -n 20 "$dir/dockerd.log" >>"$log"
  fail 'dockerd does not start on this machine'
}

# Installs the Node binary for this processor. Prints its folder.
fetch_node() {
  local cpu
  case $(dpkg --print-architecture) in
    amd64) cpu=x64 ;;
    arm64) cpu=arm64 ;;
    *) fail "no Node binary for $(dpkg --print-architecture)" ;;
  esac
  npm install --prefix "$dir/node" --no-save --ignore-scripts --no-audit --no-fund "node-linux-$cpu@$node_major" >>"$log" 2>&1 ||
    fail 'could not install a Node binary from the npm registry'
  echo "$dir/node/node_modules/node-linux-$cpu/bin"
}

# The base of the build stage: a Debian root with Node, npm and this machine's certificates.
build_base() {
  local root=$dir/build-root node mirror release
  rm -rf "$root"
  release=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' | sed -n "s/^$release //p" | head -n 1)
  debootstrap --variant=minbase "$release" "$root" "$mirror" >>"$log" 2>&1 || fail 'debootstrap failed'
  node=$(fetch_node)
  install -m 755 "$node/node" "$root/usr/local/bin/node"
  npm install --global --prefix "$root/usr/local" --ignore-scripts --no-audit --no-fund npm@11 >>"$log" 2>&1 ||
    fail 'could not install npm from the npm registry'
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  tar -C "$root" --exclude=./var/cache/apt --exclude=./var/lib/apt/lists -c . |
    "$DOCKER" import --change 'LABEL rolecall.stand-in=true' --change 'CMD ["node"]' - "$1" >>"$log"
  rm -rf "$root"
}

# The base of the final stage: no shell and no package tools, only the libraries that the Node binary links.
runtime_base() {
  local root=$dir/runtime-root node packages=$dir/packages
  rm -rf "$root" "$packages"
  mkdir -p "$root" "$packages"
  (cd "$packages" && apt-get download base-files netbase tzdata libc6 libgcc-s1 libstdc++6) >>"$log" 2>&1 ||
    fail 'could not download the Debian packages'
  for package in "$packages"/*.deb; do dpkg-deb -x "$package" "$root"; done
  node=$(fetch_node)
  install -D -m 755 "$node/node" "$root/nodejs/bin/node"
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  install -d -m 700 -o 65532 -g 65532 "$root/home/nonroot"
  install -d -m 1777 "$root/tmp"
  printf '%s\n' 'root:x:0:0:root:/root:/sbin/nologin' 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >"$root/etc/passwd"
  printf '%s\n' 'root:x:0:' 'nonroot:x:65532:' >"$root/etc/group"
  tar -C "$root" -c . |
    "$DOCKER" import --change 'LABEL rolecall.stand-in=true' --change 'USER 65532' --change 'WORKDIR /home/nonroot' \
      --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
      --change 'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt' \
      --change 'ENTRYPOINT ["/nodejs/bin/node"]' - "$1" >>"$log"
  rm -rf "$root" "$packages"
}

# The base images of a Dockerfile's FROM lines, without stages.
bases() { awk '$1 == "FROM" && !($2 in stage) { print $2 } $1 == "FROM" { stage[$4] }' "$@" | sort -u; }

up() {
  mkdir -p "$dir"
  : >"$log"
  if [ "${DOCKER_HOST:-}" != "$socket" ] && command -v docker >/dev/null && answers docker "${DOCKER_HOST:-}"; then
    say 'using the running engine; it pulls the base images itself'
    echo "export DOCKER=docker"
    return
  fi
  export DOCKER=/usr/bin/docker DOCKER_HOST=$socket
  if ! command -v dockerd >/dev/null || ! [ -x "$DOCKER" ] || ! command -v debootstrap >/dev/null || ! command -v docker-compose >/dev/null; then
    install_packages docker.io iptables debootstrap docker-compose ca-certificates
  fi
  answers "$DOCKER" "$socket" || start_daemon
  local base
  for base in $(bases "$here/../Dockerfile" "$here/app/Dockerfile"); do
    if "$DOCKER" image inspect "$base" >/dev/null 2>&1; then continue; fi
    say "building a substitute for $base"
    case $base in
      node:*) build_base "$base" ;;
      *distroless/nodejs*) runtime_base "$base" ;;
      *) fail "cannot build a substitute for $base" ;;
    esac
  done
  echo "export DOCKER=$DOCKER"
  echo "export DOCKER_HOST=$DOCKER_HOST"
}

down() {
  [ -f "$dir/docker.pid" ] || { say 'no engine started by this script is running' && return; }
  local pid waited
  pid=$(cat "$dir/docker.pid")
  # Remove untagged images of earlier builds.
  DOCKER_HOST=$socket /usr/bin/docker image prune --force >/dev/null 2>&1 || true
  kill "$pid" 2>/dev/null || true
  for ((waited = 0; waited < 60; waited++)); do
    kill -0 "$pid" 2>/dev/null || { say "engine $pid stopped" && return; }
    sleep 0.5
  done
  fail "engine $pid does not stop"
}

case ${1:-} in
  up | down) "$1" ;;
  *) fail 'usage: docker/ci-engine.sh up|down' ;;
esac
