#!/usr/bin/env bash
# Installs the servers that bench/ measures against; needs cargo, npm and what scripts/setup.sh installs. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")"
wanted=$(cat requirements.txt | sha256sum)
if [ "$(cat .venv/stamp 2>/dev/null)" != "$wanted" ]; then
  /usr/bin/python3 -m venv --clear .venv
  .venv/bin/pip install -q --disable-pip-version-check -r requirements.txt
  echo "$wanted" >.venv/stamp
fi
mkdir -p ../build/bench
g++ -O2 -o ../build/bench/launch first_answer/launch.cpp
(cd peers/actix && CARGO_TARGET_DIR=../../../build/bench/actix cargo build --release --quiet)
(cd peers/node && npm install --ignore-scripts --silent)
