#!/usr/bin/env bash
# Gives CI a Docker engine and the base images of the Dockerfile, also where no engine runs and no registry answers.
#
#   docker/ci-engine.sh up      finds an engine, or installs and starts one; then sees to the base images.
#                               Prints lines to eval: DOCKER_HOST and DOCKER (the client to call).
#   docker/ci-engine.sh down    stops the engine that `up` started, by its process id. Its images stay for the next run.
#
# An engine that already answers is used as it is, and the base images are left to its own registry. Otherwise Debian's
# docker.io runs with its socket, images and log below $ROLECALL_ENGINE_DIR, apart from any other engine, and the base
# images are stand-ins made here: Debian's minimal root and packages, and the Node binary of the npm registry, under the
# very names of the Dockerfile's FROM lines. A stand-in carries the label `rolecall.stand-in`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${ROLECALL_ENGINE_DIR:-/var/tmp/rolecall-engine}
socket=unix://$dir/docker.sock
log=$dir/ci-engine.log
node_major=24

say() { echo "ci-engine: $*" >&2; }
fail() {
  say "$*"
  [ ! -f "$log" ] || { say "the end of $log:" && tail -n 20 "$log" >&2; }
  exit 1
}

answers() { DOCKER_HOST=$2 "$1" info >/dev/null 2>&1; }

install_packages() {
  [ "$(id -u)" = 0 ] || fail 'no Docker engine answers, and only root can install one'
  command -v apt-get >/dev/null || fail 'no Docker engine answers, and without apt-get none can be installed'
  say "installing $*"
  { apt-get update && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y --no-install-recommends "$@"; } >>"$log" 2>&1 ||
    fail 'Debian refused the packages'
}

# A storage driver that the kernel refuses ends the daemon at once; the slow one that always works is tried then.
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
  fail 'dockerd does not start here'
}

# The Node binary, from the package of this processor. Prints its folder.
fetch_node() {
  local cpu
  case $(dpkg --print-architecture) in
    amd64) cpu=x64 ;;
    arm64) cpu=arm64 ;;
    *) fail "no Node binary for $(dpkg --print-architecture)" ;;
  esac
  npm install --prefix "$dir/node" --no-save --ignore-scripts --no-audit --no-fund "node-linux-$cpu@$node_major" >>"$log" 2>&1 ||
    fail 'the npm registry did not give a Node binary'
  echo "$dir/node/node_modules/node-linux-$cpu/bin"
}

# What the build stage starts from: a Debian root with Node, npm and this machine's certificates.
build_base() {
  local root=$dir/build-root node mirror release
  rm -rf "$root"
  release=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' | sed -n "s/^$release //p" | head -n 1)
  debootstrap --variant=minbase "$release" "$root" "$mirror" >>"$log" 2>&1 || fail 'debootstrap failed'
  node=$(fetch_node)
  install -m 755 "$node/node" "$root/usr/local/bin/node"
  npm install --global --prefix "$root/usr/local" --ignore-scripts --no-audit --no-fund npm@11 >>"$log" 2>&1 ||
    fail 'the npm registry did not give npm'
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  tar -C "$root" --exclude=./var/cache/apt --exclude=./var/lib/apt/lists -c . |
    "$DOCKER" import --change 'LABEL rolecall.stand-in=true' --change 'CMD ["node"]' - "$1" >>"$log"
  rm -rf "$root"
}

# What the image itself starts from: no shell and no package tools, only what the Node binary is linked to.
runtime_base() {
  local root=$dir/runtime-root node packages=$dir/packages
  rm -rf "$root" "$packages"
  mkdir -p "$root" "$packages"
  (cd "$packages" && apt-get download base-files netbase tzdata libc6 libgcc-s1 libstdc++6) >>"$log" 2>&1 ||
    fail 'Debian refused the packages'
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

# The names behind FROM in a Dockerfile, stages left out.
bases() { awk '$1 == "FROM" && !($2 in stage) { print $2 } $1 == "FROM" { stage[$4] }' "$@" | sort -u; }

up() {
  mkdir -p "$dir"
  : >"$log"
  if [ "${DOCKER_HOST:-}" != "$socket" ] && command -v docker >/dev/null && answers docker "${DOCKER_HOST:-}"; then
    say 'an engine answers already; it fetches the base images itself'
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
    say "making a stand-in for $base"
    case $base in
      node:*) build_base "$base" ;;
      *distroless/nodejs*) runtime_base "$base" ;;
      *) fail "no stand-in is known for $base" ;;
    esac
  done
  echo "export DOCKER=$DOCKER"
  echo "export DOCKER_HOST=$DOCKER_HOST"
}

down() {
  [ -f "$dir/docker.pid" ] || { say 'no engine of ours runs' && return; }
  local pid waited
  pid=$(cat "$dir/docker.pid")
  # Images of earlier builds that lost their name would otherwise pile up.
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
