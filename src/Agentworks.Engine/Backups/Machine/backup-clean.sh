# PATH…: takes the snapshots away.
set -u
for path; do agw_discard "$(agw_still "$path")"; done
for path; do
    if [ -e "$(agw_still "$path")" ]; then echo "$(agw_still "$path") is left" >&2; exit 1; fi
done
