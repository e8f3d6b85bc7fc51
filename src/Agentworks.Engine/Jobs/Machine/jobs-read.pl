# FOLLOW, then for each job: ID and how much of its output and of its error output is known already. Writes frames, all numbers big-endian: number
# of the job (2 bytes), stream (1), length (4), how much each stream had before (8 and 8), data. Stream 2 is the job's line, when no more comes of it.
use strict;

$SIG{PIPE} = 'DEFAULT';
my ($follow, @words) = @ARGV;
my @jobs;
while (my ($id, @known) = splice(@words, 0, 3)) {
    push @jobs, { n => scalar @jobs, id => $id, known => \@known, file => -1, rest => '' };
}

sub put {
    my $data = join '', @_;
    while (length $data) {
        my $n = syswrite(STDOUT, $data, 1 << 20);
        exit 1 unless $n;
        substr($data, 0, $n, '');
    }
}

# The frames that are whole, of the file in hand.
sub frames {
    my $j = shift;
    while (length $j->{rest} >= 21) {
        my ($stream, $length, @before) = unpack('C N Q> Q>', $j->{rest});
        last if length $j->{rest} < 21 + $length;
        put(pack('n', $j->{n}), substr($j->{rest}, 0, 21 + $length)) if $before[$stream] + $length > $j->{known}[$stream];
        substr($j->{rest}, 0, 21 + $length, '');
    }
}

sub take {
    my $j = shift;
    while (sysread($j->{log}, $j->{rest}, 262144, length $j->{rest})) {
        frames($j);
    }
}

# Everything that is there now. Files come one after another; of those that are gone, the rest is gone.
sub advance {
    my $j = shift;
    while (1) {
        take($j) if $j->{log};
        opendir(my $names, "/var/lib/agentworks/jobs/$j->{id}") or return;
        my ($next) = sort { $a <=> $b } grep { $_ > $j->{file} } map { /\Alog\.(\d+)\z/ ? $1 : () } readdir $names;
        defined $next or return;

        # What was written before the next file began.
        take($j) if $j->{log};
        open($j->{log}, '<', "/var/lib/agentworks/jobs/$j->{id}/log.$next") or next;
        @$j{qw(file rest)} = ($next, '');
    }
}

sub finish {
    my $j = shift;
    advance($j);
    my $line = Agentworks::Jobs::line($j->{id});
    put(pack('n C N Q> Q>', $j->{n}, 2, length $line, 0, 0), $line);
    delete $j->{socket};
}

my @open;
for my $j (@jobs) {
    $j->{socket} = Agentworks::Jobs::connect_to(Agentworks::Jobs::batch_of($j->{id}), "follow $j->{id}") if $follow && Agentworks::Jobs::runs($j->{id});
    if ($j->{socket}) {
        push @open, $j;
        advance($j);
    } else {
        finish($j);
    }
}
while (@open) {
    my $read = '';
    vec($read, fileno($_->{socket}), 1) = 1 for @open;
    next if select($read, undef, undef, undef) <= 0;
    for my $j (grep { vec($read, fileno($_->{socket}), 1) } @open) {
        if (sysread($j->{socket}, my $said, 4096)) {
            advance($j);
        } else {
            Agentworks::Jobs::settle($j->{id});
            finish($j);
        }
    }
    @open = grep { $_->{socket} } @open;
}
