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
my $live = $uid eq '';
my %lost = map { $_ => 1 } $live ? () : taken_over($from);
$| = 1;

my @locks = alone($source, map { $_->{user} } @wanted);
($from, $uid, $gid) = place_of($from, $source) if $live;
install_mounts();
if (!is_whole_subvolume($from)) {
    print 'head ', head_of($from, $uid, $gid), "\n" if $live;
    users([map { $_->{user} } @wanted], $admin, @keep);
    print "copy $_->{user} $_->{path}\n" for @wanted;
    exit 0;
}

# All forks are of one tree: the snapshot, or else the first of them, before anybody can reach it.
my ($first) = grep { !-e tree_of($_) } @wanted;
my $base = $from;
if ($first && ($live || strangers($from, "$from.owners"))) {
    $base = eval { new_tree($first, $from) };
    if (!defined $base) {
        die $@ if $@ !~ /another file system/;
        users([map { $_->{user} } @wanted], $admin, @keep);
        print "copy $_->{user} $_->{path}\n" for @wanted;
        exit 0;
    }
    settle($base, $uid, $gid) if strangers($base);
}
print 'head ', head_of($base, $uid, $gid), "\n" if $live;

# Trees and users take the disk its time, so both are made at once; the tree that all others are made of becomes a workspace last.
my ($last) = $base eq $from ? () : $first;
my @others = grep { !$last || $_ != $last } @wanted;
pipe my $may_enter, my $let_in or die "pipe: $!\n";
$_->{answer} = later(\&answer_for, $_, $may_enter, $let_in) for @others;
users([map { $_->{user} } @wanted], $admin, @keep);
listed(sub {
    my %mine = map { $_->{path} => 1 } @wanted;
    return ((grep { !$mine{$_->[0]} } @_), map { [$_->{path}, tree_of($_), $uid, $gid, $_->{user}] } @wanted);
}) if $how eq 'mapped';
syswrite $let_in, 'x' x @others;
close $let_in;
$_->{said} = join '', readline $_->{answer} for @others;
$last->{said} = answer_for($last) if $last;
my %gone;
for my $fork (@wanted) {
    $fork->{said} ||= "no $fork->{user} its maker died";
    $gone{$fork->{path}} = 1 if $fork->{said} !~ /^ok \S+ mapped/;
    print "$fork->{said}\n";
}
listed(sub { grep { !$gone{$_->[0]} } @_ }) if %gone;
exit 0;

sub tree_of { return "$root/_trees/$_[0]->{user}/fork" }

sub answer_for {
    my ($fork, $may_enter, $let_in) = @_;
    close $let_in if $let_in;
    return eval { make($fork, $may_enter) } // do { chomp(my $why = $@); $why =~ s/\s+/ /g; "no $fork->{user} $why" };
}

# What a child of this process answers, to be read when it is needed.
sub later {
    my ($work, @arguments) = @_;
    my $child = open my $answer, '-|';
    defined $child or die "fork: $!\n";
    return $answer if $child;
    print $work->(@arguments);
    close STDOUT;
    POSIX::_exit(0);
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

# MAY_ENTER tells when the users are there, and ends without a word when they could not be made; without it they are.
sub make {
    my ($fork, $may_enter) = @_;
    my ($user, $path) = @$fork{qw(user path)};
    my $place = store_of($root, $user);
    if (!is_mounted($path) && (my @is = lstat $path)) {
        my @owner = (getpwnam $user)[2, 3];
        return "ok $user settled" if -d _ && "@owner" eq "@is[4, 5]";
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
    sysread $may_enter, my $word, 1 or die "its user could not be made\n" if $may_enter;
    my @ids = ids_of($user);
    home($user, $path, @ids);
    if ($how eq 'mapped') {
        return "ok $user mapped $uid" if eval { show_at($path, $tree, $uid, $gid, $user); 1 };
        print STDERR $@;
    }
    settle($tree, @ids);
    own_folder($tree, @ids);
    rename $tree, $path or die "$path: $!\n";
    return "ok $user settled";
}

# As useradd makes it, and git knows the folder.
sub home {
    my ($user, $path, @ids) = @_;
    my $home = "/var/lib/agentworks/homes/$user";
    if (mkdir "$home.new", 0700 or $!{EEXIST} && !-d $home) {
        for my $skeleton (grep { -f } glob '/etc/skel/{*,.[!.]*}') {
            open my $in, '<', $skeleton or next;
            my ($name) = $skeleton =~ m{([^/]+)$};
            write_file("$home.new/$name", join('', <$in>), 0644, @ids);
        }
        write_file("$home.new/.gitconfig", "[safe]\n\tdirectory = $path\n", 0644, @ids);
        chown @ids, "$home.new";
        rename "$home.new", $home or -d $home or die "$home: $!\n";
    }
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
