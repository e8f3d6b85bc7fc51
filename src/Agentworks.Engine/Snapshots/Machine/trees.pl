# Subvolumes without a process for each, and the commit at HEAD of a tree. After mapped-mounts.pl.

# A path goes to the kernel in a buffer of 4 KiB, next to numbers.
sub snapshot {
    my ($from, $folder, $name, $read_only) = @_;
    sysopen my $source, $from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW or die "$from: $!\n";
    sysopen my $target, $folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW or die "$folder: $!\n";
    my $arguments = pack 'q Q Q x32 a4040', fileno $source, 0, $read_only ? 2 : 0, $name;
    defined ioctl $target, 0x50009417, $arguments or die $!{EXDEV} || $!{ENOTTY} ? "another file system\n" : "the snapshot could not be taken: $!\n";
}

# Whether a snapshot of it would hold all of it: it is a subvolume, and agents have made none of their own in it.
sub is_whole_subvolume {
    my $tree = shift;
    sysopen my $folder, $tree, O_RDONLY | O_DIRECTORY | O_NOFOLLOW or return 0;
    return 0 if (stat $folder)[1] != 256;
    my $found = pack 'Q x4088', 0;
    return defined ioctl($folder, 0xd000943d, $found) && unpack('x4088 C', $found) == 0;
}

# With all that is in it; what is not there is no error.
sub discard {
    my $tree = shift;
    return if !lstat $tree;
    detach($tree, 2);
    my ($folder, $name) = $tree =~ m{^(.*)/([^/]+)$};
    if (is_whole_subvolume($tree) && sysopen my $parent, $folder, O_RDONLY | O_DIRECTORY) {
        my $arguments = pack 'q a4088', 0, $name;
        return if defined ioctl $parent, 0x5000940f, $arguments;
    }
    system(qw(btrfs -q property set -f -ts), $tree, qw(ro false)) if (lstat $tree)[1] == 256 && !-w $tree;
    system 'sh', '-c', "$ENV{AGW_DISCARD}\nagw_discard \"\$1\"", 'discard', $tree;
}

# All kinds of owners in a tree that does not change: "UID GID", and "device" for each kind of those.
sub owners {
    my %found;
    open my $list, '-|', 'find', $_[0], '-xdev', '(', qw(-type b -o -type c ), ')', '-printf', 'device\n', '-o', '-printf', '%U %G\n' or die "find: $!\n";
    while (my $line = <$list>) { $found{$line} = 1 }
    close $list or die "the tree could not be read\n";
    chomp(my @found = keys %found);
    return @found;
}

# As the user whose the files are, who can do nothing else: git runs nothing for it, but reads what agents wrote.
sub head_of {
    my ($tree, $uid, $gid) = @_;
    return '' if !lstat "$tree/.git";
    my $pid = open my $answer, '-|';
    defined $pid or return '';
    if (!$pid) {
        open STDERR, '>', '/dev/null';
        %ENV = (PATH => '/usr/bin:/bin', HOME => '/', GIT_CONFIG_NOSYSTEM => 1, GIT_CONFIG_GLOBAL => '/dev/null', GIT_DIR => '.git', GIT_NO_LAZY_FETCH => 1);
        chdir $tree or exit 1;
        exec 'timeout', '-k', 1, 10, 'setpriv', "--reuid=$uid", "--regid=$gid", '--clear-groups', '--no-new-privs', '--',
            'git', 'rev-parse', '--quiet', '--verify', 'HEAD^{commit}' or exit 1;
    }
    my $said = join '', <$answer>;
    close $answer;
    return $said =~ /^([0-9a-f]{40}(?:[0-9a-f]{24})?)$/ ? $1 : '';
}

# Folder and default entries of a workspace's own folder: its user and group, and whatever is made in it the group's as well.
my ($setxattr, $removexattr) = (call_number(188, 5), call_number(197, 14));
sub own_folder {
    my ($tree, $uid, $gid) = @_;
    my ($access, $default) = ("system.posix_acl_access\0", "system.posix_acl_default\0");
    my $place = "$tree\0";
    my $entries = pack('V', 2) . join '', map { pack 'v v V', @$_, 0xffffffff } [1, 7], [4, 7], [32, 0];
    chown $uid, $gid, $tree or die "$tree: $!\n";
    syscall($removexattr, $place, $access);
    syscall($setxattr, $place, $default, $entries, length $entries, 0);
    chmod 02770, $tree or die "$tree: $!\n";
}

# What a tree says of itself, where only root sees it: "snapshot", the one that its files came from; "workspace", the fork that it is.
sub set_mark {
    my ($tree, $kind, $value) = @_;
    my ($place, $name) = ("$tree\0", "trusted.agentworks.$kind\0");
    return syscall($setxattr, $place, $name, $value, length $value, 0) == 0;
}

sub mark_of {
    my ($tree, $kind) = @_;
    my ($place, $name, $value) = ("$tree\0", "trusted.agentworks.$kind\0", "\0" x 64);
    my $length = syscall(call_number(191, 8), $place, $name, $value, 64);
    return $length > 0 ? substr($value, 0, $length) : '';
}

