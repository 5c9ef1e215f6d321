#!/usr/bin/env bash
# Installs what a Debian 12 machine lacks to build, try and test Glowplug. Safe to run again: what is there is left alone.
#
#   scripts/setup.sh            everything: compilers, libraries, the engine, what the tests use
#   scripts/setup.sh --build    only what building and serving need
#   scripts/setup.sh --demo     that, and the Python packages of scripts/demo.sh
set -euo pipefail
cd "$(dirname "$0")/.."

build_packages=(ca-certificates ccache cmake flatbuffers-compiler g++ git libboost1.81-dev libcli11-dev libcsv-dev libcurl4-openssl-dev libflac-dev libflatbuffers-dev libfmt-dev libgif-dev
  libhowardhinnant-date-dev libjpeg62-turbo-dev libminizip-dev libogg-dev libpcre2-dev libpng-dev libpython3.11-dev libseccomp-dev libsimdjson-dev libsqlite3-dev libssl-dev
  libwebp-dev libyaml-cpp-dev ninja-build nlohmann-json3-dev pkg-config prometheus-cpp-dev python3-pip unzip zlib1g-dev)
demo_packages=(curl procps python3-venv)
test_packages=(clang-19 clang-format-19 clang-tidy-19 fish gzip iproute2 libclang-rt-19-dev libgtest-dev man-db prometheus qemu-user-static
  strace util-linux zsh)

ort_version=1.28.0
case $(uname -m) in
  x86_64)
    ort_platforms=(--platform manylinux_2_27_x86_64 --platform manylinux_2_28_x86_64)
    ort_wheel_sha256=a166b78ee04f3a37fa1ef82034b6a3ce96d9684e582d4d30b296de83e9998bb5
    ;;
  aarch64)
    ort_platforms=(--platform manylinux_2_27_aarch64 --platform manylinux_2_28_aarch64)
    ort_wheel_sha256=8d66f9ceb29909c70839e4e4fb3435c7b490050d8f162bd5f3aba4ca01ee517f
    ;;
  *) echo "setup: no ONNX Runtime library is known for $(uname -m); x86_64 and aarch64 are" >&2; exit 1 ;;
esac

say() { printf 'setup: %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else say "needs root to run: $*" >&2; say "run this script as root, or install sudo" >&2; exit 1
  fi
}

install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  if [ ${#missing[@]} = 0 ]; then say "Debian packages: all $# are there"; return; fi
  say "Debian packages: installing ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The library comes out of ONNX Runtime's own wheel, whose sha256 pip checks; its own sha256 is written down, so that later runs notice a change.
install_engine() {
  local folder=third_party/onnxruntime library=libonnxruntime.so.$ort_version
  if (cd "$folder" 2>/dev/null && sha256sum --status -c SHA256SUMS 2>/dev/null); then
    say "engine: ONNX Runtime $ort_version is there"; return
  fi
  say "engine: fetching ONNX Runtime $ort_version (19 MB)"
  local work
  work=$(mktemp -d)
  echo "onnxruntime==$ort_version --hash=sha256:$ort_wheel_sha256" >"$work/requirements.txt"
  /usr/bin/python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.11 "${ort_platforms[@]}" \
    --require-hashes -r "$work/requirements.txt" -d "$work"
  mkdir -p "$folder"
  unzip -qjo "$work"/onnxruntime-*.whl 'onnxruntime/capi/libonnxruntime.so.*' onnxruntime/LICENSE onnxruntime/ThirdPartyNotices.txt -d "$folder"
  chmod 755 "$folder/$library"
  (cd "$folder" && sha256sum "$library" LICENSE ThirdPartyNotices.txt >SHA256SUMS)
  printf 'ONNX Runtime %s, MIT license, from the PyPI wheel with sha256 %s\n' "$ort_version" "$ort_wheel_sha256" >"$folder/ORIGIN"
  rm -rf "$work"
}

install_python() {
  local wanted stamp=.venv/requirements.sha256
  wanted=$(sha256sum scripts/requirements.txt)
  if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then say "Python packages: there"; return; fi
  say "Python packages: installing into .venv ($(grep -c == scripts/requirements.txt) packages)"
  /usr/bin/python3 -m venv --clear .venv  # of Debian, whatever else stands first in PATH
  .venv/bin/pip install -q --disable-pip-version-check -r scripts/requirements.txt
  echo "$wanted" >"$stamp"
}

command -v apt-get >/dev/null || { say "this script knows Debian 12; elsewhere install: ${build_packages[*]}" >&2; exit 1; }
case ${1:-} in
  --build) install_packages "${build_packages[@]}"; scripts/archives.sh; install_engine ;;
  --demo) install_packages "${build_packages[@]}" "${demo_packages[@]}"; scripts/archives.sh; install_engine; install_python ;;
  '') install_packages "${build_packages[@]}" "${demo_packages[@]}" "${test_packages[@]}"; scripts/archives.sh; install_engine; install_python ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac
