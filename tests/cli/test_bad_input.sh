#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Captures, device strings and frames that cannot be used: one sentence and exit status 1.
# shellcheck source=tests/cli/helpers.sh
source "$(dirname "$0")/helpers.sh"

# refuses DEVICE PATTERN: forwarding from the device fails with that sentence, on either side.
refuses() {
    run 1 fwd "$1" "$card"
    says "$2"
    run 1 fwd "$card" "$1"
    says "$2"
}

absent_capture_is_refused() {
    refuses "$card,rx=$work/none.pcap" \
        "rx=$work/none.pcap: the capture cannot be opened \(No such file or directory\); give a file that can be read"
}

folder_as_capture_is_refused() {
    refuses "$card,rx=$work" "rx=$work: .*; .*"
}

empty_file_as_capture_is_refused() {
    : >"$work/empty.pcap"
    refuses "$card,rx=$work/empty.pcap" \
        "rx=$work/empty.pcap: it cannot be read as a capture \(.*\); use a pcap or pcapng file"
}

file_that_is_no_capture_is_refused() {
    echo "this is no capture at all, not even nearly" >"$work/text.pcap"
    refuses "$card,rx=$work/text.pcap" \
        "rx=$work/text.pcap: it cannot be read as a capture \(.*\); use a pcap or pcapng file"
}

truncated_captures_are_refused() {
    local size

    size=$(stat -c %s "$data/mptcp-v0.pcap")
    head -c $((size - 1)) "$data/mptcp-v0.pcap" >"$work/cut.pcap"
    refuses "$card,rx=$work/cut.pcap" \
        "rx=$work/cut.pcap: the capture is damaged after 263 frames \(.*\); use a complete file"
    head -c 30 "$data/mptcp-v0.pcap" >"$work/cut.pcap"
    refuses "$card,rx=$work/cut.pcap" \
        "rx=$work/cut.pcap: the capture is damaged after 0 frames \(.*\); use a complete file"
    head -c 23 "$data/mptcp-v0.pcap" >"$work/cut.pcap"
    refuses "$card,rx=$work/cut.pcap" \
        "rx=$work/cut.pcap: it cannot be read as a capture \(.*\); use a pcap or pcapng file"
}

captures_without_ethernet_are_refused() {
    refuses "$card,rx=$data/quic_retry.pcap" \
        "rx=$data/quic_retry.pcap: its link type is 0 \(NULL\), .*; use a capture of an Ethernet interface"
    refuses "$card,rx=$data/resp_1_benchmark.pcap" \
        "rx=$data/resp_1_benchmark.pcap: its link type is 113 \(LINUX_SLL\), .*; use a capture of an Ethernet interface"
}

capture_that_cannot_be_created_is_refused() {
    refuses "$card,tx=$work/none/out.pcap" \
        "tx=$work/none/out.pcap: the capture cannot be written \(No such file or directory\); give a file that can be created"
}

unknown_model_is_refused() {
    refuses sim:8259 '"8259" is no simulated device; use 82599, 82574 or virtio, as in sim:82599,rx=in.pcap,tx=out.pcap'
}

unknown_key_is_refused() {
    refuses "$card,rxx=in.pcap" 'there is no key "rxx"; use one of .*'
}

key_given_twice_is_refused() {
    refuses "$card,mode=step,mode=step" 'the key mode is given twice; give it once'
}

keys_that_exclude_each_other_are_refused() {
    refuses "$card,rx=$data/ssh.pcap,wire=gen" \
        'a card has one wire, so rx= and wire= exclude each other; leave one out'
    refuses "$card,size=60" 'size= means nothing without wire=gen or wire=flood; add that'
}

value_that_a_key_does_not_take_is_refused() {
    local key

    refuses "$card,mode=fast" 'mode=fast: give thread, step or served'
    refuses "$card,wire=gen,size=59" 'size=59: give 60 to 9724 bytes'
    refuses "$card,mac=01:00:00:00:00:01" \
        'mac=01:00:00:00:00:01: give a unicast address such as 02:00:00:00:00:01'
    refuses "$card,device=10f" "device=10f: give four hexadecimal digits such as $(either 10fb 1041 10d3)"
    refuses "$card,late=soon:1" 'late=soon:1: give FIELD:MICROSECONDS, with FIELD of .*'
    refuses "$card,never=soon" 'never=soon: give one of .*'
    [ "$card" = sim:virtio ] || return 0
    refuses "$card,transport=pci" 'transport=pci: give modern, legacy or transitional'
    for key in packed in_order event_idx mrg_rxbuf control platform any_layout shuffle poll; do
        refuses "$card,$key=yes" "$key=yes: give on or off"
    done
    refuses "$card,pairs=65" 'pairs=65: give 1 to 64'
    refuses "$card,queue_size=100" 'queue_size=100: give a power of two up to 32768'
    refuses "$card,mtu=67" 'mtu=67: give 68 to 16270 bytes'
    refuses "$card,speed=0" 'speed=0: give megabits a second'
}

rings_that_do_not_fit_the_queues_are_refused() {
    local keys

    for keys in queue_size=32 transport=legacy,queue_size=8192 transport=legacy,any_layout=off,queue_size=64; do
        refuses "sim:virtio,$keys" \
            "sim:virtio,$keys: its queues take no rings of 64 to 4096 descriptors; give the device queues of such a size"
    done
}

