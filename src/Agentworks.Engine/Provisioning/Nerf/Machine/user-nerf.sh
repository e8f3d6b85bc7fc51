# agw_nerf_plugin MODE SECONDS, by root: the plugin of the machine's nerf tools in a user's Claude Code. The user's note says which tools
# its plugin was installed from.
agw_nerf_plugin() {
    agw_built=$(cat /var/lib/agentworks/nerf/built 2>/dev/null) && [ "${agw_built%% *}" != - ] ||
        agw_wrong 'the machine has no nerf tools: set nerf_build_claude_plugin in its template, then Initialize-AgwVm'
    agw_stale=
    [ "$(agw_note nerf)" = "$agw_built" ] || agw_stale=1
    agw_user_login "$2" "$agw_nerf_claude" "$1" "${agw_built#* }" "$agw_stale" </dev/null || exit 1
    [ "$1" = check ] || printf '%s\n' "$agw_built" | agw_write_note nerf
}
