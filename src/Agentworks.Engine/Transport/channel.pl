# The machine's end of a channel: one event loop that runs many commands at once for one operator process.
#
# It needs nothing but perl-base, arrives through standard input, and speaks frames on standard input and output:
#   type (1 byte)  stream id (4)  length (4)  payload        all numbers big-endian
# From the client: H hello, R run, I input, E end of input, W window, K stop, V evaluate, P ping.
# To the client:   H hello, o output, e error output, W window, X result, F fault, A answer, p pong.
#
# process.pl comes before it. The client strips comments and indentation before it sends this, so no string here may span lines.

use constant {
    VERSION  => 1,
    CHUNK    => 65536,
    WINDOW   => 1 << 20,    # input that the client may send ahead of what a command has read
    BACKLOG  => 1 << 20,    # output waiting for a slow connection before commands are slowed down
    RECORDED => 65536,      # bytes of each output stream kept in an operation's record
    GRACE    => 2,          # seconds between TERM and KILL
    LINGER   => 0.1,        # seconds that a background process may hold the output after its command has ended
    CROWD    => 200,        # commands at once; more wait their turn
    POLL     => 0.05,
    DAY      => 86400,
};
use constant { STREAMED => 1, FINISH => 2, HAS_INPUT => 4, RESENT => 8, ASK_ONLY => 16, UNRECORDED => 32 };
use constant { NOT_STARTED => 1, INTERRUPTED => 2, NEVER_RAN => 3 };

my ($in, $out) = ('', '');
my $gone = 0;               # the client is gone
my $hung_up = 0;            # a signal says so
my $silence = 90;           # seconds without a word after which it must be
my $operations = '/var/lib/agentworks/ops';
my $spare = '/run/agentworks/ops';
my (%commands, @queue, @waiting, %answers, $no_pidfd, %claims);
my $running = 0;

my $heard = now();
my $prune_at = $heard + 5;

my $self = "$$ " . start_time($$) . ' ' . boot_id();

sub send_frame {
    my ($type, $id, $payload) = @_;
    $out .= pack('a N N', $type, $id, length $payload) . $payload unless $gone;
}

sub fault { my ($id, $code, $text) = @_; send_frame('F', $id, pack('C a*', $code, $text)) }

sub flush_out {
    while (length $out) {
        my $n = syswrite(STDOUT, $out, 262144);
        if (!defined $n) {
            return if $! == EAGAIN || $! == EINTR;
            return client_gone();
        }
        substr($out, 0, $n, '');
    }
}

# ---- operation records -------------------------------------------------------------------------------------------------
# A record is one file per operation id: "started <pid> <start time> <boot id>" of the server that runs it, then, by rename,
# "done …" with the outcome. All running operations of a server are hard links to its one claim file.
# On a disk that is full or broken nobody could be stopped from keeping it so: then records are kept in memory, until the machine stops.

sub alive { my ($pid, $start, $boot) = @_; return $boot eq boot_id() && $start ne '' && start_time($pid) eq $start }

sub write_new {
    my ($path, $content) = @_;
    sysopen(my $file, $path, O_WRONLY | O_CREAT | O_EXCL, 0600) or die "$path: $!\n";
    while (length $content) {
        my $n = syswrite($file, $content, 1 << 20);
        defined $n or do { my $why = $!; unlink $path; $! = $why; die "$path: $!\n" };
        substr($content, 0, $n, '');
    }
    close($file) or die "$path: $!\n";
}

sub make_claim {
    my $folder = shift;
    my $path = '';
    for my $part (grep { $_ ne '' } split m{/}, $folder) {
        $path .= "/$part";
        -d $path or mkdir($path, $path eq $folder ? 0700 : 0755) or $! == EEXIST or die "$path: $!\n";
    }
    my $claim = "$folder/.claim-" . join('-', (split ' ', $self)[0, 1]);
    unlink $claim;
    write_new($claim, "started $self\n");
    $claims{$folder} = $claim;
}

sub no_room { $! == ENOSPC || $! == EDQUOT || $! == EROFS }

sub record_of { my $id = shift; return (grep { -e $_ } map { "$_/$id" } $spare, $operations)[0] }

