# How Martlet leaves a node: what Scripts/install --undo and the Debian package's scripts have in common, to be read by
# bash. The reader defines:
#
#     fail TEXT...      ends with an error
#     despite           what to do to go on although pods are wired
#     conf              folder of network configurations
#     samples           folder of the sample configurations, in their first form
#     etc               /etc, or what stands for it; below it is martlet/martletd.json
#
# With DESTDIR nothing is asked of the kernel, and no process is ended.

# configurations [GLOB]: network configurations that name the plugin, of those that runtimes read unless GLOB is given.
configurations() {
    [[ ! -d $conf ]] || find "$conf" -maxdepth 1 -type f -regex "${1:-.*\.\(conflist\|conf\)}" -exec \
        grep -lE '"type"[[:space:]]*:[[:space:]]*"martlet(-ipam)?"' {} +
}

# Those that have been taken out of use.
saved_configurations() { configurations '.*\.saved\(\.~[0-9]+~\)?'; }

# setting KEY DEFAULT: what the first configuration that has the key says: runtimes', the agent's, one set aside.
setting() {
    local agent=$etc/martlet/martletd.json file found
    while read -r file; do
        found=$(sed -n "s/.*\"$1\"[[:space:]]*:[[:space:]]*\"\{0,1\}\([^\",}]*\).*/\1/p" "$file" | head -n 1)
        [[ -z $found ]] || { echo "$found" && return; }
    done < <({ configurations; [[ ! -f $agent ]] || echo "$agent"; saved_configurations; } || true)
    echo "$2"
}

# Links by their alias (network/container/interface); leases of this boot, for no namespace survives a boot.
pods() {
    [[ -z ${DESTDIR-} ]] || return 0
    ip -o link show | sed -n 's/^[0-9]*: \(cali[0-9a-f]*\)[@:].*alias \([^ ]*\).*/\2 (link \1)/p' || return
    [[ ! -e $data/ledger.db ]] || sqlite3 "$data/ledger.db" "
        SELECT network || '/' || container_id || '/' || ifname || ' (lease of ' || address || ')' FROM lease
        WHERE boot_id = '$(cat /proc/sys/kernel/random/boot_id)'"
}

# refuse_while_wired CONSEQUENCE
refuse_while_wired() {
    local wired
    [[ -z ${force-} ]] || return 0
    wired=$(pods) || wired+="(what is wired or leased cannot be told, see above)"
    [[ -n $wired ]] || return 0
    printf 'martlet: in use by\n    %s\n' "${wired//$'\n'/$'\n'    }" >&2
    fail "$1. Remove these pods by their runtime and run this again, or $despite"
}

remove_configurations() {
    local file
    while read -r file; do
        if cmp -s "$file" "$samples/${file##*/}"; then
            rm "$file"
            echo "removed $file"
        else
            mv --backup=numbered -T "$file" "$file.saved"
            echo "removed $file, kept as $file.saved"
        fi
    done < <(configurations)
}

# Whether the units below $etc are those of a systemd that runs.
has_services() { [[ -z ${DESTDIR-} && $etc == /etc && -d /run/systemd/system ]]; }

# stop_agent PROGRAM: the agent first, for it would start BIRD again.
stop_agent() {
    [[ -z ${DESTDIR-} ]] || return 0
    local unit run agent
    for unit in martletd.service martlet-bird.service; do
        [[ $etc == /etc && ( -e /etc/systemd/system/$unit || -e /usr/lib/systemd/system/$unit ) ]] || continue
        ! has_services || systemctl --quiet stop "$unit"
        ! command -v systemctl >/dev/null || systemctl --quiet disable "$unit"
    done
    run=$(setting run_dir /run/martlet)
    # Without units they run as somebody has started them. The path alone would be that of an agent in a container, too.
    agent=$(ss -Hxlp src "$run/agent.sock" | sed -n 's/.*(("[^"]*",pid=\([0-9]*\),.*/\1/p')
    [[ -z $agent || ! -x $1 ]] || start-stop-daemon --stop --quiet --oknodo --retry 20 --pid "$agent" --exec "$1"
    [[ ! -S $run/bird.ctl ]] || birdc -s "$run/bird.ctl" down >/dev/null 2>&1 || true
    [[ ! -s $run/bird.pid ]] || wait_for_bird "$(cat "$run/bird.pid")"
    rm -f "$run"/{agent,operations,metrics}.sock "$run"/agent.lock "$run"/bird.{conf,conf.new,ctl,pid,recover}
    [[ ! -d $run ]] || rmdir --ignore-fail-on-non-empty "$run"
}

# wait_for_bird PID: the number may be another process's by now, if BIRD was killed.
wait_for_bird() {
    local attempt
    for ((attempt = 0; attempt < 100; attempt++)); do
        [[ $(readlink "/proc/$1/exe") == */bird* ]] || return 0
        sleep 0.1
    done
    fail "BIRD, process $1, does not end"
}

# remove_from_kernel: blackholes of this node's blocks, routes that BIRD has left to others', and the nftables table.
remove_from_kernel() {
    [[ -z ${DESTDIR-} ]] || return 0
    local protocol family block
    protocol=$(setting route_protocol 80)
    for family in -4 -6; do
        while read -r _ block _; do
            ip $family route delete blackhole "$block" proto "$protocol"
        done < <(ip $family route show type blackhole proto "$protocol")
    done
    while read -r family block; do
        ip "$family" route flush root "$block" proto bird
    done < <(pools)
    ! nft list table inet martlet >/dev/null 2>&1 || nft delete table inet martlet
}

# Family and range of each pool that the ledger knows, one a line.
pools() {
    [[ ! -e $data/ledger.db ]] || sqlite3 "$data/ledger.db" \
        "SELECT iif(cidr LIKE '%:%', '-6 ', '-4 ') || cidr FROM pool" || true
}

remove_ledger() {
    rm -f "$data"/ledger.{db,db-wal,db-shm,lock}
    [[ ! -d $data ]] || rmdir --ignore-fail-on-non-empty "$data"
}
