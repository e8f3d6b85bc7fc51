# Mounts that show files as another user's than they are on the disk: forks of workspaces, whose files need not be given away one by one then.
#   restore                      mounts all that is in the list and is not mounted, as after a boot
#   show PATH                    "RAW UID GID" of the one at PATH: where its files are and whose on the disk; exit status 1 when there is none
#   add PATH RAW UID GID USER    puts one into the list and mounts it
#   move PATH OTHER         mounts it elsewhere; exit status 1 when something stands in it
#   drop PATH                    unmounts it and takes it off the list; exit status 1 when something stands in it
#   force PATH                   the same whatever stands in it
#   over TREE UID GID USER       shows a folder so in its own place, unlisted, until it is unmounted
# The list is root's alone: a line "PATH RAW UID GID USER" with tabs between. What is mounted covers an empty folder of root's, so
# where the mount is missing nobody gets in.
use strict;
use warnings;
use Errno;
use Fcntl qw(:DEFAULT :flock);

my $list = '/etc/agentworks/mapped';
# The numbers of the newer calls are the same on all machines; of older ones they are not. What a program is for stands in its head: the module
# POSIX would say it too, and takes longer to load than all of this to run.
my $is_amd64 = do { my $head = ''; open my $self, '<:raw', '/proc/self/exe'; read($self, $head, 20) == 20 && unpack('x18 v', $head) == 62 };
sub call_number { my ($amd64, $others) = @_; return $is_amd64 ? $amd64 : $others }
my ($unshare, $umount) = (call_number(272, 97), call_number(166, 39));
use constant { OPEN_TREE => 428, MOVE_MOUNT => 429, MOUNT_SETATTR => 442 };

# Two ids change places and all others stay: a mount's map must give each id on the disk one id of its own.
sub exchange {
    my ($low, $high) = sort { $a <=> $b } @_;
    my @map = $low == $high ? ([0, 0, 4294967295])
        : ([0, 0, $low], [$low, $high, 1], [$low + 1, $low + 1, $high - $low - 1], [$high, $low, 1], [$high + 1, $high + 1, 4294967295 - $high - 1]);
    return join '', map { "@$_\n" } grep { $_->[2] > 0 } @map;
}

# A handle of a user namespace that holds the map; its process is gone again.
sub namespace {
    my @ids = @_;
    pipe my $ready, my $is_ready or die "pipe: $!\n";
    pipe my $hold, my $let_go or die "pipe: $!\n";
    my $child = fork // die "fork: $!\n";
    if (!$child) {
        close $let_go;
        exit 1 if syscall($unshare, 0x10000000) != 0;
        syswrite $is_ready, 'x';
        sysread $hold, my $nothing, 1;
        exit 0;
    }
    close $is_ready;
    close $hold;
    my $handle = sysread($ready, my $nothing, 1) ? namespace_of($child, @ids) : undef;
    close $let_go;
    waitpid $child, 0;
    return $handle // die "this kernel gives no user namespace\n";
}

# The same of a process that has one of its own and waits.
sub namespace_of {
    my ($process, $uid, $gid, $to_uid, $to_gid) = @_;
    for my $map (['uid_map', $uid, $to_uid], ['gid_map', $gid, $to_gid]) {
        open my $file, '>', "/proc/$process/$map->[0]" or die "$map->[0]: $!\n";
        defined syswrite $file, exchange($map->[1], $map->[2]) or die "$map->[0]: $!\n";
    }
    open my $handle, '<', "/proc/$process/ns/user" or die "user namespace: $!\n";
    return $handle;
}

# The folder TREE as a mount that is nowhere yet; it is closed with its handle.
sub mapped {
    my ($tree, $namespace) = @_;
    my $path = "$tree\0";
    my $empty = "\0";
    my $number = syscall(OPEN_TREE, -100, $path, 0x80001);
    $number >= 0 or die "$tree: $!\n";
    open my $mount, '<&=', $number or die "$!\n";
    # nosuid, nodev, and the map; to be seen in all namespaces that follow this one.
    my $attributes = pack 'Q4', 0x100000 | 2 | 4, 0, 0, fileno $namespace;
    syscall(MOUNT_SETATTR, $number, $empty, 0x1000, $attributes, 32) == 0 or die "this kernel cannot map the users of a mount: $!\n";
    return $mount;
}

