#!/usr/bin/env bash
# Installs the clients of `npm run test:clients`: boto3 and the AWS CLI, in a Python environment outside the checkout
# ($ROLECALL_CLIENTS_DIR), and Chromium for the console. Reinstalls only when their versions change.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! command -v chromium >/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
fi

dir=${ROLECALL_CLIENTS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/rolecall/clients}
requirements=test/clients/python/requirements.txt

if cmp --quiet "$requirements" "$dir/requirements.txt" && "$dir/bin/python3" -c 'import boto3' 2>/dev/null; then
  echo "clients are already installed in $dir"
  exit 0
fi
rm -rf "$dir"
if ! python3 -m venv "$dir" 2>/dev/null; then
  rm -rf "$dir"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv
  python3 -m venv "$dir"
fi
"$dir/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
# Copied last, so that an incomplete installation runs again.
cp "$requirements" "$dir/requirements.txt"
echo "clients installed in $dir: $("$dir/bin/pip" list --format=freeze 2>/dev/null | grep -E '^(awscli|boto3|botocore)=' | tr '\n' ' ')"
