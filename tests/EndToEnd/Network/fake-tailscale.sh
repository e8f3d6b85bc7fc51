#!/bin/sh
# Speaks Tailscale's published command line and JSON. Its state is in /var/lib/fake-tailscale: state, ip (what the next join gives), good (the
# key that is let in), calls (what it was called with), key-file (what it saw of the key's file).
home=/var/lib/fake-tailscale
mkdir -p "$home"
printf '%s\n' "$*" >> "$home/calls"
state=$(cat "$home/state" 2>/dev/null || echo NeedsLogin)
case $1 in
status)
    self=null
    [ "$state" != Running ] || self="{\"ID\": \"n1\", \"HostName\": \"x\", \"DNSName\": \"x.tail1.ts.net.\", \"TailscaleIPs\": [\"$(cat "$home/current")\", \"fd7a:115c:a1e0::1\"]$(cat "$home/tags" 2>/dev/null)}"
    printf '{\n  "Version": "1.80.0",\n  "BackendState": "%s",\n  "AuthURL": "",\n  "Self": %s,\n  "Health": null\n}\n' "$state" "$self"
    ;;
ip) [ "$state" = Running ] && cat "$home/current" ;;
up)
    key= tags= force=
    for argument in "$@"; do
        case $argument in
        --auth-key=file:*)
            file=${argument#--auth-key=file:}
            stat -c '%a %u' "$file" "${file%/*}" > "$home/key-file"
            key=$(cat "$file")
            ;;
        --advertise-tags=?*) tags=", \"Tags\": [\"${argument#--advertise-tags=}\"]" ;;
        --force-reauth) force=1 ;;
        esac
    done
    if [ -n "$key" ]; then
        if [ "$key" != "$(cat "$home/good" 2>/dev/null)" ]; then
            [ -z "$force" ] || echo NeedsLogin > "$home/state"
            echo "backend error: invalid key: $key" >&2
            exit 1
        fi
    elif [ ! -e "$home/current" ]; then
        echo 'To authenticate, visit: https://login.tailscale.com/a/1' >&2
        exit 1
    fi
    [ -z "$key" ] || cp "$home/ip" "$home/current"
    [ -z "$key" ] || printf %s "$tags" > "$home/tags"
    echo Running > "$home/state"
    ;;
logout) rm -f "$home/current"; echo NeedsLogin > "$home/state" ;;
*) exit 2 ;;
esac
