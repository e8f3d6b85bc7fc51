# Letting a user into a workspace and out again. Group membership is what lets it in; a process that is already running keeps the
# groups it began with, so taking access away also bars the user by name, which the kernel looks at first.

# agw_git USER …: git config of the user's own, as that user, who can make its file anything.
agw_git() (
    user=$1
    shift
    exec timeout -k 1 10 setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups -- \
        env -i HOME="$(getent passwd "$user" | cut -d: -f6)" PATH=/usr/bin:/bin git -C / config --global "$@"
)

agw_in_group() { id -nG "$1" 2>/dev/null | tr ' ' '\n' | grep -qx -- "$2"; }

# agw_acl PATH: its access list, one entry a line. The mask says nothing as long as it masks nothing.
agw_acl() { getfacl -cpE -- "$1" | grep -v -e '^$' -e '^mask::rwx$' -e '^default:mask::rwx$' | LC_ALL=C sort; }

# agw_wanted_acl GROUP PATH [USER]: what the list of a workspace's folder is to be. Whoever is let in is a member of its group; of agents
# that are not, those stay barred that are named in the list, whatever it says of them, and so does USER.
agw_wanted_acl() {
    {
        printf '%s\n' user::rwx group::rwx other::--- default:user::rwx default:group::rwx default:other::---
        agw_acl "$2" | sed -n 's/^user:\([^:][^:]*\):.*/\1/p' | while read -r named; do
            [ "$named" != "${3-}" ] || continue
            if agw_in_group "$named" agentworks-agents && ! agw_in_group "$named" "$1"; then echo "user:$named:---"; fi
        done
        [ -z "${3-}" ] || echo "user:$3:---"
    } | LC_ALL=C sort
}

# agw_reset_acl GROUP PATH [USER]: the folder itself, whoever changed it: its owner may, and so may what runs as its owner.
agw_reset_acl() {
    wanted=$(agw_wanted_acl "$@")
    [ "$wanted" = "$(agw_acl "$2")" ] || printf '%s\n' "$wanted" | setfacl --set-file=- -- "$2"
    [ "$(stat -c '%a %U %G' -- "$2")" = "2770 $1 $1" ] || { chown "$1:$1" -- "$2" && chmod 2770 -- "$2"; }
}

# agw_grant USER GROUP PATH
agw_grant() {
    agw_in_group "$1" "$2" || usermod -aG "$2" "$1"
    agw_reset_acl "$2" "$3"
    # A workspace belongs to a user of its own: git must be told that this one, and no other folder, is meant to be another's.
    agw_git "$1" --get-all safe.directory 2>/dev/null | grep -qxF -- "$3" || agw_git "$1" --add safe.directory "$3" || :
}

# agw_revoke USER GROUP PATH
agw_revoke() {
    if id -u "$1" >/dev/null 2>&1; then
        [ ! -d "$3" ] || agw_reset_acl "$2" "$3" "$1"
        ! agw_in_group "$1" "$2" || gpasswd -d "$1" "$2" >/dev/null
        agw_git "$1" --fixed-value --unset-all safe.directory "$3" 2>/dev/null || :
    fi
}
