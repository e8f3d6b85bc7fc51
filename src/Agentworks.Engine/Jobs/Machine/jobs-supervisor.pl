# Runs jobs that were started together: keeps what they write, how they end, and a cgroup for each. process.pl comes before it.
#
# systemd runs it as root, as a service of its own: neither the client nor its connection is needed any more, and should this process die, systemd
# ends what it has started. Its argument is the name of the batch. It takes $run/<batch>.start away at once, for that holds secrets, and says
# in $run/<batch>.report how each job began. It listens at $run/<batch>.sock, for lines of
#   follow ID                    a byte whenever the job has written something, the end when the job has ended
#   wait ID…                     a line with the id of each as it ends, then the end
#   stop SIGNAL GRACE ID…        the same; GRACE is how many seconds later KILL follows. "-": never, and nothing is waited for
#
# Of each job there is, in $spool/<id>: "state", one line of fields (see note); "count", the bytes that each stream has had and those that
# were dropped; and "log.<n>", the output in frames of: stream (1 byte), length (4), how much each stream had before (8 and 8), data.
# log.0 keeps the beginning, and the last few files after it the end, so that a job never takes more than its limit.

use Socket qw(AF_UNIX SOCK_STREAM SOCK_DGRAM SOMAXCONN pack_sockaddr_un);

use constant {
    CHUNK    => 65536,
    HEADER   => 21,
    TAILS    => 4,          # files that keep the end
    GRACE    => 2,          # seconds between TERM and KILL for a job whose time is up
    LINGER   => 0.5,        # seconds that something out of reach may hold the output after the job has ended
    POLL     => 0.05,
};

my $batch = $ARGV[0];
my $spool = '/var/lib/agentworks/jobs';
my $run = '/run/agentworks/jobs';
my $self = "$$ " . start_time($$) . ' ' . boot_id();
my (@jobs, %jobs, %users, @clients, $listener, $no_pidfd);
umask 077;
$SIG{PIPE} = 'IGNORE';
$0 = 'agentworks-jobs';

# The wall clock with a fraction, which perl-base cannot read; where it was set meanwhile, without.
my $started_at = `date +%s.%N` - now();
sub wall { my ($fine, $coarse) = ($started_at + now(), time()); return abs($fine - $coarse) > 2 ? $coarse : $fine }

# ---- where the jobs' processes are -------------------------------------------------------------------------------------

# Our own cgroup as a folder, in the hierarchy by which systemd knows services; empty where there is none.
sub own_cgroup {
    my ($own, $me) = (slurp('/proc/self/cgroup') || '', $$);
    my %path = (cgroup2 => $own =~ /^0::(.*)$/m, cgroup => $own =~ /^\d+:name=systemd:(.*)$/m);
    for my $mount (sort { $a =~ / - cgroup / <=> $b =~ / - cgroup / } split /\n/, slurp('/proc/self/mountinfo') || '') {
        my ($point, $kind, $options) = $mount =~ /^\S+ \S+ \S+ \S+ (\S+) .* - (cgroup2?) \S+ (\S+)/ or next;
        next if !defined $path{$kind} || $kind eq 'cgroup' && $options !~ /name=systemd/;
        my $folder = $point . $path{$kind};
        return $folder if (slurp("$folder/cgroup.procs") || '') =~ /^$me$/m;
    }
    return '';
}
my $cgroup = own_cgroup();

sub processes { my $j = shift; return $j->{cgroup} ? split ' ', slurp("$j->{cgroup}/cgroup.procs") || '' : () }

sub signal_all {
    my ($j, $signal) = @_;
    my @pids = processes($j);
    return kill($signal, @pids) if @pids;

    # One that has just been born has no group of its own yet.
    $j->{reaped} || kill($signal, -$j->{pid}) || kill($signal, $j->{pid});
}

