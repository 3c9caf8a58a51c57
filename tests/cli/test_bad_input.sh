#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Captures, device strings and frames that cannot be used: one sentence and exit status 1.
# shellcheck source=tests/cli/helpers.sh
source "$(dirname "$0")/helpers.sh"

# refuses DEVICE PATTERN: forwarding from the device fails with that sentence, on either side.
refuses() {
    run 1 fwd "$1" sim:82599
    says "$2"
    run 1 fwd sim:82599 "$1"
    says "$2"
}

absent_capture_is_refused() {
    refuses "sim:82599,rx=$work/none.pcap" \
        "rx=$work/none.pcap: the capture cannot be opened \(No such file or directory\); give a file that can be read"
}

folder_as_capture_is_refused() {
    refuses "sim:82599,rx=$work" "rx=$work: .*; .*"
}

empty_file_as_capture_is_refused() {
    : >"$work/empty.pcap"
    refuses "sim:82599,rx=$work/empty.pcap" \
        "rx=$work/empty.pcap: it cannot be read as a capture \(.*\); use a pcap or pcapng file"
}

file_that_is_no_capture_is_refused() {
    echo "this is no capture at all, not even nearly" >"$work/text.pcap"
    refuses "sim:82599,rx=$work/text.pcap" \
        "rx=$work/text.pcap: it cannot be read as a capture \(.*\); use a pcap or pcapng file"
}

truncated_captures_are_refused() {
    local size

    size=$(stat -c %s "$data/mptcp-v0.pcap")
    head -c $((size - 1)) "$data/mptcp-v0.pcap" >"$work/cut.pcap"
    refuses "sim:82599,rx=$work/cut.pcap" \
        "rx=$work/cut.pcap: the capture is damaged after 263 frames \(.*\); use a complete file"
    head -c 30 "$data/mptcp-v0.pcap" >"$work/cut.pcap"
    refuses "sim:82599,rx=$work/cut.pcap" \
        "rx=$work/cut.pcap: the capture is damaged after 0 frames \(.*\); use a complete file"
    head -c 23 "$data/mptcp-v0.pcap" >"$work/cut.pcap"
    refuses "sim:82599,rx=$work/cut.pcap" \
        "rx=$work/cut.pcap: it cannot be read as a capture \(.*\); use a pcap or pcapng file"
}

captures_without_ethernet_are_refused() {
    refuses "sim:82599,rx=$data/quic_retry.pcap" \
        "rx=$data/quic_retry.pcap: its link type is 0 \(NULL\), .*; use a capture of an Ethernet interface"
    refuses "sim:82599,rx=$data/resp_1_benchmark.pcap" \
        "rx=$data/resp_1_benchmark.pcap: its link type is 113 \(LINUX_SLL\), .*; use a capture of an Ethernet interface"
}

capture_that_cannot_be_created_is_refused() {
    refuses "sim:82599,tx=$work/none/out.pcap" \
        "tx=$work/none/out.pcap: the capture cannot be written \(No such file or directory\); give a file that can be created"
}

unknown_model_is_refused() {
    refuses sim:8259 '"8259" is no simulated device; use 82599 or virtio, as in sim:82599,rx=in.pcap,tx=out.pcap'
}

unknown_key_is_refused() {
    refuses sim:82599,rxx=in.pcap 'a simulated card has no key "rxx"; use one of .*'
}

key_given_twice_is_refused() {
    refuses sim:82599,mode=step,mode=step 'the key mode is given twice; give it once'
}

keys_that_exclude_each_other_are_refused() {
    refuses "sim:82599,rx=$data/ssh.pcap,wire=gen" \
        'a card has one wire, so rx= and wire= exclude each other; leave one out'
    refuses sim:82599,size=60 'size= means nothing without wire=gen; add that'
}

value_that_a_key_does_not_take_is_refused() {
    refuses sim:82599,mode=fast 'mode=fast: give thread or step'
    refuses sim:82599,wire=gen,size=59 'size=59: give 60 to 9724 bytes'
    refuses sim:82599,mac=01:00:00:00:00:01 \
        'mac=01:00:00:00:00:01: give a unicast address such as 02:00:00:00:00:01'
}

card_without_driver_is_refused() {
    refuses sim:82599,device=1234 'sim:82599,device=1234: there is no driver for PCI id 8086:1234; .*'
}

