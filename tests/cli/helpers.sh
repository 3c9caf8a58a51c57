# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the end-to-end tests of the tool share. A test file sources this, defines its tests as functions
# whose names are sentences, and ends with: run_tests NAME... The output is TAP (one line a test).
# Arguments of each test file: the tool, the folder with the captures, compare_captures, and which simulated card
# to test with: 82599, which is the default, 82574 or virtio.

set -uo pipefail

tool=$1
# shellcheck disable=SC2034  # the tests use it
data=$2
compare=$3
# shellcheck disable=SC2034
card=sim:${4-82599}
work=$(mktemp -d)
trap 'rm -rf "$work" "$wrapper"' EXIT

# IRONRING_UNDER is a command to run the tool under, such as valgrind.
wrapper=
if [ -n "${IRONRING_UNDER-}" ]; then
    wrapper=$(mktemp)
    printf '#!/bin/sh\nexec %s %q "$@"\n' "$IRONRING_UNDER" "$tool" >"$wrapper"
    chmod +x "$wrapper"
    tool=$wrapper
fi

# fail MESSAGE: end the test that is running.
fail() {
    echo "# $*"
    [ ! -s "$work/err" ] || sed 's/^/#   stderr: /' "$work/err"
    exit 1
}

# either A B [C]: A with an 82599, B with a virtio card, C with an 82574 (when left out: A).
either() {
    case $card in
    sim:82599) echo "$1" ;;
    sim:82574) echo "${3-$1}" ;;
    sim:virtio) echo "$2" ;;
    *) fail "there is no card $card" ;;
    esac
}

# all_formats: keys for each kind of rings and registers that the card can have, a line each, in $formats.
all_formats() {
    local transport packed in_order mrg_rxbuf

    formats=('')
    [ "$card" = sim:virtio ] || return 0
    for transport in modern legacy transitional; do
        for packed in off on; do
            # virtio has no packed rings behind legacy registers
            [ "$transport/$packed" != legacy/on ] || continue
            for in_order in off on; do
                for mrg_rxbuf in off on; do
                    formats+=(",transport=$transport,packed=$packed,in_order=$in_order,mrg_rxbuf=$mrg_rxbuf")
                done
            done
        done
    done
    formats+=(',transport=legacy,any_layout=off' ',event_idx=off' ',event_idx=off,packed=on' ',control=off'
        ',platform=off' ',shuffle=on' ',shuffle=on,packed=on' ',poll=on' ',pairs=4' ',queue_size=64'
        ',queue_size=32768' ',transport=legacy,queue_size=4096')
}

# run STATUS ARGUMENT...: run the tool, keep its output in $work/out and $work/err, check its status.
run() {
    local expected=$1 status=0

    shift
    timeout 60 "$tool" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    [ "$status" -eq "$expected" ] || fail "exit status $status, not $expected: ironring $*"
}

# says PATTERN: standard error is one line, "ironring: ", then what matches the extended regular expression.
says() {
    [ "$(wc -l <"$work/err")" -eq 1 ] || fail "not one line on standard error"
    grep -Eqx "ironring: $1" "$work/err" || fail "standard error does not say: $1"
}

# mentions PATTERN: a line of standard error matches.
mentions() {
    grep -Eq "$1" "$work/err" || fail "standard error does not mention: $1"
}

# counts IN OUT LOST: what the summary on standard error says, without violations.
counts() {
    grep -Eq "^$1 packets [a-z]+, $2 [a-z]+, $3 lost, 0 violations, " "$work/err" ||
        fail "the summary is not: $1 in, $2 out, $3 lost, 0 violations"
}

# json FILTER: the jq filter is true of the last line of standard output.
json() {
    tail -n 1 "$work/out" | jq -e "$1" >"$work/jq" 2>&1 || fail "not true: $1 of $(tail -n 1 "$work/out")"
}

# same [--touched] IN OUT: OUT is what a forwarder must make of IN.
same() {
    "$compare" "$@" >"$work/compared" || fail "the captures differ: $(cat "$work/compared")"
}

# text FILE OPTION...: what tcpdump says of the capture, in $work/text.
text() {
    tcpdump -nr "$@" >"$work/text" 2>/dev/null
}

# frames FILE: how many frames are in the capture.
frames() {
    tcpdump -nr "$1" 2>/dev/null | wc -l
}

# run_tests NAME...: run the functions, each in a subshell, and print a TAP line for each.
run_tests() {
    local name number=0 failed=0

    echo "1..$#"
    for name in "$@"; do
        number=$((number + 1))
        rm -rf "${work:?}"/*
        if ("$name"); then
            echo "ok $number - ${name//_/ }"
        else
            echo "not ok $number - ${name//_/ }"
            failed=1
        fi
    done
    return "$failed"
}
