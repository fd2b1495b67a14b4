#!/bin/sh
# A fleet on one machine: fills a PostgreSQL journal and lets workers empty it together. On several machines the
# `work` command runs on each of them, and `load` on one.
#
#   CREDENCO_JOURNAL=postgres://issuer@db.example/credentials examples/pipeline/fleet.sh companies.csv 4
set -eu
: "${CREDENCO_JOURNAL:?name the database, as in postgres://issuer@db.example/credentials}"
source=${1:?which file}
workers=${2:-4}
here=$(dirname "$0")
credenco=${CREDENCO:-credenco}

# 4 and 5 say that some records are failed or unknown: the others are issued all the same.
filled=0
$credenco load "$here/company.lua" "$source" || filled=$?
case $filled in 0 | 4 | 5) ;; *) exit "$filled" ;; esac

pids=
while [ "$workers" -gt 0 ]; do
  $credenco work "$here/company.lua" --progress lines &
  pids="$pids $!"
  workers=$((workers - 1))
done

status=0
for pid in $pids; do
  wait "$pid" || status=$?
done
$credenco report "$here/company.lua"
exit "$status"
