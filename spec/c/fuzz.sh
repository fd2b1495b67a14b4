#!/usr/bin/env bash
# Builds a libFuzzer target and runs it for a fixed number of inputs, the same ones every time:
# `fuzz.sh TARGET SOURCE_ROOT FOLDER [RUNS]`. A longer hunt: spec/c/fuzz.sh http . /tmp/fuzz 10000000
set -uo pipefail
target=$1 root=$2 folder=$3 runs=${4:-200000}

# what the target promises, the longest input, and the vectors to begin with
case "$target" in
  offer_uri) name="any bytes as a request_uri give a safe URI or a documented error" longest=512 vectors=offer_uri ;;
  http) name="any bytes as a response are the same in every split, within the limits" longest=2048 vectors=http_responses ;;
  *) echo "fuzz.sh: no target is called \"$target\"" >&2; exit 2 ;;
esac

echo "1..1"
if ! command -v clang >/dev/null; then
  echo "ok 1 - $name # SKIP clang is not installed"
  exit 0
fi

rm -rf "$folder"
mkdir -p "$folder/corpus"
{
  clang -g -O1 -std=c11 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -I"$root/src" -I"$root/spec/c" "$root/spec/c/fuzz_$target.c" "$root"/src/core/*.c -o "$folder/fuzz" &&
    lua5.4 "$root/spec/c/seeds.lua" "$root/spec/vectors/$vectors.json" "$folder/corpus" &&
    "$folder/fuzz" -runs="$runs" -seed=1 -max_len="$longest" -timeout=5 -artifact_prefix="$folder/" \
      -dict="$root/spec/c/fuzz_$target.dict" "$folder/corpus"
} >"$folder/log" 2>&1
status=$?

if [ "$status" = 0 ]; then
  echo "ok 1 - $name"
else
  echo "not ok 1 - $name"
  tail -n 40 "$folder/log" | sed 's/^/# /'
fi
exit "$status"
