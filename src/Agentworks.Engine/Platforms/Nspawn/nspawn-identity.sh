# STAGE ROOT: gives a root that is not running the files of STAGE and takes out what another machine left in it. Whoever was root in that
# root may have put links there: all is done in a place of its own, in which they lead nowhere else.
set -eu
work=/run/agentworks-identity
mkdir -p -m 0700 "$work"
exec unshare --mount --propagation private /bin/sh -euc '
    mount -t tmpfs -o mode=0700,nodev none "$1"
    cd "$1"
    mkdir usr from to
    for link in bin sbin lib lib32 lib64 libx32; do [ ! -L "/$link" ] || ln -s "usr/$link" "$link"; done
    mount --bind /usr usr
    mount -o remount,bind,ro usr
    mount --bind -- "$2" from
    mount --bind -- "$3" to
    exec chroot . /bin/sh -euc "
        rm -f /to/etc/ssh/ssh_host_* /to/etc/machine-id /to/var/lib/dbus/machine-id
        rm -rf /to/var/lib/agentworks/sessions /to/etc/agentworks/authorized_keys /to/etc/systemd/system/multi-user.target.wants/agentworks-session@*
        cp -a --remove-destination /from/. /to/
    "' identity "$work" "$1" "$2"
