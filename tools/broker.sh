#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# broker.sh FOLDER --port P --websocket W [options] <DEVICES: a private mosquitto for one hall.
#
# DEVICES has a line "kind name zone window" for each device ("-" = none), as
# `jiaohao hall show --devices` prints them. Makes in FOLDER: mosquitto.conf, passwords and acl (for
# mosquitto), accounts/NAME (one password each, 0600) and pages ("account:password" lines that the
# daemon lends to board pages). Run it again after a device was added: existing passwords stay.
#
# Every account's name is its client id, so that nobody can take another's place, and an account can
# write only what carries its own name; pages can write nothing. Topics are listed for each account,
# not as patterns: a pattern would hold for pages and readers too.
set -eu
umask 077

usage() {
    cat >&2 <<TEXT
usage: broker.sh FOLDER --port P --websocket W [--address A] [--websocket-address A]
                 [--pages N] [--user NAME] <devices
  --address            where devices connect      (default 127.0.0.1)
  --websocket-address  where board pages connect  (default: the address above)
  --pages              board pages at one time    (default 64)
  --user               whom mosquitto runs as     (default: you)
TEXT
    exit 64
}
die() {
    echo "broker.sh: $1" >&2
    exit 78
}

port='' websocket='' ws_address='' address=127.0.0.1 pages=64 user=$(id -un)
[ $# -gt 0 ] || usage
folder=$1
shift
while [ $# -gt 1 ]; do
    case $1 in
    --port) port=$2 ;;
    --websocket) websocket=$2 ;;
    --address) address=$2 ;;
    --websocket-address) ws_address=$2 ;;
    --pages) pages=$2 ;;
    --user) user=$2 ;;
    *) usage ;;
    esac
    shift 2
done
[ $# -eq 0 ] || usage
: "${ws_address:=$address}"

is_number() { case $1 in '' | *[!0-9]* | ??????*) return 1 ;; esac }
is_number "$port" || usage
is_number "$websocket" || usage
{ is_number "$pages" && [ "$pages" -le 999 ]; } || die "--pages: 0 to 999"
for a in "$address" "$ws_address"; do
    case $a in '' | *[!0-9a-fA-F.:]*) die "$a is no IP address" ;; esac
done
domain() { case $1 in *:*) echo ipv6 ;; *) echo ipv4 ;; esac }

mkdir -p "$folder/accounts"
folder=$(cd "$folder" && pwd)
cd "$folder"
trap 'rm -f passwords.new acl.new pages.new devices.new' EXIT

# --- who there is: kind, name, zone, window ------------------------------------------------------
cat >devices.new
awk '
function bad(why) { printf "broker.sh: line %d: %s\n", NR, why > "/dev/stderr"; failed = 1; exit 78 }
NF == 0 { next }
NF != 4 { bad("a line is: kind name zone window") }
$1 !~ /^(pad|keypad|board|speaker|printer)$/ { bad("\"" $1 "\" is no kind of device") }
$2 !~ /^[a-z0-9-]+$/ || length($2) > 31 { bad("\"" $2 "\": a name has up to 31 of a-z, 0-9, -") }
$2 == "jiaohaod" || $2 == "reader" || $2 ~ /^page-[0-9]+$/ { bad("\"" $2 "\" is taken by the house") }
seen[$2]++ { bad("\"" $2 "\" is there twice") }
$3 !~ /^[A-Za-z0-9_-]+$/ { bad("\"" $3 "\" is no zone") }
$4 !~ /^([0-9]+|-)$/ { bad("\"" $4 "\" is no window") }
' devices.new || exit 78

# --- passwords: kept when there, else new, 192 bits each -------------------------------------------
new_passwords() { # N of them
    od -An -v -tx1 -w24 -N "$(($1 * 24))" /dev/urandom | tr -d ' '
}
accounts=$({ echo jiaohaod && echo reader && awk 'NF { print $2 }' devices.new; })
missing=
for name in $accounts; do
    [ -s "accounts/$name" ] || missing="$missing $name"
