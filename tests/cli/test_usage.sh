#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The command line of the tool: help, and each way to get it wrong.
# shellcheck source=tests/cli/helpers.sh
source "$(dirname "$0")/helpers.sh"

help_of_the_tool_and_of_each_command_has_examples() {
    local command

    run 0 --help
    grep -q '^Examples:' "$work/out" || fail "no examples"
    cp "$work/out" "$work/tool"
    for command in fwd gen capture echo list bind; do
        grep -q "^  $command " "$work/tool" || fail "$command is not in the help"
        run 0 "$command" --help
        [ ! -s "$work/err" ] || fail "help on standard error"
        grep -q "^Usage: ironring $command " "$work/out" || fail "no usage line for $command"
        grep -Eq '^Examples?:' "$work/out" || fail "no examples for $command"
        run 0 "$command" -h
    done
    run 0 -h
}

help_lines_fit_a_terminal() {
    local command

    for command in fwd gen capture echo list bind; do
        run 0 "$command" --help
        ! grep -E '^.{101}' "$work/out" || fail "a line of more than 100 characters"
    done
}

version_is_printed() {
    run 0 --version
    grep -Eqx 'ironring [0-9]+\.[0-9]+\.[0-9]+' "$work/out" || fail "no version"
    run 0 -V
}

missing_command_is_a_usage_error() {
    run 2
    says 'which command\? See ironring --help'
}

unknown_command_is_a_usage_error() {
    run 2 forward a b
    says "there is no command 'forward'; see ironring --help"
}

unknown_option_is_a_usage_error() {
    run 2 fwd --fast a b
    says 'fwd has no option --fast; see ironring fwd --help'
    run 2 fwd -x a b
    says 'fwd has no option -x; see ironring fwd --help'
    run 2 gen --touch a
    says 'gen has no option --touch; see ironring gen --help'
}

option_without_its_value_is_a_usage_error() {
    run 2 fwd a b --count
    says '--count needs a value; see ironring fwd --help'
    run 2 gen a -r
    says '-r needs a value; see ironring gen --help'
}

flag_with_a_value_is_a_usage_error() {
    run 2 fwd --json=yes a b
    says '--json takes no value'
}

wrong_number_of_arguments_is_a_usage_error() {
    run 2 fwd sim:82599
    says 'fwd takes 2 arguments \(A B\), not 1; see ironring fwd --help'
    run 2 gen
    says 'gen takes 1 argument \(DEVICE\), not 0; see ironring gen --help'
    run 2 capture a b c
    says 'capture takes 2 arguments \(DEVICE FILE\), not 3; see ironring capture --help'
    run 2 bind vfio-pci
    says 'which device\? Give an address such as 0000:03:00.0 before vfio-pci; .*'
    run 2 list all
    says "list takes no arguments, but 'all' was given; see ironring list --help"
}

numbers_out_of_range_are_usage_errors() {
    local value

    for value in 0 257 x -1 '' 1.5 8x 99999999999999999999999 18446744073709551615G; do
        run 2 fwd --burst "$value" a b
        says "--burst takes a whole number from 1 to 256, not '$value'"
    done
    run 2 fwd --count 0 a b
    says "--count takes a whole number from 1 on, not '0'"
    run 2 fwd --pool 65536 a b
    says "--pool takes a whole number from 1 to 65535, not '65536'"
    run 2 gen --size 59 a
    says "--size takes a whole number from 60 to 9724, not '59'"
    run 2 gen --rate 2G a
    says "--rate takes a whole number from 1 to 1000000000, not '2G'"
}

sizes_that_are_no_power_of_two_are_usage_errors() {
    local value

    for value in 32 100 8192 0; do
        run 2 fwd --ring "$value" a b
        says "--ring takes a power of two from 64 to 4096, not '$value'"
    done
    run 2 fwd --buffer 3000 a b
    says "--buffer takes a power of two from 2048 to 16384, not '3000'"
}

times_that_are_none_are_usage_errors() {
    local value

    for value in 0 -1 x inf nan 1e99 1s ''; do
        run 2 fwd --duration "$value" a b
        says "--duration takes a number of seconds greater than 0, not '$value'"
    done
    run 2 echo --idle never --ip 10.0.0.2 a
    says "--idle takes a number of seconds greater than 0, not 'never'"
}

