#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Turns a folder of pages into one C table (daemon/web/assets.h): path, content type, strong ETag
# and bytes of each file. The same files give the same output. usage: embed.sh FOLDER > assets.c
set -euo pipefail
folder=${1:?usage: embed.sh FOLDER}

type_of() {
    case $1 in
        *.html) echo 'text/html; charset=utf-8' ;;
        *.js | *.mjs) echo 'text/javascript; charset=utf-8' ;;
        *.css) echo 'text/css; charset=utf-8' ;;
        *.json) echo 'application/json' ;;
        *.webmanifest) echo 'application/manifest+json' ;;
        *.svg) echo 'image/svg+xml' ;;
        *.png) echo 'image/png' ;;
        *.ico) echo 'image/x-icon' ;;
        *.woff2) echo 'font/woff2' ;;
        *.mp3) echo 'audio/mpeg' ;;
        *.wav) echo 'audio/wav' ;;
        *) echo 'application/octet-stream' ;;
    esac
}

list() { # what `make` finds, less what only tests read
    [ -d "$folder" ] || return 0
    find "$folder" -type f ! -name '*.test.mjs' ! -name '*.md' | LC_ALL=C sort
}

echo '// SPDX-License-Identifier: Apache-2.0'
echo '// Made by tools/embed.sh from the pages: do not edit.'
echo '#include "daemon/web/assets.h"'
n=0
rows=
while IFS= read -r file; do
    path=${file#"$folder"}
    case $path in *[!A-Za-z0-9/._-]*) echo "embed.sh: $path: use only letters, digits, . _ -" >&2; exit 1 ;; esac
    sum=$(sha256sum "$file" | cut -c1-32)
    printf 'static const unsigned char bytes_%d[] = {\n' "$n"
    od -An -v -tu1 -w32 "$file" | sed -E 's/^ +//; s/ +/,/g; s/$/,/'
    echo '0};' # never an empty array
    rows+="    {\"$path\", \"$(type_of "$path")\", \"\\\"$sum\\\"\", bytes_$n, $(stat -c %s "$file")},"$'\n'
    n=$((n + 1))
done < <(list)
echo 'const struct web_asset web_assets[] = {'
printf '%s' "$rows"
echo '    {0},'
echo '};'
echo "const size_t web_asset_count = $n;"