sub kill_all {
    my $j = shift;
    if ($j->{cgroup} && open(my $file, '>', "$j->{cgroup}/cgroup.kill")) {
        return if syswrite($file, "1\n");
    }
    for (1 .. 100) {
        signal_all($j, 'KILL');
        last unless processes($j);
    }
}

# ---- what is kept of them ----------------------------------------------------------------------------------------------

sub write_file {
    my ($path, $text) = @_;
    sysopen(my $file, "$path.new", O_WRONLY | O_CREAT, 0600) or return 0;
    my $written = syswrite($file, $text);
    return 1 if defined $written && $written == length $text && close($file) && rename("$path.new", $path);
    unlink "$path.new";
    return 0;
}

# One line: word, pid, exit code, signal, cause, began, ended, the supervisor's pid, its start, boot id, batch, message.
sub note {
    my ($j, $word) = @_;
    my $message = $j->{message};
    $message =~ s/\s+/ /g;
    my $ended = $word eq 'ended' ? sprintf('%.3f', wall()) : '';
    my $line = join("\t", $word, $j->{pid} || '', $j->{code}, $j->{signal}, $j->{cause}, sprintf('%.3f', $j->{began}), $ended, (split ' ', $self), $batch, $message) . "\n";

    # On a disk that is full it is known at least until the machine stops.
    write_file("$j->{folder}/state", $line) or write_file("$run/$j->{id}.state", $line) or warn "job $j->{id}: $!\n";
}

sub next_log {
    my $j = shift;
    my $n = ++$j->{log_number};
    undef $j->{log};
    my $old = $n - TAILS;
    if ($old > 0) {
        unlink "$j->{folder}/log.$old";
        $j->{dropped} += delete $j->{log_data}{$old} || 0;
    }
    $j->{room} = int($j->{limit} / 2 / ($n == 0 ? 1 : TAILS));
    sysopen($j->{log}, "$j->{folder}/log.$n", O_WRONLY | O_CREAT, 0600) or undef $j->{log};
    $j->{log_size} = 0;
}

# What cannot be written, because the disk is full, is dropped like what is beyond the limit: the job goes on.
sub keep {
    my ($j, $s, $data) = @_;
    for (my ($at, $n) = (0, 0); $at < length $data; $at += $n) {
        next_log($j) if $j->{room} <= HEADER;
        $n = length($data) - $at;
        $n = $j->{room} - HEADER if $n > $j->{room} - HEADER;
        my $frame = pack('C N Q> Q>', $s, $n, @{$j->{length}}) . substr($data, $at, $n);
        my $written = $j->{log} ? syswrite($j->{log}, $frame) : 0;
        if (defined $written && $written == length $frame) {
            $j->{log_size} += $written;
            $j->{log_data}{$j->{log_number}} += $n;
        } else {
            truncate($j->{log}, $j->{log_size}), sysseek($j->{log}, $j->{log_size}, 0) if $j->{log};
            $j->{dropped} += $n;
        }
        $j->{room} -= HEADER + $n;
        $j->{length}[$s] += $n;
    }
    $j->{count} or sysopen($j->{count}, "$j->{folder}/count", O_WRONLY | O_CREAT, 0600) or undef $j->{count};
    if ($j->{count}) {
        sysseek($j->{count}, 0, 0);
        syswrite($j->{count}, pack('Q> Q> Q>', @{$j->{length}}, $j->{dropped}));
    }
    for my $client (grep { ($_->{follows} || '') eq $j->{id} } @clients) {
        $client->{out} = '.' if $client->{out} eq '';
    }
}

# ---- their life --------------------------------------------------------------------------------------------------------

