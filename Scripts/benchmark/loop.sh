#!/bin/bash
# Reads with iproute2, cat and sqlite3 what `martletctl ipam check` reads of a node and its pods, and compares nothing.
#
#     loop.sh LEDGER
#
# The host's tables are read once, as the audit does; a pod costs four calls of ip in its namespace and one of cat.
set -euo pipefail

query() { sqlite3 -readonly "$1" "$2"; }

query "$1" 'PRAGMA integrity_check(20); PRAGMA foreign_key_check'
for table in pool block lease freed reservation; do query "$1" "SELECT * FROM $table"; done
ip -json -details link
ip -json address
for family in -4 -6; do ip -json "$family" route; done
ip -json neighbour
cat /proc/sys/net/ipv4/ip_forward
nft -j list ruleset
query "$1" "SELECT sandbox, ifname, host_interface FROM lease" | while IFS='|' read -r sandbox ifname link; do
    cat "/proc/sys/net/ipv4/conf/$link/"{proxy_arp,forwarding,rp_filter} "/proc/sys/net/ipv4/neigh/$link/proxy_delay" \
        "/proc/sys/net/ipv6/conf/$link/accept_ra"
    pod=${sandbox##*/}
    ip -netns "$pod" -json -details link
    ip -netns "$pod" -json address show dev "$ifname"
    ip -netns "$pod" -json neighbour show dev "$ifname"
    ip -netns "$pod" -json route
done
