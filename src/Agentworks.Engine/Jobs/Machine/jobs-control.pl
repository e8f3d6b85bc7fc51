# VERB SIGNAL GRACE ID…    Writes the line of each job when it is done with it; after "remove", the line "ID gone".
# wait: until it has ended; any: until one has ended; stop: with that signal, see jobs-supervisor.pl; remove: its files, when it does not run;
# kill: it and its files.
use strict;

$SIG{PIPE} = 'IGNORE';
$| = 1;
my ($verb, $signal, $grace, @ids) = @ARGV;
($signal, $grace) = (9, 0) if $verb eq 'kill';
my %left = map { $_ => 1 } @ids;

sub done {
    my $id = shift;
    delete $left{$id} or return;
    my $folder = "/var/lib/agentworks/jobs/$id";
    if ($verb ne 'remove' && $verb ne 'kill' || Agentworks::Jobs::runs($id)) {
        print Agentworks::Jobs::line($id);
    } else {
        if (opendir(my $names, $folder)) {
            unlink map { "$folder/$_" } grep { !/\A\.\.?\z/ } readdir $names;
        }
        rmdir $folder;
        unlink "/run/agentworks/jobs/$id.state";
        print -e $folder ? Agentworks::Jobs::line($id) : "$id\tgone\n";
    }
    exit 0 if $verb eq 'any';
}

my (%batches, %sockets);
for my $id (@ids) {
    if ($verb ne 'remove' && Agentworks::Jobs::runs($id)) {
        push @{$batches{Agentworks::Jobs::batch_of($id)}}, $id;
    } else {
        done($id);
    }
}
for my $batch (keys %batches) {
    my @of = @{$batches{$batch}};
    my $request = $verb eq 'stop' || $verb eq 'kill' ? "stop $signal $grace @of" : "wait @of";
    if (my $socket = Agentworks::Jobs::connect_to($batch, $request)) {
        $sockets{fileno $socket} = { socket => $socket, ids => \@of, said => '' };
    } else {
        done($_) for @of;
    }
}
while (%sockets) {
    my $read = '';
    vec($read, $_, 1) = 1 for keys %sockets;
    next if select($read, undef, undef, undef) <= 0;
    for my $fd (grep { vec($read, $_, 1) } keys %sockets) {
        my $s = $sockets{$fd};
        if (sysread($s->{socket}, $s->{said}, 65536, length $s->{said})) {
            done($1) while $s->{said} =~ s/\A([^\n]*)\n//;
        } else {
            for my $id (grep { $left{$_} } @{$s->{ids}}) {
                Agentworks::Jobs::settle($id);
                done($id);
            }
            delete $sockets{$fd};
        }
    }
}