done
if [ -n "$missing" ]; then
    # shellcheck disable=SC2086 # a list of words on purpose
    set -- $missing
    new_passwords $# | while read -r password; do
        printf '%s\n' "$password" >"accounts/$1.new"
        mv "accounts/$1.new" "accounts/$1"
        shift
    done
fi
touch pages
new_passwords "$pages" | awk -v most="$pages" '
    FILENAME == "pages" { split($0, word, ":"); kept[word[1]] = word[2]; next }
    { name = sprintf("page-%03d", FNR); print name ":" (name in kept ? kept[name] : $0) }
' pages - >pages.new
# More pages than before keep what they had; fewer give up the last.
mv pages.new pages

for name in $accounts; do
    read -r password <"accounts/$name"
    printf '%s:%s\n' "$name" "$password"
done >passwords.new
cat pages >>passwords.new
mosquitto_passwd -U passwords.new

# --- who may what ----------------------------------------------------------------------------------
{
    cat <<TEXT
# Made by broker.sh. What is not listed is not delivered.
user jiaohaod
topic readwrite jiaohao/#

user reader
topic read jiaohao/+/event/#
topic read jiaohao/+/state/#
topic read jiaohao/+/call/#
TEXT
    awk 'NF {
        kind = $1; name = $2; zone = $3 == "-" ? "+" : $3; window = $4 == "-" ? "+" : $4
        print "\nuser " name
        print "topic write jiaohao/+/device/" name
        print "topic read jiaohao/+/state/hall"
        if (kind == "pad" || kind == "keypad") {
            print "topic write jiaohao/+/command/" name
            print "topic read jiaohao/+/reply/" name
            print "topic read jiaohao/+/state/window/" window
        } else {
            print "topic write jiaohao/+/ack/" name
        }
        if (kind == "keypad") { # the seq of the rating that it is to answer
            print "topic read jiaohao/+/event/rating/asked"
            print "topic read jiaohao/+/event/rating/expired"
        }
        if (kind == "board" || kind == "speaker") {
            print "topic read jiaohao/+/call/" zone
            print "topic read jiaohao/+/state/board/" zone
            print "topic read jiaohao/+/state/board/all"
            print "topic read jiaohao/+/state/window/+"
        }
        if (kind == "printer")
            print "topic read jiaohao/+/print/" name
    }' devices.new
    cut -d: -f1 pages | while read -r name; do
        printf '\nuser %s\n' "$name"
        printf 'topic read jiaohao/+/%s\n' 'state/board/#' state/hall 'call/#'
    done
} >acl.new

# --- the broker itself -----------------------------------------------------------------------------
# A websockets listener ignores its address and listens everywhere unless socket_domain is set;
# use_username_as_clientid holds for the listener above it only.
cat >mosquitto.conf.new <<TEXT
# Made by broker.sh.
user $user
per_listener_settings false
allow_anonymous false
password_file $folder/passwords
acl_file $folder/acl
allow_zero_length_clientid false

persistence true
persistence_location $folder/
persistence_file mosquitto.db
autosave_interval 60
persistent_client_expiration 1d

max_packet_size 70000
max_inflight_messages 64
max_queued_messages 10000
max_queued_bytes 16777216
max_keepalive 300
memory_limit 268435456
set_tcp_nodelay true
sys_interval 0

log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages false

listener $port $address
socket_domain $(domain "$address")
max_connections 1024
use_username_as_clientid true

listener $websocket $ws_address
protocol websockets
socket_domain $(domain "$ws_address")
max_connections 1024
use_username_as_clientid true
TEXT
mv passwords.new passwords
mv acl.new acl
mv mosquitto.conf.new mosquitto.conf
if [ "$user" != "$(id -un)" ]; then # it reads its files and writes mosquitto.db, no more
    chown "$user" . passwords acl mosquitto.conf
fi
