#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fuzz.sh SECONDS PROGRAM…: runs each fuzzing program for so long, from its seeds in
# tests/fuzz/NAME/ and what earlier runs found; two at a time. Exit 1 if one found a fault: the input
# is kept beside the program.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
seconds=$1
shift

fuzz_one() { # PROGRAM
    local name=${1##*/fuzz_} found seeds
    found=$1.corpus seeds=tests/fuzz/$name
    mkdir -p "$found"
    [ -d "$seeds" ] || seeds=
    if "$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -artifact_prefix="$1." -print_final_stats=1 "$found" ${seeds:+"$seeds"} >"$1.log" 2>&1; then
        printf 'fuzz %-12s %s runs\n' "$name" \
            "$(sed -n 's/^stat::number_of_executed_units: *//p' "$1.log")"
    else
        printf 'fuzz %-12s FAILED\n' "$name"
        tail -n 60 "$1.log"
        return 1
    fi
}

[ $# -gt 0 ] || {
    echo "fuzz: there is nothing in tests/fuzz"
    exit 1
}
code=0
while [ $# -gt 0 ]; do
    fuzz_one "$1" &
    first=$!
    if [ $# -gt 1 ]; then
        fuzz_one "$2" || code=1
        shift
    fi
    wait "$first" || code=1
    shift
done
exit "$code"
