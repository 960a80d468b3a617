# shellcheck shell=bash disable=SC2034 # the lists are used by those who source this
# What the scripts share: messages, the lists of Debian packages, their installation. To be sourced.
# Works in the same way with and without a terminal, and never asks anything.

say() { printf '\n==> %s\n' "$*"; }

# fail MESSAGE WHAT-TO-DO: print both and stop.
fail() {
  printf '\nerror: %s\n       %s\n' "$1" "$2" >&2
  exit 1
}

# What it takes to build and run Tally.
RUNTIME_PACKAGES=(
  g++ cmake ninja-build pkgconf
  libboost-dev nlohmann-json3-dev libyaml-cpp-dev libsimdjson-dev nettle-dev libfmt-dev libcli11-dev
  libhiredis-dev libssl-dev # of the redis backend only, which -DTALLY_PLUGIN_REDIS=OFF leaves out
  libcurl4-openssl-dev libprotozero-dev libzstd-dev zlib1g-dev # of the s2 backend only, which -DTALLY_PLUGIN_S2=OFF leaves out
)

# What it takes to make Debian packages, on top.
PACKAGING_PACKAGES=(dpkg-dev file)

# What the tests need on top.
TEST_PACKAGES=(
  doctest-dev librapidcheck-dev libbenchmark-dev
  redis-server redis-tools abigail-tools libsqlite3-dev cargo
  clang libclang-rt-dev libc++-dev libc++abi-dev ccache shellcheck python3 git
)

# For the official SDK of S2. Other sources of node bring npm along, and don't get on with Debian's.
command -v npm >/dev/null || TEST_PACKAGES+=(nodejs npm)

# Formatting and linting are decided by one version of the tools, the one in Debian 12.
TIDY_PACKAGES=(clang-format-14 clang-tidy-14)

# install_packages NAME...: install what is missing; touch nothing when all is there.
install_packages() {
  local missing=() name as_root=()
  if ! command -v apt-get >/dev/null; then
    fail "this is no Debian: apt-get is missing" "install the equivalents of these packages by hand: $*"
  fi
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "packages are missing, and there is no sudo" "run this as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "Installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq || fail "apt-get update failed" "check the network and /etc/apt/sources.list"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}" >/dev/null ||
    fail "apt-get could not install ${missing[*]}" "look at its message above; Debian 12 and 13 have all of them"
}

# use_ccache: whoever has ccache compiles the same file once, in all trees and in checkouts in other folders.
use_ccache() {
  command -v ccache >/dev/null || return 0
  export CCACHE_DIR=${CCACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/ccache} CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
  export CCACHE_SLOPPINESS=pch_defines,time_macros # what it takes to keep objects made with a precompiled header
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
}

# build DIR [TARGET...]: without a terminal, where a line a file would bury the warnings, with one line a minute.
build() {
  local command=(cmake --build "$1" ${2:+--target "${@:2}"})
  if [ -t 1 ]; then
    "${command[@]}"
    return
  fi
  NINJA_STATUS='@[%f/%t] ' "${command[@]}" | {
    local line quiet_until=0
    while IFS= read -r line; do
      if [[ $line == @\[* ]]; then
        if [ "$SECONDS" -lt "$quiet_until" ]; then continue; fi
        quiet_until=$((SECONDS + 60)) line=${line#@}
      fi
      printf '%s\n' "$line"
    done
  }
}
