#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# compile-commands.sh FLAG…: prints compile_commands.json for every C file of the tree, for clangd
# and clang-tidy.
set -euo pipefail
cd "$(dirname "$0")/.."

quoted() { # a JSON string
    local text=${1//\\/\\\\}
    printf '"%s"' "${text//\"/\\\"}"
}

flags=
for flag in "$@"; do
    flags+="$(quoted "$flag"), "
done
comma=
printf '['
while IFS= read -r file; do
    printf '%s\n{"directory": %s, "file": %s,\n "arguments": ["cc", %s"-c", %s]}' \
        "$comma" "$(quoted "$PWD")" "$(quoted "$file")" "$flags" "$(quoted "$file")"
    comma=,
done < <(git ls-files --cached --others --exclude-standard '*.c' | LC_ALL=C sort)
printf '\n]\n'
