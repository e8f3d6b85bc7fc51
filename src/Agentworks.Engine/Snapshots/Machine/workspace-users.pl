# The users and groups of several workspaces at once, as useradd and usermod make them one by one: under the lock of theirs, each file written once.

# For each of the names: [uid, gid]. MEMBERS, who are users already, join the groups.
sub users {
    my ($ids, $write) = plan_users(@_);
    $write->();
    return %$ids;
}

# The ids that they have or will have, and what makes it so: nobody else gets these as long as that is kept.
sub plan_users {
    my ($names, @members) = @_;
    open my $lock, '>>', '/etc/.pwd.lock' or die "/etc/.pwd.lock: $!\n";
    my $request = pack 's s x4 q q i x4', 1, 0, 0, 0, 0;
    local $SIG{ALRM} = sub { die "the users of this machine are being changed by another program\n" };
    alarm 60;
    fcntl $lock, 7, $request or die "/etc/.pwd.lock: $!\n";
    alarm 0;

    my %table = map { $_ => [read_lines("/etc/$_")] } qw(passwd shadow group gshadow subuid subgid);
    my %uid = map { (split /:/)[0, 2] } @{$table{passwd}};
    my %gid = map { (split /:/)[0, 2] } @{$table{group}};
    my %secret = map { (split /:/)[0] => 1 } @{$table{shadow}};
    my %group_secret = map { (split /:/)[0] => 1 } @{$table{gshadow}};
    my @limits = (1000, 60000);
    for (read_lines('/etc/login.defs')) { /^\s*UID_M(IN|AX)\s+(\d+)/ and $limits[$1 eq 'IN' ? 0 : 1] = $2 }
    my ($next) = sort { $b <=> $a } $limits[0], map { $_ + 1 } grep { $_ >= $limits[0] && $_ < $limits[1] } values %uid, values %gid;
    my $day = int(time / 86400);
    my %ids;
    for my $user (@$names) {
        my $number = $uid{$user} // $gid{$user};
        if (!defined $number) {
            $next++ while getpwuid $next or getgrgid $next;
            $next <= $limits[1] or die "no user ids are left\n";
            $number = $next++;
        }
        $gid{$user} //= do { push @{$table{group}}, "$user:x:$number:"; $number };
        $uid{$user} //= do {
            push @{$table{passwd}}, "$user:x:$number:$gid{$user}:Agentworks workspace:/var/lib/agentworks/homes/$user:/bin/bash";
            for my $sub (grep { -e "/etc/$_" } qw(subuid subgid)) {
                my ($first) = sort { $b <=> $a } 100000, map { my @of = split /:/; $of[1] + $of[2] } @{$table{$sub}};
                push @{$table{$sub}}, "$user:$first:65536";
            }
            $number;
        };
        push @{$table{shadow}}, "$user:*:$day:0:99999:7:::" if !$secret{$user};
        push @{$table{gshadow}}, "$user:!::" if !$group_secret{$user} && -e '/etc/gshadow';
        $_ = joined($_, $user, @members) for @{$table{group}}, @{$table{gshadow}};
        $ids{$user} = [$uid{$user}, $gid{$user}];
    }
    return (\%ids, sub { write_tables(\%table); close $lock });
}

# Written all at once, because each takes the disk its time; put in their places in this order.
sub write_tables {
    my %table = %{$_[0]};
    my @writing = map { [$_, later(\&write_lines, "/etc/$_", $table{$_})] } qw(group gshadow shadow passwd subuid subgid);
    for my $file (@writing) { (join '', readline $file->[1]) eq 'ok' or die "/etc/$file->[0] could not be written; is the disk full?\n" }
    for my $file (grep { -e "/etc/$_->[0].agentworks" } @writing) { rename "/etc/$file->[0].agentworks", "/etc/$file->[0]" or die "/etc/$file->[0]: $!\n" }
}

# A line, with the members that it is to have when it is GROUP's.
sub joined {
    my ($line, $group, @members) = @_;
    my @fields = split /:/, $line, -1;
    return $line if $fields[0] ne $group;
    my %is = map { $_ => 1 } split /,/, $fields[3];
    $fields[3] = join ',', (split /,/, $fields[3]), grep { !$is{$_} && getpwnam $_ } @members;
    return join ':', @fields;
}

# Beside its place, and on the disk: a machine without its users is lost. Nothing where nothing changes.
sub write_lines {
    my ($path, $lines) = @_;
    my @is = stat $path or return 'ok';
    unlink "$path.agentworks";
    my $text = join '', map { "$_\n" } @$lines;
    return 'ok' if $text eq join '', map { "$_\n" } read_lines($path);
    sysopen my $file, "$path.agentworks", O_WRONLY | O_CREAT | O_EXCL, 0600 or return "$!";
    (syswrite($file, $text) // -1) == length $text or return "$!";
    syscall(call_number(74, 82), fileno $file) == 0 or return "$!";
    chown $is[4], $is[5], "$path.agentworks";
    chmod $is[2] & 07777, "$path.agentworks";
    close $file or return "$!";
    return 'ok';
}
