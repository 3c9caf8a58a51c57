# SPDX-License-Identifier: MIT
# shellcheck shell=dash
# What the host's commands in the guest are made of.

memlock=8192 # KiB that an ordinary user may lock

# user COMMAND...: become the command, as uid 1000.
user() {
    ulimit -l "$memlock"
    # shellcheck disable=SC2016  # the shell of that user expands it
    exec su -s /bin/sh -c 'exec "$0" "$@"' -- user "$@"
}

# root COMMAND...: become the command, as root.
root() {
    exec "$@"
}

# start NAME WHO COMMAND...: in the background, with its output in NAME.out and NAME.err, its number in NAME.pid, and
# when it has ended, its exit status in NAME.status.
start() {
    local name=$1 who=$2

    shift 2
    rm -f "$name".*
    ( # so that the first process hears of its end: busybox's read, on a signal, forgets what it has read
        {
            # shellcheck disable=SC2016  # the process itself knows its number
            ("$who" sh -c 'echo $$ >"$0"; exec "$@"' "$name.pid" "$@") >"$name.out" 2>"$name.err"
            echo $? >"$name.ended"
            mv "$name.ended" "$name.status"
        } </dev/null 2>/dev/null &
    )
    until [ -s "$name.pid" ]; do
        usleep 1000
    done
}

# finish NAME: wait for its end, and show what it printed. With its exit status.
finish() {
    until [ -e "$1.status" ]; do
        usleep 10000
    done
    cat "$1.out"
    echo "-----"
    cat "$1.err"
    return "$(cat "$1.status")"
}

# signal NAME SIGNAL
signal() {
    kill "-$2" "$(cat "$1.pid")"
}

# refused WHO COMMAND...: run it, with all it says on standard output.
refused() {
    ("$@") 2>&1
}

# alive NAME: it has not ended.
alive() {
    [ ! -e "$1.status" ]
}

# has FILE BYTES NAME: wait until the job has written a file of as many, for at most half a minute.
has() {
    local tries=0

    until [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -ge "$2" ]; do
        tries=$((tries + 1))
        if ! alive "$3" || [ "$tries" -gt 1500 ]; then
            echo "$1 has not $2 bytes: $(ls -l "$1" 2>&1) $(cat "$3.err")"
            return 1
        fi
        usleep 20000
    done
}

# confined NAME: wait until the job has opened its devices and entered its sandbox, for at most half a minute.
confined() {
    local tries=0

    until grep -q '^Seccomp:.2' "/proc/$(cat "$1.pid")/status" 2>/dev/null; do
        tries=$((tries + 1))
        if ! alive "$1" || [ "$tries" -gt 1500 ]; then
            echo "it is in no sandbox: $(cat "$1.err")"
            return 1
        fi
        usleep 20000
    done
}

# release ADDRESS: take the device from its kernel driver, and leave it without one.
release() {
    local device=/sys/bus/pci/devices/$1

    [ ! -e "$device/driver" ] || echo "$1" >"$device/driver/unbind"
}

# by_hand ADDRESS: bind it to vfio-pci whatever else is in its group, and give the group to uid 1000.
by_hand() {
    release "$1"
    echo vfio-pci >"/sys/bus/pci/devices/$1/driver_override"
    echo "$1" >/sys/bus/pci/drivers_probe
    chown 1000 "$(group "$1")"
}

# group ADDRESS: the file of its IOMMU group.
group() {
    echo "/dev/vfio/$(basename "$(readlink "/sys/bus/pci/devices/$1/iommu_group")")"
}

# interface ADDRESS: its name.
interface() {
    basename "/sys/bus/pci/devices/$1"/virtio*/net/*
}

# ticks NAME: hundredths of a second of processor time that it has used.
ticks() {
    awk '{ print $14 + $15 }' "/proc/$(cat "$1.pid")/stat"
}

# serve: carry out a line after the other, and say how each ended.
serve() {
    local line

    echo ready
    while read -r line; do
        eval "$line" </dev/null
        echo "=====status=$?"
    done
}
