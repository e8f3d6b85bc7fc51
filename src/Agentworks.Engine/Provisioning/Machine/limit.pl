# SECONDS LABEL COMMAND [ARGUMENT...]
# Runs a command in a process group of its own, without input, and passes on what it writes. Ends the whole group when the time is up
# (status 124) or when we are told to end. What the command leaves running is not waited for, even if it keeps the output open.
use strict;
use POSIX ();

my ($limit, $label) = splice @ARGV, 0, 2;
# Monotonic and in steps of 10 ms: a whole second of time() may be over at once.
sub now { (POSIX::times())[0] / POSIX::sysconf(POSIX::_SC_CLK_TCK()) }

pipe(my $read, my $write) or die "no pipe: $!\n";
my $pid = fork;
defined $pid or die "no process: $!\n";
if (!$pid) {
    POSIX::setpgid(0, 0);
    open(STDIN, '<', '/dev/null');
    POSIX::dup2(fileno($write), $_) for 1, 2;
    POSIX::close($_) for 3 .. 63;
    exec { $ARGV[0] } @ARGV;
    syswrite(STDERR, "$ARGV[0]: $!\n");
    POSIX::_exit(127);
}
POSIX::setpgid($pid, $pid);
close $write;

my ($told, $status, $deadline) = (0, undef, now() + $limit);
$SIG{$_} = sub { $told = 1 } for qw(TERM INT HUP);
$SIG{CHLD} = sub { };

# True when something came.
sub pass_on {
    my $wait = shift;
    defined fileno($read) or return select(undef, undef, undef, $wait) && 0;
    my $ready = '';
    vec($ready, fileno($read), 1) = 1;
    select($ready, undef, undef, $wait) > 0 or return 0;
    my $n = sysread($read, my $data, 65536);
    $n or close($read), return 0;
    syswrite(STDOUT, $data);
    return 1;
}

sub ended { $status = $? if !defined $status && waitpid($pid, POSIX::WNOHANG()) == $pid; defined $status }

until (ended()) {
    if ($told || now() >= $deadline) {
        kill('TERM', -$pid);
        for (1 .. ($told ? 10 : 30)) {
            pass_on(0.1);
            last if ended() && !kill(0, -$pid);
        }
        kill('KILL', -$pid);
        syswrite(STDOUT, "\n$label: timed out after $limit s\n") unless $told;
        exit($told ? 143 : 124);
    }
    pass_on(0.2);
}
1 while pass_on(0);
exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