bad_pci_address_is_refused() {
    local address

    for address in 0000:03:00 0000:03:00.8 0000:zz:00.0 eth0 ''; do
        refuses "$address" \
            "\"$address\" names no device; give a PCI address such as 0000:03:00\.0, a socket such as vhost-user:/run/x\.sock, or a simulated card such as .*"
    done
}

absent_pci_device_is_refused() {
    refuses ffff:ff:1f.7 "there is no PCI device ffff:ff:1f\.7; 'ironring list' shows the network cards"
}

card_that_never_comes_out_of_reset_is_refused_in_time() {
    refuses sim:82599,never=ctrl.rst 'sim:82599,never=ctrl\.rst: .*; .*'
    refuses sim:82599,never=rdrxctl.dmaidone 'sim:82599,never=rdrxctl\.dmaidone: .*; .*'
}

queue_that_never_starts_is_refused_in_time() {
    refuses sim:82599,never=rxdctl.enable \
        'sim:82599,never=rxdctl\.enable: the device does not start: Connection timed out'
}

card_without_link_is_reported_and_used() {
    run 0 fwd --idle 0.1 sim:82599,never=links.up sim:82599
    mentions '^ironring: sim:82599,never=links.up has no link; going on without$'
}

packets_that_a_card_does_not_send_fail_the_run() {
    run 1 gen --json --duration 0.1 sim:82599,never=links.up
    mentions '^ironring: sim:82599,never=links.up did not send its last [0-9]+ packets within 2 seconds$'
    json '.packets_in > 0 and .packets_out == 0 and .packets_lost == .packets_in and .seconds < 30'
}

frame_longer_than_any_card_takes_is_lost_and_counted() {
    run 1 fwd --buffer 16384 "sim:82599,rx=$data/dns_fwdptr.pcap" "sim:82599,tx=$work/out.pcap"
    counts 1 0 1
    mentions '^ironring: sim:82599,rx=.*: 1 frame was dropped: damaged, or longer than the 9724 bytes that a card takes at most$'
    [ "$(frames "$work/out.pcap")" -eq 0 ] || fail "something came out"
}

frames_longer_than_the_buffers_fail_with_the_remedy() {
    run 0 gen --count 5 --size 3000 --buffer 4096 "sim:82599,tx=$work/long.pcap"
    run 1 fwd "sim:82599,rx=$work/long.pcap" "sim:82599,tx=$work/out.pcap"
    mentions '^5 packets in, 0 out, 5 lost, 0 violations, '
    mentions '^ironring: sim:82599,rx=.*: 5 frames were dropped: damaged, or longer than the buffers of 2048 bytes; a larger --buffer takes longer ones$'
    run 0 fwd --buffer 4096 "sim:82599,rx=$work/long.pcap" "sim:82599,tx=$work/out.pcap"
    same "$work/long.pcap" "$work/out.pcap"
}

frames_as_long_as_the_buffers_are_forwarded() {
    run 0 gen --count 5 --size 2048 "sim:82599,tx=$work/long.pcap"
    run 0 fwd "sim:82599,rx=$work/long.pcap" "sim:82599,tx=$work/out.pcap"
    same "$work/long.pcap" "$work/out.pcap"
}

run_tests \
    absent_capture_is_refused \
    folder_as_capture_is_refused \
    empty_file_as_capture_is_refused \
    file_that_is_no_capture_is_refused \
    truncated_captures_are_refused \
    captures_without_ethernet_are_refused \
    capture_that_cannot_be_created_is_refused \
    unknown_model_is_refused \
    unknown_key_is_refused \
    key_given_twice_is_refused \
    keys_that_exclude_each_other_are_refused \
    value_that_a_key_does_not_take_is_refused \
    card_without_driver_is_refused \
    bad_pci_address_is_refused \
    absent_pci_device_is_refused \
    card_that_never_comes_out_of_reset_is_refused_in_time \
    queue_that_never_starts_is_refused_in_time \
    card_without_link_is_reported_and_used \
    packets_that_a_card_does_not_send_fail_the_run \
    frame_longer_than_any_card_takes_is_lost_and_counted \
    frames_longer_than_the_buffers_fail_with_the_remedy \
    frames_as_long_as_the_buffers_are_forwarded
