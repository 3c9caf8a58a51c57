#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Each subcommand on simulated cards: what it does, counts, prints and how it ends.
# shellcheck source=tests/cli/helpers.sh
source "$(dirname "$0")/helpers.sh"

real_captures_cross_two_cards_unchanged() {
    local name keys

    all_formats
    for name in mptcp-v0 ssh geneve vrrp ptp_ethernet; do
        for keys in "${formats[@]}"; do
            run 0 fwd "$card,rx=$data/$name.pcap$keys" "$card,tx=$work/out.pcap$keys"
            same "$data/$name.pcap" "$work/out.pcap"
            counts "$(frames "$data/$name.pcap")" "$(frames "$data/$name.pcap")" 0
        done
    done
}

cards_of_two_makes_forward_to_each_other() {
    run 0 fwd --json "sim:82599,rx=$data/mptcp-v0.pcap,tx=$work/a.pcap" \
        "sim:virtio,rx=$data/vrrp.pcap,tx=$work/b.pcap"
    same "$data/mptcp-v0.pcap" "$work/b.pcap"
    same "$data/vrrp.pcap" "$work/a.pcap"
    json '.packets_in == 429 and .packets_out == 429 and .packets_lost == 0 and .violations == 0'
}

both_directions_are_forwarded() {
    run 0 fwd --json "$card,rx=$data/mptcp-v0.pcap,tx=$work/a.pcap" \
        "$card,rx=$data/vrrp.pcap,tx=$work/b.pcap"
    same "$data/mptcp-v0.pcap" "$work/b.pcap"
    same "$data/vrrp.pcap" "$work/a.pcap"
    json '.flows[0].packets == 264 and .flows[1].packets == 165'
    json '.packets_in == 429 and .packets_out == 429 and .packets_lost == 0 and .violations == 0'
}

every_burst_and_ring_size_forwards_everything() {
    local burst ring

    for burst in 1 2 31 64 256; do
        for ring in 64 256 4096; do
            run 0 fwd --burst "$burst" --ring "$ring" "$card,rx=$data/mptcp-v0.pcap" \
                "$card,tx=$work/out.pcap"
            same "$data/mptcp-v0.pcap" "$work/out.pcap"
        done
    done
}

smallest_pool_forwards_everything() {
    run 0 fwd --ring 64 --burst 1 --pool 129 "$card,rx=$data/mptcp-v0.pcap" \
        "$card,tx=$work/out.pcap"
    same "$data/mptcp-v0.pcap" "$work/out.pcap"
}

private_copies_forward_generate_and_capture_everything() {
    run 0 fwd --private --touch "$card,rx=$data/mptcp-v0.pcap" "$card,tx=$work/out.pcap"
    same --touched "$data/mptcp-v0.pcap" "$work/out.pcap"
    counts 264 264 0
    run 0 capture --private "$card,rx=$data/ssh.pcap" "$work/a.pcap"
    same "$data/ssh.pcap" "$work/a.pcap"
    run 0 gen --private --count 1k --seed 7 "$card,tx=$work/b.pcap"
    run 0 gen --count 1k --seed 7 "$card,tx=$work/c.pcap"
    same "$work/b.pcap" "$work/c.pcap"
}

touch_increments_byte_48() {
    run 0 fwd --touch "$card,rx=$data/mptcp-v0.pcap" "$card,tx=$work/out.pcap"
    same --touched "$data/mptcp-v0.pcap" "$work/out.pcap"
}

count_ends_a_run_exactly() {
    run 0 fwd --count 100 "$card,rx=$data/mptcp-v0.pcap" "$card,tx=$work/out.pcap"
    mentions '^100 packets in, 100 out, '
    [ "$(frames "$work/out.pcap")" -eq 100 ] || fail "not 100 frames in the capture"
}

duration_ends_a_run() {
    run 0 gen --json --duration 0.3 --rate 1000 "$card,tx=$work/out.pcap"
    json '.seconds >= 0.3 and .packets_out > 0 and .packets_out <= .seconds * 1000'
}

# slow_traffic OPTION...: forward packets that come one by one, for longer than any start of the tool takes.
slow_traffic() {
    run 0 fwd --json "$@" --idle 0.3 "$card,wire=gen,count=200,rate=1000" "$card,wire=memory"
    json '.packets_in > 0 and .packets_lost == 0'
}

each_way_of_waiting_forwards_everything() {
    local how attempt
    local timed='.wait.sleeps > 0 and .wait.wakes == 0 and .wait.timed == .wait.sleeps'
    local woken='.wait.sleeps > 0 and .wait.wakes > 0'

    for how in adaptive interrupt; do
        # On a busy machine the card's thread is late, its interrupts count as lost, and nobody listens for a while.
        for attempt in 1 2 3; do
            slow_traffic --wait "$how"
            if [ "$attempt" -eq 3 ] || tail -n 1 "$work/out" | jq -e "$woken" >"$work/jq"; then
                break
            fi
        done
        json "$woken"
    done
    slow_traffic --wait poll
    json '.wait == null'
    run 0 capture --json --idle 0.2 "$card,wire=memory,vectors=0" "$work/out.pcap"
    json "$timed"
}

