# FROM USER UID GID ROOT ADMIN KEEP HOW NAME PATH ID…, after trees.pl. Forks the tree FROM, whose files are UID's and GID's on the disk, to each PATH
# for a new user NAME, as the workspace ID; without a UID FROM is the folder of USER's workspace as it is now. KEEP: agents who may enter all workspaces, whose files
# stay theirs; HOW: "mapped", or "settled" to give the files to the new users one by one. Prints a line each:
#   head COMMIT           of a workspace as it is now
#   ok NAME mapped UID    it is there, whole; its files are UID's on the disk
#   ok NAME settled       the same, and they are its own
#   copy NAME PATH        its user is there, but a snapshot would not hold all, so it is to be copied
#   no NAME MESSAGE       it could not be made
my ($from, $source, $uid, $gid, $root, $admin, $keep, $how, @forks) = @ARGV;
my @keep = split ' ', $keep;
my @wanted;
push @wanted, { user => shift @forks, path => shift @forks, id => shift @forks } while @forks;
my @users = ([map { $_->{user} } @wanted], $admin, @keep);
my $live = $uid eq '';
my %lost = map { $_ => 1 } $live ? () : taken_over($from);
$| = 1;

my @locks = alone($source, map { $_->{user} } @wanted);
($from, $uid, $gid) = place_of($from, $source) if $live;
install_mounts();
if (!is_whole_subvolume($from)) {
    print 'head ', head_of($from, $uid, $gid), "\n" if $live;
    leave_to_copy();
}

# All forks are of one tree: the snapshot, or else the first of them, before anybody can reach it.
my ($first) = grep { !-e tree_of($_) } @wanted;
my $base = $from;
if ($first && ($live || strangers($from, "$from.owners"))) {
    $base = eval { new_tree($first, $from) };
    if (!defined $base) {
        die $@ if $@ !~ /another file system/;
        leave_to_copy();
    }
    settle($base, $uid, $gid) if strangers($base);
}
print 'head ', head_of($base, $uid, $gid), "\n" if $live;

