#!/bin/sh
# Runs several workers on one machine: `load` fills a PostgreSQL journal, and each `work` takes records from it. With
# several machines, run `load` on one of them, and `work` on each.
#
#   CREDENCO_JOURNAL=postgres://issuer@db.example/credentials examples/pipeline/fleet.sh companies.csv 4
set -eu
: "${CREDENCO_JOURNAL:?name the database, as in postgres://issuer@db.example/credentials}"
source=${1:?which file}
workers=${2:-4}
here=$(dirname "$0")
credenco=${CREDENCO:-credenco}

# Exit codes 4 and 5 mean that some records failed or are unknown; the workers still issue the others.
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
