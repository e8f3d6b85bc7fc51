# MODE PLACE STALE: as the user. The folder PLACE as a marketplace of Claude Code, and the plugin in it, told from its own lists. STALE is not
# empty when the content is another one than what was installed.
set -u
mode=$1 place=$2 stale=$3
market=agentworks-nerftools-local
plugin=nerftools@$market
wrong() { printf '%s\n' "$*"; exit 1; }
command -v claude >/dev/null || wrong 'claude is not on the PATH of this user: add "claude" to user_install_commands'

# A line each for what is there: market, elsewhere (a marketplace of our name that is another folder), former (our former name), plugin.
markets=$(claude plugin marketplace list --json </dev/null 2>/dev/null) || wrong 'claude does not list its marketplaces'
plugins=$(claude plugin list --json </dev/null 2>/dev/null) || wrong 'claude does not list its plugins'
there=$(printf '%s\036%s' "$markets" "$plugins" | perl -MJSON::PP -e '
    my ($place, $market, $plugin) = @ARGV;
    local $/;
    my ($markets, $plugins) = map { my $text = $_; scalar eval { decode_json($text) } } split /\036/, <STDIN>;
    ref $_ eq "ARRAY" or exit 1 for $markets, $plugins;
    for my $entry (grep { ref eq "HASH" && defined $_->{name} } @$markets) {
        print "former\n" if $entry->{name} eq "agentworks-nerf-local";
        print +(($entry->{path} // $place) eq $place ? "market\n" : "elsewhere\n") if $entry->{name} eq $market;
    }
    print "plugin\n" for grep { ref eq "HASH" && ($_->{id} // "") eq $plugin && ($_->{scope} // "user") eq "user" } @$plugins;
' "$place" "$market" "$plugin") || wrong 'claude does not list its marketplaces and plugins as expected'
has() { printf '%s\n' "$there" | grep -qx "$1"; }

if [ "$mode" = check ]; then
    has plugin || wrong "not there: $plugin"
    has market || wrong "not there: $market at $place"
    ! has former || wrong 'there: agentworks-nerf-local'
    [ -z "$stale" ] || wrong 'the tools have changed since the plugin was installed'
    exit 0
fi

run() { said=$(claude plugin "$@" </dev/null 2>&1) || wrong "claude plugin $*: $(printf '%s\n' "$said" | grep -v '^[[:space:]]*$' | tail -n 1)"; }
! has former || run marketplace remove agentworks-nerf-local
if [ -n "$stale" ] || has elsewhere; then
    # Claude Code works with a copy that it keeps under the plugin's version. Ours never changes, so only without the copy is it made anew.
    ! has plugin || run uninstall "$plugin" --scope user
    ! has market && ! has elsewhere || run marketplace remove "$market"
    rm -rf "${CLAUDE_CONFIG_DIR:-$HOME/.claude}/plugins/cache/$market"
    there=
fi
has market || run marketplace add "$place"
has plugin || run install "$plugin" --scope user
