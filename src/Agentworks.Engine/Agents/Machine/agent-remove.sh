# USER, then the paths of its machine's workspaces. Removes the user and all it has; files it made in workspaces go to the workspace.
set -u
user=$1
shift
rm -f "/etc/agentworks/authorized_keys/$user" "/etc/agentworks/environment/users/$user"
if uid=$(id -u "$user" 2>/dev/null); then
    usermod --expiredate 1 "$user"
    agw_end_processes "$uid"
    setpriv --reuid="$uid" --clear-groups --inh-caps=-all -- ipcrm --all 2>/dev/null
    loginctl terminate-user "$user" 2>/dev/null
    for path in "$@"; do
        [ -d "$path" ] || continue
        setfacl -x "u:$user" "$path" 2>/dev/null
        # From within each folder, not by path: others may write here and would put a link in the path's way.
        find "$path" -uid "$uid" -execdir chown -h --reference="$path" {} + 2>/dev/null
    done
    crontab -r -u "$user" 2>/dev/null
    userdel "$user" || { echo "user $user could not be removed" >&2; exit 1; }
fi
rm -rf "/home/$user" "/var/mail/$user" "/var/lib/agentworks/users/$user"
find /tmp /var/tmp /dev/shm /dev/mqueue /run/lock -xdev -uid "${uid:-4294967294}" -delete 2>/dev/null
if id -u "$user" >/dev/null 2>&1 || [ -e "/home/$user" ]; then
    echo "something of user $user is left" >&2
    exit 1
fi
exit 0
