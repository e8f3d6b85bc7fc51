# Tries to reach things, all at once, as root. Each line of standard input is a probe: an id, for how many seconds it waits for an answer, a kind and
# what it needs. Writes a line for each: the id, and "open" with what came back, or "shut".
use strict;
use warnings;
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6 IPPROTO_TCP);

my @mac = map { pack 'H*', $_ =~ s/://gr } @ARGV;    # the machine's own, the gateway's
my %kind = (
    tcp => sub { connected(PF_INET, pack_sockaddr_in($_[1], inet_aton($_[0]))) },
    tcp6 => sub { connected(PF_INET6, six($_[0], $_[1])) },
    udp => sub { answered(PF_INET, SOCK_DGRAM, 0, pack_sockaddr_in($_[1], inet_aton($_[0])), "probe $_[0]:$_[1]") },
    udp6 => sub { answered(PF_INET6, SOCK_DGRAM, 0, six($_[0], $_[1]), 'probe') },
    icmp => sub { answered(PF_INET, SOCK_RAW, 1, pack_sockaddr_in(0, inet_aton($_[0])), echo(8), qr/^.{20}\0/s, inet_aton($_[0])) },
    icmp6 => sub { answered(PF_INET6, SOCK_RAW, 58, six($_[0], 0), echo(128), qr/^\x81/s, undef, six($_[0], 0)) },
    dns => sub { lookup(@_) },
    name => sub { my $answer = lookup($ENV{RESOLVER} || '198.19.0.1', $_[0]); $answer =~ /([0-9.]+)$/ ? connected(PF_INET, pack_sockaddr_in($_[1], inet_aton($1))) : 'shut no name' },
    spoof => sub { spoof(@_) },
    proto => sub { spoof(own(), $_[0], $_[1]) },
    frame => sub { frame(@_) },
);

while (my $line = <STDIN>) {
    my ($id, $seconds, $kind, @what) = split ' ', $line;
    next if fork;
    my $result = eval {
        local $SIG{ALRM} = sub { die "time\n" };
        alarm $seconds;
        my $answer = $kind{$kind}->(@what);
        alarm 0;    # outside of this it would kill
        $answer;
    };
    $result = "shut $@" unless defined $result;
    syswrite STDOUT, "$id $result" =~ s/[^ -~]+/ /gr =~ s/ *$/\n/r;
    exit 0;
}
1 while wait > 0;

sub connected {
    my ($family, $address) = @_;
    socket(my $socket, $family, SOCK_STREAM, 0) or return "shut socket $!";
    connect($socket, $address) or return "shut $!";
    my $got = sysread($socket, my $text, 100);
    return $got ? "open $text" : 'open silent';
}

sub answered {
    my ($family, $type, $protocol, $address, $text, $expected, $from, $six) = @_;
    socket(my $socket, $family, $type, $protocol) or return "shut socket $!";
    if ($type == SOCK_DGRAM) {
        connect($socket, $address) or return "shut $!";
        send($socket, $text, 0) or return "shut $!";
    } else {
        send($socket, $text, 0, $address) or return "shut $!";
    }
    while (1) {
        my $who = recv($socket, my $answer, 2048, 0);
        return "shut $!" unless defined $who;
        next if $expected && $answer !~ $expected;
        next if $from && substr($answer, 12, 4) ne $from;
        next if $six && substr($who, 8, 16) ne substr($six, 8, 16);
        return 'open';
    }
}

sub lookup {
    my ($server, $name, $type, $how) = @_;
    my $question = pack('n6', $$ & 0xffff, 0x100, 1, 0, 0, 0) . join('', map { pack 'C/a', $_ } split /\./, $name) . "\0" . pack('n2', $type || 1, 1);
    my $tcp = ($how || '') eq 'tcp';
    socket(my $socket, PF_INET, $tcp ? SOCK_STREAM : SOCK_DGRAM, 0) or return "shut socket $!";
    connect($socket, pack_sockaddr_in(53, inet_aton($server))) or return "shut $!";
    send($socket, $tcp ? pack('n/a', $question) : $question, 0) or return "shut $!";
    my $got = sysread($socket, my $answer, 2048);
    return "shut $!" unless $got;
    $answer = substr $answer, 2 if $tcp;
    my @head = unpack 'n6', $answer;
    return $head[3] ? 'open ' . inet_ntoa(substr $answer, -4) : 'shut rcode ' . ($head[1] & 15);
}

# A packet under any source, of any protocol: nobody waits for an answer.
sub spoof {
    my ($from, $to, $protocol) = @_;
    socket(my $socket, PF_INET, SOCK_RAW, 255) or return "shut socket $!";
    my $payload = $protocol == 17 ? pack('n4', 4000, 4000, 8 + 5, 0) . 'spoof' : echo(8);
    my $packet = pack('C2n3C2na4a4', 0x45, 0, 20 + length $payload, 1, 0, 64, $protocol, 0, inet_aton($from), inet_aton($to)) . $payload;
    return send($socket, $packet, 0, pack_sockaddr_in(0, inet_aton($to))) ? 'sent' : "shut $!";
}

# A frame of the machine's card: its source, its destination, its type and what it carries, in hex.
sub frame {
    my ($from, $to, $type, $payload) = @_;
    socket(my $socket, 17, SOCK_RAW, unpack 'S', pack 'n', 3) or return "shut socket $!";
    my $index = index_of('eth0');
    my $whole = hex_of($to) . hex_of($from) . pack('H*', $type) . pack('H*', $payload);
    $whole .= "\0" x (60 - length $whole) if length $whole < 60;
    return send($socket, $whole, 0, pack('SSlSCCa8', 17, 0, $index, 0, 0, 6, hex_of($to))) ? 'sent' : "shut $!";
}

sub index_of { open my $file, '<', "/sys/class/net/$_[0]/ifindex" or die "$!"; my $index = <$file>; return $index + 0 }

sub hex_of { my $text = $_[0]; $text = join '', map { sprintf '%02x', ord } split //, $mac[$text eq 'own' ? 0 : 1] if $text =~ /^(own|gateway)$/; return pack 'H*', $text =~ s/://gr }

sub six { my ($host, $port) = @_; my ($address, $zone) = split /%/, $host; return pack_sockaddr_in6($port, inet_pton(PF_INET6, $address), $zone ? index_of($zone) : 0) }

sub echo {
    my $text = pack('C2n3', $_[0], 0, 0, $$ & 0xffff, 1) . 'probe!';
    my $sum = 0;
    $sum += $_ for unpack 'n*', $text;
    $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
    return substr($text, 0, 2) . pack('n', ~$sum & 0xffff) . substr $text, 4;
}

sub own { socket(my $socket, PF_INET, SOCK_DGRAM, 0); connect($socket, pack_sockaddr_in(9, inet_aton('203.0.113.1'))); return inet_ntoa((unpack_sockaddr_in(getsockname $socket))[1]) }
