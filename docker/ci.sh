#!/usr/bin/env bash
# CI's container step: builds and runs the image and the example application. Prints the size of Rolecall's layers and the time
# from `docker run` to healthy. Stops at the first failed check.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

name=rolecall-ci-$$
scratch=$(mktemp -d)
runtime=$(awk '$1 == "FROM" { base = $2 } END { print base }' Dockerfile)

passed() { echo "  ok    $*"; }
failed() {
  echo "  FAIL  $*" >&2
  exit 1
}

engine=$(docker/ci-engine.sh up)
eval "$engine"
export DOCKER_BUILDKIT=1

# compose FILE COMMAND...: runs a compose command. Each file is a separate project.
compose() {
  local file=$1 tool=("$DOCKER" compose)
  shift
  "$DOCKER" compose version >/dev/null 2>&1 || tool=(docker-compose)
  "${tool[@]}" --project-name "$name-${file//./-}" --file "docker/$file.yaml" "$@"
}

finish() {
  local code=$?
  if [ "$code" != 0 ]; then "$DOCKER" logs --tail 30 "$name" >&2 || true; fi
  for file in compose compose.hostnames; do
    compose "$file" down --volumes --timeout 2 >/dev/null 2>&1 || true
  done
  "$DOCKER" rm --force --volumes "$name" >/dev/null 2>&1 || true
  docker/ci-engine.sh down
  rm -rf "$scratch"
  exit "$code"
}
trap finish EXIT

# A substitute base image has no npm configuration: the build uses this machine's network and npm registry.
build=("$DOCKER" build)
if [ "$("$DOCKER" image inspect --format '{{index .Config.Labels "rolecall.stand-in"}}' "$runtime" 2>/dev/null || true)" = true ]; then
  echo "  base  substitutes built here for $(awk '$1 == "FROM" { print $2 }' Dockerfile | sort -u | tr '\n' ' ')"
  printf 'registry=%s\ncafile=/etc/ssl/certs/ca-certificates.crt\n' "$(npm config get registry 2>/dev/null)" >"$scratch/npmrc"
  build+=(--network host --secret "id=npmrc,src=$scratch/npmrc")
fi
"${build[@]}" --tag rolecall . >"$scratch/build.log" 2>&1 || { tail -n 40 "$scratch/build.log" && failed 'the image does not build'; }
passed 'the image builds'
"${build[@]}" --tag rolecall-example-app docker/app >"$scratch/build.log" 2>&1 || { tail -n 40 "$scratch/build.log" && failed 'the example app does not build'; }
passed 'the example app builds'

size() { "$DOCKER" image inspect --format '{{.Size}}' "$1"; }
base_bytes=$(size "$runtime")
"$DOCKER" history --human=false --no-trunc --format '{{.Size}} {{.CreatedBy}}' rolecall | awk '/^[1-9][0-9]* COPY/ { printf "  %9d bytes  %s\n", $1, $2 " " $3 " " $4 " " $5 }'
echo "  $(($(size rolecall) - base_bytes)) bytes in Rolecall's layers, on a base of $base_bytes"

port=$(node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
locked=(--read-only --cap-drop ALL --security-opt no-new-privileges --publish "127.0.0.1:$port:4592")
for attempt in 1 2 3; do
  "$DOCKER" rm --force "$name" >/dev/null 2>&1 || true
  started=$(node docker/start-time.mjs "$DOCKER" "$port" --name "$name" "${locked[@]}" rolecall) || failed 'the container does not start'
  echo "  start $attempt: $started"
done
passed 'the container serves requests with a read-only root and no capabilities'

[ "$("$DOCKER" inspect --format '{{.Config.User}}' "$name")" = 65532:65532 ] || failed 'the container does not run as user 65532'
passed 'the container runs as user 65532'

if "$DOCKER" run --rm --entrypoint /bin/sh rolecall -c true >/dev/null 2>&1; then failed 'the image has a shell'; fi
passed 'the image has no shell'

for _ in $(seq 1 100); do
  health=$("$DOCKER" inspect --format '{{.State.Health.Status}}' "$name")
  [ "$health" = starting ] || break
  sleep 0.2
done
[ "$health" = healthy ] || failed "the health status is $health"
passed 'the HEALTHCHECK reports healthy'

token=$(curl --fail --silent --show-error --get "http://127.0.0.1:$port/_rolecall/tokens/github-actions" \
  --data-urlencode aud=sts.amazonaws.com --data-urlencode repository=octo-org/octo-repo)
[ "$(tr -cd . <<<"$token")" = .. ] || failed 'the host did not get a token'
passed 'the host gets a token through the published port'

echo "  $("$DOCKER" stats --no-stream --format '{{.MemUsage}}' "$name") of memory"

began=$(date +%s%N)
"$DOCKER" stop --time 10 "$name" >/dev/null
stopped=$((($(date +%s%N) - began) / 1000000))
code=$("$DOCKER" inspect --format '{{.State.ExitCode}}' "$name")
[ "$code" = 0 ] || failed "SIGTERM stopped the container with exit code $code after $stopped ms"
passed "SIGTERM stops the container with exit code 0, in $stopped ms"

export ROLECALL_PUBLISH=$port
for file in compose compose.hostnames; do
  compose "$file" run --rm app >"$scratch/app.log" 2>&1 || { cat "$scratch/app.log" && compose "$file" logs setup && failed "docker/$file.yaml fails"; }
  grep --quiet 'assumed-role/deploy/' "$scratch/app.log" || failed "the app of docker/$file.yaml assumed no role"
  grep '^app: ' "$scratch/app.log" | sed 's/^/  /'
  passed "the app of docker/$file.yaml assumes the role and is denied for a pull request"
done
