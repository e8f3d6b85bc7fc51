# USER PATH ADMIN SOURCE URL BRANCH ORIGIN
# SOURCE: empty for an empty folder, "clone" for URL, "bundle" for one that comes on standard input.
# Everything is made beside its place and renamed into it, so a workspace that is there is whole.
set -eu
umask 077
user=$1 path=$2 admin=$3 source=$4 url=$5 branch=$6 origin=$7
root=${path%/*}
new=$root/.new-$user
home=/var/lib/agentworks/homes/$user

id -u "$user" >/dev/null 2>&1 || useradd --user-group --create-home --password '*' -K HOME_MODE=0700 \
    --home-dir "$home" --shell /bin/bash --comment 'Agentworks workspace' "$user"
id -nG "$admin" | tr ' ' '\n' | grep -qx -- "$user" || usermod -aG "$user" "$admin"
[ ! -d "$path" ] || exit 0

agw_discard() { [ ! -e "$new" ] || btrfs -q subvolume delete "$new" >/dev/null 2>&1 || rm -rf "$new"; }
agw_discard
if [ "$(stat -f -c %T "$root")" = btrfs ]; then
    btrfs -q subvolume create "$new" >/dev/null
else
    mkdir "$new"
fi
chown "$user:$user" "$new"
chmod 2770 "$new"
setfacl -m 'u::rwx,g::rwx,o::---,d:u::rwx,d:g::rwx,d:o::---' "$new"

# git runs as the workspace's own user, which may do nothing else: what a repository makes git run harms nobody.
agw_git() {
    setpriv --reuid="$user" --regid="$user" --init-groups --no-new-privs -- env -i HOME="$home" PATH=/usr/bin:/bin LANG=C.UTF-8 \
        GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=https:http:ssh:git:file git -C "$new" "$@"
}

if [ -n "$source" ]; then
    from=$url
    if [ "$source" = bundle ]; then
        from=$home/source.bundle
        cat > "$from"
        chown "$user" "$from"
    fi
    agw_auth=
    [ "$source" = bundle ] || agw_clone_credentials "$url" "$user" "$admin"
    if ! agw_git $agw_auth clone --progress ${branch:+--branch "$branch"} -- "$from" .; then
        agw_discard
        rm -f "$home/source.bundle"
        agw_clone_forget "$user"
        exit 1
    fi
    agw_clone_forget "$user"
    if [ "$source" = bundle ]; then
        rm -f "$from"
        if [ -n "$origin" ]; then agw_git remote set-url origin "$origin"; else agw_git remote remove origin; fi
    fi
    agw_git config core.sharedRepository group
    agw_git config --global --replace-all safe.directory "$path"
fi
mv -T "$new" "$path"
