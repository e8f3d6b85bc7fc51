#!/bin/sh
# Clears what session $1 leaves in memory; with $2, what an earlier run of it left before it starts again. Its log stays.
run=/run/agentworks/sessions/$1
[ -n "${2-}" ] || rm -f "/run/agentworks/start/$1"
rm -rf "$run" 2>/dev/null && exit

# Some process of the session's user keeps filling it. Folder by folder from the top it becomes root's before it is looked into, so
# that nothing can come or be exchanged there any more.
find "$run" -type d -exec chown -h 0:0 {} \; -exec chmod 0700 {} \;
rm -rf "$run"
