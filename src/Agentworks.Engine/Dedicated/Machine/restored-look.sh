# HELPER ADMIN. Says whom and what a machine knows whose disk is of another time: "agent USER", "session NAME", "credential USER NAME".
helper=$1
users=$(getent passwd | sed -n 's/^\(agt-[^:]*\):.*/\1/p')
for user in $users; do echo "agent $user"; done
for folder in /var/lib/agentworks/sessions/*/; do
    [ ! -d "$folder" ] || echo "session $(basename "$folder")"
done
[ -x "$helper" ] || exit 0
for user in $2 $users; do
    home=$(getent passwd "$user" | cut -d: -f6)
    [ -e "$home/.config/agentworks/git-credentials" ] || continue
    timeout -k 1 5 setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups --inh-caps=-all --no-new-privs -- \
        env -i HOME="$home" PATH=/usr/bin:/bin "$helper" list </dev/null 2>/dev/null | head -c 65536 | cut -f 1 | sed "s/^/credential $user /"
done
exit 0
