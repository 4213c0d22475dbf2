#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh GROUP…: installs what is missing of these groups of tools/packages; quick when nothing is.
set -eu
cd "$(dirname "$0")/.."
wanted=
for group in "$@"; do
    wanted="$wanted $(sed -n "s/^$group: //p" tools/packages)"
done
# shellcheck disable=SC2086 # a list of words on purpose
there=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null |
    sed -n 's/ installed$//p')
missing=
for package in $wanted; do
    case "
$there
" in *"
$package
"*) continue ;; esac
    # On machines with a Node.js of their own, Debian's is not wanted beside it.
    case $package in nodejs | npm) command -v "${package%js}" >/dev/null 2>&1 && continue ;; esac
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
echo "Installing:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
