#!/usr/bin/perl
# Stands in ssh's ProxyCommand and holds every byte back for half a round trip, either way. Bytes keep their distance: each piece
# leaves as long after its arrival as every other, however many are under way.
use strict;
use warnings;
use Socket;
use Time::HiRes qw(time);

my ($round_trip, $host, $port) = @ARGV;
my $delay = $round_trip / 2000;
socket my $to, PF_INET, SOCK_STREAM, 0 or die "socket: $!\n";
connect $to, pack_sockaddr_in($port, inet_aton($host)) or die "connect: $!\n";
# Else the end of a larger piece waits for what came before, which is no distance.
setsockopt $to, 6, 1, 1 or die "TCP_NODELAY: $!\n";
my $from = $to;
binmode $_ for *STDIN, *STDOUT, $to;
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
            $out == $to ? shutdown $out, 1 : close $out;
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
