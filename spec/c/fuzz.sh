#!/usr/bin/env bash
# Builds the libFuzzer target and runs it for a fixed number of inputs, the same ones every time:
# `fuzz.sh SOURCE_ROOT FOLDER [RUNS]`. A longer hunt: spec/c/fuzz.sh . /tmp/fuzz 100000000
set -uo pipefail
root=$1 folder=$2 runs=${3:-200000}
name="any bytes as a request_uri give a safe URI or a documented error"

echo "1..1"
if ! command -v clang >/dev/null; then
  echo "ok 1 - $name # SKIP clang is not installed"
  exit 0
fi

rm -rf "$folder"
mkdir -p "$folder/corpus"
{
  clang -g -O1 -std=c11 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -I"$root/src" -I"$root/spec/c" "$root"/spec/c/fuzz_offer_uri.c "$root"/src/core/*.c -o "$folder/fuzz" &&
    lua5.4 "$root/spec/c/seeds.lua" "$root/spec/vectors/offer_uri.json" "$folder/corpus" &&
    "$folder/fuzz" -runs="$runs" -seed=1 -max_len=512 -timeout=5 -artifact_prefix="$folder/" "$folder/corpus"
} >"$folder/log" 2>&1
status=$?

if [ "$status" = 0 ]; then
  echo "ok 1 - $name"
else
  echo "not ok 1 - $name"
  tail -n 40 "$folder/log" | sed 's/^/# /'
fi
exit "$status"
