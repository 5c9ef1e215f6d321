#!/usr/bin/env bash
# The main job on a real model, from a bare Debian 12: set-up, release build, train, export, serve, score through HTTP, sleep, wake. Leaves
# nothing running; its files stay in build/demo/.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$PWD/build/demo
server=

step() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '$ %s\n' "$*"; "$@"; }
stop_server() { if [ -n "$server" ] && kill -TERM "$server" 2>/dev/null; then wait "$server" || true; fi; server=; }
trap stop_server EXIT

step "1. What this machine needs"
scripts/setup.sh --demo

step "2. Build"
mkdir -p build
cmake --preset release -DBUILD_TESTING=OFF >build/demo-configure.log 2>&1 || { cat build/demo-configure.log; exit 1; }
ninja -C build/release glowplug glowplug-handler | tail -n 1
PATH=$PWD/build/release/bin:$PATH
rm -rf "$work" && mkdir -p "$work"

step "3. Train on real data (1,797 handwritten digits that scikit-learn ships)"
run .venv/bin/python examples/digits/train.py "$work"

step "4. Export: a bundle, proven against its own model"
run glowplug export "$work/digits.onnx" --name digits --output "$work/digits.glow"

step "5. Serve; instances leave after 200 ms without work"
printf '$ glowplug serve %s --http-port 0 --idle-timeout 200ms\n' "$work/digits.glow"
mkfifo "$work/first-line"
glowplug serve "$work/digits.glow" --http-port 0 --idle-timeout 200ms >"$work/first-line" 2>"$work/serve.log" &
server=$!
IFS= read -r line <"$work/first-line" || { cat "$work/serve.log" >&2; exit 1; }
echo "$line"
address=http://${line#listening http=}

step "6. Score the test set through HTTP"
run .venv/bin/python examples/digits/score.py "$address" "$work/test.csv"

step "7. Asleep, then the first answer from zero, then a warm one"
instances() { curl -s "$address/metrics" | awk '/^glowplug_instances\{/ {n += $NF} END {print n + 0}'; }
for _ in $(seq 100); do [ "$(instances)" = 0 ] && break; sleep 0.05; done
[ "$(instances)" = 0 ] || { echo "the function did not fall asleep" >&2; exit 1; }
echo "instances running: $(instances)"
head -n 1 "$work/test.csv" | awk -F, '{printf "[["; for (i = 1; i <= 64; i++) printf "%s%s", $i, i < 64 ? "," : "]]"}' >"$work/one.json"
ask() {
  curl -s -D "$work/headers" -o "$work/answer" -w '%{time_total}' -H 'Content-Type: application/json' --data "@$work/one.json" "$address/predict/digits"
}
for kind in "first answer from zero" "warm answer"; do
  took=$(ask)
  printf '%-24s%6.2f ms   %s\n' "$kind" "$(awk -v s="$took" 'BEGIN {print s * 1000}')" "$(grep -i '^server-timing' "$work/headers" | tr -d '\r')"
done
printf '$ curl --json @one.json %s/predict/digits\n' "$address"
cut -c 1-200 "$work/answer"
printf '\n'

step "8. Stop: nothing is left running"
stop_server
if pgrep -f "$work/digits.glow" >/dev/null; then echo "processes are left:" >&2; pgrep -af "$work/digits.glow" >&2; exit 1; fi
echo "no process left. The bundle stays: glowplug inspect $work/digits.glow"
