# REMOTE BRANCH UPSTREAM FORCE SECONDS ADMIN ASK PLACE …, after git-common.sh and clone-credentials.sh. A push is made from an empty repository
# that borrows the objects: of what stands in the workspace's configuration, nothing but the remote's URL has a say in it. With a token of
# the admin's it is made by a user id of its own, so that no process of the workspace's user can look at it. ASK: say which URL wants a
# token, rather than going without.
set -eu
remote=$1 branch=$2 upstream=$3 force=$4 seconds=$5 admin=$6 ask=$7
shift 7

refuse() {
    echo "agw: $1" >&2
    return 1
}

# Sets url, or says why it is none that git may be given.
find_url() {
    url=$(g remote get-url --push -- "$to" 2> /dev/null) || { refuse "no remote '$to'"; return; }
    case $url in -* | *[[:cntrl:]]*) refuse 'bad URL'; return ;; esac
    case ${url#*:} in :*) refuse 'bad URL'; return ;; esac
    case $url in
    *://*)
        rest=${url#*://}
        case ${url%%://*}:${rest%%/*} in
        http:*@* | https:*@*) refuse 'secret in URL'; return ;;
        *:*:*@*) refuse 'secret in URL'; return ;;
        esac
        ;;
    /* | *:*) ;;
    *) url=$(g rev-parse --show-toplevel)/$url ;;
    esac
}

push() {
    g rev-parse --git-dir > /dev/null || return
    name=$branch
    [ -n "$name" ] || name=$(g symbolic-ref --quiet --short HEAD) || { refuse 'no branch'; return; }
    g check-ref-format "refs/heads/$name" || { refuse "no branch '$name'"; return; }
    new=$(g rev-parse --verify --quiet --end-of-options "refs/heads/$name^{commit}") || { refuse "no branch '$name'"; return; }
    to=$remote
    [ -n "$to" ] || to=$(g config --get "branch.$name.remote") || to=origin
    [ "$to" != . ] || to=origin
    case $to in -* | *[[:cntrl:]]*) refuse 'no remote'; return ;; esac
    find_url || return
    printf '%s\n' "$to" "$name" "$new" > "$agw_out/push"

    own=$agw_out.own
    id=$((60578 + $$ % 300 + ${agw_out##*/} % 300))
    agw_auth=
    case $agw_user in agt-*) ;; *)
        agw_clone_credentials "$url" "$id" "$admin"
        if [ -z "$agw_auth" ] && [ -n "$ask" ]; then
            case $url in https://*) printf '%s' "$url" > "$agw_out/wants"; return 0 ;; esac
        fi
        ;;
    esac
    chmod 0711 "$agw_work"
    mkdir -m 0700 "$own"
    if [ -n "$agw_auth" ]; then
        chown "$id" "$own"
        apart() { setpriv --reuid "$id" --regid "$agw_gid" --clear-groups --inh-caps=-all --no-new-privs -- env -i HOME="$own" PATH=/usr/bin:/bin LC_ALL=C.UTF-8 \
            GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=https GIT_CEILING_DIRECTORIES=/ "$@"; }
    else
        chown "$agw_user" "$own"
        apart() { agw_run "$@"; }
    fi
    objects=$(g rev-parse --path-format=absolute --git-path objects) || return
    shallow=$(g rev-parse --path-format=absolute --git-path shallow) || return
    old=$(g rev-parse --verify --quiet "refs/remotes/$to/$name") || old=
    apart git init --quiet --bare --object-format="$(g rev-parse --show-object-format)" --template= "$own/borrow" || return
    printf '%s\n' "$objects" | apart sh -c 'mkdir -p "$1/objects/info" && cat > "$1/objects/info/alternates"' sh "$own/borrow"
    ! agw_run test -e "$shallow" || agw_run cat -- "$shallow" | apart sh -c 'cat > "$1/shallow"' sh "$own/borrow"
    rc=0
    apart perl -e "$agw_limit_program" "$seconds" git git -C "$own/borrow" $agw_auth -c core.hooksPath=/dev/null push --porcelain --no-verify --no-signed \
        ${force:+--force-with-lease="refs/heads/$name:$old"} -- "$url" "$new:refs/heads/$name" > "$agw_out/said" 2>&1 || rc=$?
    [ -z "$agw_auth" ] || agw_clone_forget "$id"
    [ "$rc" = 0 ] || return "$rc"
    [ -z "$(g config --get-all "remote.$to.fetch" || :)" ] || g update-ref -m 'push by agentworks' "refs/remotes/$to/$name" "$new" || :
    [ -z "$upstream" ] || { g config "branch.$name.remote" "$to" && g config "branch.$name.merge" "refs/heads/$name"; }
    # What the other side had is told in short; where it is known here, in full.
    was=$(sed -n 's/^[ +=*!-]	[^	]*	\([0-9a-f]\{4,\}\)\.\.\.*[0-9a-f]* *.*$/\1/p' "$agw_out/said" | head -n 1)
    [ -z "$was" ] || { g rev-parse --verify --quiet "$was^{commit}" || printf '%s\n' "$was"; } > "$agw_out/old"
}
agw_each push "$@"
