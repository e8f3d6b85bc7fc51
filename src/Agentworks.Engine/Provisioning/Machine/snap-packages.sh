# Snaps, each line of agw_snaps a name and its options. The record names those that we installed.
agw_snap_record=/etc/agentworks/snaps

agw_has_snap() { snap list "$1" >/dev/null 2>&1; }

agw_stray_snaps() {
    [ -f "$agw_snap_record" ] || return 0
    while read -r name; do
        printf '%s\n' "$agw_snaps" | cut -d' ' -f1 | grep -qxF -- "$name" || echo "$name"
    done < "$agw_snap_record"
}

agw_check_snaps() {
    [ -n "$agw_snaps" ] || [ -s "$agw_snap_record" ] || return 0
    agw_no_container 'snaps cannot be mounted'
    command -v snap >/dev/null || { echo 'snapd is missing'; exit 1; }
    missing=$(printf '%s\n' "$agw_snaps" | while read -r name options; do
        [ -z "$name" ] || agw_has_snap "$name" || printf ' %s' "$name"
    done)
    [ -z "$missing" ] || { echo "missing:$missing"; exit 1; }
    strays=$(agw_stray_snaps)
    [ -z "$strays" ] || { echo "no longer declared: $(echo $strays)"; exit 1; }
}

agw_apply_snaps() {
    command -v snap >/dev/null || agw_install snapd
    agw_limit 180 'snap wait' snap wait system seed.loaded
    mkdir -p "${agw_snap_record%/*}"
    for stray in $(agw_stray_snaps); do
        ! agw_has_snap "$stray" || agw_limit 300 "snap remove $stray" snap remove "$stray"
        sed -i "/^$stray\$/d" "$agw_snap_record"
    done
    failed=$(printf '%s\n' "$agw_snaps" | while read -r name options; do
        [ -n "$name" ] || continue
        ! agw_has_snap "$name" || continue
        grep -qsxF -- "$name" "$agw_snap_record" || printf '%s\n' "$name" >> "$agw_snap_record"
        said=$(agw_limit 300 "snap install $name" snap install "$name" $options 2>&1) || printf '; %s: %s' "$name" "$(printf '%s\n' "$said" | tail -n 1)"
    done)
    [ -z "$failed" ] || { echo "${failed#; }"; exit 1; }
}