sub start {
    my $j = shift;
    @$j{qw(code signal cause message trouble_text dropped log_number room length began)} = ('', '', '', '', '', 0, -1, 0, [0, 0], wall());
    $j->{folder} = "$spool/$j->{id}";
    if (!mkdir($j->{folder}, 0700)) {
        $j->{refused} = "$j->{folder}: $!";
        return;
    }
    my ($who, $script, @near, @far);
    if (!eval {
        $who = $users{$j->{user}} ||= identity($j->{user});
        $script = script_file("exec 9<&-;$j->{command}\n");
        for my $i (1 .. 3) {
            pipe($near[$i], $far[$i]) or die "no pipe: $!\n";
            non_blocking($near[$i]);
        }
        if ($cgroup ne '') {
            $j->{cgroup} = "$cgroup/$j->{id}";
            mkdir($j->{cgroup}, 0755) or die "$j->{cgroup}: $!\n";
        }
        chown($who->{uid}, $who->{gid}, $script, @far[1, 2]) if $who->{switch};
        defined($j->{pid} = fork) or die "no new process: $!\n";
        1;
    }) {
        chomp($j->{refused} = $@);
        return;
    }
    run_child($j, $who, $script, @far[1 .. 3]) if $j->{pid} == 0;
    delete @$j{qw(command environment)};
    @{$j->{streams}} = @near[1, 2];
    $j->{trouble} = $near[3];
    $j->{deadline} = now() + $j->{timeout} / 1000 if $j->{timeout};
    $j->{pidfd} = $no_pidfd ? -1 : syscall(434, $j->{pid}, 0);
    $no_pidfd = 1 if $j->{pidfd} < 0;
    $j->{alive} = 1;
    note($j, 'running');
}

# Never returns. What goes wrong before the shell runs is told through the last pipe, which exec closes.
sub run_child {
    my ($j, $who, $script, $stdout, $stderr, $trouble) = @_;
    eval {
        $SIG{PIPE} = 'DEFAULT';
        POSIX::setsid();
        if ($j->{cgroup}) {
            open(my $file, '>', "$j->{cgroup}/cgroup.procs") or die "$j->{cgroup}: $!\n";
            syswrite($file, "0\n") or die "$j->{cgroup}: $!\n";
        }
        umask 022;
        open(my $null, '<', '/dev/null') or die "/dev/null: $!\n";
        POSIX::dup2(fileno($null), 0);
        POSIX::dup2(fileno($stdout), 1);
        POSIX::dup2(fileno($stderr), 2);
        POSIX::dup2(fileno($script), 9);
        delete @ENV{qw(NOTIFY_SOCKET INVOCATION_ID)};
        enter($who, $j->{directory}, $j->{environment});
    };
    syswrite($trouble, $@);
    POSIX::_exit(127);
}

sub drain {
    my ($j, $s) = @_;
    my $n = sysread($j->{streams}[$s], my $data, CHUNK);
    return 0 if !defined $n && ($! == EAGAIN || $! == EINTR);
    if (!$n) {
        undef $j->{streams}[$s];
        return 0;
    }
    keep($j, $s, $data);
    return $n;
}

# Whatever time has brought to a job; seconds until it must be looked at again.
sub tend {
    my ($j, $now) = @_;
    if (!$j->{reaped} && waitpid($j->{pid}, POSIX::WNOHANG()) == $j->{pid}) {
        $j->{status} = $?;
        $j->{reaped} = 1;
        $j->{linger_until} = $now + LINGER;
        delete @$j{qw(deadline kill_at)};
        POSIX::close($j->{pidfd}) if $j->{pidfd} >= 0;
        $j->{pidfd} = -1;

        # What it has left running ends with it.
        kill_all($j);
    }
    if ($j->{deadline} && $now >= $j->{deadline}) {
        delete $j->{deadline};
        $j->{cause} = 'timeout';
        signal_all($j, 'TERM');
        $j->{kill_at} = $now + GRACE;
    }
    if (defined $j->{kill_at} && $now >= $j->{kill_at}) {
        delete $j->{kill_at};
        kill_all($j);
    }
    if ($j->{reaped}) {
        if ($now >= $j->{linger_until}) {
            # What is in the pipe, which is no more than a piece, and no more.
            drain($j, $_) for grep { $j->{streams}[$_] } 0, 1;
            $j->{streams} = [];
        }
        if (!grep { defined } @{$j->{streams}}) {
            conclude($j);
            return 3600;
        }
        return $j->{linger_until} - $now;
    }
    my $next = 3600;
    for my $at (grep { defined } @$j{qw(deadline kill_at)}) {
        $next = $at - $now if $at - $now < $next;
    }
    $next = POLL if $no_pidfd && $next > POLL;
    return $next < 0 ? 0 : $next;
}

