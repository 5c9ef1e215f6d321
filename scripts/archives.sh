#!/usr/bin/env bash
# Builds fmt, simdjson and prometheus-cpp as archives from Debian's source packages, the versions that are installed, into third_party/archives:
# Debian ships them as shared libraries only, whose loading is a third of the time glowplug-handler takes to start. cmake/glowplug_archives.cmake
# takes what it finds there. scripts/setup.sh calls this; where no sources can be had the build takes the shared libraries.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=third_party/archives
sources=(fmtlib:libfmt-dev simdjson:libsimdjson-dev prometheus-cpp:prometheus-cpp-dev)  # source package:package with the headers
say() { printf 'archives: %s\n' "$*"; }

wanted=$(for pair in "${sources[@]}"; do
  dpkg-query -W -f='${source:Package}=${source:Version}\n' "${pair#*:}"
done; sha256sum "$0")
if [ "$(cat $folder/built 2>/dev/null)" = "$wanted" ]; then say "there"; exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

# apt's own configuration has no sources of source packages; these are the same mirrors, and apt checks what they send by the same keys.
fetch_sources() {
  local lists=$work/sources.list options
  apt-get indextargets --format 'deb-src $(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' | grep ' main$' | sort -u >"$lists"
  mkdir -p "$work/lists/partial" "$work/source"
  options=(-qq -o Dir::Etc::sourcelist="$lists" -o Dir::Etc::sourceparts=- -o Dir::State::Lists="$work/lists"
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update &&
    (cd "$work/source" && apt-get "${options[@]}" source --download-only $(grep = <<<"$wanted"))
}

build() {  # build SOURCE_PACKAGE [OPTION...]; every step by &&, since `set -e` holds in no command that is followed by ||
  local package=$1 tree=$work/$1; shift
  mkdir -p "$tree" &&
    tar xf "$work"/source/"$package"_*.orig.tar.* -C "$tree" --strip-components=1 &&
    cmake -S "$tree" -B "$tree/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
      -DCMAKE_CXX_FLAGS="-ffunction-sections -fdata-sections" -DCMAKE_INSTALL_PREFIX="$work/installed" -DCMAKE_INSTALL_LIBDIR=lib "$@" &&
    ninja -C "$tree/build" install &&
    cp "$tree"/LICENSE* "$work/installed/LICENSE.$package"
}
build_all() {
  build fmtlib -DFMT_TEST=OFF -DFMT_DOC=OFF &&
    build simdjson -DSIMDJSON_EXCLUDE_IMPLEMENTATION=westmere &&
    build prometheus-cpp -DENABLE_PULL=OFF -DENABLE_PUSH=OFF -DENABLE_COMPRESSION=OFF -DENABLE_TESTING=OFF -DGENERATE_PKGCONFIG=OFF
}

say "building fmt, simdjson and prometheus-cpp from Debian's sources (half a minute)"
if ! fetch_sources >"$work/log" 2>&1; then
  say "no sources of $(grep = <<<"$wanted" | tr '\n' ' ')to be had; Debian's shared libraries will do, and glowplug-handler starts 1.5 ms later:" >&2
  tail -n 3 "$work/log" >&2
  rm -rf $folder
  exit 0
fi
build_all >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; say "the build failed" >&2; exit 1; }
rm -rf $folder
mkdir -p third_party
mv "$work/installed" $folder
echo "$wanted" >$folder/built
