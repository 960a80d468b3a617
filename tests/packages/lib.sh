# shellcheck shell=bash
# What the parts of the trial share. To be sourced.
# shellcheck source=tests/installed/use.sh
. /trial/use.sh
# Where Debian has the plugins; used by those who source this.
# shellcheck disable=SC2034
plugins=/usr/lib/$(dpkg --print-architecture | sed 's/amd64/x86_64/; s/arm64/aarch64/')-linux-gnu/tally/plugins

# install_quietly PACKAGE...: as an administrator would, and say what came.
install_quietly() {
  local before
  before=$(mktemp)
  dpkg-query -f '${Package}\n' -W | sort >"$before"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o Dpkg::Use-Pty=0 "$@" >/tmp/apt.log 2>&1 || {
    tail -n 20 /tmp/apt.log
    exit 1
  }
  came=$(dpkg-query -f '${Package}\n' -W | sort | comm -13 "$before" - | xargs)
  echo "apt-get install $*: $came"
}

# without PATTERN: that none of the packages installed last is called so.
without() {
  if grep -qE "(^| )($1)" <<<"$came"; then
    echo "came with it, and should not have: $(tr ' ' '\n' <<<"$came" | grep -E "^($1)" | xargs)"
    exit 1
  fi
}
