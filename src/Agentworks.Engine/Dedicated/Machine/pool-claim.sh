# NAME USER PATH: a machine that waited in a pool gets its name; and proves that its workspace's user can work there.
set -eu
echo "$1" > /etc/hostname
hostname "$1"
printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n::1\tlocalhost ip6-localhost ip6-loopback\n' "$1" > /etc/hosts
cd "$3"
setpriv --reuid="$2" --regid="$2" --init-groups -- true
