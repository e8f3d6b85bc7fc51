# USER GROUP PATH KILL: which processes of USER could still be in the folder PATH after GROUP was taken from it. One a line, after a word:
# inside  it stands there or holds something open there; it is sent SIGHUP, or with KILL killed
# hidden  it keeps GROUP and lives in a mount namespace of its own, where its places have other names; with KILL it is killed
# holder  it keeps GROUP until it ends, but stands elsewhere, and the folder's access list keeps it out
use strict;
my ($user, $group, $path, $kill) = @ARGV;
my ($uid, $gid) = (scalar getpwnam($user), scalar getgrnam($group));
exit 0 unless defined $uid;
my $mounts = readlink '/proc/self/ns/mnt';

sub look {
    my %found;
    for my $process (glob '/proc/[0-9]*') {
        my ($pid) = $process =~ /(\d+)$/;
        open my $file, '<', "$process/status" or next;
        my %is = map { /^(State|Uid|Gid|Groups):\s*(.*)$/ ? ($1, $2) : () } <$file>;
        next if !defined $is{Uid} || $is{State} =~ /^[ZX]/ || !grep { $_ == $uid } split ' ', $is{Uid};
        my $inside = grep { index((readlink($_) // '') . '/', "$path/") == 0 } "$process/cwd", "$process/root", glob("$process/fd/*");
        my $holds = defined $gid && grep { $_ == $gid } split ' ', "$is{Gid} $is{Groups}";
        my $private = (readlink("$process/ns/mnt") // $mounts) ne $mounts;
        $found{$pid} = $inside ? 'inside' : $private ? 'hidden' : 'holder' if $inside || $holds;
    }
    return %found;
}

my %all;
for (1 .. $kill ? 20 : 1) {
    my %now = look();
    %all = (%all, %now);
    my @inside = grep { $now{$_} eq 'inside' } keys %now;
    my @hidden = grep { $now{$_} eq 'hidden' } keys %now;
    last unless @inside || @hidden;
    kill $kill ? 'KILL' : 'HUP', @inside, $kill ? @hidden : ();
    select undef, undef, undef, 0.02 if $kill;
}
print map { "$all{$_} $_\n" } sort { $a <=> $b } keys %all;
