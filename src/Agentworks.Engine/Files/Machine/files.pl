# All that is done with files on a machine, as the user whose rights hold. It reads requests from standard input and answers on standard
# output, both in frames: type (1 byte)  length (4, big-endian)  payload. Requests, in the order in which they are worked off:
#   I  flags, root                                   where paths begin; 1 = nothing outside of it (confined), 2 = do without openat2
#   L  flags, depth, filter, path pieces             list: 1 recurse, 2 names with a dot too, 4 the things themselves, 8 files, 16 folders
#   R  offset, length, first lines, last lines, path read a file
#   D  flags, path                                   read a tree: 1 folders too, with all that is in them
#   B  flags, name, path                             where the names of what follows begin: in it under that name, 1 if it is a folder, 2 always
#   W  flags, mode, owner, expected, path            write a file, whose content follows as d frames and ends with c:
#                                                    mode: all ones = none given, all but the last = as it would be, but it can be run
#                                                    1 append, 2 must be new, 4 make folders, 8 follow a link, 16 below B, 32 to the disk
#   K  flags, mode, path                             make a folder: 4 and those above, 16 below B, 64 may be there
#   S  flags, target, path                           make a link: 16 below B, 2 must be new
#   M  flags, from, to                               move: 2 must be new
#   O  flags, path                                   remove: 1 with all that is in it
#   h  SHA-256 of all content since the last one     what was sent is what arrived: only now do written files take their places
# Answers: e entries, x trouble with one entry, m the file that is read, d its content, z its end, h SHA-256 of the content, b the place of
# B (with its number), w what was done (with the request's number), X what could not be done (number, why, what), E the end of a list or a tree.
# A file that is written lies beside its place until it is whole; it gets the mode, the access list and, where the user may give them, the
# owner and group of what it replaces. No step follows a link that could have been put there meanwhile: from an open folder to a name in it.
use strict;
use constant {
    O_RDWR => 2, O_WRONLY => 1, O_CREAT => 0100, O_EXCL => 0200, O_NONBLOCK => 04000, O_APPEND => 02000, O_CLOEXEC => 02000000, O_PATH => 010000000,
    ENOENT => 2, EAGAIN => 11, EACCES => 13, EEXIST => 17, EXDEV => 18, ENOTDIR => 20, EISDIR => 21, ELOOP => 40, EINTR => 4,
    BENEATH => 0x0a, CHUNK => 65536, ROUND => 32 << 20,
};

# These differ between processors, and perl-base names them only at the cost of loading more: does this bit say not to follow a link?
sysopen(my $probe, '/proc/self/exe', O_PATH | 0400000) or die "/proc: $!\n";
my $pc = (stat $probe)[2] & 0170000;
$pc = $pc == 0120000;
my ($nofollow, $directory) = $pc ? (0400000, 0200000) : (0100000, 040000);
my ($getxattr, $setxattr, $removexattr, $fsync) = $pc ? (191, 188, 197, 74) : (8, 5, 14, 82);
close $probe;

my ($root, $confined, $walks, $base, $number) = (undef, 1, 0, '', -1);
my ($out, $said, $summed, $count) = ('', '', 0, 0);
my (@staged, $writing, %known, %parents);
my $start = do { open(my $f, '<', '/proc/self/stat') or die; my $s = <$f>; $s =~ s/.*\)\s+//s; (split ' ', $s)[19] };

