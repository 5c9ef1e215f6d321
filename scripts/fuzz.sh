#!/usr/bin/env bash
# Runs every fuzzer of the fuzz preset, two at a time: those of what strangers send for SECONDS each, those of files that a user has made for a
# third of that. What a crash needs to be seen again is left in build/fuzz/found/.
#
#   scripts/fuzz.sh [SECONDS]       default 60; needs: cmake --preset fuzz && ninja -C build/fuzz fuzzers
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
found=$PWD/build/fuzz/found
mkdir -p "$found"
fuzzers=(build/fuzz/bin/*_fuzz)
[ -x "${fuzzers[0]}" ] || { echo "fuzz: nothing built: cmake --preset fuzz && ninja -C build/fuzz fuzzers" >&2; exit 1; }
[ ${#fuzzers[@]} = "$(git ls-files 'fuzz/*_fuzz.cpp' | wc -l)" ] || { echo "fuzz: not every fuzz/*_fuzz.cpp was built" >&2; exit 1; }

run() {
  local fuzzer=$1 seconds=$2 found=$3 name work
  name=$(basename "$fuzzer" _fuzz)
  case $name in
    http_request | tensor_decoder | binary_extension | records | ring_reply | manifest | image_decode | tokenizer_text | form | table) ;;
    *) seconds=$(((seconds + 2) / 3)) ;;
  esac
  work=$found/$name
  mkdir -p "$work/corpus"
  if "$fuzzer" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 -artifact_prefix="$work/" \
      "$work/corpus" "fuzz/corpus/$name" >"$work/log" 2>&1; then
    echo "fuzz: $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log") inputs, nothing found"
  else
    echo "fuzz: $name FAILED" >&2
    tail -n 60 "$work/log" >&2
    return 1
  fi
}
export -f run
printf '%s\n' "${fuzzers[@]}" | xargs -P 2 -I{} bash -c 'run "$@"' _ {} "$seconds" "$found"
