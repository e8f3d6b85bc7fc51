# What steps share. Steps run with set -eu, each in a subshell.

# SECONDS LABEL COMMAND...: see limit.pl.
agw_limit() { perl -e "$agw_limit_program" -- "$@"; }

# USER SECONDS LABEL COMMAND: a line for bash in a login of the user, with its groups as they are now. The line travels in the
# environment, so that no list of processes shows it.
agw_as() (
    HOME=$(getent passwd "$1" | cut -d: -f6) USER=$1 LOGNAME=$1 SHELL=/bin/bash AGW_COMMAND=$4
    export HOME USER LOGNAME SHELL AGW_COMMAND
    cd "$HOME" 2>/dev/null || cd /
    agw_limit "$2" "$3" setpriv --reuid "$1" --regid "$(id -g "$1")" --init-groups -- \
        /bin/bash -lc 'line=$AGW_COMMAND; unset AGW_COMMAND; eval "$line"'
)

# SECONDS VERB...: apt-get that waits for others, asks nothing, takes names for names and gives up on a silent mirror.
agw_apt() {
    agw_seconds=$1
    shift
    agw_limit "$agw_seconds" "apt-get $1" apt-get -q -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold \
        -o Acquire::Retries=1 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 -o APT::Cmd::Pattern-Only=true "$@"
}

# PACKAGE...: those that are not installed. Each as apt-get takes them: name, name:architecture, name=version, name/suite.
agw_missing() {
    dpkg-query -W -f '${db:Status-Abbrev}\t${Package}\t${Architecture}\t${Version}\t${Provides}\n' 2>/dev/null | awk -F '\t' -v wanted="$*" '
        $1 ~ /^[hi]i/ {
            have[$2]; have[$2 ":" $3]; have[$2 "=" $4]; have[$2 ":" $3 "=" $4]
            count = split($5, provided, ", ")
            for (i = 1; i <= count; i++) { sub(/ .*/, "", provided[i]); have[provided[i]] }
        }
        END {
            count = split(wanted, names, " ")
            for (i = 1; i <= count; i++) {
                name = names[i]
                sub(/\/.*/, "", name)
                if (!(name in have)) { printf "%s%s", separator, names[i]; separator = " " }
            }
        }'
}

# A mirror that fails does not stop what can be installed without it.
agw_apt_update() { ! agw_apt 300 update || : > /run/agentworks-apt-updated; }

# PACKAGE...: installs them together or, when that fails, one by one; the last line then names those that could not be had.
agw_install() {
    # What an interrupted run left half installed.
    agw_limit 600 'dpkg --configure' dpkg --configure -a || true
    agw_fresh=$(find /run/agentworks-apt-updated -mmin -60 2>/dev/null || true)
    [ -n "$agw_fresh" ] || agw_apt_update
    agw_install_together "$@" && return 0 || [ $? != 124 ] || return 1
    if [ -n "$agw_fresh" ]; then
        agw_apt_update
        agw_install_together "$@" && return 0 || [ $? != 124 ] || return 1
    fi
    agw_bad=
    for agw_one in $(agw_missing "$@"); do
        agw_said=$(agw_install_together "$agw_one" 2>&1) && continue
        agw_why=$(printf '%s\n' "$agw_said" | sed -n 's/^E: //p' | head -n 1)
        agw_bad="$agw_bad; $agw_one: ${agw_why:-$(printf '%s\n' "$agw_said" | tail -n 1)}"
    done
    [ -n "$agw_bad" ] || return 0
    echo "${agw_bad#; }" >&2
    return 1
}

agw_install_together() { agw_apt 1200 install -y --no-install-recommends -- "$@"; }

# Exit status 77 in a container, where PART belongs to the host.
agw_no_container() {
    agw_kind=$(systemd-detect-virt --container 2>/dev/null) || return 0
    echo "$1 in a container ($agw_kind)"
    exit 77
}
