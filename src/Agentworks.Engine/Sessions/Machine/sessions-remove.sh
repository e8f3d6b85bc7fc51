# NAME…
# Also those that do not run: one may be coming up, as after a reboot, and a stop calls that off.
units=
for name in "$@"; do
    rm -f "$(agw_boot_link "$name")"
    units="$units $(agw_unit "$name")"
done
systemctl kill -s KILL $units 2>/dev/null
said=$(systemctl stop $units 2>&1)
gone=
for name in "$@"; do
    rm -rf "/var/lib/agentworks/sessions/$name" "/run/agentworks/start/$name" /var/log/agentworks/sessions/"$name".log*
    if systemctl -q is-active "$(agw_unit "$name")" || [ -e "/run/agentworks/sessions/$name" ]; then
        agw_tell "$name" '!broken' "$said"
    else
        systemctl reset-failed "$(agw_unit "$name")" 2>/dev/null
        agw_tell "$name" stopped
        gone="$gone $name"
    fi
done
agw_close_windows $gone
exit 0
