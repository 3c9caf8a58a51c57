#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The tool on cards that lie: each run ends by itself, says why when it failed, and blames no driver.
# shellcheck source=tests/cli/helpers.sh
source "$(dirname "$0")/helpers.sh"

# What a card that writes late to a buffer it has returned may do to an honest virtio card which has been lent that
# buffer since: the header before the frame is in memory that both may write, and only a copy would keep them apart.
scribbled='a packet must not ask for work that was not negotiated'

# ends ARGUMENT...: the run ends with status 0, or with status 1 and a sentence; the summary, when the run
# came that far, knows no violation of the driver's and no lost buffer.
ends() {
    local status=0

    timeout 60 "$tool" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    [ "$status" -le 1 ] || fail "exit status $status: ironring $*"
    [ "$status" -eq 0 ] || mentions '^ironring: .'
    ! grep -Eq 'buffers were lost|do not balance' "$work/err" || fail "lost buffers: ironring $*"
    [ ! -s "$work/out" ] || json ".seconds < 60 and ([.devices[].violations[]] | all(startswith(\"$scribbled\")))"
    ended=$status
}

forwarding_ends_on_cards_that_lie_by_a_seed() {
    local seed=0 failed=0 keys

    all_formats
    while [ "$seed" -lt 8 ] || [ "$seed" -lt "${#formats[@]}" ]; do
        keys=${formats[seed % ${#formats[@]}]}
        seed=$((seed + 1))
        ends fwd --json --idle 0.2 "$card,rx=$data/mptcp-v0.pcap,loop=20$keys,hostile=$seed" \
            "$card$keys,hostile=$((seed + 100))"
        failed=$((failed + ended))
    done
    [ "$failed" -gt 0 ] || fail "no seed has had any effect"
}

each_lie_by_itself_ends() {
    local mode modes=(rx.empty rx.late gone register field link)

    case $card in
    sim:82599 | sim:82574) modes+=(rx.order rx.unlent rx.endless rx.zero rx.long rx.longest rx.random rx.flip tx.huge tx.ahead
        tx.equal tx.back eicr counter) ;;
    sim:virtio) modes+=(used.huge used.foreign used.twice used.random used.flip index.ahead index.back len.zero
        len.short len.long len.max header buffers.zero buffers.many ring.desc ring.avail ack.wrong ack.error
        needs_reset features_ok generation config isr cap.loop cap.range cap.random device_feature) ;;
    esac
    for mode in "${modes[@]}"; do
        ends fwd --json --idle 0.1 "$card,rx=$data/mptcp-v0.pcap,hostile=$mode" "$card"
        ends fwd --json --idle 0.1 "$card,rx=$data/mptcp-v0.pcap" "$card,hostile=$mode:3:2"
    done
}

card_that_breaks_once_is_reset_and_goes_on() {
    local lie

    lie=$(either rx.zero:1:50 used.huge:1:50)
    run 0 fwd --idle 0.2 "$card,rx=$data/mptcp-v0.pcap,hostile=$lie" "$card"
    mentions "^ironring: $card,rx=.*,hostile=$lie broke the ring protocol and is reset\$"
    mentions '^[0-9]+ packets in, [0-9]+ out, [0-9]+ lost, 0 violations, '
}

card_that_always_breaks_is_given_up() {
    run 1 fwd --idle 5 "$card,rx=$data/mptcp-v0.pcap,loop=20,hostile=$(either rx.longest len.long)" "$card"
    mentions ' broke the ring protocol 9 times and is given up$'
    mentions '^0 packets in, 0 out, 0 lost, 0 violations, '
}

lies_that_reach_no_packet_change_none() {
    local mode

    for mode in link $(either 'rx.order rx.unlent eicr' 'header ring.desc ring.avail config isr'); do
        run 0 fwd "$card,rx=$data/mptcp-v0.pcap,hostile=$mode" "$card,tx=$work/out.pcap"
        same "$data/mptcp-v0.pcap" "$work/out.pcap"
        counts 264 264 0
    done
}

card_that_is_gone_is_refused() {
    run 1 fwd "$card,hostile=gone" "$card"
    says "$card,hostile=gone: $(either 'the card does not answer \(all registers read as ones\)' \
        'it does not answer: its configuration space reads all ones'); check that the card .*"
}

bad_lies_are_refused_with_those_that_exist() {
    local value

    for value in '' rx rx.zero:x rx.zero:1: rx.zero:1:2:3 7:1 -1 links; do
        run 1 fwd "$card,hostile=$value" "$card"
        says "hostile=$value: give one seed, or NAME\[:TIMES\[:AFTER\]\], with NAME a register or a way to lie of ironring\(7\)"
    done
    run 1 fwd "$card,hostile=1,hostile=2" "$card"
    says 'hostile=2: give one seed, .*'
}

run_tests \
    forwarding_ends_on_cards_that_lie_by_a_seed \
    each_lie_by_itself_ends \
    card_that_breaks_once_is_reset_and_goes_on \
    card_that_always_breaks_is_given_up \
    lies_that_reach_no_packet_change_none \
    card_that_is_gone_is_refused \
    bad_lies_are_refused_with_those_that_exist
