#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# demo.sh BUILD: the Quzhou hall on this machine, on loopback only: a private broker and the daemon.
# Everything it makes is in demo/ (DEMO=… names another folder); removing that starts afresh.
# Ctrl-C stops all of it.
set -eu
cd "$(dirname "$0")/.."
build=$1
home=$(realpath -m "${DEMO:-demo}")
hall=${HALL:-docs/halls/quzhou/hall.yaml}
pids=()

# shellcheck disable=SC2317 # called by the trap
stop() {
    trap - INT TERM EXIT
    # The daemon first: it says good-bye on the broker.
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
        kill "${pids[i]}" 2>/dev/null || continue
        wait "${pids[i]}" 2>/dev/null || true
    done
    echo "Stopped. Everything is kept in ${home/#$PWD\//}; make run goes on where it was."
}

die() {
    echo "demo: $1" >&2
    [ -z "${2:-}" ] || tail -n 20 "$2" >&2
    exit 1
}

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Five ports in a row that nobody listens on, kept for the next time if they are still free.
choose_ports() {
    local base last=18080
    [ ! -f "$home/ports" ] || last=$(cat "$home/ports")
    for base in "$last" $(seq 18080 10 18480); do
        for offset in 0 1 2 3 4; do is_free $((base + offset)) || continue 2; done
        echo "$base" >"$home/ports"
        public=$base staff=$((base + 1)) operator=$((base + 2)) mqtt=$((base + 3)) ws=$((base + 4))
        return
    done
    die "no free ports between 18080 and 18484"
}

write_settings() {
    cat >"$home/jiaohao.yaml" <<YAML
# Made by make run. The keys are explained in jiaohao.yaml(5).
hall: hall.yaml
data: data
public_url: http://127.0.0.1:$public
public: {address: 127.0.0.1, port: $public}
staff: {address: 127.0.0.1, port: $staff}
operator: {address: 127.0.0.1, port: $operator}
broker:
  address: 127.0.0.1
  port: $mqtt
  account: jiaohaod
  password_file: broker/accounts/jiaohaod
  pages_port: $ws
  pages_file: broker/pages
YAML
    # A demo is open whenever somebody tries it; a hall keeps its hours.
    [ -f "$home/hall.yaml" ] || { cat "$hall" && printf '\nhours_override: always\n'; } >"$home/hall.yaml"
}

jiaohao() { "$build/jiaohao" -c "$home/jiaohao.yaml" "$@"; }

make_people() {
    [ ! -s "$home/people" ] || return 0
    (
        umask 077
        jiaohao user add kiosk --role kiosk
        for who in "guide guide" "lin staff" "wang staff" "zhao lead" "chen manager" "admin admin"; do
            jiaohao user add "${who% *}" --role "${who#* }"
        done
    ) >"$home/people.new" || die "the demo's people could not be made"
    mv "$home/people.new" "$home/people"
}

start_broker() {
    jiaohao hall show --devices |
        tools/broker.sh "$home/broker" --port "$mqtt" --websocket "$ws" || die "no broker"
    mosquitto -c "$home/broker/mosquitto.conf" >"$home/broker.log" 2>&1 9>&- &
    pids+=($!)
}

start_daemon() {
    "$build/jiaohaod" -c "$home/jiaohao.yaml" 2>"$home/jiaohaod.log" 9>&- &
    pids+=($!)
    for _ in $(seq 100); do
        curl -fs "http://127.0.0.1:$operator/health" >/dev/null 2>&1 && return
        kill -0 "${pids[-1]}" 2>/dev/null || die "the daemon ended:" "$home/jiaohaod.log"
        sleep 0.1
    done
    die "the daemon is not ready after 10 s:" "$home/jiaohaod.log"
}

print_links() {
    local key board
    key=$(sed -n 's/^kiosk .*token //p' "$home/people")
    board=$(cat "$home/broker/accounts/board-legal")
    cat <<TEXT

  The hall is open. · 大厅已开门。

    Take a ticket    取号    http://127.0.0.1:$public/kiosk#key=$key
    Watch the board  屏幕    http://127.0.0.1:$public/board?zone=legal#device=board-legal&key=$board
    Call at window 3 窗口    http://127.0.0.1:$staff/window/3
    Watch the hall   管理    http://127.0.0.1:$staff/manager
    All pages        全部    http://127.0.0.1:$public/

  Sign in at a window with one of these names:
$(grep PIN "$home/people" | sed 's/^/    /')

  Play a visit: take a ticket, sign in at a window that serves it, press Space
  (open, call, start, finish), and watch the board.

  Ctrl-C stops everything.
TEXT
}

mkdir -p "$home"
chmod 700 "$home"
exec 9>"$home/lock"
flock -n 9 || { echo "demo: it is running already; its links were printed there" >&2 && exit 75; }
trap stop EXIT
trap 'exit 0' INT TERM
choose_ports
write_settings
"$build/jiaohaod" -c "$home/jiaohao.yaml" --check >"$home/check.log" || die "the demo's files have faults:" "$home/check.log"
make_people
start_broker
start_daemon
print_links
# Whichever ends first ends the demo.
wait -n "${pids[@]}" || true
die "a program ended by itself; the last lines of its log:" "$home/jiaohaod.log"
