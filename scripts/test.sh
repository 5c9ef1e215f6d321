#!/usr/bin/env bash
# What has to pass, from a bare Debian 12: set-up, build, unit tests, whole-program tests. A second run builds only what changed.
#
#   scripts/test.sh                 every step but the last
#   scripts/test.sh unit clang      only these
#
#   release   build of what users run and its unit tests, style and declared dependencies
#   e2e       whole programs with real clients, as root and as an ordinary user
#   unit      unit tests, bad inputs and fuzz replay under AddressSanitizer and UndefinedBehaviorSanitizer
#   threads   what is labelled `threads` under ThreadSanitizer
#   clang     clang with -Wthread-safety, and clang-tidy
#   fuzz      every fuzzer for FUZZ_SECONDS (60), or a third of that: scripts/fuzz.sh. Their corpora are replayed by `unit`
set -euo pipefail
cd "$(dirname "$0")/.."
steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=(release e2e unit threads clang)
jobs=$(nproc)
logs=build/logs
mkdir -p "$logs"

say() { printf '\n== %s (%s s so far)\n' "$*" "$SECONDS"; }
build() {  # build PRESET [TARGET...]
  local preset=$1; shift
  local testing=ON  # scripts/demo.sh configures without
  [ "$preset" != fuzz ] || testing=OFF
  cmake --preset "$preset" -DBUILD_TESTING=$testing >"$logs/configure-$preset.log" || { cat "$logs/configure-$preset.log"; return 1; }
  ninja -C "build/$preset" "$@" >"$logs/build-$preset.log" || { grep -vE '^\[[0-9]+/[0-9]+\]' "$logs/build-$preset.log" | tail -n 100; return 1; }
  tail -n 1 "$logs/build-$preset.log"
}

step_release() {
  build release
  git ls-files 'src/*.h' 'src/*.cpp' 'fuzz/*.cpp' 'bench/*.cpp' 'include/*.h' | xargs clang-format-19 --dry-run -Werror
  ctest --test-dir build/release --output-on-failure -j "$jobs" -L unit --no-tests=error | tail -n 8
}
step_e2e() {
  build release
  .venv/bin/python -m pytest tests -q --durations=8
}
step_unit() {
  build dev
  ctest --test-dir build/dev --output-on-failure -j "$jobs" -L unit --no-tests=error | tail -n 8
  GLOWPLUG_BUILD=build/dev .venv/bin/python -m pytest tests/e2e/test_bad_inputs.py -q
}
step_threads() {
  build tsan threads_tests
  ctest --test-dir build/tsan --output-on-failure -j "$jobs" -L threads --no-tests=error | tail -n 8
}
step_clang() { build clang; }
step_fuzz() {
  build fuzz fuzzers
  scripts/fuzz.sh "${FUZZ_SECONDS:-60}"
}

say "set-up"
scripts/setup.sh
for step in "${steps[@]}"; do
  declare -F "step_$step" >/dev/null || { sed -n '4,12s/^# \{0,1\}//p' "$0" >&2; exit 64; }
  say "$step"
  "step_$step"
done
say "all passed: ${steps[*]}"