# True when the operation is ours to run now; otherwise it has been or will be answered from its record.
sub take_operation {
    my $c = shift;
    if (defined record_of($c->{operation})) {
        answer_from_record($c);
        return 0;
    }
    if ($c->{flags} & ASK_ONLY) {
        conclude_fault($c, NEVER_RAN, 'it never ran');
        return 0;
    }
    my $why;
    for my $folder ($operations, $spare) {
        my $path = "$folder/$c->{operation}";
        my $taken = defined $claims{$folder} && link($claims{$folder}, $path);
        if (!$taken && $! != EEXIST) {
            $taken = eval { make_claim($folder); 1 } && link($claims{$folder}, $path);
        }
        if ($taken) {
            $c->{record} = $path;
            return 1;
        }
        if ($! == EEXIST) {
            answer_from_record($c);
            return 0;
        }
        $why ||= "$path: $!";
        last unless no_room();
    }
    conclude_fault($c, NOT_STARTED, $why);
    return 0;
}

sub answer_from_record {
    my ($c, $is_over) = @_;
    my $path = record_of($c->{operation});
    my $record = defined $path ? slurp($path) : undef;
    if (!defined $record) {
        conclude_fault($c, NEVER_RAN, 'its record is gone');
    } elsif ($record =~ /\Astarted (\d+) (\d*) (\S+)\n/) {
        my ($pid, $start, $boot) = ($1, $2, $3);
        if (!alive($pid, $start, $boot)) {
            # Between the look at its record and the look at its process it may have written how it ended.
            return answer_from_record($c, 1) if !$is_over;
            conclude_fault($c, INTERRUPTED, 'it was interrupted: the process that ran it is gone');
        } else {
            # The server that runs it may not know yet that its connection is dead, and wait for it for ever.
            kill('HUP', $pid) if $c->{flags} & RESENT && $pid != $$;
            push @waiting, $c;
            delete $commands{$c->{id}};
        }
    } elsif ($record =~ /\Afault ([^\n]*)\n/) {
        conclude_fault($c, NOT_STARTED, $1);
    } elsif ($record =~ /\Adone (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)\n/) {
        my ($code, $signal, $timed_out, $length, $errors, $kept, $kept_errors, $at) = ($1, $2, $3, $4, $5, $6, $7, $+[0]);
        my @kept = (substr($record, $at, $kept), substr($record, $at + $kept, $kept_errors));
        for my $s (0, 1) {
            my $part = $c->{flags} & STREAMED ? $kept[$s] : substr($kept[$s], 0, $c->{cap});
            send_frame($s ? 'e' : 'o', $c->{id}, $part) if length $part;
        }
        send_frame('X', $c->{id}, pack('C C C Q> Q>', $timed_out | 2, $code, $signal, $length, $errors));
        delete $commands{$c->{id}};
    } else {
        conclude_fault($c, INTERRUPTED, 'its record is damaged');
    }
}

sub record {
    my ($c, $content) = @_;
    my $why = '';
    for my $folder (map { m{(.*)/} } $c->{record}, "$spare/") {
        my $new = "$folder/.new-$$-$c->{id}";
        my $path = "$folder/$c->{operation}";
        unlink $new;
        if (eval { write_new($new, $content); rename($new, $path) or die "$path: $!\n"; 1 }) {
            unlink $c->{record} if $path ne $c->{record};
            return;
        }
        $why ||= $@;
    }
    warn "agentworks: $why";
}

# Records are kept for a day: longer than anyone waits for the outcome of a broken connection.
sub prune {
    my $old = time() - DAY;
    for my $folder ($operations, $spare) {
        opendir(my $names, $folder) or next;
        for my $name (readdir $names) {
            next if $name eq '.' || $name eq '..';
            my $path = "$folder/$name";
            my $changed = (lstat $path)[10];
            next unless defined $changed && $changed < $old;
            my ($running) = (slurp($path) || '') =~ /\Astarted ([^\n]*)\n/;
            unlink $path unless $running && alive(split ' ', $running);
        }
    }
}

# ---- commands ----------------------------------------------------------------------------------------------------------

sub start {
    my $c = shift;
    my ($who, $script, @near, @far);
    if (!eval {
        $who = identity($c->{user});
        $script = script_file($c->{script});
        for my $i (0 .. 3) {
            next if $i == 0 && !($c->{flags} & HAS_INPUT);
            pipe(my $read, my $write) or die "no pipe: $!\n";
            ($near[$i], $far[$i]) = $i == 0 ? ($write, $read) : ($read, $write);
            non_blocking($near[$i]);
        }
        if ($who->{switch}) {
            # So that opening /dev/stdin, /dev/stderr and the script by path works as it does in a login.
            chown($who->{uid}, $who->{gid}, $_) for $script, grep { defined } @far[0 .. 2];
        }
        1;
    }) {
        chomp(my $why = $@);
        return conclude_fault($c, NOT_STARTED, $why);
    }
    if ($c->{operation} ne '') {
        return unless take_operation($c);
        $c->{recorded} = ['', ''];
    }
    my $pid = fork;
    if (!defined $pid) {
        unlink $c->{record} if $c->{operation} ne '';
        return conclude_fault($c, NOT_STARTED, "no new process: $!");
    }
    run_child($c, $who, $script, @far) if $pid == 0;

    delete $c->{script};
    $c->{pid} = $pid;
    $c->{feed} = $near[0];
    $c->{streams} = [$near[1], $near[2]];
    $c->{trouble} = $near[3];
    $c->{deadline} = now() + $c->{timeout} / 1000 if $c->{timeout};
    $c->{pidfd} = $no_pidfd ? -1 : syscall(434, $pid, 0);
    $no_pidfd = 1 if $c->{pidfd} < 0;
    $running++;
    feed($c);
}