card_that_contradicts_itself_is_refused() {
    refuses sim:virtio,hostile=features_ok 'sim:virtio,hostile=features_ok: it does not accept a subset of .*; .*'
    refuses sim:virtio,hostile=cap.range 'sim:virtio,hostile=cap\.range: it has no capability for .*; .*'
    refuses sim:virtio,transport=legacy,device=1041 \
        'sim:virtio,transport=legacy,device=1041: it has no capability for a common configuration .*; .*'
}

socket_that_cannot_be_used_is_refused() {
    local path

    path=$(printf '/%0108d' 0)
    : >"$work/file"
    refuses vhost-user: '"vhost-user:" names no socket; give its path, as in vhost-user:/run/x\.sock'
    refuses "vhost-user:$path" 'vhost-user:/0{59}\.\.\.: the path has 109 characters, .*; use a shorter one, .*'
    refuses "vhost-user:$work/none" \
        "vhost-user:$work/none: there is no such socket; start the back end first, or add server=on to let it connect"
    refuses "vhost-user:$work/file" "vhost-user:$work/file: .*; .*"
    refuses "vhost-user:$work/file,server=on" "vhost-user:$work/file: .*; .*"
    refuses "vhost-user:$work/none,server=on,timeout_ms=100" "vhost-user:$work/none: .*; .*"
}

key_that_a_socket_does_not_take_is_refused() {
    local key

    refuses vhost-user:x,ports=2 \
        'vhost-user:x: there is no key "ports"; use one of server queues mrg_rxbuf in_order packed mac timeout_ms'
    refuses vhost-user:x,queues=2,queues=2 'vhost-user:x: the key queues is given twice; give it once'
    refuses vhost-user:x,queues=65 'vhost-user:x: queues=65: give 1 to 64 pairs of queues'
    refuses vhost-user:x,mac=0 'vhost-user:x: mac=0: give a unicast address such as 02:00:00:00:00:01'
    refuses vhost-user:x,timeout_ms=0 'vhost-user:x: timeout_ms=0: give 1 to 600000 milliseconds'
    for key in server mrg_rxbuf in_order packed; do
        refuses "vhost-user:x,$key=yes" "vhost-user:x: $key=yes: give on or off"
    done
}

card_without_driver_is_refused() {
    refuses "$card,device=1234" \
        "$card,device=1234: there is no driver for PCI id $(either 8086 1af4):1234; use a card .* or a virtio .*"
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
    # a virtio card is in reset when it is opened, so the first one that counts is the last
    run 1 fwd --idle 0.1 sim:virtio,never=reset sim:virtio
    mentions '^ironring: sim:virtio,never=reset: closing the device failed: Connection timed out$'
}

queue_that_never_starts_is_refused_in_time() {
    local field

    # an 82574 has nothing to wait for
    [ "$card" != sim:82574 ] || return 0
    field=$(either rxdctl.enable control)
    refuses "$card,never=$field" "$card,never=$field: the device does not start: Connection timed out"
}

card_without_link_is_reported_and_used() {
    local field

    field=$(either links.up link status.lu)
    run 0 fwd --idle 0.1 "$card,never=$field" "$card"
    mentions "^ironring: $card,never=$field has no link; going on without\$"
}

packets_that_a_card_does_not_send_fail_the_run() {
    run 1 gen --json --duration 0.1 sim:82599,never=links.up
    mentions '^ironring: sim:82599,never=links.up did not send its last [0-9]+ packets within 2 seconds$'
    json '.packets_in > 0 and .packets_out == 0 and .packets_lost == .packets_in and .seconds < 30'
}

frame_longer_than_any_card_takes_is_lost_and_counted() {
    run "$(either 1 0)" fwd --buffer 16384 "$card,rx=$data/dns_fwdptr.pcap" "$card,tx=$work/out.pcap"
    if [ "$card" != sim:virtio ]; then
        counts 1 0 1
        mentions "^ironring: $card,rx=.*: 1 frame was dropped: damaged, or longer than the $(either 9724 '' 9230) bytes that the card takes at most\$"
    else
        counts 0 0 0 # a virtio card has no counters
    fi
    [ "$(frames "$work/out.pcap")" -eq 0 ] || fail "something came out"
}

frames_longer_than_the_buffers_fail_with_the_remedy() {
    run 0 gen --count 5 --size 3000 --buffer 4096 "$card,tx=$work/long.pcap"
    run 1 fwd "$card,rx=$work/long.pcap" "$card,tx=$work/out.pcap"
    mentions '^5 packets in, 0 out, 5 lost, 0 violations, '
    mentions "^ironring: $card,rx=.*: 5 frames were dropped: damaged, or longer than the buffers of 2048 bytes; a larger --buffer takes longer ones\$"
    run 0 fwd --buffer 4096 "$card,rx=$work/long.pcap" "$card,tx=$work/out.pcap"
    same "$work/long.pcap" "$work/out.pcap"
}

frames_as_long_as_the_buffers_are_forwarded() {
    run 0 gen --count 5 --size 2048 "$card,tx=$work/long.pcap"
    run 0 fwd "$card,rx=$work/long.pcap" "$card,tx=$work/out.pcap"
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
    rings_that_do_not_fit_the_queues_are_refused \
    card_that_contradicts_itself_is_refused \
    socket_that_cannot_be_used_is_refused \
    key_that_a_socket_does_not_take_is_refused \
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
