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
agw_discard() { [ ! -e "$1" ] || btrfs -q subvolume delete "$1" >/dev/null 2>&1 || rm -rf "$1"; }
agw_new_folder() { if agw_is_btrfs "${1%/*}"; then btrfs -q subvolume create "$1" >/dev/null; else mkdir "$1"; fi; }