sub conclude {
    my $j = shift;
    $j->{alive} = 0;
    if ($j->{trouble_text} ne '') {
        $j->{trouble_text} =~ s/\s+\z//;
        $j->{refused} = $j->{trouble_text};
    }
    $j->{signal} = $j->{status} & 127;
    $j->{code} = $j->{signal} ? 128 + $j->{signal} : $j->{status} >> 8;
    $j->{signal} ||= '';
    if ($j->{cause} eq '') {
        # Told to stop, or ended by exactly the signal that it was sent.
        $j->{cause} = $j->{stopping} || ($j->{sent} && $j->{signal} eq $j->{sent}) ? 'stopped' : 'exit';
    }
    undef $j->{$_} for qw(log count trouble);
    note($j, 'ended') unless defined $j->{refused};
    rmdir($j->{cgroup}) if $j->{cgroup};
    for my $client (@clients) {
        if (($client->{follows} || '') eq $j->{id}) {
            $client->{ends} = 1;
        }
        if ($client->{waits} && delete $client->{waits}{$j->{id}}) {
            $client->{out} .= "$j->{id}\n";
            $client->{ends} = 1 unless %{$client->{waits}};
        }
    }
}

sub discard {
    my $j = shift;
    unlink map { "$j->{folder}/$_" } qw(log.0 state count);
    rmdir $j->{folder};
    rmdir $j->{cgroup} if $j->{cgroup};
}

# ---- who asks ----------------------------------------------------------------------------------------------------------

sub heed {
    my ($client, $line) = @_;
    my ($verb, @words) = split ' ', $line;
    if ($verb eq 'follow') {
        $client->{follows} = $words[0];
        $client->{ends} = 1 unless $jobs{$words[0]} && $jobs{$words[0]}{alive};
        return;
    }
    my ($signal, $grace) = $verb eq 'stop' ? splice(@words, 0, 2) : ();
    for my $id (@words) {
        my $j = $jobs{$id};
        if (!$j || !$j->{alive}) {
            $client->{out} .= "$id\n";
            next;
        }
        if (defined $signal) {
            $j->{sent} = $signal;
            if ($grace ne '-') {
                $j->{stopping} = 1;
                $j->{kill_at} = now() + $grace;
            }
            $signal == 9 ? kill_all($j) : signal_all($j, $signal);
        }
        if (defined $grace && $grace eq '-') {
            $client->{out} .= "$id\n";
        } else {
            $client->{waits}{$id} = 1;
        }
    }
    $client->{ends} = 1 unless %{$client->{waits} || {}};
}

sub hear {
    my $client = shift;
    my $n = sysread($client->{socket}, $client->{in}, CHUNK, length $client->{in});
    return if !defined $n && ($! == EAGAIN || $! == EINTR);
    if (!$n) {
        $client->{gone} = 1;
    } elsif ($client->{in} =~ s/\A([^\n]*)\n//) {
        heed($client, $1);
    }
}

sub speak {
    my $client = shift;
    my $n = syswrite($client->{socket}, $client->{out});
    if (defined $n) {
        substr($client->{out}, 0, $n, '');
    } elsif ($! != EAGAIN && $! != EINTR) {
        $client->{gone} = 1;
    }
}

# ---- the loop ----------------------------------------------------------------------------------------------------------

