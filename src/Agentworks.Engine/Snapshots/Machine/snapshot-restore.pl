# PATH USER TREE UID GID STOP, after trees.pl. Brings a workspace back to the snapshot TREE, whose files are UID's and GID's on the disk. STOP: empty, or
# how many seconds processes that stand in the workspace have to end. Prints "inside PID USER PROGRAM UNIT" for each that stands in it, and nothing is
# changed; or "copy RAW STORE" when the new tree is to be copied to STORE/restore first, and it is called again; else "restored".
my ($path, $user, $snapshot, $uid, $gid, $stop, $copied) = @ARGV;
my @locks = alone($user);
my ($raw, $to_uid, $to_gid) = place_of($path, $user);
my $store = store_for($raw, $user);
my $new = "$store/restore";
-d $snapshot or die "the snapshot is gone: $snapshot\n";

my @inside = standing($path, $raw);
if (@inside && $stop ne '') {
    end_all('TERM', $stop);
    @inside = end_all('KILL', 5);
}
refuse(@inside) if @inside;

if (!$copied) {
    discard($new);
    # A snapshot that was copied may hold what another snapshot leaves out.
    if (!is_whole_subvolume($snapshot) || !eval { snapshot($snapshot, $store, 'restore', 0); 1 }) {
        die $@ if $@ && $@ !~ /another file system/;
        print "copy $raw $store\n";
        exit 0;
    }
}
if ($uid != $to_uid || $gid != $to_gid) {
    system('find', $new, '-xdev', '-uid', $uid, qw(-exec chown -h), $to_uid, '{}', '+') == 0
        && system('find', $new, '-xdev', '-gid', $gid, qw(-exec chgrp -h), $to_gid, '{}', '+') == 0 or die "the files could not be given to the workspace\n";
}
# Files of a user who is gone become the workspace's, whoever has its number now.
if (my @lost = map { ('-o', '-uid', $_) } grep { $_ != $uid && $_ != $to_uid } taken_over($snapshot)) {
    shift @lost;
    system('find', $new, '-xdev', '(', @lost, ')', qw(-exec chown -h), $to_uid, '{}', '+') == 0 or die "the files could not be given to the workspace\n";
}
keep_folder($raw, $new);

# Nobody is left in a folder that goes: who came in meanwhile is told, and it stays.
my ($entry) = grep { $_->[0] eq $path } entries();
if ($entry) {
    detach($path, 0) or refuse(standing($path, $raw));
    swap_folders($raw, $new);
    show_at(@$entry);
} else {
    swap_folders($raw, $new);
    if (my @late = standing($new)) {
        if ($stop eq '') {
            swap_folders($raw, $new);
            discard($new);
            refuse(@late);
        }
        kill 'KILL', map { $_->[0] } @late;
    }
}
discard($new);
print "restored\n";
exit 0;

sub refuse {
    print "inside @$_\n" for @_;
    print "inside 0 - - -\n" if !@_;
    discard($new) if !$copied;
    exit 0;
}

# Whoever of them is left when the time is over.
sub end_all {
    my ($signal, $seconds) = @_;
    my @left;
    for my $look (1 .. 1 + 50 * $seconds) {
        @left = standing($path, $raw) or return ();
        kill $signal, map { $_->[0] } @left if $look == 1 || $signal eq 'KILL';
        select undef, undef, undef, 0.02;
    }
    return standing($path, $raw);
}

# Owner, mode and access lists of the workspace's own folder stay as they are: they say who is let in now.
sub keep_folder {
    my ($from, $to) = @_;
    my @is = lstat $from;
    chown $is[4], $is[5], $to or die "$to: $!\n";
    chmod $is[2] & 07777, $to or die "$to: $!\n";
    for my $name ('system.posix_acl_access', 'system.posix_acl_default') {
        my ($source, $target, $key, $value) = ("$from\0", "$to\0", "$name\0", "\0" x 4096);
        my $length = syscall(call_number(191, 8), $source, $key, $value, 4096);
        if ($length > 0) {
            my $list = substr $value, 0, $length;
            syscall($setxattr, $target, $key, $list, $length, 0) == 0 or die "$to: $!\n";
        } else {
            syscall($removexattr, $target, $key);
        }
    }
}
