#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# make test: unit, system and browser tests, one after another; each runs even when another failed.
# Ends with "N passed, N failed" over all of them; exit 1 if any failed or did not run.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tools/tally.sh
. tools/tally.sh

tally_begin
tally_step build make --no-print-directory -j"$(nproc)" all
tally_make unit unit
tally_pytest system "$PWD/build/plain"
tally_node browser "$PWD/build/plain"
tally_end
