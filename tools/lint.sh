#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make lint: every check that needs no running house. All checks run; each fault is printed; the
# last line counts the checks. `lint.sh NAME…` runs only these.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
jobs=$(nproc)
work=build/lint
mkdir -p "$work"

files() { # PATTERN…: tracked and new files, not the ignored ones, not what others wrote
    git ls-files --cached --others --exclude-standard -- "$@" ':!:*/vendor/*' | LC_ALL=C sort -u |
        while IFS= read -r file; do [ -f "$file" ] && printf '%s\n' "$file"; done
}

check_format() {
    files '*.c' '*.h' | xargs -r -n 40 -P "$jobs" clang-format --dry-run -Werror
}

# One file through clang-tidy, unless nothing that it may depend on has changed since it was clean.
tidy_one() {
    local stamp=build/lint/tidy/$1.ok
    [ "$stamp" -nt "$1" ] && [ "$stamp" -nt .clang-tidy ] &&
        [ -z "$(find common daemon display audio hardware -name '*.h' -newer "$stamp" -print -quit)" ] &&
        return 0
    local said
    if ! said=$(clang-tidy --quiet -p . "$1" 2>/dev/null) || [ -n "$said" ]; then
        printf '%s\n' "$said"
        return 1
    fi
    mkdir -p "$(dirname "$stamp")" && : >"$stamp"
}

check_tidy() {
    files 'common/*.c' 'daemon/*.c' 'display/*.c' 'audio/*.c' 'hardware/*.c' |
        xargs -r -n 1 -P "$jobs" tools/lint.sh --tidy
}

check_cppcheck() {
    mkdir -p "$work/cppcheck"
    files 'common/*.c' 'daemon/*.c' 'display/*.c' 'audio/*.c' 'hardware/*.c' >"$work/cppcheck.files"
    [ -s "$work/cppcheck.files" ] || return 0
    # unknownMacro: cmocka's and libevent's own; the compiler knows better.
    cppcheck --quiet --std=c11 --language=c -I. -D_GNU_SOURCE -j "$jobs" \
        --cppcheck-build-dir="$work/cppcheck" --enable=warning,performance,portability \
        --suppress=missingIncludeSystem --suppress=unknownMacro --inline-suppr \
        --error-exitcode=1 --file-list="$work/cppcheck.files"
}

check_folders() {
    tools/folder-rule.sh
}

check_shell() {
    files '*.sh' '.ci/run' 'hooks/*' | xargs -r shellcheck -x
}

check_man() {
    local page said code=0
    for page in $(files 'docs/man/*'); do
        said=$(mandoc -T lint -W warning "$page" 2>&1) || code=1
        [ -z "$said" ] || { printf '%s\n' "$said"; code=1; }
    done
    return "$code"
}

# verify exits 0 on an unknown key: any output is a fault. The program is not installed here, so
# its place is taken by one that is.
check_units() {
    local unit copy said code=0
    mkdir -p "$work/units"
    for unit in $(files 'systemd/*.service'); do
        copy=$work/units/$(basename "$unit")
        sed -E 's|^(Exec[A-Za-z]+=[-+!@:]*)/usr/bin/jiaohao[a-z-]*|\1/bin/true|' "$unit" >"$copy"
        said=$(systemd-analyze verify --man=no --recursive-errors=no "$PWD/$copy" 2>&1)
        [ -z "$said" ] || { printf '%s\n' "$said"; code=1; }
        if ! said=$(systemd-analyze security --offline=true --threshold=15 "$PWD/$copy" 2>&1); then
            printf '%s\n%s is more exposed than 1.5\n' "$said" "$unit"
            code=1
        fi
    done
    for unit in $(files 'systemd/*.sysusers'); do
        systemd-sysusers --dry-run "$PWD/$unit" >/dev/null || code=1
    done
    return "$code"
}

check_licence() {
    local file code=0
    while IFS= read -r file; do
        case $file in
            LICENSE | VERSION | *.json | *.csv | *.png | *.svg | *.ico | *.woff2 | .gitignore | .npmrc | .clang-format) continue ;;
            tests/fuzz/*/* | */data/*.txt) continue ;; # inputs, byte for byte
        esac
        head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
            { echo "$file: no SPDX line"; code=1; }
    done < <(files)
    return "$code"
}

# Nothing in the tree may name the machine it was written on, or where packages are fetched from.
check_places() {
    local hosts='registry\.npm|regist''ry\.npmjs|npmm''irror|pypi\.o''rg|files\.pythonh''osted'
    local paths='(^|[^A-Za-z0-9_.])/(ro''ot|ho''me/[a-z]+|wo''rk|tmp/bash_jobs)/'
    ! files | grep -v '^LICENSE$' | xargs -r grep -nIE "$hosts|$paths"
}

check_pages() {
    local file code=0
    command -v node >/dev/null || return 0
    while IFS= read -r file; do
        node --check "$file" || code=1
    done < <(files 'display/web/*.js' 'display/web/*.mjs' 'tests/browser/*.mjs')
    return "$code"
}

check_python() {
    # From memory, so that no __pycache__ is left.
    files '*.py' | /usr/bin/python3 -c '
import sys
bad = 0
for path in sys.stdin.read().split():
    try:
        compile(open(path, encoding="utf-8").read(), path, "exec")
    except SyntaxError as error:
        print(f"{path}:{error.lineno}: {error.msg}")
        bad = 1
sys.exit(bad)'
}

check_lengths() { # a hint, never a fault: what should be split by idea
    local file lines
    while IFS= read -r file; do
        lines=$(wc -l <"$file")
        [ "$lines" -le 500 ] || echo "hint: $file has $lines lines"
    done < <(files '*.c')
    return 0
}

if [ "${1:-}" = --tidy ]; then
    tidy_one "$2"
    exit
fi
all="format folders licence places shell man units python pages cppcheck tidy lengths"
passed=0 failed=0 checks=()
[ $# -gt 0 ] || read -ra checks <<<"$all"
for name in "$@" "${checks[@]}"; do
    start=$SECONDS
    if out=$("check_$name" 2>&1); then
        passed=$((passed + 1))
        mark=ok
    else
        failed=$((failed + 1))
        mark=FAILED
    fi
    printf '%-9s %-6s %3d s\n' "$name" "$mark" "$((SECONDS - start))"
    [ -z "$out" ] || head -n "${LINES_SHOWN:-100}" <<<"$out"
done
printf 'lint: %d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
