# Letting a user into a workspace and out again. Group membership is what lets it in; a process that is already running keeps the
# groups it began with, so taking access away also bars the user by name, which the kernel looks at first.

# agw_git USER …: git config of the user's own, as that user.
agw_git() (
    user=$1
    shift
    exec setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups -- \
        env -i HOME="$(getent passwd "$user" | cut -d: -f6)" PATH=/usr/bin:/bin git -C / config --global "$@"
)

# agw_grant USER GROUP PATH
agw_grant() {
    setfacl -x "u:$1" "$3" 2>/dev/null || :
    id -nG "$1" | tr ' ' '\n' | grep -qx -- "$2" || usermod -aG "$2" "$1"
    # A workspace belongs to a user of its own: git must be told that this one, and no other folder, is meant to be another's.
    agw_git "$1" --get-all safe.directory 2>/dev/null | grep -qxF -- "$3" || agw_git "$1" --add safe.directory "$3" || :
}

# agw_revoke USER GROUP PATH
agw_revoke() {
    if id -u "$1" >/dev/null 2>&1; then
        [ ! -d "$3" ] || setfacl -m "u:$1:---" "$3"
        ! id -nG "$1" | tr ' ' '\n' | grep -qx -- "$2" || gpasswd -d "$1" "$2" >/dev/null
        agw_git "$1" --fixed-value --unset-all safe.directory "$3" 2>/dev/null || :
    fi
}

# agw_inside USER PATH: the user's processes that stand in the folder or hold something open there.
agw_inside() {
    for process in /proc/[0-9]*; do
        [ "$(stat -c %U "$process" 2>/dev/null)" = "$1" ] || continue
        for link in "$process/cwd" "$process"/fd/*; do
            case $(readlink "$link" 2>/dev/null)/ in
            "$2"/*) echo "${process#/proc/}"; break ;;
            esac
        done
    done
}