# Never returns. What goes wrong before the shell runs is told through the last pipe, which exec closes.
sub run_child {
    my ($c, $who, $script, $stdin, $stdout, $stderr, $trouble) = @_;
    eval {
        $SIG{$_} = 'DEFAULT' for qw(PIPE INT QUIT TSTP HUP TERM);
        POSIX::setsid();
        umask 022;
        open($stdin, '<', '/dev/null') or die "/dev/null: $!\n" unless $stdin;
        POSIX::dup2(fileno($stdin), 0);
        POSIX::dup2(fileno($stdout), 1);
        POSIX::dup2(fileno($stderr), 2);
        POSIX::dup2(fileno($script), 9);
        enter($who, $c->{directory}, $c->{environment});
    };
    syswrite($trouble, $@);
    POSIX::_exit(127);
}

sub signal_group { my ($c, $signal) = @_; kill($signal, -$c->{pid}) or $c->{reaped} or kill($signal, $c->{pid}) }

# Zombies do not count: whoever should collect them may be slow.
sub group_lives {
    my $group = shift;
    kill(0, -$group) or return 0;
    opendir(my $folder, '/proc') or return 1;
    for my $pid (grep { /\A\d+\z/ } readdir $folder) {
        my ($state, undef, $its_group) = (slurp("/proc/$pid/stat") || '') =~ /.*\)\s+(\S)\s+(\d+)\s+(\d+)/s or next;
        return 1 if $its_group == $group && $state ne 'Z' && $state ne 'X';
    }
    return 0;
}

# TERM now, KILL after the grace; a command that has not started yet never will.
sub stop {
    my $c = shift;
    return if $c->{stopping};
    if (!$c->{pid}) {
        @queue = grep { $_ != $c } @queue;
        delete $commands{$c->{id}};
        send_frame('X', $c->{id}, pack('C C C Q> Q>', 0, 143, 15, 0, 0));
        return;
    }
    $c->{stopping} = 1;
    $c->{kill_at} = now() + GRACE;
    signal_group($c, 'TERM');
}

sub feed {
    my $c = shift;
    my $handle = $c->{feed} or return;
    while (length $c->{input}) {
        my $n = syswrite($handle, $c->{input}, CHUNK);
        if (!defined $n) {
            return if $! == EAGAIN || $! == EINTR;
            $c->{input} = '';       # it does not read any more
            undef $c->{feed};
            return;
        }
        substr($c->{input}, 0, $n, '');
        $c->{fed} += $n;
        if ($c->{fed} >= WINDOW / 4) {
            send_frame('W', $c->{id}, pack('N', $c->{fed}));
            $c->{fed} = 0;
        }
    }
    undef $c->{feed} if $c->{input_ended};
}

# Takes what a stream has to give, once. False when there was nothing.
sub drain {
    my ($c, $s) = @_;
    my $want = CHUNK;
    my $streamed = $c->{flags} & STREAMED && !$gone;
    $want = $c->{window} if $streamed && $c->{window} < $want;
    return 0 if $want <= 0;
    my $n = sysread($c->{streams}[$s], my $data, $want);
    if (!defined $n) {
        return 0 if $! == EAGAIN || $! == EINTR;
        $n = 0;
    }
    if (!$n) {
        undef $c->{streams}[$s];
        return 0;
    }
    my $before = $c->{length}[$s];
    $c->{length}[$s] += $n;
    if ($c->{recorded} && $before < RECORDED && !($c->{flags} & UNRECORDED)) {
        $c->{recorded}[$s] .= substr($data, 0, RECORDED - $before);
    }
    if ($streamed) {
        $c->{window} -= $n;
        send_frame($s ? 'e' : 'o', $c->{id}, $data);
    } elsif ($before < $c->{cap}) {
        send_frame($s ? 'e' : 'o', $c->{id}, substr($data, 0, $c->{cap} - $before));
    }
    return $n;
}

