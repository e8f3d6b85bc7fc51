# USER PATH ADMIN SOURCE URL BRANCH ORIGIN, after workspace-common.sh.
# SOURCE: empty for an empty folder, "clone" for URL, "bundle" for one that comes on standard input.
# Everything is made beside its place and renamed into it, so a workspace that is there is whole.
set -eu
umask 077
user=$1 path=$2 admin=$3 source=$4 url=$5 branch=$6 origin=$7
root=${path%/*}
new=$root/.new-$user
home=/var/lib/agentworks/homes/$user

agw_user "$user"
agw_admin_joins "$user" "$admin"
# On a machine of its own the empty folder is there already; a repository takes its place.
if [ -d "$path" ]; then
    [ -n "$source" ] && [ -z "$(ls -A "$path")" ] || exit 0
fi

agw_discard "$new"
agw_new_folder "$new"
agw_folder "$user" "$new"

agw_git() { agw_as "$user" git -C "$new" "$@"; }
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
        agw_discard "$new"
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
    # git asks for narrower modes than the folder's ACL would give.
    agw_tree fix modes "$new" "$user" "$user"
fi
mv -T "$new" "$path"
