#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Simulated cards plugged into Linux network interfaces, in network namespaces of their own: ping and
# iperf3 across ironring fwd, and ping answered by ironring echo. Needs root and /dev/net/tun.
# shellcheck source=tests/cli/helpers.sh
source "$(dirname "$0")/helpers.sh"

left=irl$$
right=irr$$
pid=

need_root() {
    [ "$(id -u)" -eq 0 ] || fail "this test needs root: it makes network namespaces"
    [ -c /dev/net/tun ] || fail "this test needs /dev/net/tun"
}

clean_up() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null
    ip netns del "$left" 2>/dev/null
    ip netns del "$right" 2>/dev/null
}

# plug INTERFACE NAMESPACE ADDRESS: wait for the interface, move it into the namespace and bring it up.
plug() {
    timeout 20 bash -c "until ip link show dev $1 >/dev/null 2>&1; do sleep 0.05; done" ||
        fail "no interface $1 after 20 seconds"
    if ! ip link set dev "$1" netns "$2" || ! ip -n "$2" addr add "$3/24" dev "$1" ||
        ! ip -n "$2" link set dev "$1" up; then
        fail "$1 cannot be brought up: $(cat "$work/err")"
    fi
    # The card takes nothing before the run has begun, of which the first line tells.
    timeout 40 bash -c "until [ -s '$work/out' ]; do sleep 0.05; done" || fail "the tool does not run"
}

# start ARGUMENT...: run the tool in the background.
start() {
    "$tool" "$@" 2>"$work/err" >"$work/out" &
    pid=$!
}

# stop: end the tool with SIGTERM and expect a good end.
stop() {
    local status=0

    kill -TERM "$pid" || fail "the tool has ended before"
    wait "$pid" || status=$?
    pid=
    [ "$status" -eq 0 ] || fail "exit status $status"
}

# ping_all NAMESPACE ADDRESS: a hundred pings at once a hundredth of a second, none lost and none answered twice.
ping_all() {
    # the first one waits for ARP
    ip netns exec "$1" ping -c 1 -W 5 "$2" >"$work/ping" 2>&1 || fail "no answer: $(cat "$work/ping")"
    # With a deadline it waits for a hundred answers, and sends more meanwhile. Without one it waits for the last answer
    # only twice as long as for the others, and takes one that is late on a busy machine for lost.
    ip netns exec "$1" ping -c 100 -w 30 -i 0.01 "$2" >"$work/ping" 2>&1
    sed -n 's/.* icmp_seq=\([0-9]*\) .*/\1/p' "$work/ping" | sort -n | diff <(seq 100) - >"$work/lost" ||
        fail "pings were lost: $(tr '\n' ' ' <"$work/lost") $(grep transmitted "$work/ping")"
}

two_namespaces() {
    need_root
    trap clean_up EXIT
    ip netns add "$left" || fail "no network namespace"
    ip netns add "$right" || fail "no network namespace"
    start fwd --json "$card,tap=${left}t" "$card,tap=${right}t"
    plug "${left}t" "$left" 10.77.0.1
    plug "${right}t" "$right" 10.77.0.2
}

ping_crosses_two_cards_without_loss() {
    two_namespaces
    ping_all "$left" 10.77.0.2
    stop
    json '.violations == 0 and .flows[0].packets >= 101 and .flows[1].packets >= 101'
}

iperf3_crosses_two_cards() {
    local server

    two_namespaces
    ip netns exec "$right" iperf3 -s -1 >"$work/server" 2>&1 &
    server=$!
    timeout 20 bash -c "until ip netns exec $right ss -ltn | grep -q :5201; do sleep 0.1; done" ||
        fail "the iperf3 server does not start: $(cat "$work/server")"
    ip netns exec "$left" iperf3 -c 10.77.0.2 -t 2 -J >"$work/iperf" 2>&1 ||
        fail "iperf3: $(jq -r .error "$work/iperf")"
    wait "$server" || fail "the iperf3 server failed: $(cat "$work/server")"
    jq -e '.end.sum_received.bytes > 1000000' "$work/iperf" >"$work/jq" || fail "less than a megabyte"
    echo "# iperf3: $(jq '.end.sum_received.bits_per_second / 1e6 | round' "$work/iperf") Mbit/s"
    stop
    json '.violations == 0'
}

echo_answers_ping() {
    need_root
    trap clean_up EXIT
    ip netns add "$left" || fail "no network namespace"
    start echo --json --ip 10.77.0.2 "$card,tap=${left}t"
    plug "${left}t" "$left" 10.77.0.1
    ping_all "$left" 10.77.0.2
    ip netns exec "$left" ping -c 3 -i 0.1 -s 1400 10.77.0.2 >"$work/ping" 2>&1 || fail "long pings"
    stop
    json '.violations == 0 and .packets_lost == 0 and .packets_out >= 104'
}

capture_sees_what_an_interface_sends() {
    need_root
    trap clean_up EXIT
    ip netns add "$left" || fail "no network namespace"
    start capture --json "$card,tap=${left}t" "$work/a.pcap"
    plug "${left}t" "$left" 10.77.0.1
    ip netns exec "$left" ping -c 1 -W 1 10.77.0.2 >"$work/ping" 2>&1
    stop
    text "$work/a.pcap" arp
    grep -q 'who-has 10.77.0.2 tell 10.77.0.1' "$work/text" || fail "no ARP request was captured"
}

run_tests \
    ping_crosses_two_cards_without_loss \
    iperf3_crosses_two_cards \
    echo_answers_ping \
    capture_sees_what_an_interface_sends
