# What is known of jobs on this machine. Inside the channel and in programs of its own; starts nothing and does not block.
package Agentworks::Jobs;
use Socket qw(AF_UNIX SOCK_STREAM pack_sockaddr_un);

sub text_of {
    open(my $file, '<', $_[0]) or return;
    local $/;
    my $text = <$file>;
    return $text;
}

sub fields_of {
    my $id = shift;
    my $line = text_of("/run/agentworks/jobs/$id.state");
    $line = text_of("/var/lib/agentworks/jobs/$id/state") unless defined $line;
    defined $line or return;
    chomp $line;
    return split /\t/, $line, -1;
}

sub supervised {
    my ($pid, $start, $boot) = @_;
    my $now = text_of('/proc/sys/kernel/random/boot_id') || '';
    $now =~ s/\s//g;
    $boot eq $now or return 0;
    my ($stat) = (text_of("/proc/$pid/stat") || '') =~ /.*\)\s+(.*)/s or return 0;
    my @stat = split ' ', $stat;
    return $stat[0] !~ /[ZX]/ && $stat[19] eq $start ? 1 : 0;
}

# One line: id, word (running, ended, lost or none), pid, exit code, signal, cause, began, ended, message, bytes of output, of error output,
# dropped, and what time it is here. Lost: it began, and how it ended nobody has seen. None: this machine knows nothing of it.
sub line {
    my $id = shift;
    my @counts = unpack('Q> Q> Q>', text_of("/var/lib/agentworks/jobs/$id/count") || '');
    my ($word, $pid, $code, $signal, $cause, $began, $ended, $supervisor, $start, $boot, undef, $message) = fields_of($id);
    if (!defined $word) {
        $word = 'none';
    } elsif ($word eq 'running' && !supervised($supervisor, $start, $boot)) {
        # It may have ended, and its supervisor with it, since its state was read.
        ($word, $pid, $code, $signal, $cause, $began, $ended, undef, undef, undef, undef, $message) = fields_of($id);
        $word = 'lost' if !defined $word || $word eq 'running';
    }
    return join("\t", map { defined $_ ? $_ : '' } $id, $word, $pid, $code, $signal, $cause, $began, $ended, $message, @counts[0 .. 2], time()) . "\n";
}

sub runs { return (split /\t/, line($_[0]))[1] eq 'running' }

# One that was killed closes its end a moment before it is no process any more.
sub settle {
    my $id = shift;
    for (1 .. 100) {
        runs($id) or return;
        select(undef, undef, undef, 0.01);
    }
}

# The supervisor of a running job at the other end, or nothing where it has gone.
sub connect_to {
    my ($batch, $request) = @_;
    socket(my $socket, AF_UNIX, SOCK_STREAM, 0) or return;
    connect($socket, pack_sockaddr_un("/run/agentworks/jobs/$batch.sock")) or return;
    syswrite($socket, "$request\n") or return;
    return $socket;
}

sub batch_of { return (fields_of($_[0]))[10] }
