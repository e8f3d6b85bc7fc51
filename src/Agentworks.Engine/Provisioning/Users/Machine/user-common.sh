# What the steps of a user's set-up share. Root never touches a user's home: everything in it is read and written as the user, so that
# a link in it leads nowhere that the user could not go. Sees agw_user, agw_locked, agw_runner, agw_path (one folder a line) and agw_notes:
# root's own folder of what was put into the home.

agw_note() { cat "$agw_notes/$1" 2>/dev/null || :; }

# agw_write_note NAME, from standard input.
agw_write_note() {
    mkdir -p "$agw_notes"
    chmod 0700 "${agw_notes%/*}" "$agw_notes"
    cat > "$agw_notes/$1.new"
    mv -f "$agw_notes/$1.new" "$agw_notes/$1"
}

# agw_user_run SECONDS SCRIPT [ARGUMENT ...]: as the user, standard input passed on.
agw_user_run() {
    agw_most=$1
    shift
    perl -e "$agw_runner" -- "$agw_user" "$agw_most" "$agw_locked" "$@"
}

# agw_user_login SECONDS SCRIPT [ARGUMENT ...]: the same with the PATH that a login has, and ours before it. Start-up files that hang cost
# five seconds and then do not count.
agw_user_login() {
    agw_found=$(agw_user_run 5 '"$SHELL" -lc env 2>/dev/null | sed -n "s/^PATH=//p" | tail -n 1' </dev/null 2>/dev/null) || agw_found=
    agw_most=$1 agw_script=$2
    shift 2
    agw_user_run "$agw_most" '
        [ -z "$1" ] || PATH=$1
        while IFS= read -r folder; do
            case $folder in "~/"*) folder=$HOME/${folder#"~/"} ;; "~") folder=$HOME ;; esac
            [ -z "$folder" ] || PATH=$folder:$PATH
        done <<AGENTWORKS
$2
AGENTWORKS
        export PATH
        shift 2
        '"$agw_script" "$agw_found" "$agw_path" "$@"
}

# agw_wrong TEXT: why a thing is not as wanted.
agw_wrong() {
    printf '%s\n' "$*"
    exit 1
}
