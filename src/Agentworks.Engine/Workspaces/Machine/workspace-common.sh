# What making, copying, moving and repairing a workspace share.

# agw_user USER: the workspace's own user, with a group of its name.
agw_user() {
    getent group "$1" >/dev/null || groupadd "$1"
    id -u "$1" >/dev/null 2>&1 || useradd --gid "$1" --create-home --password '*' -K HOME_MODE=0700 \
        --home-dir "/var/lib/agentworks/homes/$1" --shell /bin/bash --comment 'Agentworks workspace' "$1"
}

agw_admin_joins() { id -nG "$2" | tr ' ' '\n' | grep -qx -- "$1" || usermod -aG "$1" "$2"; }

# agw_folder USER PATH: owner, mode and ACL of the workspace's own folder. Those whom a revoke barred by name stay barred.
agw_folder() {
    chown "$1:$1" "$2"
    chmod 2770 "$2"
    setfacl -m 'u::rwx,g::rwx,o::---,d:u::rwx,d:g::rwx,d:o::---' "$2"
}

# agw_as USER COMMAND…: as the workspace's own user, which may do nothing else: what a repository makes git run harms nobody.
agw_as() {
    as=$1
    shift
    setpriv --reuid="$as" --regid="$as" --init-groups --no-new-privs -- env -i HOME="/var/lib/agentworks/homes/$as" PATH=/usr/bin:/bin LANG=C.UTF-8 \
        GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=https:http:ssh:git:file "$@"
}

agw_is_btrfs() { [ "$(stat -f -c %T "$1")" = btrfs ]; }
# On the machine's own root it is a plain folder, so that a snapshot of the disk holds it.
agw_new_folder() { if [ -n "${1%/*}" ] && agw_is_btrfs "${1%/*}"; then btrfs -q subvolume create "$1" >/dev/null; else mkdir "$1"; fi; }

# agw_is_there USER PATH: whether the workspace lies there, whole, since it comes there by rename. Something else there is an error.
agw_is_there() {
    [ -e "$2" ] || [ -L "$2" ] || return 1
    [ "$(stat -c '%F %U %G' "$2")" = "directory $1 $1" ] || { echo "$2 is there already and is not this workspace" >&2; exit 1; }
}

# agw_discard PATH: removes a folder with all that is in it.
agw_discard() {
    [ -e "$1" ] || return 0
    ! mountpoint -q "$1" || umount -l "$1"
    # What cannot be written in cannot be emptied either.
    [ -w "$1" ] || btrfs -q property set -f -ts "$1" ro false 2>/dev/null || :
    until btrfs -q subvolume delete "$1" >/dev/null 2>&1; do
        agw_inner "$1" || { rm -rf "$1"; return; }
    done
}

# agw_reclaim PATH [now]: what was removed from btrfs gives its room back in its own time, up to a minute later; where little is left, or NOW, this waits for it.
agw_reclaim() {
    agw_is_btrfs "$1" || return 0
    [ "${2-}" = now ] || df --output=avail,size -k "$1" | awk 'NR == 2 { exit !($1 * 16 < $2) }' || return 0
    {
        btrfs filesystem sync "$1" && timeout 60 btrfs subvolume sync "$1"
        # Room that was given to files and is empty again may go to what describes them.
        btrfs filesystem sync "$1" && timeout 60 btrfs balance start -dusage=0 "$1"
    } >/dev/null 2>&1 || :
}

# Agents may have made subvolumes of their own in there, read-only ones too, which rm cannot remove. They go by id, and only where the
# kernel says that they are inside: a list of names can be made to say anything, and a path can change under us. False when none went.
agw_inner() (
    [ "$(stat -f -c %T "$1")" = btrfs ] && [ "$(stat -c %i "$1")" = 256 ] || exit 1
    agw_place() { btrfs inspect-internal subvolid-resolve "$1" "$2" 2>/dev/null; }
    tree=$(agw_place "$(btrfs inspect-internal rootid "$1")" "$1") || exit 1
    gone=1
    for id in $(btrfs subvolume list "$1" | sed -n 's/^ID \([0-9]*\) .*/\1/p' | sort -rnu); do
        case $(agw_place "$id" "$1") in
        "$tree"/*) ! btrfs -q subvolume delete --subvolid "$id" "$1" >/dev/null 2>&1 || gone=0 ;;
        esac
    done
    exit "$gone"
)