# Trees and users take the disk its time, so both are made at once; the tree that all others are made of becomes a workspace last.
my ($last) = $base eq $from ? () : $first;
my @others = grep { !$last || $_ != $last } @wanted;
listed(sub {
    my %mine = map { $_->{path} => 1 } @wanted;
    return ((grep { !$mine{$_->[0]} } @_), map { [$_->{path}, tree_of($_), $uid, $gid, $_->{user}] } @wanted);
}) if $how eq 'mapped';
my ($ids, $write_users) = plan_users(@users);
pipe my $hold, my $let_go or die "pipe: $!\n";
if (!eval { begin($_, $hold, $let_go) for @others; $write_users->(); 1 }) {
    my $why = $@;
    close $let_go;
    die $why;
}
chomp($_->{said} = readline($_->{maker}) // "no its maker died") for @others;
$last->{said} = prepared($last) if $last;
$_->{said} = finished($_) for @wanted;
kill 'KILL', map { $_->{pid} // () } @wanted;
my %gone;
for my $fork (@wanted) {
    my ($word, $rest) = split ' ', $fork->{said}, 2;
    $gone{$fork->{path}} = 1 if $fork->{said} !~ /^ok mapped/;
    print "$word $fork->{user} $rest\n";
}
listed(sub { grep { !$gone{$_->[0]} } @_ }) if %gone;
exit 0;

# The shell around this copies, for users who are there.
sub leave_to_copy {
    users(@users);
    print "copy $_->{user} $_->{path}\n" for @wanted;
    exit 0;
}

sub tree_of { return "$root/_trees/$_[0]->{user}/fork" }

# A maker says what came of its work; one that is "ready" has a namespace of users of its own, and stays until that is used.
sub begin {
    my ($fork, $hold, $let_go) = @_;
    $fork->{pid} = open $fork->{maker}, '-|';
    defined $fork->{pid} or die "fork: $!\n";
    return if $fork->{pid};
    close $let_go;
    my $said = prepared($fork);
    $said = 'plain' if $said eq 'ready' && ($how ne 'mapped' || syscall($unshare, 0x10000000) != 0);
    print "$said\n";
    sysread $hold, my $nothing, 1 if $said eq 'ready';
    exit 0;
}

# What comes before its user is there: "ready", or what is to be said of it.
sub prepared {
    my $fork = shift;
    return eval { prepare($fork) } // failed($@);
}

# What comes after.
sub finished {
    my $fork = shift;
    return $fork->{said} =~ /^(?:ready|plain)/ ? eval { finish($fork) } // failed($@) : $fork->{said};
}

sub failed { my $why = shift; $why =~ s/\s+/ /g; return "no $why" }

# What a child of this process answers, to be read when it is needed.
sub later {
    my ($work, @arguments) = @_;
    my $child = open my $answer, '-|';
    defined $child or die "fork: $!\n";
    return $answer if $child;
    print $work->(@arguments);
    exit 0;
}

# Whether anything belongs to others than who may stay, or is a device. The tree does not change any more; what is found in one that stays is kept
# in a file.
sub strangers {
    my ($tree, $kept) = @_;
    my @stays = who_stays($uid);
    if (!$kept) {
        my @but = map { ('!', '-uid', $_) } @stays;
        open my $list, '-|', 'find', $tree, '-xdev', '(', '(', @but, ')', '-o', '!', '-gid', $gid, qw(-o -type b -o -type c ), ')', '-print', '-quit' or die "find: $!\n";
        return defined <$list>;
    }
    my %stays = map { $_ => 1 } @stays;
    my @found = read_lines($kept);
    if (!@found) {
        @found = owners($tree);
        write_file($kept, join('', map { "$_\n" } @found), 0600);
    }
    return grep { my ($owner, $group) = split; $owner eq 'device' || !$stays{$owner} || $group != $gid } @found;
}

# The owner, and agents who may enter all workspaces, if they were who they are when the tree was saved.
sub who_stays { return ($_[0], grep { defined && !$lost{$_} } map { scalar getpwnam $_ } @keep) }

# Files stay those of whom may stay; all others become UID's. Nobody else can reach the tree.
sub settle {
    my ($tree, $owner, $group) = @_;
    my @but = map { ('!', '-uid', $_) } who_stays($owner);
    system('find', $tree, '-xdev', '(', '-type', 'b', '-o', '-type', 'c', ')', '-delete') == 0
        && system('find', $tree, '-xdev', @but, qw(-exec chown -h), $owner, '{}', '+') == 0
        && system('find', $tree, '-xdev', '!', '-gid', $group, qw(-exec chgrp -h), $group, '{}', '+') == 0 or die "the files could not be given to the workspace\n";
}

# A tree of a fork's own, of which nobody knows yet.
sub new_tree {
    my ($fork, $of) = @_;
    my $place = store_of($root, $fork->{user});
    discard("$place/new");
    snapshot($of, $place, 'new', 0);
    return "$place/new";
}

sub prepare {
    my $fork = shift;
    my ($user, $path) = @$fork{qw(user path)};
    my @ids = @{$ids->{$user}};
    my $place = store_of($root, $user);
    if (is_mounted($path)) {
        # By a run that was killed.
    } elsif (my @is = lstat $path) {
        return 'ok settled' if -d _ && "@ids" eq "@is[4, 5]";
        -d _ && $is[4] == 0 && !glob "$path/{*,.[!.]*}" or die "$path is there already and is not this workspace\n";
    }
    my $tree = tree_of($fork);
    if (-e $tree) {
        mark_of($tree, 'workspace') eq $fork->{id} or die "$tree is there already and is not this workspace\n";
    } else {
        new_tree($fork, $base) if $base ne "$place/new";
        own_folder("$place/new", $uid, $gid);
        set_mark("$place/new", 'workspace', $fork->{id}) or die "$tree cannot be marked: $!\n";
        rename "$place/new", $tree or die "$tree: $!\n";
    }
    new_home($user, $path, @ids);
    return 'ready';
}

sub finish {
    my $fork = shift;
    my ($user, $path) = @$fork{qw(user path)};
    my @ids = @{$ids->{$user}};
    my $tree = tree_of($fork);
    my $home = home_of($user);
    -d $home or rename "$home.new", $home or die "$home: $!\n";
    if (!is_mounted($path) && $how eq 'mapped') {
        my @map = ($uid, $gid, @ids);
        my $mount = eval { mapped($tree, $fork->{pid} && $fork->{said} eq 'ready' ? namespace_of($fork->{pid}, @map) : namespace(@map)) };
        print STDERR $@ if !$mount;
        if ($mount) {
            mkdir $path, 0700 or $!{EEXIST} or die "$path: $!\n";
            attach($mount, $path);
        }
    }
    return "ok mapped $uid" if is_mounted($path);
    settle($tree, @ids);
    own_folder($tree, @ids);
    rename $tree, $path or die "$path: $!\n";
    return 'ok settled';
}

sub home_of { return "/var/lib/agentworks/homes/$_[0]" }

# As useradd makes it, and git knows the folder. It has ".new" behind its name until its user is there.
sub new_home {
    my ($user, $path, @ids) = @_;
    my $home = home_of($user);
    return if -d $home;
    mkdir "$home.new", 0700 or $!{EEXIST} or die "$home.new: $!\n";
    for my $skeleton (grep { -f } glob '/etc/skel/{*,.[!.]*}') {
        open my $in, '<', $skeleton or next;
        my ($name) = $skeleton =~ m{([^/]+)$};
        write_file("$home.new/$name", join('', <$in>), 0644, @ids);
    }
    write_file("$home.new/.gitconfig", "[safe]\n\tdirectory = $path\n", 0644, @ids);
    chown @ids, "$home.new";
}

# What brings the mounts back after a boot.
sub install_mounts {
    my %files = ('/usr/lib/agentworks/mapped-mounts' => $main::mounts, '/etc/systemd/system/agentworks-mapped.service' => $main::unit);
    for my $path (sort keys %files) {
        my $is = join '', map { "$_\n" } read_lines($path);
        next if $is eq $files{$path};
        mkdir '/usr/lib/agentworks', 0755;
        write_file("$path.new", $files{$path}, 0644);
        rename "$path.new", $path or die "$path: $!\n";
    }
    my $wants = '/etc/systemd/system/sysinit.target.wants';
    mkdir $wants, 0755;
    symlink '/etc/systemd/system/agentworks-mapped.service', "$wants/agentworks-mapped.service";
}
