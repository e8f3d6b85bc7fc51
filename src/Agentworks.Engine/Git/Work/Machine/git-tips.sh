# PLACE, after git-source.sh.
set -eu
tips() { agw_tips > "$agw_out/tips"; }
agw_each tips "$@"
