# Gives a machine that has begun its end of the link, which waited in the gateway, and gives its network a name. The name comes last: where there is
# one, all is done. May be repeated. $1 the gateway, $2 the machine's name, $3 its init, $4 what ip does in the machine's network.
set -eu
if ip -n "$1" link show dev eth0 > /dev/null 2>&1; then
  ip -n "$1" link set dev eth0 netns "$3"
fi
printf '%s\n' "$4" | nsenter --net="/proc/$3/ns/net" ip -batch -
rm -f "/run/netns/$2"
exec ip netns attach "$2" "$3"
