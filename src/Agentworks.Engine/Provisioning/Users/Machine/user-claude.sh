# MODE WHAT: as the user; the wanted names one a line on standard input. Marketplaces and plugins of Claude Code, told from its own lists.
# What fails does not keep the rest from being tried.
set -u
mode=$1 what=$2
wanted=$(cat)
wrong() { printf '%s\n' "$*"; exit 1; }
command -v claude >/dev/null || wrong 'claude is not on the PATH of this user: add "claude" to user_install_commands'

missing() {
    if [ "$what" = marketplace ]; then list=$(claude plugin marketplace list --json </dev/null 2>/dev/null); else list=$(claude plugin list --json </dev/null 2>/dev/null); fi ||
        wrong "claude does not list its ${what}s"
    printf '%s' "$list" | perl -MJSON::PP -e '
        my ($what, $wanted) = @ARGV;
        local $/;
        my $list = eval { decode_json(<STDIN>) };
        if (ref $list ne "ARRAY") { print "claude does not list its ${what}s as expected\n"; exit 1 }
        my %have;
        for my $entry (grep { ref eq "HASH" } @$list) {
            if ($what eq "plugin") {
                next if defined $entry->{scope} && $entry->{scope} ne "user";
                my $id = $entry->{id} // next;
                $have{$id} = $have{$id =~ s/@.*//r} = 1;
            }
            else { $have{$_} = 1 for grep { defined && !ref } @{$entry}{qw(name repo url path source)} }
        }
        for my $name (split /\n/, $wanted) {
            my $plain = $what eq "plugin" ? $name : $name =~ s/#.*//r;
            my @names = ($name, $plain, $plain =~ s{^https://github\.com/([^/]+/[^/]+?)(\.git)?/?$}{$1}r);
            print "$name\n" unless grep { $have{$_} } @names;
        }' "$what" "$wanted"
}

left=$(missing) || wrong "$left"
[ -n "$left" ] || exit 0
[ "$mode" != check ] || wrong "not there: $(printf '%s' "$left" | paste -sd ' ')"
failed=
while IFS= read -r name; do
    if [ "$what" = marketplace ]; then set -- marketplace add "$name"; else set -- install "$name" --scope user; fi
    said=$(claude plugin "$@" </dev/null 2>&1) || failed="${failed:+$failed; }$name: $(printf '%s\n' "$said" | grep -v '^[[:space:]]*$' | tail -n 1)"
done <<AGENTWORKS
$left
AGENTWORKS
[ -z "$failed" ] || wrong "$failed"
