#!/usr/bin/env bash
# Installs the servers that bench/ measures against and what measures them; needs cargo, npm and what scripts/setup.sh installs. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")"
environment() {  # environment FOLDER REQUIREMENTS
  local wanted
  wanted=$(sha256sum <"$2")
  [ "$(cat "$1/stamp" 2>/dev/null)" != "$wanted" ] || return 0
  /usr/bin/python3 -m venv --clear "$1"
  "$1/bin/pip" install -q --disable-pip-version-check -r "$2"
  echo "$wanted" >"$1/stamp"
}
missing=()
for package in cargo npm nginx-light wrk; do
  [ "$package" = cargo ] && command -v cargo >/dev/null && continue
  [ "$package" = npm ] && command -v npm >/dev/null && continue
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
environment .venv requirements.txt
environment .venv-mlserver requirements-mlserver.txt
mkdir -p ../build/bench
for program in launch paced; do g++ -O2 -o ../build/bench/$program client/$program.cpp; done
(cd peers/actix && CARGO_TARGET_DIR=../../../build/bench/actix cargo build --release --quiet)
(cd peers/node && npm install --ignore-scripts --silent)
if [ -d ../build/release ]; then ninja -C ../build/release benchmarks | tail -n 1; fi
