# Dotfiles from a folder of the operator's, by root: sees agw_place, agw_digest and agw_archive (base64 of a compressed tar; empty when it
# was too large to come along and lies in agw_incoming). Root keeps the manifest of what it put there, so that it can be told from what
# the user has there.
agw_folder() { agw_user_run 60 'perl -e "$1" -- "$2" "$3"' "$agw_folder_program" "$@"; }

agw_folder_check() {
    [ "$(agw_note dotfiles)" = "folder $agw_digest $agw_place" ] || agw_wrong 'the folder has changed since it was brought here'
    agw_folder check "$agw_place" < "$agw_notes/dotfiles.manifest"
}

agw_folder_apply() {
    agw_work=$(mktemp -d /run/agentworks/dotfiles-XXXXXX)
    trap 'rm -rf "$agw_work"' EXIT
    if [ -n "$agw_archive" ]; then
        printf %s "$agw_archive" | base64 -d > "$agw_work/archive"
    elif [ -f "$agw_incoming" ]; then
        mv "$agw_incoming" "$agw_work/archive"
    else
        agw_wrong 'the content has not arrived; run it again'
    fi
    gzip -dc "$agw_work/archive" > "$agw_work/tar"
    rm -f "$agw_work/archive"
    tar -xOf "$agw_work/tar" .agentworks-manifest > "$agw_work/manifest"
    [ "$(sha256sum < "$agw_work/manifest")" = "$agw_digest  -" ] || agw_wrong 'what arrived is not what was sent'

    case $(agw_note dotfiles) in
    "folder "*" $agw_place") ;;
    *)
        rm -f "$agw_notes/dotfiles.manifest" "$agw_notes/dotfiles-install"
        agw_user_run 20 '
            case $1 in "~/"*) set -- "$HOME/${1#"~/"}" ;; esac
            [ ! -L "$1" ] && { [ ! -e "$1" ] || { [ -d "$1" ] && [ -z "$(ls -A "$1")" ]; }; } || {
                echo "$1 is there and did not come from here; move it away"
                exit 1
            }' "$agw_place"
        ;;
    esac
    # From here on the place is ours, also when this is cut off: the manifest names all that may be there.
    { agw_note dotfiles.manifest; cat "$agw_work/manifest"; } | LC_ALL=C sort -t '	' -k 3 -u | agw_write_note dotfiles.both
    { cat "$agw_notes/dotfiles.both"; echo; cat "$agw_work/manifest"; } > "$agw_work/change"
    mv -f "$agw_notes/dotfiles.both" "$agw_notes/dotfiles.manifest"
    printf '%s\n' "folder - $agw_place" | agw_write_note dotfiles
    agw_user_run 60 'case $1 in "~/"*) set -- "$HOME/${1#"~/"}" ;; esac; mkdir -p "$1" && [ -d "$1" ] && [ ! -L "$1" ]' "$agw_place" ||
        agw_wrong "$agw_place cannot be made"
    agw_folder clear "$agw_place" < "$agw_work/change"
    agw_user_run 300 '
        case $1 in "~/"*) set -- "$HOME/${1#"~/"}" ;; esac
        tar -x -p --no-same-owner --overwrite --exclude=.agentworks-manifest -C "$1" -f -' "$agw_place" < "$agw_work/tar"
    agw_write_note dotfiles.manifest < "$agw_work/manifest"
    printf '%s\n' "folder $agw_digest $agw_place" | agw_write_note dotfiles
}
