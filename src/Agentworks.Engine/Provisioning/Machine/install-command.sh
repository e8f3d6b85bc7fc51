# A command of the catalog, run by the admin. Its test says whether it is installed; without a test, whether this very text has run.
agw_ran=/etc/agentworks/installed

agw_check_command() {
    case $agw_test in
    exec) agw_as "$agw_admin" 30 "$agw_name" "command -v -- $agw_what >/dev/null" || { echo "there is no command $agw_subject"; exit 1; } ;;
    file) agw_as "$agw_admin" 30 "$agw_name" "[ -f $agw_what ]" || { echo "there is no file $agw_subject"; exit 1; } ;;
    dir) agw_as "$agw_admin" 30 "$agw_name" "[ -d $agw_what ]" || { echo "there is no folder $agw_subject"; exit 1; } ;;
    *) printf %s "$agw_command" | sha256sum | cmp -s - "$agw_ran/$agw_name" || { echo 'it has not run yet'; exit 1; } ;;
    esac
}

agw_apply_command() {
    agw_as "$agw_admin" "$agw_allowed" "$agw_name" "$agw_command"
    if [ -z "$agw_test" ]; then
        mkdir -p "$agw_ran"
        printf %s "$agw_command" | sha256sum > "$agw_ran/$agw_name"
    fi
}
