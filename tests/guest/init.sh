#!/bin/busybox sh
# SPDX-License-Identifier: MIT
# shellcheck shell=dash
# The first process of the guest: mounts what is needed, loads the modules, and then carries out what the host
# says on the second serial port. The first port is the kernel's console.
/bin/busybox --install -s /bin
export PATH=/bin HOME=/ TERM=dumb
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs -o mode=1777 tmpfs /tmp
exec >/dev/ttyS0 2>&1
while read -r module; do
    insmod "/modules/$module" || echo "init: $module cannot be loaded"
done </modules/order
# QEMU's e1000e drops a frame that lies in two pages which do not follow each other in the machine's memory when an
# IOMMU translates their addresses (net_tx_pkt_add_raw_fragment). No card does that; with large pages no frame is cut.
echo advise >/sys/kernel/mm/transparent_hugepage/shmem_enabled
echo always >/sys/kernel/mm/transparent_hugepage/defrag
stty -F /dev/ttyS1 raw -echo
cd /tmp || echo "init: there is no /tmp"
. /shell.sh
(serve) </dev/ttyS1 >/dev/ttyS1 2>&1
