# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by tools/test.sh and .ci/run: runs one suite after another, shows its output, and adds up
# what passed and failed. A suite that ends badly without saying how counts as one failure: silence
# is never taken for success.

tally_begin() {
    passed=0 failed=0 summary=
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
}

# tally NAME PASSED FAILED EXIT-CODE SECONDS
tally() {
    local name=$1 p=${2:-0} f=${3:-0} code=$4 took=$5
    if [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; then
        f=1
    fi
    if [ "$code" -eq 0 ] && [ "$((p + f))" -eq 0 ]; then
        f=1 # it ran nothing
    fi
    passed=$((passed + p)) failed=$((failed + f))
    summary+=$(printf '%-28s %5d passed %3d failed %5d s' "$name" "$p" "$f" "$took")$'\n'
}

# The last number before a word in the log: "12 passed" → 12.
tally_number() { # WORD
    grep -oE "[0-9]+ $1" "$log" | tail -n 1 | grep -oE '^[0-9]+' || echo 0
}

tally_run() { # NAME COMMAND…: shows and keeps its output, sets code and took
    local start=$SECONDS
    printf '\n=== %s\n' "$1"
    shift
    "$@" 2>&1 </dev/null | tee "$log"
    code=${PIPESTATUS[0]}
    took=$((SECONDS - start))
}

tally_make() { # NAME MAKE-ARGUMENT…: unit tests, which say "unit: N passed, N failed"
    local name=$1
    shift
    tally_run "$name" make --no-print-directory -j"$(nproc)" "$@"
    tally "$name" "$(tally_number 'passed, [0-9]+ failed')" \
        "$(grep -oE '[0-9]+ failed$' "$log" | tail -n 1 | grep -oE '^[0-9]+' || echo 0)" \
        "$code" "$took"
}

tally_pytest() { # NAME BUILD-FOLDER
    tally_run "$1" env BUILD="$2" /usr/bin/python3 -m pytest -q -n 2 --dist loadscope \
        -p no:cacheprovider tests/system
    local errors
    errors=$(tally_number error)
    tally "$1" "$(tally_number passed)" "$(($(tally_number failed) + errors))" "$code" "$took"
}

tally_node() { # NAME BUILD-FOLDER: the pages' pure modules, and the pages in Chromium
    local tests
    mapfile -t tests < <(find tests/browser display/web -name '*.test.mjs' | LC_ALL=C sort)
    tally_run "$1" env BUILD="$2" node --test --test-reporter=tap "${tests[@]}"
    tally "$1" "$(grep -oE '^# pass [0-9]+' "$log" | tail -n 1 | grep -oE '[0-9]+' || echo 0)" \
        "$(grep -oE '^# fail [0-9]+' "$log" | tail -n 1 | grep -oE '[0-9]+' || echo 0)" \
        "$code" "$took"
}

# A step that either works or not: lint, build, fuzzing.
tally_step() { # NAME COMMAND…
    local name=$1
    tally_run "$@"
    tally "$name" "$((code == 0))" "$((code != 0))" "$code" "$took"
}

tally_end() {
    printf '\n%s%d passed, %d failed\n' "$summary" "$passed" "$failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