# Locks as agw_alone takes them, in one order by everyone.
sub alone {
    my @held;
    for my $name (sort @_) {
        open my $lock, '>>', "/run/agentworks/$name.lock" or die "$name.lock: $!\n";
        local $SIG{ALRM} = sub { die "another copy, move or snapshot of $name still goes on\n" };
        alarm 300;
        flock $lock, LOCK_EX or die "$!\n";
        alarm 0;
        push @held, $lock;
    }
    return @held;
}

# Where the tree of a workspace really is and whose its files are on the disk: RAW UID GID, whether it is shown by a mount or lies there.
sub place_of {
    my ($path, $user) = @_;
    my ($entry) = grep { $_->[0] eq $path } entries();
    return @$entry[1, 2, 3] if $entry;
    -d $path && !-l $path or die "$path is not there\n";
    return ($path, ids_of($user));
}

# The folder of root's alone that holds what is kept of a workspace: its snapshots, and its own tree where that is shown by a mount.
sub store_of {
    my ($root, $user) = @_;
    for my $folder ("$root/_trees", "$root/_trees/$user") {
        next if mkdir $folder, 0700;
        my @is = lstat $folder;
        $!{EEXIST} && @is && $is[4] == 0 && ($is[2] & 0170077) == 0040000 or die "$folder: $!\n";
    }
    return "$root/_trees/$user";
}

# The one for a workspace that is there: beside it, in its own file system.
sub store_for {
    my ($raw, $user) = @_;
    my ($root) = $raw =~ m{^(.*?)(?:/_trees/[^/]+)?/[^/]+$};
    return store_of($root, $user);
}

sub write_file {
    my ($path, $text, $mode, @ids) = @_;
    sysopen my $file, $path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, $mode or die "$path: $!\n";
    print $file $text or die "$path: $!\n";
    close $file or die "$path: $!\n";
    chmod $mode, $path;
    chown @ids, $path if @ids;
}

# Two folders change places, in one instant where the file system can.
sub swap_folders {
    my ($one, $other) = @_;
    my ($first, $second) = ("$one\0", "$other\0");
    return if syscall(call_number(316, 276), -100, $first, -100, $second, 2) == 0;
    $!{EINVAL} or die "$one: $!\n";
    rename $one, "$other.old" or die "$one: $!\n";
    rename $other, $one or die "$other: $!\n";
    rename "$other.old", $other or die "$other.old: $!\n";
}

# Processes that stand in a folder or hold something open there, by any of its names, or keep it mounted in a namespace of their own, where it has
# names that nobody knows: [pid, user, program, unit].
sub standing {
    my @names = @_;
    my %inside = map { $_ => 1 } grep { defined } map { inside_of($_) } @names;
    my $mounts = readlink '/proc/self/ns/mnt';
    my (@found, %keeps);
    for my $process (glob '/proc/[0-9]*') {
        my ($pid) = $process =~ /(\d+)$/;
        next if $pid == $$;
        my @is = stat $process or next;
        my $in = 0;
        for my $link ("$process/cwd", "$process/root", "$process/exe", glob "$process/fd/*") {
            my $to = (readlink($link) // '') . '/';
            $in ||= index($to, "$_/") == 0 for @names;
        }
        if (!$in && $is[4] >= 1000 && defined(my $space = readlink "$process/ns/mnt")) {
            $in = $keeps{$space} //= grep { my $root = (split ' ')[3]; grep { $root eq $_ || index($root, "$_/") == 0 } keys %inside } read_lines("$process/mountinfo")
                if $space ne $mounts;
        }
        next if !$in;
        my ($program) = read_lines("$process/comm");
        my ($unit) = map { m{/([^/]+\.service)(?:/|$)} ? $1 : () } read_lines("$process/cgroup");
        push @found, [$pid, scalar(getpwuid $is[4]) // $is[4], $program // '?', $unit // '-'];
    }
    return @found;
}

# The name of a folder inside its file system.
sub inside_of {
    my $folder = shift;
    my ($root, $at) = ('', '');
    for my $line (read_lines('/proc/self/mountinfo')) {
        my @fields = split ' ', $line;
        ($root, $at) = @fields[3, 4] if "$folder/" =~ m{^\Q$fields[4]\E/*(?<=/)} && length $fields[4] >= length $at;
    }
    my $rest = substr $folder, length($at) - ($at eq '/' ? 1 : 0);
    return ($root eq '/' ? '' : $root) . $rest;
}

# Who the users are whose files a snapshot may hold: a number may mean somebody else later.
sub users_now {
    my @all;
    setpwent;
    while (my @entry = getpwent) { push @all, "$entry[2] $entry[0]" if $entry[2] >= 1000 }
    endpwent;
    return sort @all;
}

# Numbers that meant others when the snapshot was taken.
sub taken_over {
    my %then = map { split ' ', $_, 2 } read_lines("$_[0].users");
    return grep { (getpwuid($_) // $then{$_}) ne $then{$_} } sort keys %then;
}

sub read_lines {
    open my $file, '<', shift or return ();
    chomp(my @lines = <$file>);
    return @lines;
}
