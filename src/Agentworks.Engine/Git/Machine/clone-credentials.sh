# A token for one clone by a workspace's user. It lies in memory, in a folder that only that user can enter, goes away when git has read
# it, and never stands in a configuration. Sees agw_clone_line (an entry from the operator, or empty) and agw_clone_program, git's helper.

# agw_clone_credentials URL USER ADMIN: sets agw_auth, options for git. What the admin holds on this machine comes first.
agw_clone_credentials() {
    agw_clone_forget "$2"
    case $1 in https://?*/?*) ;; *) return 0 ;; esac
    agw_rest=${1#https://}
    agw_server=${agw_rest%%/*}
    agw_server=${agw_server#*@}
    agw_holder=$(getent passwd "$3" | cut -d: -f6)
    agw_answer=
    [ -z "$3" ] || agw_answer=$(cd / && printf 'protocol=https\nhost=%s\npath=%s\n\n' "$agw_server" "${agw_rest#*/}" |
        timeout -k 5 20 setpriv --reuid="$3" --regid="$(id -g "$3")" --init-groups --inh-caps=-all --no-new-privs -- \
            env -i HOME="$agw_holder" PATH=/usr/bin:/bin perl -e "$agw_clone_program" -- get) || agw_answer=
    agw_line=$agw_clone_line
    if [ -n "$agw_answer" ]; then
        agw_name=$(printf '%s\n' "$agw_answer" | sed -n 's/^username=//p')
        agw_token=$(printf '%s\n' "$agw_answer" | sed -n 's/^password=//p')
        agw_line=$(printf 'clone\tset\tclone\t%s\t%s\t%s\t\t%s' "$(printf %s "${agw_server%:443}" | tr A-Z a-z)" "${agw_rest#*/}" "$agw_name" "$agw_token")
    fi
    [ -n "$agw_line" ] || return 0
    agw_once=/run/agentworks/clone/$2
    mkdir -p -m 0711 /run/agentworks/clone
    (
        umask 077
        mkdir "$agw_once"
        printf '%s\n' "$agw_line" > "$agw_once/token"
        printf %s "$agw_clone_program" > "$agw_once/helper"
        printf '[credential]\n\thelper =\n\thelper = "!perl %s/helper --file %s/token --once"\n\tuseHttpPath = true\n' "$agw_once" "$agw_once" > "$agw_once/gitconfig"
        chown -R "$2:$2" "$agw_once"
    )
    agw_auth="-c include.path=$agw_once/gitconfig"
}

agw_clone_forget() { rm -rf "/run/agentworks/clone/$1"; }
