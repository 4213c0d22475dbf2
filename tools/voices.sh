#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# voices.sh FROM TO: renders the default voice packs with espeak-ng: for each language folder of FROM
# (voice.yaml with its rules, words with what to say) a folder of clips and a manifest in TO.
#
# The voice "cmn" of Debian 12 reads pinyin as English; cmn-latn-pinyin reads it as it should. Above
# amplitude 70 the default voice clips. Numbers are given digit by digit: espeak-ng would read 012 as
# 零十二.
set -eu
from=$1 to=$2
command -v espeak-ng >/dev/null || {
    echo "voices.sh: espeak-ng is missing, run make deps" >&2
    exit 1
}
for folder in "$from"/*/; do
    language=$(basename "$folder")
    rm -rf "$to/$language.new"
    mkdir -p "$to/$language.new"
    {
        cat "$folder/voice.yaml"
        echo "words:"
        grep -v '^#' "$folder/words" | while IFS="$(printf '\t')" read -r word voice text; do
            espeak-ng -v "$voice" -a 70 -s 175 -w "$to/$language.new/$word.wav" "$text" </dev/null
            printf '  "%s": %s.wav\n' "$word" "$word"
        done
    } >"$to/$language.new/voice.yaml"
    rm -rf "${to:?}/$language"
    mv "$to/$language.new" "$to/$language"
done
