# Makes a pair of interfaces between two network namespaces. The rules, which come on standard input, are in force in the one that forwards
# before its end is set up: there is no instant at which it would pass anything on without them.
# $1 the namespace that forwards, $2 what ip does first of all, then pairs: a namespace and what ip does in it.
set -eu
router=/run/netns/$1
printf '%s\n' "$2" | ip -batch -
shift 2
nsenter --net="$router" sh -c '
  echo 1 > /proc/sys/net/ipv4/ip_forward
  echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore
  [ ! -e /proc/sys/net/ipv6 ] || echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
  exec nft -f -'
while [ $# -gt 0 ]; do
  printf '%s\n' "$2" | ip -n "$1" -batch -
  shift 2
done
