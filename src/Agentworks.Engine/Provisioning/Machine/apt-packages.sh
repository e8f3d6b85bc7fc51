# Packages of the template. The record names those that were not there before us: they go when they are no longer declared, unless
# something else has come to need them.
agw_apt_record=/etc/agentworks/apt/packages

# What is recorded and not declared. Versions and suites do not count. Who only adds does not know what others declare.
agw_stray_packages() {
    [ -z "$agw_add_only" ] && [ -f "$agw_apt_record" ] || return 0
    while read -r name; do
        for declared in $agw_packages; do
            [ "${declared%%[=/]*}" != "$name" ] || continue 2
        done
        echo "$name"
    done < "$agw_apt_record"
}

agw_check_packages() {
    missing=$(agw_missing $agw_packages)
    strays=$(agw_stray_packages)
    [ -z "$missing" ] || { echo "missing: $missing"; exit 1; }
    [ -z "$strays" ] || { echo "no longer declared: $(echo $strays)"; exit 1; }
}

agw_remove_packages() {
    [ -n "$(agw_stray_packages)" ] || return 0
    strays=$(agw_stray_packages)
    for stray in $strays; do
        if [ -z "$(agw_missing "$stray")" ]; then
            apt-mark auto "$stray" >/dev/null
            along=$(apt-get -s -q remove -- "$stray" | awk '$1 == "Remv" { print $2 }')
            for other in $along; do
                case " $(echo $strays) " in *" $other "*) ;; *) continue 2 ;; esac
            done
            agw_apt 600 remove -y -- "$stray"
        fi
    done
    printf '%s\n' "$strays" | grep -vxF -f - "$agw_apt_record" > "$agw_apt_record.new" || true
    mv "$agw_apt_record.new" "$agw_apt_record"
}

agw_apply_packages() {
    mkdir -p "${agw_apt_record%/*}"
    agw_remove_packages
    missing=$(agw_missing $agw_packages)
    [ -n "$missing" ] || return 0
    for name in $missing; do
        name=${name%%[=/]*}
        grep -qsxF -- "$name" "$agw_apt_record" || printf '%s\n' "$name" >> "$agw_apt_record"
    done
    agw_install $missing
}
