# MODE …: as the user, after user-git.sh. What mise is to install, and that it is installed.
mode=$1
shift
config=.config/mise/config.toml
lock=.config/mise/mise.lock

put() {
    (umask 077 && mkdir -p "${1%/*}") || wrong "~/${1%/*} cannot be made"
    new=$(umask 077 && mktemp "$1.agw-XXXXXX") && cat > "$new" && mv -fT "$new" "$1" || wrong "~/$1 cannot be written"
}

is_ours() { [ -f "$config" ] && [ ! -L "$config" ] && [ "$(head -n 1 "$config")" = "$1" ]; }

# First words of mise's table: the names of tools.
tools() { awk 'NF { print $1 }' | sort -u | paste -sd ' '; }

case $mode in
config-check) # MARK TEXT
    if [ -z "$2" ]; then
        ! is_ours "$1" || wrong "~/$config is no longer wanted"
    else
        [ -f "$config" ] && [ ! -L "$config" ] && printf %s "$2" | cmp -s - "$config" || wrong "~/$config is not as declared"
    fi
    ;;
config-apply) # MARK TEXT PRUNE
    if [ -z "$2" ]; then
        rm -f "$config" || exit 1
        [ -z "$3" ] || ! command -v mise >/dev/null || mise prune --yes
    else
        { [ ! -e "$config" ] && [ ! -L "$config" ]; } || is_ours "$1" ||
            wrong "~/$config is the user's own; move what is in it to mise_packages and remove it"
        printf %s "$2" | put "$config"
    fi
    ;;
lock-check) # SHA-256
    [ -f "$lock" ] && [ ! -L "$lock" ] && [ "$(sha256sum < "$lock")" = "$1  -" ] || wrong "~/$lock is not as declared"
    ;;
lock-apply)
    put "$lock"
    ;;
lock-remove) # SHA-256 of ours; another is the user's
    [ ! -f "$lock" ] || [ "$(sha256sum < "$lock")" != "$1  -" ] || rm -f "$lock"
    ;;
lock-newest) # URL REF
    if is_hash "$2" && [ ${#2} = 40 ]; then printf '%s\n' "$2"; exit 0; fi
    look_up "$1" "$2"
    printf '%s\n' "${commit:-$2}"
    ;;
lock-fetch) # URL REF PATH: prints the commit's SHA-256 at the end
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    look_up "$1" "$2"
    said=$(git clone --quiet --bare -- "$1" "$work/r" 2>&1) || wrong "it could not be cloned: $(printf '%s\n' "$said" | last)"
    commit=$(git -C "$work/r" rev-parse --verify --quiet "${commit:-$2}^{commit}") || wrong "$1 has no branch, tag or commit $2"
    git -C "$work/r" show "$commit:$3" > "$work/file" 2>/dev/null || wrong "$1 has no file $3 at $2"
    put "$lock" < "$work/file"
    sha256sum < "$lock" | cut -d ' ' -f 1
    ;;
tools-check)
    command -v mise >/dev/null || wrong 'mise is not on this machine: run Initialize-AgwVm, and then this again'
    missing=$(MISE_PREFER_OFFLINE=1 mise ls --global --missing --no-header 2>&1) || wrong "$(printf '%s\n' "$missing" | last)"
    missing=$(printf '%s\n' "$missing" | tools)
    [ -z "$missing" ] || wrong "not installed: $missing"
    ;;
tools-apply) # LOCKED ALLOW
    command -v mise >/dev/null || wrong 'mise is not on this machine: run Initialize-AgwVm, and then this again'
    said=$(mise install --yes ${1:+--locked} 2>&1) && exit 0
    if [ -n "$1" ] && [ -n "$2" ]; then
        # Without the file, which mise would otherwise write what it took into.
        said=$(MISE_LOCKFILE=0 mise install --yes 2>&1) && exit 0
    fi
    failed=$(printf '%s\n' "$said" | sed -n 's/.*Failed to install //p' | sort -u | paste -sd ';')
    wrong "${failed:-$(printf '%s\n' "$said" | last)}${1:+${2:-; mise_allow_unlocked would install without the lock file}}"
    ;;
prune-check)
    command -v mise >/dev/null || exit 0
    extra=$(MISE_PREFER_OFFLINE=1 mise ls --prunable --no-header 2>&1) || wrong "$(printf '%s\n' "$extra" | last)"
    extra=$(printf '%s\n' "$extra" | tools)
    [ -z "$extra" ] || wrong "no longer listed: $extra"
    ;;
prune-apply)
    mise prune --yes
    ;;
esac
