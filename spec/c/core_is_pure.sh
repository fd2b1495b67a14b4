#!/usr/bin/env bash
# The core decides and touches nothing: `core_is_pure.sh LIBRARY SOURCES` checks that its sources include
# only the headers, and that its objects call only the functions, that are listed here. Lua, libcurl,
# sockets, clocks and randomness are on neither list.
set -uo pipefail
library=$1 sources=$2

headers='stdbool\.h|stddef\.h|stdint\.h|stdlib\.h|string\.h'
functions='free|malloc|calloc|realloc|mem(chr|cmp|cpy|move|set)|str(chr|cmp|len|ncmp)'
# what compilers and sanitizers add
compiler='_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__(asan|ubsan|gcov|sanitizer)_.*'

failed=0
number=0

# prints one result, with what speaks against it
report() {
  number=$((number + 1))
  if [ -z "$2" ]; then
    echo "ok $number - $1"
  else
    echo "not ok $number - $1"
    echo "$2" | sed 's/^/# /'
    failed=1
  fi
}

foreign_includes() {
  grep -nE '^[[:space:]]*#[[:space:]]*include' "$sources"/*.[ch] |
    grep -vE "include[[:space:]]+(<($headers)>|\"[a-z0-9_]+\.h\")"
}

foreign_symbols() {
  local own
  own=$(nm --defined-only --format=posix "$library" 2>/dev/null | awk 'NF > 2 { print $1 }' | sort -u)
  nm --undefined-only --format=posix "$library" 2>/dev/null | awk 'NF > 1 { print $1 }' | sort -u |
    grep -vxE "$functions|$compiler" | grep -vxF "$own"
}

echo "1..3"
report "the core's objects can be read" "$([ -n "$(nm "$library" 2>/dev/null)" ] || echo "no symbols in $library")"
report "the core includes no header but its own and C's plain ones" "$(foreign_includes)"
report "the core calls nothing but memory and string functions" "$(foreign_symbols)"
exit "$failed"
