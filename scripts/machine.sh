# shellcheck shell=bash
# A machine that has nothing: a minimal Debian made by debootstrap, entered by chroot. To be sourced after lib.sh, by a
# script that is given a release of Debian. Needs root.
#
# Mirror, proxy, certificates and passwords are those of this machine's apt. The bare system is kept for a week in
# ${XDG_CACHE_HOME:-~/.cache}/tally-ci, as are the compiled objects; the machine made from it is new each time and removed
# at the end.

# own_mounts "$0" "$@": start the script again in a mount namespace of its own. Whatever happens, no mount is left
# behind, so that removing a root is safe.
own_mounts() {
  [ -z "${TALLY_FRESH_NAMESPACE:-}" ] || return 0
  [ "$(id -u)" -eq 0 ] || fail "this needs root" "run: sudo $*"
  TALLY_FRESH_NAMESPACE=1 exec unshare --mount "$@"
}

# start_machine bookworm|trixie: make one, and set $root and $cache.
start_machine() {
  local dist=$1 bare
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/tally-ci
  bare=$cache/$dist.tar
  mkdir -p "$cache/ccache-$dist"
  root=$(mktemp -d "${TMPDIR:-/tmp}/tally-fresh-$dist.XXXXXX")
  trap 'umount --recursive --lazy "$root"/{proc,dev,cache} 2>/dev/null || true; rm -rf --one-file-system "$root"' EXIT
  if [ -z "$(find "$bare" -mtime -7 2>/dev/null)" ]; then
    say "$dist: making a bare system"
    command -v debootstrap >/dev/null || install_packages debootstrap
    make_bare "$dist" "$bare"
  else
    tar -C "$root" --numeric-owner -xf "$bare"
  fi
  chmod 755 "$root" # apt reads and writes there as a user of its own
  echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io" # no need to survive a loss of power
  copy_network_settings
  mkdir -p "$root/cache"
  mount --bind "$cache/ccache-$dist" "$root/cache"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
}

# inside COMMAND...: run it in the machine.
inside() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 CCACHE_DIR=/cache \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    chroot "$root" "$@" </dev/null
}

# The archive that this machine's own apt gets Debian from. The dollar in the format is apt's.
# shellcheck disable=SC2016
mirror() {
  local ask=(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main')
  [ -n "$("${ask[@]}")" ] || apt-get update -qq
  [ -n "$("${ask[@]}")" ] || fail "apt knows no Debian archive" "check /etc/apt/sources.list"
  "${ask[@]}" | head -n 1
}

# make_bare DIST FILE: a minimal system in $root, and as a tar file. With ccache, so that what was compiled last time is not
# compiled again; it brings nothing that a build asks for.
make_bare() {
  local dist=$1 file=$2 http='' https=''
  eval "$(apt-config shell http Acquire::http::Proxy https Acquire::https::Proxy)"
  [ -z "$http" ] || export http_proxy=$http
  [ -z "$https" ] || export https_proxy=$https
  debootstrap --variant=minbase --include=ccache "$dist" "$root" "$(mirror)" >"$cache/$dist.log" 2>&1 || {
    tail -n 20 "$cache/$dist.log" >&2
    fail "debootstrap failed" "the whole log is $cache/$dist.log"
  }
  rm -f "$root"/var/cache/apt/archives/*.deb
  tar -C "$root" --numeric-owner -cf "$file.$$" .
  mv "$file.$$" "$file"
}

# What apt and the network need in there: settings of this machine, and nothing that helps a build.
copy_network_settings() {
  local file
  apt-config dump | grep -E '^Acquire::(https?|ftp|Check|Force|Retries)' >"$root/etc/apt/apt.conf.d/99host" || true
  for file in /etc/apt/auth.conf /etc/apt/auth.conf.d /etc/ssl/certs/ca-certificates.crt /etc/resolv.conf /etc/hosts; do
    [ -e "$file" ] || continue
    mkdir -p "$root$(dirname "$file")"
    cp -rL "$file" "$root$(dirname "$file")/"
  done
}
