# A swap file of agw_swap_gib, unless the machine has as much swap of its own.
agw_swap=/var/lib/agentworks/swap
agw_fstab="$agw_swap none swap sw,nofail 0 0"

# KiB of swap that is not ours.
agw_other_swap() { awk -v ours="$agw_swap" 'NR > 1 && $1 != ours { sum += $3 } END { print sum + 0 }' /proc/swaps; }

agw_swap_wanted() { [ "$agw_swap_gib" -gt 0 ] && [ "$(agw_other_swap)" -lt $((agw_swap_gib * 1048576 - 1024)) ]; }

agw_check_swap() {
    [ "$agw_swap_gib" = 0 ] || agw_no_container 'swap belongs to the host'
    if ! agw_swap_wanted; then
        [ ! -e "$agw_swap" ] || { echo 'no longer declared'; exit 1; }
        return 0
    fi
    if [ "$(stat -c '%s %a %u' "$agw_swap" 2>/dev/null)" != "$((agw_swap_gib * 1073741824)) 600 0" ]; then
        agw_swap_room
        echo "there is no swap file of $agw_swap_gib GiB"
        exit 1
    fi
    grep -q "^$agw_swap " /proc/swaps || { echo 'the swap file is off'; exit 1; }
    grep -qxF "$agw_fstab" /etc/fstab || { echo 'it would be off after a restart'; exit 1; }
}

# Exit status 77 when it would leave less than a GiB free.
agw_swap_room() {
    free=$(df --output=avail -k "${agw_swap%/*}" | tail -n 1)
    had=$(stat -c %s "$agw_swap" 2>/dev/null || echo 0)
    [ $((free + had / 1024)) -lt $(((agw_swap_gib + 1) * 1048576)) ] || return 0
    echo "the disk has no room for $agw_swap_gib GiB of swap"
    exit 77
}

agw_swap_off() {
    ! grep -q "^$agw_swap " /proc/swaps || swapoff "$agw_swap"
    sed -i "\|^$agw_swap |d" /etc/fstab
}

# HOW: by fallocate, which not every file system allows for swap, or by writing it out.
agw_make_swap() {
    rm -f "$agw_swap"
    (umask 077; : > "$agw_swap")
    # Copy-on-write would move its blocks.
    chattr +C "$agw_swap" 2>/dev/null || true
    case $1 in
    fallocate) fallocate -l "${agw_swap_gib}G" "$agw_swap" ;;
    *) agw_limit 1800 'writing the swap file' dd if=/dev/zero of="$agw_swap" bs=1M count=$((agw_swap_gib * 1024)) status=none ;;
    esac
    mkswap -q "$agw_swap" && swapon "$agw_swap"
}

agw_apply_swap() {
    agw_swap_off
    if ! agw_swap_wanted; then
        rm -f "$agw_swap"
        return 0
    fi
    mkdir -p "${agw_swap%/*}"
    if [ "$(stat -c %s "$agw_swap" 2>/dev/null)" != $((agw_swap_gib * 1073741824)) ] || ! { chmod 0600 "$agw_swap" && swapon "$agw_swap"; }; then
        rm -f "$agw_swap"
        agw_swap_room
        agw_make_swap fallocate || agw_make_swap dd || { rm -f "$agw_swap"; echo 'the file system takes no swap file'; exit 1; }
    fi
    printf '%s\n' "$agw_fstab" >> /etc/fstab
}
