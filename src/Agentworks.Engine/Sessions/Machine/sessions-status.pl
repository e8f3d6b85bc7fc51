# What every session of this machine is doing. Runs inside the channel, so it starts no process and must not block: files that a
# session's user may write are opened without following links or waiting.
use Fcntl;
my $root = '/run/agentworks/sessions';
my $boot = do { open my $f, '<', '/proc/sys/kernel/random/boot_id' or die; my $l = <$f>; chomp $l; $l };
my %listens;
if (open my $sockets, '<', '/proc/net/unix') {
    while (<$sockets>) { $listens{$1} = 1 if / 00010000 0001 01 +\d+ (\S+)/ }
}
my $report = '';
opendir my $dir, $root or return '';
for my $name (sort grep { !/^\./ } readdir $dir) {
    open my $server, '<', "$root/$name/server" or next;
    my $started = (stat $server)[9];
    my ($pid, $start, $pane, $booted, $run) = split ' ', (<$server> // '');
    next unless $pid;
    my $alive = 0;
    if ($booted eq $boot and open my $stat, '<', "/proc/$pid/stat") {
        my $line = <$stat> // '';
        $line =~ s/^.*\) //s;
        $alive = (split ' ', $line)[19] eq $start;
    }
    my ($status, $exit) = ($alive ? 'running' : 'stopped', '');
    if ($alive and sysopen my $ended, "$root/$name/tmux/exit", O_RDONLY | O_NOFOLLOW | O_NONBLOCK) {
        my $said;
        sysread $ended, $said, 64 if -f $ended;
        ($status, $exit) = ('exited', $1) if defined $said and $said =~ /^(\d{1,3})/;
    }
    if ($status eq 'running') {
        my $line;
        if (open my $command, '<', "/proc/$pane/stat") { $line = <$command> }
        ($status, $exit) = ('exited', 137) if !defined $line or $line =~ /\) Z/;
    }
    # One that was unlinked still listens, and nobody can reach it.
    my $socket = "$root/$name/tmux/sock";
    $status = 'broken' if $alive and !($listens{$socket} and lstat $socket and -S _);
    $report .= join("\t", $name, $status, $alive ? $pid : '', $exit, $started, $run, '') . "\n";
}
return $report;
