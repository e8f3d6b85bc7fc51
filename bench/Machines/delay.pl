#!/usr/bin/perl
# Stands in ssh's ProxyCommand and holds every byte back for half a round trip, either way. Bytes keep their distance: each piece
# leaves as long after its arrival as every other, however many are under way.
use strict;
use warnings;
use IPC::Open2;
use Time::HiRes qw(time);

my ($round_trip, $command) = @ARGV;
my $delay = $round_trip / 2000;
my $pid = open2(my $from, my $to, '/bin/sh', '-c', "exec $command");
binmode $_ for *STDIN, *STDOUT, $from, $to;
my @ways = ([*STDIN{IO}, $to, []], [$from, *STDOUT{IO}, []]);

while (grep { $_->[0] || @{ $_->[2] } } @ways) {
    my ($now, $wait, $read) = (time, undef, '');
    for my $way (@ways) {
        my ($in, $out, $line) = @$way;
        while (@$line and $line->[0][0] <= $now) {
            my $data = (shift @$line)->[1];
            while (length $data) {
                my $n = syswrite $out, $data;
                exit unless defined $n;
                substr($data, 0, $n, '');
            }
        }
        if (!$in and !@$line and $out) {
            close $out;
            $way->[1] = undef;
        }
        $wait = $line->[0][0] - $now if @$line and (!defined $wait or $line->[0][0] - $now < $wait);
        vec($read, fileno $in, 1) = 1 if $in;
    }
    select $read, undef, undef, $wait;
    for my $way (@ways) {
        next unless $way->[0] and vec($read, fileno $way->[0], 1);
        my $n = sysread $way->[0], my $data, 65536;
        if ($n) { push @{ $way->[2] }, [ time + $delay, $data ] }
        else    { $way->[0] = undef }
    }
}
waitpid $pid, 0;