ways_of_waiting_that_are_none_are_usage_errors() {
    run 2 capture --wait never sim:82599 out.pcap
    says "--wait takes adaptive, interrupt or poll, not 'never'"
    run 2 gen --wait poll sim:82599
    says 'gen has no option --wait; see ironring gen --help'
}

pool_too_small_for_the_rings_is_a_usage_error() {
    run 2 fwd --pool 1000 --ring 512 sim:82599 sim:82599
    says '--pool 1000 is too small: with --ring 512 and --burst 32 give at least 1056'
}

frame_size_beyond_the_buffer_is_a_usage_error() {
    run 2 gen --size 5000 sim:82599
    says '--size 5000 does not fit in a buffer; give --buffer 8192 or a smaller size'
}

values_of_single_commands_are_checked() {
    run 2 echo sim:82599
    says 'which address shall be answered for\? Give --ip, such as --ip 10.0.0.2'
    run 2 echo --ip 10.0.0 sim:82599
    says "--ip takes the IPv4 address of a host, such as 10.0.0.2, not '10.0.0'"
    run 2 echo --ip 224.0.0.1 sim:82599
    says "--ip takes the IPv4 address of a host, such as 10.0.0.2, not '224.0.0.1'"
    run 2 gen --to 02:00:00:00:00 sim:82599
    says "--to takes a MAC address such as 02:00:00:00:00:02, not '02:00:00:00:00'"
    run 2 gen --to 02:00:00:00:00:0g sim:82599
    says "--to takes a MAC address such as 02:00:00:00:00:02, not '02:00:00:00:00:0g'"
    run 2 capture --format csv sim:82599 "$work/x"
    says "--format takes pcap or pcapng, not 'csv'"
    run 2 capture --json sim:82599 -
    says '--json and a capture cannot both go to standard output; name a file'
}

full_standard_output_is_a_failure() {
    "$tool" --help >/dev/full 2>"$work/err" && fail "exit status 0"
    says 'standard output cannot be written'
}

list_shows_the_cards_of_this_machine() {
    run 0 list
    [ ! -s "$work/err" ] || fail "something on standard error"
    if ls /sys/bus/pci/devices/*/class >/dev/null 2>&1 &&
        grep -lq '^0x02' /sys/bus/pci/devices/*/class; then
        head -n 1 "$work/out" | grep -q '^ADDRESS .* USABLE$' || fail "no heading"
        grep -Eq '^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]  [0-9a-f]{4}:[0-9a-f]{4}  .* no, it ' \
            "$work/out" || fail "no card"
    else
        grep -q '^This machine has no PCI network cards' "$work/out" || fail "no sentence"
    fi
}

list_json_agrees_with_sysfs() {
    local cards=0

    run 0 list --json
    [ "$(wc -l <"$work/out")" -eq 1 ] || fail "not one line"
    cards=$(cat /sys/bus/pci/devices/*/class 2>/dev/null | grep -c '^0x02')
    json ".devices | length == $cards"
    json '.devices | all(.usable == (.reason == "") and (.resettable | type == "boolean") and (.address | length == 12))'
}

run_tests \
    help_of_the_tool_and_of_each_command_has_examples \
    help_lines_fit_a_terminal \
    version_is_printed \
    missing_command_is_a_usage_error \
    unknown_command_is_a_usage_error \
    unknown_option_is_a_usage_error \
    option_without_its_value_is_a_usage_error \
    flag_with_a_value_is_a_usage_error \
    wrong_number_of_arguments_is_a_usage_error \
    numbers_out_of_range_are_usage_errors \
    sizes_that_are_no_power_of_two_are_usage_errors \
    times_that_are_none_are_usage_errors \
    ways_of_waiting_that_are_none_are_usage_errors \
    pool_too_small_for_the_rings_is_a_usage_error \
    frame_size_beyond_the_buffer_is_a_usage_error \
    values_of_single_commands_are_checked \
    full_standard_output_is_a_failure \
    list_shows_the_cards_of_this_machine \
    list_json_agrees_with_sysfs
