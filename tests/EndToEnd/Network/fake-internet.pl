# Every host of a small internet: whatever address and port a packet was for, it arrives here at port 7. Greets who connects, sends back
# what it gets, and writes that to standard output.
use strict;
use warnings;
use Socket;
use Fcntl;

$| = 1;
$SIG{PIPE} = 'IGNORE';
socket(my $tcp, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
setsockopt($tcp, SOL_SOCKET, SO_REUSEADDR, 1);
bind($tcp, sockaddr_in(7, INADDR_ANY)) or die "bind: $!";
listen($tcp, 500) or die "listen: $!";
socket(my $udp, PF_INET, SOCK_DGRAM, 0) or die "socket: $!";
bind($udp, sockaddr_in(7, INADDR_ANY)) or die "bind: $!";
# Who gives up between the wait and the taking of it must not make us wait.
fcntl($_, F_SETFL, O_NONBLOCK) for $tcp, $udp;
print "ready\n";

my %open;
while (1) {
    my $wait = '';
    vec($wait, fileno($_), 1) = 1 for $tcp, $udp, values %open;
    select($wait, undef, undef, undef) > 0 or next;
    if (vec($wait, fileno($tcp), 1) && accept(my $client, $tcp)) {
        $open{fileno($client)} = $client;
        send($client, "internet\n", 0);
    }
    if (vec($wait, fileno($udp), 1)) {
        if (my $from = recv($udp, my $text, 2048, 0)) {
            print "udp $text\n";
            send($udp, "internet $text", 0, $from);
        }
    }
    for my $number (grep { vec($wait, $_, 1) } keys %open) {
        my $got = sysread($open{$number}, my $text, 2048);
        if (!$got) {
            close delete $open{$number};
            next;
        }
        print "tcp $text\n";
        send($open{$number}, $text, 0);
    }
}
