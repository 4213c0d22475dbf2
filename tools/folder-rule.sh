#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who may know whom (ARCHITECTURE.md), checked on the includes: prints each line that breaks the
# rule; exit 1 if there is one. `folder-rule.sh --self-test` shows that it can say no.
#
# A room's own files, and the rooms named after it. What a test knows is said by the Makefile, which
# links no more.
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A knows=(
    [common]="common"
    [hall]="hall"
    [plan]="plan hall common"
    [records]="records hall common"
    [forecast]="forecast hall"
    [wire]="wire forecast hall"
    [journal]="journal records hall common"
    [daemon]="daemon journal plan records hall common"
    [tell]="tell wire forecast daemon journal plan records hall common"
    [web]="web wire forecast daemon journal plan records hall common"
    [cli]="cli daemon journal plan records hall common"
    [wiring]="wiring common daemon hall plan records journal forecast wire tell web"
    [display]="display common"
    [audio]="audio common"
    [hardware]="hardware common"
)
# The pure core: what of the C library it may have (stdio for snprintf only, see below). No I/O, no
# clock, no randomness, no libevent.
core_headers="assert errno inttypes limits math stdbool stddef stdint stdio stdlib string"

room_of() { # path
    case $1 in
        common/*) echo common ;;
        daemon/app.[ch] | daemon/main.c) echo wiring ;;
        daemon/hall/*) echo hall ;;
        daemon/*/*) local rest=${1#daemon/}; echo "${rest%%/*}" ;;
        daemon/*) echo daemon ;;
        display/* | audio/* | hardware/*) echo "${1%%/*}" ;;
        *) echo none ;;
    esac
}

check_include() { # file line-number header; prints the fault
    local from to header=$3
    from=$(room_of "$1")
    case $header in
        \"*\")
            header=${header//\"/}
            to=$(room_of "$header")
            [[ $header == */* ]] || { echo "$1:$2: include $header: name it from the root"; return; }
            [[ " ${knows[$from]:-} " == *" $to "* ]] ||
                echo "$1:$2: $from must not know $to ($header)"
            ;;
        *)
            [[ $from == hall ]] || return 0
            header=${header//[<>]/}
            [[ " $core_headers " == *" ${header%.h} "* ]] ||
                echo "$1:$2: hall knows only libc without I/O, clock and randomness (<$header>)"
            ;;
    esac
}

check_tree() {
    grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include' \
        common daemon display audio hardware 2>/dev/null |
        sed -E 's/^([^:]+):([0-9]+):[[:space:]]*#[[:space:]]*include[[:space:]]*(["<][^">]+[">]).*/\1 \2 \3/' |
        while read -r file line header; do
            check_include "$file" "$line" "$header"
        done
    # The core calls nothing that looks at the world, whatever it includes.
    grep -nE '\b(time|clock_gettime|gettimeofday|rand|random|getenv|f?open|f?read|f?write|f?printf|f?puts)\(' \
        daemon/hall/*.c 2>/dev/null | grep -vE '^\S+:[0-9]+:\s*(//|\*|/\*)' |
        sed 's/$/   <- the core must not look at the world/' || true
}

self_test() {
    local no yes
    no=$(check_include daemon/hall/order.c 1 '<time.h>'
         check_include common/log.c 2 '"daemon/hall/hall.h"'
         check_include display/led/led.c 3 '"hardware/pad.h"'
         check_include daemon/wire/view.c 4 '"daemon/journal/journal.h"')
    yes=$(check_include daemon/web/door.c 1 '"daemon/wire/wire.h"'
          check_include daemon/hall/order.c 2 '<string.h>'
          check_include audio/queue.c 3 '"common/bus.h"')
    [[ $(wc -l <<<"$no") -eq 4 && -z $yes ]] || { echo "folder-rule.sh: self test failed"; exit 1; }
}

self_test
[[ ${1:-} == --self-test ]] && exit 0
faults=$(check_tree)
[[ -z $faults ]] || { printf '%s\n' "$faults"; exit 1; }
