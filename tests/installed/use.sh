# shellcheck shell=bash
# Using a plugin, and looking at it. To be sourced.

# need_only FILE NAMES: the libraries that a file needs, but for the loader itself, are just these.
need_only() {
  local found
  found=$(readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^ld-linux' | sort | xargs)
  [ "$found" = "$2" ] || { echo "$1 needs '$found', and is to need '$2'" >&2 && return 1; }
}

# keep_diary FOLDER BACKEND PROGRAM: write and read back a conversation in one process.
keep_diary() {
  local said
  mkdir -p "$1"
  printf 'storage:\n  backend: %s\n' "$2" >"$1/tally.yaml"
  said=$(program=$(realpath "$3") && cd "$1" && "$program" today 'up early' 'to bed late')
  echo "$said"
  [ "$said" = 'today: 2 steps, the last one {"content":"to bed late","role":"user"}' ] ||
    [ "$said" = 'today: 2 steps, the last one {"role":"user","content":"to bed late"}' ]
}

# keep_store FOLDER BACKEND SAMPLES: bring conversations in, read them, and get the same bytes out again.
keep_store() {
  mkdir -p "$1"
  printf 'storage:\n  backend: %s\n  path: store\n' "$2" >"$1/tally.yaml"
  (
    cd "$1" || exit
    tally import "$3"
    tally ls
    tally show tea-order | grep -q Darjeeling
    tally export copy
    diff -r "$3/conversations" copy/conversations
    tally rm greeting --yes
    [ "$(tally ls --json | grep -c greeting)" = 0 ]
  )
}