sub ready {
    write_file("$run/$batch.report", join('', map { join("\t", $_->{id}, defined $_->{refused} ? ('refused', $_->{refused}) : ("began", "$_->{pid} " . sprintf("%.3f", $_->{began}))) . "\n" } @jobs));
    for my $j (grep { defined $_->{refused} } @jobs) {
        discard($j) if $j->{pid} || $j->{refused} !~ /^\Q$j->{folder}\E: /;
    }
    my $address = $ENV{NOTIFY_SOCKET} or return;
    $address =~ s/\A\@/\0/;
    socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die "no socket: $!\n";
    send($socket, 'READY=1', 0, pack_sockaddr_un($address)) or die "systemd cannot be told: $!\n";
}

# Descriptor 9 is where jobs find their script: nothing else may ever be given that number.
open(my $null, '<', '/dev/null') or die "/dev/null: $!\n";
POSIX::dup2(fileno($null), 9) if fileno($null) != 9;

my $asked = slurp("$run/$batch.start");
unlink "$run/$batch.start";
defined $asked or die "there is nothing to start\n";
for my $record (unpack('(N/a)*', $asked)) {
    my %j;
    @j{qw(id user directory command timeout limit environment)} = unpack('N/a N/a N/a N/a Q> Q> N/a', $record);
    push @jobs, \%j;
    $jobs{$j{id}} = \%j;
}
socket($listener, AF_UNIX, SOCK_STREAM, 0) or die "no socket: $!\n";
bind($listener, pack_sockaddr_un("$run/$batch.sock")) && listen($listener, SOMAXCONN) or die "$run/$batch.sock: $!\n";
non_blocking($listener);
start($_) for @jobs;
undef $asked;
%users = ();

my $told = 0;
while (1) {
    my $now = now();
    my $wait = 3600;
    for my $j (grep { $_->{alive} } @jobs) {
        my $next = tend($j, $now);
        $wait = $next if $next < $wait;
    }
    if (!$told && !grep { $_->{alive} && !$_->{begun} } @jobs) {
        $told = 1;
        ready();
    }
    speak($_) for grep { $_->{out} ne '' } @clients;
    @clients = grep { !$_->{gone} && !($_->{ends} && $_->{out} eq '') } @clients;
    last if $told && !grep { $_->{alive} } @jobs;

    my ($read, $write) = ('', '');
    vec($read, fileno($listener), 1) = 1;
    for my $client (@clients) {
        vec($read, fileno($client->{socket}), 1) = 1;
        vec($write, fileno($client->{socket}), 1) = 1 if $client->{out} ne '';
    }
    for my $j (grep { $_->{alive} } @jobs) {
        vec($read, $j->{pidfd}, 1) = 1 if $j->{pidfd} >= 0;
        vec($read, fileno($j->{trouble}), 1) = 1 if $j->{trouble};
        vec($read, fileno($_), 1) = 1 for grep { defined } @{$j->{streams}};
    }
    next if select($read, $write, undef, $wait) <= 0;
    if (vec($read, fileno($listener), 1) && accept(my $socket, $listener)) {
        non_blocking($socket);
        push @clients, { socket => $socket, in => '', out => '' };
    }
    for my $client (@clients) {
        hear($client) if vec($read, fileno($client->{socket}), 1);
    }
    for my $j (grep { $_->{alive} } @jobs) {
        for my $s (grep { $j->{streams}[$_] } 0, 1) {
            drain($j, $s) if vec($read, fileno($j->{streams}[$s]), 1);
        }
        if ($j->{trouble} && vec($read, fileno($j->{trouble}), 1)) {
            my $n = sysread($j->{trouble}, $j->{trouble_text}, CHUNK, length $j->{trouble_text});
            next if !defined $n && ($! == EAGAIN || $! == EINTR);
            undef $j->{trouble} unless $n;
            $j->{begun} = 1 if !$n && $j->{trouble_text} eq '';
        }
    }
}
unlink "$run/$batch.sock";
