#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what tests/browser needs from npm, as package-lock.json says; quick when it is there.
set -eu
cd "$(dirname "$0")/.."
[ -f package-lock.json ] || exit 0
stamp=node_modules/.jiaohao-lock
if [ -f "$stamp" ] && cmp -s package-lock.json "$stamp"; then
    exit 0
fi
command -v npm >/dev/null 2>&1 || {
    echo "npm is missing: install nodejs and npm" >&2
    exit 1
}
# Browsers come from Debian, not from a download of playwright's.
PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error
cp package-lock.json "$stamp"