sub may_drain { my $c = shift; return $gone || (length($out) < BACKLOG && (!($c->{flags} & STREAMED) || $c->{window} > 0)) }

# Whatever time has brought to one command; seconds until it must be looked at again.
sub tend {
    my ($c, $now) = @_;
    if (!$c->{reaped} && waitpid($c->{pid}, POSIX::WNOHANG()) == $c->{pid}) {
        $c->{status} = $?;
        $c->{reaped} = 1;
        $c->{linger_until} = $now + LINGER;
        undef $c->{feed};
        POSIX::close($c->{pidfd}) if $c->{pidfd} >= 0;
        $c->{pidfd} = -1;
    }
    if ($c->{deadline} && $now >= $c->{deadline} && !$c->{reaped}) {
        $c->{timed_out} = 1;
        delete $c->{deadline};
        stop($c);
    }
    if ($c->{kill_at} && $now >= $c->{kill_at}) {
        signal_group($c, 'KILL');
        delete $c->{kill_at};
    }
    if ($c->{reaped}) {
        # The rest of a stopped group has its grace too.
        if ($c->{kill_at}) {
            return POLL if group_lives($c->{pid});
            delete $c->{kill_at};
        }
        if ($now >= $c->{linger_until}) {
            # A background process holds the output: take what is in the pipe, which is no more than its size, and let go.
            for my $s (grep { $c->{streams}[$_] } 0, 1) {
                $c->{rest}[$s] = CHUNK unless defined $c->{rest}[$s];
                next unless may_drain($c);
                my $n = drain($c, $s);
                $c->{rest}[$s] -= $n;
                undef $c->{streams}[$s] if !$n || $c->{rest}[$s] <= 0;
            }
        }
        if (!grep { defined } @{$c->{streams}}) {
            conclude($c);
            return 3600;
        }
        return may_drain($c) ? ($now >= $c->{linger_until} ? 0 : $c->{linger_until} - $now) : 3600;
    }
    my $next = 3600;
    for my $at (grep { defined } @$c{qw(deadline kill_at)}) {
        $next = $at - $now if $at - $now < $next;
    }
    $next = POLL if $no_pidfd && $next > POLL;
    return $next < 0 ? 0 : $next;
}

sub conclude_fault {
    my ($c, $code, $text) = @_;
    fault($c->{id}, $code, $text);
    delete $commands{$c->{id}};
}

sub conclude {
    my $c = shift;
    $running--;
    delete $commands{$c->{id}};
    my $trouble = '';
    sysread($c->{trouble}, $trouble, CHUNK);
    if (defined $trouble && length $trouble) {
        $trouble =~ s/\s+\z//;
        record($c, "fault $trouble\n") if $c->{operation} ne '';
        return fault($c->{id}, NOT_STARTED, $trouble);
    }
    my $signal = $c->{status} & 127;
    my $code = $signal ? 128 + $signal : $c->{status} >> 8;
    my $timed_out = $c->{timed_out} ? 1 : 0;
    if ($c->{operation} ne '') {
        my @kept = @{$c->{recorded}};
        record($c, "done $code $signal $timed_out @{$c->{length}} " . length($kept[0]) . ' ' . length($kept[1]) . "\n$kept[0]$kept[1]");
    }
    send_frame('X', $c->{id}, pack('C C C Q> Q>', $timed_out, $code, $signal, @{$c->{length}}));
}

# ---- what the client says ----------------------------------------------------------------------------------------------

my %heard_frame = (
    H => sub {
        my %given = map { split /=/, $_, 2 } unpack('(Z*)*', $_[1]);
        $operations = $given{operations} if defined $given{operations} && $given{operations} =~ m{\A/};
        $silence = $given{silence} if $given{silence};
    },
    R => sub {
        my ($id, $payload) = @_;
        my %c = (id => $id, input => '', fed => 0, length => [0, 0]);
        @c{qw(flags timeout window cap script user directory operation environment)} =
            unpack('C N N Q> N/a N/a N/a N/a N/a', $payload);
        if ($c{operation} ne '' && $c{operation} !~ /\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z/) {
            return fault($id, NOT_STARTED, 'the operation id is not one');
        }
        $commands{$id} = \%c;
        push @queue, \%c;
    },
    I => sub {
        my $c = $commands{$_[0]} or return;
        $c->{input} .= $_[1] if $c->{feed} || !$c->{pid};
        feed($c);
    },
    E => sub {
        my $c = $commands{$_[0]} or return;
        $c->{input_ended} = 1;
        feed($c);
    },
    W => sub {
        my $c = $commands{$_[0]} or return;
        $c->{window} += unpack('N', $_[1]);
    },
    K => sub {
        my $id = shift;
        @waiting = grep { $_->{id} != $id } @waiting;
        stop($commands{$id}) if $commands{$id};
    },
    V => sub {
        my ($id, $payload) = @_;
        my ($code, $arguments) = unpack('N/a N/a', $payload);
        my $answer = eval {
            my $sub = $answers{$code} ||= eval("package Agentworks::Question; no strict; sub { $code\n}") || die $@;
            $sub->(unpack('(Z*)*', $arguments));
        };
        if (my $why = $@) {
            $why =~ s/\s+\z//;
            return fault($id, NOT_STARTED, $why);
        }
        $answer = '' unless defined $answer;
        utf8::encode($answer) if utf8::is_utf8($answer);
        send_frame('A', $id, $answer);
    },
    P => sub { send_frame('p', 0, '') },
);

