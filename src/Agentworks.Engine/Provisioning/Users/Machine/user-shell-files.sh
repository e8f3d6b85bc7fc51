# MODE PROFILE RC ZSH: as the user. ~/.agentworks-profile.sh and ~/.agentworks-rc.sh hold these texts, or are gone when there is none, and
# the shells' own files read them. Those files are the user's: a line is added at the end, and nothing else in them is touched. A link
# is not written through: what it leads to is looked after elsewhere, such as in dotfiles.
set -u
mode=$1 profile=$2 rc=$3 zsh=$4
reasons=
wrong() { reasons="${reasons:+$reasons; }$1"; }

ours() {
    if [ -z "$2" ]; then
        [ -e "$1" ] || [ -L "$1" ] || return 0
        if [ "$mode" = check ]; then wrong "~/$1 is no longer wanted"; else rm -f "$1" || wrong "~/$1 cannot be removed"; fi
        return 0
    fi
    ! { [ -f "$1" ] && [ ! -L "$1" ] && printf %s "$2" | cmp -s - "$1"; } || return 0
    if [ "$mode" = check ]; then
        wrong "~/$1 is not as it should be"
    else
        new=$(umask 077 && mktemp "$1.agw-XXXXXX") && printf %s "$2" > "$new" && mv -fT "$new" "$1" || wrong "~/$1 cannot be written"
    fi
}

read_by() {
    [ -n "$3" ] || return 0
    ! { [ -f "$1" ] && grep -q "^[^#]*$2" "$1"; } || return 0
    line="[ ! -f ~/$2 ] || . ~/$2"
    if [ "$mode" = check ]; then
        wrong "~/$1 does not read ~/$2"
    elif [ -L "$1" ]; then
        wrong "~/$1 is a link; what it leads to needs this line: $line"
    elif [ -e "$1" ] && [ ! -f "$1" ]; then
        wrong "~/$1 is not a file"
    else
        [ ! -s "$1" ] || [ -z "$(tail -c 1 "$1")" ] || echo >> "$1"
        printf '%s\n' "$line" >> "$1" || wrong "~/$1 cannot be written"
    fi
}

ours .agentworks-profile.sh "$profile"
ours .agentworks-rc.sh "$rc"
read_by .profile .agentworks-profile.sh "$profile"
# Where one of these is, bash reads it at login instead of .profile.
for other in .bash_profile .bash_login; do
    if [ -e "$other" ]; then read_by "$other" .agentworks-profile.sh "$profile"; break; fi
done
read_by .bashrc .agentworks-rc.sh "$rc"
if [ -n "$zsh" ]; then
    read_by .zprofile .agentworks-profile.sh "$profile"
    read_by .zshrc .agentworks-rc.sh "$rc"
fi
[ -z "$reasons" ] || { printf '%s\n' "$reasons"; exit 1; }
