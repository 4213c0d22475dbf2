#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs unit test programs one after another; ends with "N passed, N failed" over all of them.
set -u
passed=0 failed=0 broken=0
for program in "$@"; do
    out=$("$program" 2>&1)
    code=$?
    p=$(printf '%s\n' "$out" | grep -c '^\[       OK \]')
    # A failed test is named twice: where it failed and at the end.
    f=$(printf '%s\n' "$out" | grep '^\[  FAILED  \] [^0-9]' | sort -u | grep -c .)
    passed=$((passed + p))
    if [ "$code" -ne 0 ]; then
        [ "$f" -gt 0 ] || f=1
        failed=$((failed + f)) broken=1
        printf '%s\n' "--- $program (exit $code)" "$out"
    else
        printf '%s\n' "$out" | grep '^# ' || true # figures a test wants to be seen
    fi
done
printf 'unit: %d passed, %d failed\n' "$passed" "$failed"
exit "$broken"
