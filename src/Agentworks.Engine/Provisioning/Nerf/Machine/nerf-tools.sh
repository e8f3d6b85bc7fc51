# The nerf tools, by root. Sees agw_nerf_home (empty: none are wanted), agw_nerf_place (the tree in it), agw_nerf_digest (empty: look only),
# agw_nerf_archive (base64 of a compressed tar; empty when it was too large to come along and lies in agw_nerf_incoming) and agw_nerf_export.
# Root remembers what it brought: "built" is one line, the digest (- while it is being brought) and the place.
agw_nerf_notes=/var/lib/agentworks/nerf
agw_nerf_profile=/etc/profile.d/agentworks-nerf.sh

agw_nerf_wrong() { printf '%s\n' "$*"; exit 1; }

agw_nerf_built() { cat "$agw_nerf_notes/built" 2>/dev/null || :; }

agw_nerf_write() { cat > "$agw_nerf_notes/$1.new" && mv -f "$agw_nerf_notes/$1.new" "$agw_nerf_notes/$1"; }

# PLACE: all that is there, one line for each entry and one more for each file's content.
agw_nerf_inventory() (
    [ ! -L "$1" ] && cd "$1" 2>/dev/null || exit 0
    { find . -printf '%p\t%y %m %U %G %l\n'; find . -type f -exec sha256sum {} + | sed 's/^\([^ ]*\)  \(.*\)$/\2\t\1/'; } | LC_ALL=C sort
)

# Whether the tree is the wanted one.
agw_nerf_tree() {
    agw_built=$(agw_nerf_built)
    [ "${agw_built#* }" = "$agw_nerf_place" ] || { echo 'they are not there'; return 1; }
    [ "${agw_built%% *}" != - ] || { echo 'they were not brought completely'; return 1; }
    [ -z "$agw_nerf_digest" ] || [ "${agw_built%% *}" = "$agw_nerf_digest" ] || { echo 'they are built differently now'; return 1; }
    agw_differs=$(agw_nerf_inventory "$agw_nerf_place" | diff - "$agw_nerf_notes/inventory" | sed -n 's/^[<>] \.\([^	]*\).*/\1/p' | head -n 1)
    agw_nerf_inventory "$agw_nerf_place" | cmp -s - "$agw_nerf_notes/inventory" || { echo "$agw_nerf_place$agw_differs is not as it was brought"; return 1; }
}

agw_nerf_check() {
    if [ -z "$agw_nerf_home" ]; then
        [ ! -e "$agw_nerf_notes/built" ] || agw_nerf_wrong 'they are there and no longer declared'
        return
    fi
    agw_nerf_tree
    printf %s "$agw_nerf_export" | cmp -s - "$agw_nerf_profile" && [ "$(stat -c '%a %u' "$agw_nerf_profile")" = '644 0' ] ||
        agw_nerf_wrong "$agw_nerf_profile is not as declared"
}

# FOLDER: whether root alone can write there and above; else agents could lead root astray. Leaves what is wrong in agw_path.
agw_nerf_trusted() {
    agw_path=$1
    while :; do
        case $(stat -c '%F %u %a' "${agw_path:-/}" 2>/dev/null) in
        'directory 0 '*[2367]? | 'directory 0 '*[2367]) return 1 ;;
        'directory 0 '*) ;;
        *) return 1 ;;
        esac
        [ -n "$agw_path" ] || return 0
        agw_path=${agw_path%/*}
    done
}

# In one step, so that nobody finds it half there; where the kernel cannot, in two.
agw_nerf_exchange() {
    perl -e '
        use POSIX ();
        my ($new, $old) = @ARGV;
        my %call = (x86_64 => 316, aarch64 => 276);
        my $call = $call{(POSIX::uname())[4]} or exit 1;
        exit(syscall($call, -100, $new, -100, $old, 2) == 0 ? 0 : 1)' "$1" "$2" || { mv -T "$2" "$1.old" && mv -T "$1" "$2"; }
}

agw_nerf_bring() {
    # What a run that was cut off left.
    rm -rf "$agw_nerf_home"/.claude-plugin-*
    agw_new=$(mktemp -d "$agw_nerf_home/.claude-plugin-XXXXXX")
    trap 'rm -rf "$agw_new" "$agw_new.old"' EXIT
    if [ -n "$agw_nerf_archive" ]; then
        printf %s "$agw_nerf_archive" | base64 -d | tar -xz -p --no-same-owner -C "$agw_new" -f -
    elif [ -n "$agw_nerf_incoming" ] && [ -f "$agw_nerf_incoming" ]; then
        tar -xz -p --no-same-owner -C "$agw_new" -f "$agw_nerf_incoming"
        rm -f "$agw_nerf_incoming"
    else
        agw_nerf_wrong 'the content has not arrived; run it again'
    fi
    [ "$(sha256sum < "$agw_new/.agentworks-manifest")" = "$agw_nerf_digest  -" ] &&
        sed -n 's/^[fx]	\([^	]*\)	/\1  /p' "$agw_new/.agentworks-manifest" | (cd "$agw_new" && sha256sum -c --quiet --strict -) ||
        agw_nerf_wrong 'what arrived is not what was sent'
    rm "$agw_new/.agentworks-manifest"
    chmod 0755 "$agw_new"
    mkdir -p -m 0700 "$agw_nerf_notes"
    printf '%s\n' "- $agw_nerf_place" | agw_nerf_write built
    if [ -e "$agw_nerf_place" ] || [ -L "$agw_nerf_place" ]; then
        agw_nerf_exchange "$agw_new" "$agw_nerf_place"
    else
        mv -T "$agw_new" "$agw_nerf_place"
    fi
    agw_nerf_inventory "$agw_nerf_place" | agw_nerf_write inventory
    printf '%s\n' "$agw_nerf_digest $agw_nerf_place" | agw_nerf_write built
}

agw_nerf_apply() {
    umask 022
    agw_built=$(agw_nerf_built)
    agw_before=${agw_built#* }
    if [ -n "$agw_before" ] && [ "$agw_before" != "$agw_nerf_place" ]; then
        if agw_nerf_trusted "${agw_before%/*}"; then
            rm -rf "$agw_before" "${agw_before%/*}"/.claude-plugin-*
            rmdir "${agw_before%/*}" 2>/dev/null || :
        fi
        rm -rf "$agw_nerf_profile" "$agw_nerf_notes"
    fi
    [ -n "$agw_nerf_home" ] || return 0
    agw_there=$agw_nerf_home
    while [ -n "$agw_there" ] && [ ! -e "$agw_there" ] && [ ! -L "$agw_there" ]; do agw_there=${agw_there%/*}; done
    agw_nerf_trusted "$agw_there" || agw_nerf_wrong "nerf_home_dir is where others than root can write: $agw_path"
    mkdir -p "$agw_nerf_home"
    agw_nerf_tree >/dev/null || agw_nerf_bring
    printf %s "$agw_nerf_export" > "$agw_nerf_profile"
    chmod 0644 "$agw_nerf_profile"
}