idle_ends_a_run() {
    run 0 fwd --idle 0.2 "$card,wire=memory" "$card,wire=memory"
    counts 0 0 0
}

gen_sends_the_same_packets_for_the_same_seed() {
    run 0 gen --count 1k --flows 300 --size 100 --seed 7 "$card,tx=$work/a.pcap"
    counts 1000 1000 0
    run 0 gen --count 1k --flows 300 --size 100 --seed 7 --burst 3 "$card,tx=$work/b.pcap"
    same "$work/a.pcap" "$work/b.pcap"
    run 0 gen --count 1k --flows 300 --size 100 --seed 8 "$card,tx=$work/c.pcap"
    ! "$compare" "$work/a.pcap" "$work/c.pcap" >"$work/compared" || fail "the seed has no effect"
}

gen_packets_are_correct_udp_of_each_flow() {
    run 0 gen --count 20k --flows 300 --size 100 --to 02:00:00:00:00:77 "$card,tx=$work/a.pcap"
    text "$work/a.pcap" -ev
    ! grep -q 'bad cksum' "$work/text" || fail "wrong checksums"
    [ "$(grep -c '> 02:00:00:00:00:77, .* length 100: ' "$work/text")" -eq 20000 ] || fail "headers"
    [ "$(grep -Eo '198\.18\.0\.[0-9]+\.[0-9]+ > 198\.19\.0\.1\.9: UDP, length 58' "$work/text" |
        sort -u | wc -l)" -eq 300 ] || fail "not 300 flows"
}

gen_sends_frames_as_long_as_the_card_takes() {
    local size

    size=$(either 9724 9724 9230)
    run 0 gen --count 100 --size "$size" --buffer 16384 "$card,tx=$work/a.pcap"
    counts 100 100 0
    text "$work/a.pcap" -e
    [ "$(grep -c " length $size: " "$work/text")" -eq 100 ] || fail "not 100 frames of $size bytes"
}

gen_keeps_its_rate() {
    run 0 gen --json --rate 2000 --count 1000 "$card,tx=$work/a.pcap"
    json '.packets_out == 1000 and .seconds > 0.49 and .seconds < 5'
}

capture_writes_pcap_with_nanoseconds() {
    run 0 capture "$card,rx=$data/mptcp-v0.pcap" "$work/a.pcap"
    counts 264 264 0
    same "$data/mptcp-v0.pcap" "$work/a.pcap"
    [ "$(od -An -tx4 -N4 "$work/a.pcap")" = " a1b23c4d" ] || fail "no nanosecond magic"
}

capture_writes_pcapng_that_others_read() {
    run 0 capture "$card,rx=$data/mptcp-v0.pcap" "$work/a.pcapng"
    counts 264 264 0
    same "$data/mptcp-v0.pcap" "$work/a.pcapng"
    [ "$(od -An -tx4 -N4 "$work/a.pcapng")" = " 0a0d0d0a" ] || fail "no section header"
    # time stamps are of today, in nanoseconds
    text "$work/a.pcapng" -tttt --time-stamp-precision=nano
    grep -Eq "^20[0-9]{2}-[0-9-]+ [0-9:]+\.[0-9]{9} " "$work/text" || fail "no time stamps"
    run 0 capture --format pcapng "$card,rx=$work/a.pcapng" "$work/b.pcap"
    [ "$(od -An -tx4 -N4 "$work/b.pcap")" = " 0a0d0d0a" ] || fail "--format has no effect"
    same "$data/mptcp-v0.pcap" "$work/b.pcap"
}

capture_keeps_what_snaplen_says() {
    local format expected

    for format in pcap pcapng; do
        run 0 capture --snaplen 41 --format "$format" "$card,rx=$data/ssh.pcap" "$work/a"
        text "$work/a" -e
        grep -q ' length 1514: ' "$work/text" || fail "the length is lost"
        counts 54 54 0
        # file and frame headers, and 41 bytes, or 44 with padding
        [ "$format" = pcap ] && expected=$((24 + 54 * (16 + 41))) || expected=$((28 + 32 + 54 * (32 + 44)))
        [ "$(stat -c %s "$work/a")" -eq "$expected" ] || fail "not 41 bytes are kept"
    done
}

capture_to_standard_output_can_be_piped() {
    local count

    count=$("$tool" capture "$card,rx=$data/ssh.pcap" - 2>/dev/null | tcpdump -nr - 2>/dev/null | wc -l)
    [ "$count" -eq 54 ] || fail "$count packets came through the pipe"
}