sub flush_out { while (length $out) { my $n = syswrite(STDOUT, $out); defined $n or $! == EINTR or exit 1; substr($out, 0, $n // 0, '') } }
sub answer { my ($type, $payload) = @_; $out .= pack('a N', $type, length $payload) . $payload; flush_out() if length $out > CHUNK }
sub trouble { my ($why, $what) = @_; die { why => $why, what => $what // '' } }
sub failed { trouble('E' . ($! + 0), $_[0]) }
sub refuse { my ($n, $error) = @_; ref $error or die $error; answer('X', pack('N N/a N/a', $n, $error->{why}, $error->{what})) }

sub clean { unlink $_->{new} for grep { $_->{new} } @staged, $writing || (); @staged = (); $writing = undef }
$SIG{$_} = sub { clean(); exit 143 } for qw(HUP TERM INT);
$SIG{PIPE} = sub { clean(); exit 1 };

# ---- hashes: of all content that goes by, by one sha256sum --------------------------------------------------------------------------

my ($sum_in, $sum_out, $sum_pid);
sub sum_start {
    pipe(my $read, $sum_in) or die "no pipe: $!\n";
    pipe($sum_out, my $write) or die "no pipe: $!\n";
    flush_out();
    defined($sum_pid = fork) or die "no new process: $!\n";
    if ($sum_pid == 0) {
        $SIG{$_} = 'DEFAULT' for qw(HUP TERM INT PIPE);
        open(STDIN, '<&', $read) && open(STDOUT, '>&', $write) or exit 1;
        close $_ for $read, $write, $sum_in, $sum_out;
        exec 'sha256sum' or exit 1;
    }
}
sub sum_add {
    sum_start() unless $sum_pid;
    my $at = 0;
    while ($at < length $_[0]) { my $n = syswrite($sum_in, $_[0], length($_[0]) - $at, $at); defined $n or die "sha256sum: $!\n"; $at += $n }
    $summed += length $_[0];
}
sub sum_end {
    ($summed, $count) = (0, 0);
    return 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' unless $sum_pid;
    close $sum_in;
    my $line = <$sum_out>;
    close $sum_out;
    waitpid($sum_pid, 0);
    undef $sum_pid;
    return substr($line // '', 0, 64);
}
sub sum_of {
    my $file = shift;
    my $pid = open(my $sum, '-|') // die "no new process: $!\n";
    if ($pid == 0) {
        $SIG{$_} = 'DEFAULT' for qw(HUP TERM INT PIPE);
        open(STDIN, '<&', $file) and exec 'sha256sum' or exit 1;
    }
    my $line = <$sum>;
    return substr($line // '', 0, 64);
}

# ---- from a path to what is there ------------------------------------------------------------------------------------------------------

# An open handle of what a path means, or a failure. A confined path cannot leave the root, whatever changes while it is followed.
sub open_at {
    my ($path, $flags) = @_;
    trouble('outside', $path) if $confined && $path =~ m{\A/};
    $path = '.' if $path eq '';
    $flags |= O_CLOEXEC;
    if (!$walks) {
        for (1 .. 1000) {
            my $how = pack 'Q3', $flags, 0, $confined ? BENEATH : 0;
            my $fd = syscall(437, fileno $root, "$path", $how, 24);
            if ($fd >= 0) {
                open(my $handle, '<&=', $fd) or failed($path);
                return $handle;
            }
            next if $! == EAGAIN || $! == EINTR;
            trouble('outside', $path) if $! == EXDEV && $confined;
            last if $! == 38 || $! == 1 || $! == 7;
            failed($path);
        }
        failed($path) if $! == EAGAIN;
        $walks = 1;
    }
    return walk_to($path, $flags);
}

# The same where the kernel has no such call: name by name, each opened without following it, and a way back that holds every folder open.
sub walk_to {
    my ($path, $flags) = @_;
    my @way = ($root);
    my @rest = grep { $_ ne '' && $_ ne '.' } split m{/}, $path;
    my $slash = $path =~ m{/\.?\z};
    my $links = 0;
    if (!$confined && $path =~ m{\A/}) { sysopen(my $top, '/', O_PATH | $directory) or failed($path); @way = ($top) }
    while (@rest) {
        my $name = shift @rest;
        if ($name eq '..') {
            if (@way > 1) { pop @way; next }
            trouble('outside', $path) if $confined;
            sysopen(my $up, at($way[-1], '..'), O_PATH | $directory) or failed($path);
            @way = ($up);
            next;
        }
        my $at = at($way[-1], $name);
        sysopen(my $here, $at, O_PATH | $nofollow | O_CLOEXEC) or failed($path);
        my $bits = (stat $here)[2] & 0170000;
        if ($bits == 0120000 && (@rest || $slash || !($flags & $nofollow))) {
            # The link that was opened, not what may stand there now.
            my $target = link_target($here) // failed($path);
            ($! = ELOOP, failed($path)) if ++$links > 40;
            if ($target =~ m{\A/}) {
                trouble('outside', $path) if $confined;
                sysopen(my $top, '/', O_PATH | $directory) or failed($path);
                @way = ($top);
            }
            unshift @rest, grep { $_ ne '' && $_ ne '.' } split m{/}, $target;
            next;
        }
        ($! = ENOTDIR, failed($path)) if $bits != 0040000 && (@rest || $slash);
        push @way, $here;
    }
    my $found = $way[-1];
    my $bits = (stat $found)[2] & 0170000;
    ($! = ENOTDIR, failed($path)) if $flags & $directory && $bits != 0040000;
    ($! = ELOOP, failed($path)) if $bits == 0120000 && !($flags & O_PATH);
    return reopened($found, $flags & O_PATH ? O_PATH : $flags & ~$nofollow, $path);
}

sub reopened { my ($handle, $flags, $path) = @_; sysopen(my $open, '/proc/self/fd/' . fileno $handle, $flags | O_CLOEXEC) or failed($path); return $open }
sub at { my ($folder, $name) = @_; return '/proc/self/fd/' . fileno($folder) . "/$name" }

# readlinkat with an empty name reads the link that is open.
sub link_target {
    my $handle = shift;
    my $value = "\0" x 4096;
    my $empty = '';
    my $n = syscall($pc ? 267 : 78, fileno $handle, $empty, $value, 4096);
    return $n < 0 ? undef : substr($value, 0, $n);
}

sub parent_of {
    my $folder = shift;
    return $parents{$folder} if $parents{$folder};
    %parents = () if keys %parents >= 200;
    return $parents{$folder} = open_at($folder, O_PATH | $directory);
}

# The open folder and the name in it, of a thing that may not be there yet. The name is no link, if links are to be followed.
sub place {
    my ($path, $follow) = @_;
    my $asked = $path;
    for (1 .. 40) {
        $path =~ s{(?<=[^/])/+\z}{};
        my ($folder, $name) = $path =~ m{\A(?:(.*)/)?([^/]+)\z}s or trouble('folder', $asked);
        trouble('folder', $asked) if $name eq '.' || $name eq '..';
        $folder = defined $folder ? $folder eq '' ? '/' : $folder : '';
        my $parent = parent_of($folder);
        my $at = at($parent, $name);
        my $target = $follow ? readlink $at : undef;
        return ($parent, $name, $at, $path) unless defined $target;
        trouble('outside', $asked) if $confined && $target =~ m{\A/};
        $path = $target =~ m{\A/} || $folder eq '' ? $target : $folder eq '/' ? "/$target" : "$folder/$target";
    }
    $! = ELOOP;
    failed($asked);
}

sub make_folders {
    my $path = shift;
    my $so_far = '';
    for my $part (split m{(?<=[^/])/+}, $path) {
        $so_far = $so_far eq '' ? $part : "$so_far/$part";
        next if $part eq '' || $part eq '.' || $part eq '..' || $part eq '/';
        next if eval { parent_of($so_far); 1 };
        my $error = $@;
        ref $error && $error->{why} eq 'E' . ENOENT or die $error;
        my (undef, undef, $at) = place($so_far, 1);
        mkdir($at, 0777) or $! == EEXIST or failed($so_far);
    }
}

# ---- looking ----------------------------------------------------------------------------------------------------------------------------

my %kinds = (0100000, 0, 0040000, 1, 0120000, 2, 0010000, 3, 0140000, 4, 0060000, 5, 0020000, 6);
sub user_name { my $id = shift; return $known{"u$id"} //= scalar(getpwuid $id) // $id }
sub group_name { my $id = shift; return $known{"g$id"} //= scalar(getgrgid $id) // $id }
sub entry {
    my ($name, $at, @stat) = @_;
    my $kind = $kinds{$stat[2] & 0170000} // 6;
    my $target = $kind == 2 ? readlink($at) // '' : '';
    return pack 'C N Q> q> N/a N/a N/a N/a', $kind, $stat[2], $stat[7], $stat[9], $name, user_name($stat[4]), group_name($stat[5]), $target;
}
sub temporary { return $_[0] =~ /\A\.agw-\d+-\d+-\d+\z/ }

my $entries = '';
sub put_entry { $entries .= $_[0]; put_entries() if length $entries > 16384 }
sub put_entries { answer('e', $entries) if length $entries; $entries = '' }
sub put_trouble { my $error = shift; ref $error or die $error; put_entries(); answer('x', pack('N/a N/a', $error->{why}, $error->{what})) }

sub names_in {
    my ($folder, $path) = @_;
    opendir(my $open, '/proc/self/fd/' . fileno $folder) or failed($path);
    return sort grep { $_ ne '.' && $_ ne '..' && !temporary($_) } readdir $open;
}
sub below { my ($folder, $name) = @_; return $folder eq '' ? $name : $folder =~ m{/\z} ? "$folder$name" : "$folder/$name" }

# What is in a folder, and in those in it. Each is opened anew by its path, so that any number of them may be nested.
sub list_folder {
    my ($path, $flags, $depth, $filter, $top) = @_;
    my @inner;
    eval {
        my $folder = open_at($path, $directory | ($top ? 0 : $nofollow));
        for my $name (names_in($folder, $path)) {
            next if $name =~ /\A\./ && !($flags & 2);
            my $at = at($folder, $name);
            my @stat = lstat $at or next;
            my $kind = $stat[2] & 0170000;
            push @inner, $name if $kind == 0040000;
            next if ($flags & 8 && $kind == 0040000) || ($flags & 16 && $kind != 0040000) || (defined $filter && $name !~ $filter);
            put_entry(entry(below($path, $name), $at, @stat));
        }
        1;
    } or do { my $error = $@; die $error if $top; return put_trouble($error) };
    return unless $flags & 1 && $depth > 0;
    list_folder(below($path, $_), $flags, $depth - 1, $filter, 0) for @inner;
}

# The paths that pieces mean: a plain piece is a path, another one is a pattern for the names in a folder.
sub matches {
    my ($so_far, $hidden, @pieces) = @_;
    return ($so_far) unless @pieces;
    my ($pattern, $text) = @{shift @pieces};
    return matches($so_far eq '' ? $text : below($so_far, $text), $hidden, @pieces) unless $pattern;
    my @found;
    eval {
        my $folder = open_at($so_far, $directory);
        for my $name (grep { /$text/ && (!/\A\./ || $hidden || $text =~ /\A\(\?\^[a-z]*:\\A\\x2e/) } names_in($folder, $so_far)) {
            next if @pieces && ((stat at($folder, $name))[2] // 0) & 0170000 ^ 0040000;
            push @found, matches(below($so_far, $name), $hidden, @pieces);
        }
        1;
    } or do { ref $@ && $@->{why} =~ /\A(?:E2|E20|outside)\z/ or put_trouble($@) };
    return @found;
}

sub list {
    my ($flags, $depth, $filter, @pieces) = unpack 'C N N/a (C N/a)*', $_[0];
    my @way;
    push @way, [splice @pieces, 0, 2] while @pieces;
    my $patterns = grep { $_->[0] } @way;
    $_->[1] = qr/$_->[1]/s for grep { $_->[0] } @way;
    my $match = $filter eq '' ? undef : qr/$filter/s;
    for my $path (matches('', $flags & 2, @way)) {
        eval {
            my $itself = $flags & 4 || ($patterns && !($flags & 1));
            my $thing = open_at($path, O_PATH | ($itself ? $nofollow : 0));
            my @stat = stat $thing;
            if (!$itself && ($stat[2] & 0170000) == 0040000) {
                list_folder($path, $flags, $depth, $match, 1);
            } else {
                if (!$itself) {
                    # A file that was named through a link is shown as the link.
                    my $link = eval { open_at($path, O_PATH | $nofollow) };
                    ($thing, @stat) = ($link, stat $link) if $link;
                }
                my $kind = $stat[2] & 0170000;
                my ($name) = $path =~ m{([^/]*)/*\z};
                put_entry(entry_of($path, $thing, @stat))
                    unless ($flags & 8 && $kind == 0040000) || ($flags & 16 && $kind != 0040000) || (defined $match && $name !~ $match);
            }
            1;
        } or do { my $error = $@; die $error unless $patterns; put_trouble($error) };
    }
    put_entries();
    answer('E', '');
}
sub entry_of {
    my ($path, $thing, @stat) = @_;
    my $kind = $kinds{$stat[2] & 0170000} // 6;
    return pack 'C N Q> q> N/a N/a N/a N/a', $kind, $stat[2], $stat[7], $stat[9], $path, user_name($stat[4]), group_name($stat[5]), $kind == 2 ? link_target($thing) // '' : '';
}

# ---- reading ----------------------------------------------------------------------------------------------------------------------------

# A plain file, opened for reading. Nothing else is ever opened: a pipe would wait, and a device might do something.
sub open_file {
    my ($thing, $path) = @_;
    my $kind = (stat $thing)[2] & 0170000;
    trouble('folder', $path) if $kind == 0040000;
    trouble('link', $path) if $kind == 0120000;
    trouble('special', $path) if $kind != 0100000;
    return reopened($thing, O_NONBLOCK, $path);
}

sub put_data { answer('d', $_[0]); sum_add($_[0]) }

sub read_file {
    my ($offset, $length, $first, $last, $path) = unpack 'Q> Q> N N N/a', $_[0];
    my $thing = open_at($path, O_PATH);
    my $file = open_file($thing, $path);
    my @stat = stat $file;
    my $head = '';
    sysread($file, $head, 4) // failed($path);
    $offset = tail_offset($file, $stat[7], $last) if $last;
    my $seen = $last && !$stat[7] ? last_lines($file, $head, $last) : undef;
    answer('m', pack('Q> N/a', $offset, $head) . entry_of($path, $thing, @stat));
    if (defined $seen) {
        put_data($seen) if length $seen;
    } else {
        sysseek($file, $offset, 0);
        my $lines = 0;
        while ($length > 0) {
            my $n = sysread($file, my $data, $length < CHUNK ? $length : CHUNK) // failed($path);
            last unless $n;
            $length -= $n;
            if ($first) {
                my $at = 0;
                while ($lines < $first && ($at = index($data, "\n", $at) + 1) > 0) { $lines++ }
                if ($lines >= $first) { $data = substr($data, 0, $at); $length = 0 }
            }
            put_data($data);
        }
    }
    answer('z', '');
}

# Where the last lines begin; read from behind.
sub tail_offset {
    my ($file, $end, $lines) = @_;
    my ($found, $to) = (0, $end);
    while ($to > 0) {
        my $from = $to > CHUNK ? $to - CHUNK : 0;
        sysseek($file, $from, 0);
        my $data = '';
        while (length $data < $to - $from) { sysread($file, $data, $to - $from - length $data, length $data) or return $from }
        my $at = length $data;
        while (($at = rindex($data, "\n", $at - 1)) >= 0) {
            return $from + $at + 1 if $from + $at + 1 < $end && ++$found >= $lines;
            last if $at == 0;
        }
        $to = $from;
    }
    return 0;
}
# Of a file that does not know its size, as in /proc.
sub last_lines {
    my ($file, $head, $lines) = @_;
    my $all = $head;
    while (sysread($file, $all, CHUNK, length $all)) { length $all < 16 << 20 or trouble('large', '') }
    my @lines = $all =~ /[^\n]*\n|[^\n]+\z/g;
    return join '', @lines > $lines ? @lines[-$lines .. -1] : @lines;
}

sub end_of_round { answer('h', sum_end()) }

sub put_file {
    my ($thing, $name, $path) = @_;
    my @stat = stat $thing;
    my $file = open_file($thing, $path);
    put_entry(entry_of($name, $thing, @stat));
    put_entries();
    while (my $n = sysread($file, my $data, CHUNK) // failed($path)) { put_data($data) }
    answer('z', '');
    end_of_round() if $summed >= ROUND || ++$count >= 256;
}

sub read_tree {
    my ($flags, $path) = unpack 'C N/a', $_[0];
    my $thing = open_at($path, O_PATH);
    my @stat = stat $thing;
    if (($stat[2] & 0170000) == 0040000) {
        trouble('folder', $path) unless $flags & 1;
        put_entry(entry_of('', $thing, @stat));
        put_tree($path, '', 1);
    } else {
        put_file($thing, '', $path);
    }
    put_entries();
    end_of_round();
    answer('E', '');
}
sub put_tree {
    my ($path, $name, $top) = @_;
    my @inner;
    eval {
        my $folder = open_at(below($path, $name), $directory | ($top ? 0 : $nofollow));
        for my $in (names_in($folder, below($path, $name))) {
            my $inner = below($name, $in);
            sysopen(my $thing, at($folder, $in), O_PATH | $nofollow | O_CLOEXEC) or next;
            my @stat = stat $thing;
            my $kind = $stat[2] & 0170000;
            if ($kind == 0100000) {
                eval { put_file($thing, $inner, below($path, $inner)); 1 } or put_trouble($@);
            } else {
                put_entry(entry_of($inner, $thing, @stat));
                push @inner, $inner if $kind == 0040000;
            }
        }
        1;
    } or put_trouble($@);
    put_tree($path, $_, 0) for @inner;
}

# ---- writing ----------------------------------------------------------------------------------------------------------------------------

sub based { my ($flags, $path) = @_; return $path unless $flags & 16; return $path eq '' ? $base : below($base, $path) }

sub begin_file {
    my ($flags, $mode, $owner, $expected, $path) = unpack 'C N N/a N/a N/a', $_[0];
    $path = based($flags, $path);
    $writing = { number => $number };
    eval {
        if ($flags & 4 && $path =~ m{\A(.*[^/])/+[^/]+\z}s) { make_folders($1) }
        my ($parent, $name, $at, $full) = place($path, $flags & 8);
        my @old = lstat $at;
        if (@old) {
            my $kind = $old[2] & 0170000;
            trouble('folder', $path) if $kind == 0040000;
            trouble('special', $path) if $kind != 0100000 && $kind != 0120000;
            if ($flags & 2) { $! = EEXIST; failed($path) }
        }
        my $new = at($parent, ".agw-$$-$start-$number");
        sysopen(my $file, $new, O_RDWR | O_CREAT | O_EXCL | $nofollow | O_CLOEXEC, @old || $mode < 0xfffffffe ? 0600 : 0666) or failed($path);
        $writing = { number => $number, flags => $flags, mode => $mode, owner => $owner, expected => $expected, path => $full, parent => $parent, at => $at, new => $new, file => $file };
        1;
    } or do { my $error = $@; $writing = { number => $number, error => $error } };
}

sub content {
    sum_add($_[0]);
    my $w = $writing or die "content without a file\n";
    return if $w->{error};
    my $at = 0;
    while ($at < length $_[0]) {
        my $n = syswrite($w->{file}, $_[0], length($_[0]) - $at, $at);
        if (!defined $n) {
            my $why = 'E' . ($! + 0);
            unlink $w->{new};
            $w->{error} = { why => $why, what => $w->{path} };
            delete @$w{qw(new file)};
            return;
        }
        $at += $n;
    }
}

sub end_file {
    my $w = $writing or die "the end of no file\n";
    if (!$w->{error} && !close_staged($w)) { $w->{error} = { why => 'E' . ($! + 0), what => $w->{path} }; unlink $w->{new}; delete $w->{new} }
    push @staged, $w;
    $writing = undef;
}
sub close_staged {
    my $w = shift;
    return 0 if $w->{flags} & 32 && syscall($fsync, fileno $w->{file}) != 0;
    return close $w->{file};
}

sub commit {
    my $right = sum_end() eq $_[0];
    my %swept;
    for my $w (@staged) {
        if (!$right && !$w->{error}) { $w->{error} = { why => 'hash', what => $w->{path} } }
        if (!$w->{error} && !eval { take_place($w); 1 }) { $w->{error} = $@ }
        unlink $w->{new} if $w->{new};
        delete $w->{new};
        if ($w->{error}) { refuse($w->{number}, $w->{error}) } else { answer('w', pack('N', $w->{number}) . entry($w->{path}, $w->{at}, lstat $w->{at})) }
        sweep($w->{parent}) if $w->{parent} && !$swept{fileno $w->{parent}}++;
    }
    @staged = ();
}

my $access_list = 'system.posix_acl_access';
sub acl { my $value = "\0" x 8192; my $n = syscall($getxattr, "$_[0]", $access_list, $value, 8192); return $n > 0 ? substr($value, 0, $n) : undef }

sub take_place {
    my $w = shift;
    my ($new, $at) = @$w{qw(new at)};
    my @old = lstat $at;
    my $plain = @old && ($old[2] & 0170000) == 0100000;
    if ($w->{expected} ne '') {
        sysopen(my $now, $at, O_NONBLOCK | $nofollow | O_CLOEXEC) or trouble('changed', $w->{path});
        $plain && sum_of($now) eq $w->{expected} or trouble('changed', $w->{path});
    }
    return if $w->{flags} & 1 && $plain && add_to($w);
    sysopen(my $file, $new, O_RDWR | $nofollow | O_CLOEXEC) or failed($w->{path});
    my $place = '/proc/self/fd/' . fileno $file;
    if ($w->{owner} ne '') {
        my ($user, $group) = split /:/, $w->{owner}, 2;
        my $uid = $user =~ /\A\d+\z/ ? $user : getpwnam $user;
        my $gid = !defined $group ? -1 : $group eq '' ? defined $uid ? (getpwuid $uid)[3] // -1 : -1 : $group =~ /\A\d+\z/ ? $group : getgrnam $group;
        defined $uid && defined $gid or trouble('owner', $w->{owner});
        chown($uid, $gid, $file) or failed($w->{path});
    } elsif ($plain) {
        my @mine = stat $file;
        if ($mine[4] != $old[4] || $mine[5] != $old[5]) { chown($old[4], $old[5], $file) || chown(-1, $old[5], $file) }
    }
    if ($plain) {
        my $acl = acl($at);
        if (defined $acl) { syscall($setxattr, $place, $access_list, $acl, length $acl, 0) } else { syscall($removexattr, $place, $access_list) }
        chmod($old[2] & 07777, $file) or failed($w->{path}) if $w->{mode} >= 0xfffffffe;
    } elsif (@old && $w->{mode} >= 0xfffffffe) {
        # It replaces a link, and is as a new file is.
        chmod(0666 & ~umask, $file) or failed($w->{path});
    }
    if ($w->{mode} < 0xfffffffe) { chmod($w->{mode}, $file) or failed($w->{path}) }
    elsif ($w->{mode} == 0xfffffffe) { my $bits = (stat $file)[2] & 07777; chmod($bits | ($bits & 0444) >> 2, $file) or failed($w->{path}) }
    if ($w->{flags} & 2) { link($new, $at) or failed($w->{path}) } else { rename($new, $at) or failed($w->{path}); delete $w->{new} }
}

# All of it or nothing at the end of a file that others may be adding to; false when there is none any more.
sub add_to {
    my $w = shift;
    my $file;
    if (!sysopen($file, $w->{at}, O_WRONLY | O_APPEND | $nofollow | O_CLOEXEC)) { return 0 if $! == ENOENT; failed($w->{path}) }
    sysopen(my $new, $w->{new}, $nofollow | O_CLOEXEC) or failed($w->{path});
    my ($before, $added) = ((stat $file)[7], 0);
    while (my $n = sysread($new, my $data, CHUNK)) {
        my $at = 0;
        while ($at < $n) {
            my $put = syswrite($file, $data, $n - $at, $at);
            if (!defined $put) {
                my $error = $!;
                truncate($file, $before) if (stat $file)[7] == $before + $added;
                $! = $error;
                failed($w->{path});
            }
            $at += $put;
            $added += $put;
        }
    }
    chmod($w->{mode}, $file) if $w->{mode} < 0xfffffffe;
    ($w->{flags} & 32 && syscall($fsync, fileno $file) != 0) and failed($w->{path});
    return 1;
}

# What a process that was killed left half written.
sub sweep {
    my $folder = shift;
    return if (stat $folder)[7] > 1 << 20;
    opendir(my $open, '/proc/self/fd/' . fileno $folder) or return;
    for my $name (grep { temporary($_) } readdir $open) {
        my ($pid, $began) = $name =~ /\A\.agw-(\d+)-(\d+)-/;
        my $stat = '';
        if (open(my $f, '<', "/proc/$pid/stat")) { $stat = <$f> // ''; $stat =~ s/.*\)\s+//s }
        unlink at($folder, $name) unless $stat ne '' && (split ' ', $stat)[19] eq $began;
    }
}

sub begin_base {
    my ($flags, $name, $path) = unpack 'C N/a N/a', $_[0];
    my $folder = eval { open_at($path, O_PATH | $directory) };
    my $error = $@;
    ref $error && $error->{why} eq 'outside' and die $error;
    $base = $flags & 2 || ($flags & 1 && $folder) ? below($path, $name) : $path;
    answer('b', pack('N', $number) . $base);
}

sub make_folder {
    my ($flags, $mode, $path) = unpack 'C N N/a', $_[0];
    $path = based($flags, $path);
    if ($flags & 4 && $path =~ m{\A(.*[^/])/+[^/]+/*\z}s) { make_folders($1) }
    if ($flags & 64 && eval { open_at($path, O_PATH | $directory); 1 }) { return answer('w', pack('N', $number) . folder_entry($path)) }
    my ($parent, $name, $at) = place($path, 0);
    mkdir($at, 0777) or failed($path);
    if ($mode != 0xffffffff) { chmod($mode, $at) or failed($path) }
    answer('w', pack('N', $number) . entry($path, $at, lstat $at));
}
sub folder_entry { my $path = shift; my $thing = open_at($path, O_PATH); return entry_of($path, $thing, stat $thing) }

sub make_link {
    my ($flags, $target, $path) = unpack 'C N/a N/a', $_[0];
    $path = based($flags, $path);
    my ($parent, $name, $at) = place($path, 0);
    if (!symlink($target, $at)) {
        $! == EEXIST && !($flags & 2) or failed($path);
        my $kind = (lstat $at)[2] & 0170000;
        trouble('folder', $path) if $kind == 0040000;
        my $new = at($parent, ".agw-$$-$start-$number");
        symlink($target, $new) && rename($new, $at) or do { my $error = $!; unlink $new; $! = $error; failed($path) };
    }
    answer('w', pack('N', $number) . entry($path, $at, lstat $at));
}

sub move {
    my ($flags, $from, $to) = unpack 'C N/a N/a', $_[0];
    my ($parent, $name, $at) = place($from, 0);
    lstat $at or failed($from);
    my ($other, $into, $there) = place($to, 0);
    # renameat2 with RENAME_NOREPLACE.
    my $done = syscall($pc ? 316 : 276, fileno $parent, "$name", fileno $other, "$into", $flags & 2 ? 1 : 0);
    if ($done != 0) { failed($! == ENOENT || $! == EACCES ? $from : $to) }
    answer('w', pack('N', $number) . entry($to, $there, lstat $there));
}

sub remove {
    my ($flags, $path) = unpack 'C N/a', $_[0];
    my ($parent, $name, $at) = place($path, 0);
    my @stat = lstat $at or failed($path);
    if (($stat[2] & 0170000) != 0040000) { unlink($at) or failed($path) }
    elsif (!($flags & 1)) { rmdir($at) or failed($path) }
    else { remove_tree($parent, $name, $path) }
    answer('w', pack('N', $number));
}
# From behind, with one open folder per level; what is a folder is entered by its name in an open one, never through a link.
sub remove_tree {
    no warnings;
    my ($parent, $name, $path) = @_;
    if (!rmdir at($parent, $name)) {
        sysopen(my $folder, at($parent, $name), $directory | $nofollow | O_CLOEXEC) or failed($path);
        opendir(my $open, '/proc/self/fd/' . fileno $folder) or failed($path);
        for my $in (grep { $_ ne '.' && $_ ne '..' } readdir $open) {
            my @stat = lstat at($folder, $in) or next;
            if (($stat[2] & 0170000) == 0040000) { remove_tree($folder, $in, below($path, $in)) }
            else { unlink at($folder, $in) or $! == ENOENT or failed(below($path, $in)) }
        }
        closedir $open;
        rmdir(at($parent, $name)) or $! == ENOENT or failed($path);
    }
}

# ---- the requests -----------------------------------------------------------------------------------------------------------------------

sub take { my $n = shift; my $data = ''; while (length $data < $n) { my $got = sysread(STDIN, $data, $n - length $data, length $data); next if !defined $got && $! == EINTR; $got or return } return $data }

my %work = (L => \&list, R => \&read_file, D => \&read_tree, B => \&begin_base, K => \&make_folder, S => \&make_link, M => \&move, O => \&remove);
my $whole = 0;
while (defined(my $head = take(5))) {
    my ($type, $length) = unpack 'a N', $head;
    my $payload = take($length) // last;
    if ($type eq 'd') { content($payload); next }
    if ($type eq 'c') { end_file(); next }
    if ($type eq 'h') { commit($payload); next }
    if ($type eq '.') { $whole = 1; last }
    if ($type eq 'I') {
        my ($flags, $path) = unpack 'C N/a', $payload;
        ($confined, $walks) = ($flags & 1, $flags & 2);
        sysopen($root, $path, O_PATH | $directory | O_CLOEXEC) or do { answer('X', pack('N N/a N/a', 0xffffffff, 'E' . ($! + 0), $path)); flush_out(); exit 0 };
        next;
    }
    $number++;
    if ($type eq 'W') { begin_file($payload); next }
    eval { ($work{$type} || die "no such request: $type\n")->($payload); 1 } or do { my $error = $@; put_entries() if $type eq 'L'; refuse($number, $error) };
}
# What was only begun when the input ended is as if it had never been.
clean();
end_of_round() if $sum_pid && $whole;
flush_out();
exit($whole ? 0 : 75);
