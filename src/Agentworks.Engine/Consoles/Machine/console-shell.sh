#!/bin/sh
# USER PATH [FOLDER]: a login shell of USER's at PATH, or in FOLDER below it, for a pane of a console. Without PATH, at home.
# Through sudo also for the admin's own: groups that came after the console's start hold.
exec sudo -n -H -u "$1" -- /bin/sh -c '
    [ -n "$1" ] && cd "$1" || cd
    [ -z "$2" ] || cd "./$2" 2>/dev/null || echo "cwd missing: $1/$2"
    exec "$SHELL" -l
' sh "$2" "${3-}"
