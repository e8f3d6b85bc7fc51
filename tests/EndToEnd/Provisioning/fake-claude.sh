#!/bin/sh
# Stands in for Claude Code: plugins of marketplaces that are folders. Like it, it works with a copy that it keeps under the plugin's version,
# also when the plugin is uninstalled, and forgets a marketplace's plugins with it.
mkdir -p ~/.claude/plugins/markets ~/.claude/plugins/installed
cd ~/.claude/plugins || exit
value() { grep -o '"name": "[^"]*"' "$1" | head -n 1 | cut -d '"' -f 4; }
list() {
    separator='['
    for file in "$1"/*; do
        [ -e "$file" ] || continue
        printf '%s' "$separator"
        printf "$2" "${file##*/}" "$(cat "$file")"
        separator=,
    done
    [ "$separator" = , ] || printf '['
    printf ']\n'
}
case "$*" in
"plugin marketplace list --json") list markets '{"name":"%s","source":"directory","path":"%s"}' ;;
"plugin marketplace add /"*) cp -L "$4/.claude-plugin/marketplace.json" /tmp/market.$$ && printf %s "$4" > "markets/$(value /tmp/market.$$)"; rm /tmp/market.$$ ;;
"plugin marketplace remove "*) [ -e "markets/$4" ] || exit 1; rm -f "markets/$4" installed/*@"$4" ;;
"plugin list --json") list installed '{"id":"%s","version":"%s","scope":"user","enabled":true}' ;;
"plugin uninstall "*" --scope user") [ -e "installed/$3" ] || exit 1; rm "installed/$3" ;;
"plugin install "*" --scope user")
    place=$(cat "markets/${3#*@}") || exit
    version=$(sed -n 's/.*"version": "\([^"]*\)".*/\1/p' "$place/.claude-plugin/plugin.json")
    copy=cache/${3#*@}/${3%@*}/$version
    [ -e "$copy" ] || { mkdir -p "$copy" && cp -R "$place/." "$copy"; } || exit
    printf %s "$version" > "installed/$3" ;;
*) exit 1 ;;
esac