sub attach {
    my ($mount, $path) = @_;
    my $empty = "\0";
    my $place = "$path\0";
    syscall(MOVE_MOUNT, fileno $mount, $empty, -100, $place, 4) == 0 or die "$path: $!\n";
}

sub is_mounted {
    my $path = shift;
    open my $file, '<', '/proc/self/mountinfo' or die "$!\n";
    while (my $line = <$file>) { return 1 if (split ' ', $line)[4] eq $path }
    return 0;
}

sub detach {
    my ($path, $flags) = @_;
    my $place = "$path\0";
    # 8: of a link that somebody put there, nothing is unmounted.
    while (is_mounted($path)) { syscall($umount, $place, 8 | $flags) == 0 or return 0 }
    return 1;
}

# One at a time changes the list.
sub listed {
    my $change = shift;
    open my $lock, '>>', "$list.lock" or die "$list.lock: $!\n";
    flock $lock, LOCK_EX or die "$!\n";
    my @lines = entries();
    my @changed = $change->(@lines);
    return if join("\n", map { join "\t", @$_ } @lines) eq join("\n", map { join "\t", @$_ } @changed);
    sysopen my $file, "$list.new", O_WRONLY | O_CREAT | O_TRUNC, 0600 or die "$list: $!\n";
    print $file join("\t", @$_), "\n" or die "$list: $!\n" for @changed;
    close $file or die "$list: $!\n";
    rename "$list.new", $list or die "$list: $!\n";
}

sub entries {
    open my $file, '<', $list or return ();
    my @lines = map { chomp; [split /\t/] } <$file>;
    return grep { @$_ == 5 } @lines;
}

sub ids_of {
    my $user = shift;
    my @entry = getpwnam $user or die "there is no user $user\n";
    return @entry[2, 3];
}

sub show_at {
    my ($path, $raw, $uid, $gid, $user) = @_;
    return if is_mounted($path);
    mkdir $path, 0700 or $!{EEXIST} or die "$path: $!\n";
    attach(mapped($raw, namespace($uid, $gid, ids_of($user))), $path);
}

sub drop {
    my ($path, $flags) = @_;
    detach($path, $flags) or return 0;
    listed(sub { grep { $_->[0] ne $path } @_ });
    return 1;
}

sub mounts_main {
    my ($what, @arguments) = @_;
    if ($what eq 'restore') {
        my $failed = 0;
        for my $entry (entries()) {
            eval { show_at(@$entry); 1 } or do { print STDERR $@; $failed = 1 };
        }
        return $failed;
    }
    if ($what eq 'show') {
        my ($found) = grep { $_->[0] eq $arguments[0] } entries();
        print "@$found[1, 2, 3]\n" if $found;
        return $found ? 0 : 1;
    }
    if ($what eq 'add') {
        listed(sub { ((grep { $_->[0] ne $arguments[0] } @_), [@arguments]) });
        show_at(@arguments);
        return 0;
    }
    if ($what eq 'move') {
        my ($path, $other) = @arguments;
        my $renamed = sub { my ($from, $to) = @_; listed(sub { map { $_->[0] eq $from ? [$to, @$_[1 .. 4]] : $_ } @_ }) };
        $renamed->($path, $other);
        if (!detach($path, 0)) {
            $renamed->($other, $path);
            return 1;
        }
        show_at(@$_) for grep { $_->[0] eq $other } entries();
        rmdir $path;
        return 0;
    }
    return drop($arguments[0], 0) ? 0 : 1 if $what eq 'drop';
    return drop($arguments[0], 2) ? 0 : 1 if $what eq 'force';
    if ($what eq 'over') {
        my ($tree, $uid, $gid, $user) = @arguments;
        attach(mapped($tree, namespace($uid, $gid, ids_of($user))), $tree);
        return 0;
    }
    die "mapped-mounts knows no $what\n";
}