capture_that_cannot_be_written_fails() {
    run 1 capture "$card,rx=$data/ssh.pcap" "$work/none/a.pcap"
    says "$work/none/a.pcap cannot be created: No such file or directory"
    run 1 capture "$card,rx=$data/ssh.pcap" /dev/full
    mentions '^ironring: /dev/full cannot be written: No space left on device$'
    run 1 capture --format pcapng "$card,rx=$data/ssh.pcap" /dev/full
    mentions '^ironring: /dev/full cannot be written: No space left on device$'
}

capture_of_a_simulated_card_that_cannot_be_written_fails() {
    run 1 gen --count 1000 "$card,tx=/dev/full"
    mentions "^ironring: $card,tx=/dev/full: what was sent cannot be written: No space left on device\$"
    run 1 fwd "$card,rx=$data/ssh.pcap" "$card,tx=/dev/full"
    mentions "^ironring: $card,tx=/dev/full: what was sent cannot be written: No space left on device\$"
}

json_output_is_one_object_a_line() {
    run 0 gen --json --duration 2.5 --rate 1000 "$card,tx=$work/a.pcap"
    [ ! -s "$work/err" ] || fail "something on standard error"
    jq -es 'length >= 2 and all(.[:-1][]; .type == "interval") and .[-1].type == "summary"' \
        "$work/out" >/dev/null || fail "not intervals and a summary: $(cat "$work/out")"
    # 84 bytes of a frame on the wire; figures are rounded
    head -n 1 "$work/out" | jq -e '.seconds as $s | .flows[0] | .name == "sent" and .packets > 0 and
        .bytes == .packets * 60 and (.packets / $s / 1e6 - .mpps | fabs) < 1e-5 and
        (.mbit_per_second - .mpps * 84 * 8 | fabs) < 0.01' >/dev/null ||
        fail "wrong rates: $(head -n 1 "$work/out")"
    json '.command == "gen" and (.devices | length == 1) and .devices[0].violations == []'
    json '.devices[0].tx_packets == .packets_out and .packets_in == .packets_out'
}

names_are_escaped_in_json() {
    local name=$work/$'a"b\\c\td\xff\xc3\xa9\xe2\x82\xac.pcap'

    run 0 gen --json --count 1 "$card,tx=$name"
    json ".devices[0].name == $(printf '%s,tx=%s' "$card" "$name" | jq -Rs .)"
}

line_a_second_is_printed() {
    run 0 gen --duration 1.2 --rate 1000 "$card,tx=$work/a.pcap"
    mentions '^ +[0-9]+\.[0-9] s   sent 0\.00[0-9] Mpps [0-9]\.[0-9] Mbit/s   0 lost$'
}

# interrupt_prints_a_summary SIGNAL
interrupt() {
    local pid status=0

    "$tool" fwd "$card,wire=memory" "$card,wire=memory" 2>"$work/err" &
    pid=$!
    # the line after one second says that it runs
    timeout 20 bash -c "until grep -q ' s ' '$work/err'; do sleep 0.1; done" || fail "it does not run"
    kill "-$1" "$pid"
    wait "$pid" || status=$?
    [ "$status" -eq 0 ] || fail "exit status $status"
    counts 0 0 0
}

sigint_ends_with_a_summary() {
    # a shell starts background commands with SIGINT ignored; the tool catches it all the same
    interrupt INT
}

sigterm_ends_with_a_summary() {
    interrupt TERM
}

echo_answers_a_captured_request() {
    run 0 gen --count 1 "$card,tx=$work/not-for-it.pcap"
    run 0 echo --ip 10.0.0.2 "$card,rx=$work/not-for-it.pcap,tx=$work/a.pcap"
    mentions '^answering for 10\.0\.0\.2 at [0-9a-f:]{17}$'
    [ "$(frames "$work/a.pcap")" -eq 0 ] || fail "it answered to somebody else's packet"
}

run_tests \
    real_captures_cross_two_cards_unchanged \
    cards_of_two_makes_forward_to_each_other \
    both_directions_are_forwarded \
    every_burst_and_ring_size_forwards_everything \
    smallest_pool_forwards_everything \
    private_copies_forward_generate_and_capture_everything \
    touch_increments_byte_48 \
    count_ends_a_run_exactly \
    duration_ends_a_run \
    each_way_of_waiting_forwards_everything \
    idle_ends_a_run \
    gen_sends_the_same_packets_for_the_same_seed \
    gen_packets_are_correct_udp_of_each_flow \
    gen_sends_frames_as_long_as_the_card_takes \
    gen_keeps_its_rate \
    capture_writes_pcap_with_nanoseconds \
    capture_writes_pcapng_that_others_read \
    capture_keeps_what_snaplen_says \
    capture_to_standard_output_can_be_piped \
    capture_that_cannot_be_written_fails \
    capture_of_a_simulated_card_that_cannot_be_written_fails \
    json_output_is_one_object_a_line \
    names_are_escaped_in_json \
    line_a_second_is_printed \
    sigint_ends_with_a_summary \
    sigterm_ends_with_a_summary \
    echo_answers_a_captured_request
