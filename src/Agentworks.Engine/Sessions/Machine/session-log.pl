#!/usr/bin/perl
# Keeps what a session's terminal shows: reads the pipe that the session's user may write to, and writes a log that only root may.
# At 10 MiB the log becomes <log>.1, and .1 becomes .2; older output is dropped.
use strict;
use warnings;
use Fcntl;

my ($pipe, $log) = @ARGV;
my $limit = 10 << 20;
umask 077;

# Opened for writing too, so that it never reads as ended while the session lives.
sysopen(my $in, $pipe, O_RDWR) or die "$pipe: $!";

sub open_log {
    sysopen(my $out, $log, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0600) or die "$log: $!";
    return $out;
}

my $out = open_log();
my $size = -s $out;
while (sysread($in, my $data, 65536)) {
    syswrite($out, $data);
    $size += length $data;
    next if $size < $limit;
    rename "$log.1", "$log.2";
    rename $log, "$log.1";
    $out = open_log();
    $size = 0;
}
