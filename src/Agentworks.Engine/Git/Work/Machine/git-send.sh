# UNCOMMITTED NAME MAIL USER FOLDER CEILING, after git-source.sh; on standard input the commits that are known elsewhere.
set -eu
agw_out=$agw_work/0
mkdir "$agw_out"
cat > "$agw_work/tips"
agw_enter "$4" "$5" "$6"
agw_source "$agw_work/tips" "$1" "$2" "$3" || exit
