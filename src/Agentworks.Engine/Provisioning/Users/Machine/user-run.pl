# USER SECONDS LOCKED SCRIPT [ARGUMENT ...]: runs a /bin/sh script as a user, in its home, with the environment of a fresh login and
# nothing of ours. What it writes comes back when it has ended, of much the last 64 KiB; what it left running holds up nobody. After
# the time limit, or when this process is told to end, all of it is killed, also what went into a session of its own.
use strict;
use POSIX ();
my ($user, $limit, $locked, $script, @arguments) = @ARGV;
my (undef, undef, undef, $gid, undef, undef, undef, $home, $shell) = getpwnam $user or die "there is no user $user\n";
my %prctl = (x86_64 => 157, aarch64 => 167);
my $prctl = $prctl{(POSIX::uname())[4]};
syscall($prctl, 36, 1, 0, 0, 0) if $prctl;    # orphans come to this process, where they can be found

# Monotonic and in steps of 10 ms: a whole second of time() may be over at once.
sub now { (POSIX::times())[0] / POSIX::sysconf(POSIX::_SC_CLK_TCK()) }

pipe(my $reader, my $writer) or die "pipe: $!\n";
my $child = fork;
defined $child or die "fork: $!\n";
if (!$child) {
    POSIX::setsid();
    open(STDOUT, '>&', $writer) && open(STDERR, '>&', $writer) or POSIX::_exit(126);
    close $reader;
    close $writer;
    chdir '/';
    exec 'setpriv', "--reuid=$user", "--regid=$gid", '--init-groups', '--inh-caps=-all', ($locked ? '--no-new-privs' : ()), '--pdeathsig=KILL', '--',
        'env', '-i', "HOME=$home", "USER=$user", "LOGNAME=$user", "SHELL=$shell", 'LANG=C.UTF-8',
        'PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games', '/bin/sh', '-c', "cd || exit\n$script", 'sh', @arguments;
    POSIX::_exit(127);
}
close $writer;

sub orphans {
    my @found;
    for my $entry (glob '/proc/[0-9]*/stat') {
        open(my $file, '<', $entry) or next;
        my $line = <$file>;
        push @found, $1 if defined $line && $line =~ /^(\d+) \(.*\) \S (\d+) /s && $2 == $$;
    }
    return @found;
}

sub end_all {
    kill 'TERM', -$child;
    select(undef, undef, undef, 0.2);
    for (1 .. 100) {
        kill 'KILL', -$child;
        my @left = orphans();
        last unless @left;
        kill 'KILL', @left;
        1 while waitpid(-1, POSIX::WNOHANG()) > 0;
        select(undef, undef, undef, 0.02);
    }
}

$SIG{$_} = sub { end_all(); POSIX::_exit(143) } for qw(HUP INT TERM);
my $deadline = now() + $limit;
my ($output, $status, $late) = ('');
while (1) {
    my $ready = '';
    vec($ready, fileno $reader, 1) = 1;
    my $some = $reader && select($ready, undef, undef, defined $status ? 0 : 0.05);
    if ($some && $some > 0) {
        my $read = sysread($reader, $output, 65536, length $output);
        if (!$read) {
            # Nobody writes any more: nothing is left but to wait for the end.
            while (!defined $status) {
                if (waitpid($child, POSIX::WNOHANG()) == $child) { $status = $? }
                elsif (now() >= $deadline) { $late = 1; last }
                else { select(undef, undef, undef, 0.01) }
            }
            last;
        }
        substr($output, 0, length($output) - 65536, '') if length $output > 131072;
    }
    elsif (defined $status) { last }
    if (!defined $status && waitpid($child, POSIX::WNOHANG()) == $child) { $status = $? }
    if (!defined $status && now() >= $deadline) { $late = 1; last }
    if (defined $status && now() >= $deadline) { last }
}
end_all() if $late;
substr($output, 0, length($output) - 65536, '') if length $output > 65536;
syswrite(STDOUT, $output) if length $output;
if ($late) {
    print "\nit took longer than $limit seconds and was stopped\n";
    exit 124;
}
exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
