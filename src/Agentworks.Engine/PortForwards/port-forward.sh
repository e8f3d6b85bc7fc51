# FOLDER. Keeps one port forward open for as long as its folder is there: whatever ends the connection, it is made again, after 1 to 30
# seconds. Each line of the file "routes" is a way to the machine, as a command line of ssh. It starts no machine.
set -u
umask 077
cd "$1" || exit 1

# PID FILE. So that a process can be told from a later one with its pid.
identify() {
    start=0 boot=none
    if read -r status 2>/dev/null < "/proc/$1/stat"; then
        read -r boot < /proc/sys/kernel/random/boot_id
        start=$(set -- ${status##*) }; echo "${20}")
    fi
    echo "$1 $start $boot" > "$2.new" && mv -f "$2.new" "$2"
}

identify $$ holder

# Ends all of us when the folder goes, and ssh when this loop was killed.
(while [ -e routes ] && kill -0 $$ 2>/dev/null; do sleep 2; done; kill -TERM -$$) > /dev/null 2>&1 &

pause=1
while [ -e routes ]; do
    while IFS= read -r route; do
        rm -f connected
        eval "exec $route" < /dev/null > /dev/null 2> log &
        identify $! ssh
        wait $!
        if [ -e connected ]; then
            rm -f connected
            pause=1
        fi
    done < routes
    sleep "$pause"
    pause=$((pause * 2))
    [ "$pause" -le 30 ] || pause=30
done