sub listen_to_client {
    my $n = sysread(STDIN, $in, 262144, length $in);
    if (!$n) {
        client_gone() unless !defined $n && ($! == EAGAIN || $! == EINTR);
        return;
    }
    $heard = now();
    while (length($in) >= 9) {
        my ($type, $id, $length) = unpack('a N N', $in);
        last if length($in) < 9 + $length;
        my $payload = substr($in, 9, $length);
        substr($in, 0, 9 + $length, '');
        my $meant = $heard_frame{$type} or return client_gone();
        $meant->($id, $payload);
    }
}

# Commands that were to finish do so, unless part of their input is lost with the connection: to end it here would make
# them take the part for the whole.
sub client_gone {
    return if $gone;
    $gone = 1;
    ($in, $out) = ('', '');
    open(STDIN, '<', '/dev/null');
    open(STDOUT, '>', '/dev/null');
    open(STDERR, '>', '/dev/null');
    delete $commands{$_->{id}} for @queue;
    @queue = @waiting = ();
    for my $c (values %commands) {
        stop($c) unless $c->{flags} & FINISH && (!($c->{flags} & HAS_INPUT) || $c->{input_ended});
    }
}

# ---- the loop ----------------------------------------------------------------------------------------------------------

# Descriptor 9 is where children find their script: nothing else may ever be given that number.
open(my $null, '<', '/dev/null') or die "/dev/null: $!";
POSIX::dup2(fileno($null), 9) if fileno($null) != 9;

$0 = 'agentworks-channel';
$SIG{PIPE} = 'IGNORE';
$SIG{HUP} = $SIG{TERM} = sub { $hung_up = 1 };
binmode $_ for *STDIN, *STDOUT;
non_blocking($_) for *STDIN, *STDOUT;
$out = "\0agentworks-channel\0";
send_frame('H', 0, join(' ', VERSION, $self, $>));

while (1) {
    my $now = now();
    client_gone() if !$gone && ($hung_up || $now - $heard > $silence);
    start(shift @queue) while @queue && $running < CROWD;
    my $wait = 30;
    for my $c (my @all = values %commands) {
        next unless $c->{pid};
        my $next = tend($c, $now);
        $wait = $next if $next < $wait;
    }
    if (@waiting) {
        my @asked = splice @waiting;
        answer_from_record($_) for @asked;
        $wait = POLL if @waiting && $wait > POLL;
    }
    if ($now >= $prune_at && !%commands) {
        $prune_at = $now + DAY;
        prune();
    }
    $wait = $prune_at - $now if $prune_at - $now < $wait && $prune_at > $now;
    flush_out() unless $gone;
    last if $gone && !%commands;
    $wait = 0 if @queue && $running < CROWD;

    my ($read, $write) = ('', '');
    vec($read, 0, 1) = 1 unless $gone;
    vec($write, 1, 1) = 1 if length $out;
    for my $c (values %commands) {
        next unless $c->{pid};
        vec($read, $c->{pidfd}, 1) = 1 if $c->{pidfd} >= 0;
        vec($write, fileno($c->{feed}), 1) = 1 if $c->{feed} && length $c->{input};
        next unless may_drain($c);
        vec($read, fileno($_), 1) = 1 for grep { defined } @{$c->{streams}};
    }
    my $ready = select($read, $write, undef, $wait);
    next if $ready <= 0;

    listen_to_client() if !$gone && vec($read, 0, 1);
    for my $c (values %commands) {
        next unless $c->{pid};
        feed($c) if $c->{feed} && vec($write, fileno($c->{feed}), 1);
        for my $s (0, 1) {
            my $handle = $c->{streams}[$s];
            drain($c, $s) if $handle && vec($read, fileno($handle), 1) && may_drain($c);
        }
    }
}
unlink $_ for values %claims;
