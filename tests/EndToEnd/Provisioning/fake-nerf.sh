#!/bin/sh
# Stands in for nerf: the part of its documented command line that is used. A manifest becomes a skill of its name.
[ "$1" = generate ] || exit 2
shift
defaults=1 config= out= target= manifests=
while [ $# -gt 0 ]; do
    case $1 in
    --target) target=$2; shift ;;
    -c) config=$2; shift ;;
    --outdir) out=$2; shift ;;
    --no-default) defaults= ;;
    -*) echo "No such option: $1" >&2; exit 2 ;;
    *) manifests="$manifests $1" ;;
    esac
    shift
done
[ "$target" = claude-plugin ] || exit 2
names=$(grep -o '"name": "[^"]*"' "$config" | cut -d '"' -f 4)
plugin=$(printf '%s\n' "$names" | sed -n 1p)
market=$(printf '%s\n' "$names" | sed -n 3p)
version=$(grep -o '"version": "[^"]*"' "$config" | cut -d '"' -f 4)
for manifest in $manifests; do
    ! grep -q nonsense "$manifest" || { echo "Error: $manifest is not a manifest" >&2; exit 1; }
done
[ -n "$defaults$manifests" ] || { echo 'No manifests to generate from.' >&2; exit 1; }
mkdir -p "$out/.claude-plugin"
echo "{\"name\": \"$plugin\", \"version\": \"$version\", \"skills\": \"./skills/\"}" > "$out/.claude-plugin/plugin.json"
echo "{\"name\": \"$market\", \"plugins\": [{\"name\": \"$plugin\", \"source\": \"./\"}]}" > "$out/.claude-plugin/marketplace.json"
skill() {
    mkdir -p "$out/skills/$1/scripts"
    cat > "$out/skills/$1/SKILL.md"
    printf '#!/bin/sh\necho %s\n' "$1" > "$out/skills/$1/scripts/nerf-$1"
    chmod 0700 "$out/skills/$1/scripts/nerf-$1"
}
[ -z "$defaults" ] || echo built-in | skill x
mkdir "$out/hooks"
printf '#!/bin/sh\r\necho started\r\n' > "$out/hooks/nerf-session-start"
chmod 0755 "$out/hooks/nerf-session-start"
for manifest in $manifests; do
    name=${manifest##*/}
    skill "${name%.yaml}" < "$manifest"
done
