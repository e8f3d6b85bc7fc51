# MODE PLACE: as the user, manifest on standard input. A line of it is: kind (f, x for a file to execute, d, l), a tab, the SHA-256 or what the
# link says, a tab, the path. "check" says what differs. "clear" gets the old manifest, an empty line and the new one: it takes away what is
# no longer wanted and what stands in the way. Nothing is reached through a link.
use strict;
use Digest::SHA;
my ($mode, $place) = @ARGV;
$place =~ s{^~/}{$ENV{HOME}/};
sub wrong { print "@_\n"; exit 1 }

my @manifests = ([]);
while (my $line = <STDIN>) {
    chomp $line;
    if ($line eq '') { push @manifests, []; next }
    push @{$manifests[-1]}, [split /\t/, $line, 3];
}

sub kind {
    my $path = shift;
    return 'l' if -l $path;
    return 'd' if -d _;
    return -f _ ? (-x _ ? 'x' : 'f') : -e _ ? '?' : '';
}

# Whether every folder above it is one, and no link.
sub reached {
    my @parts = split m{/}, shift;
    pop @parts;
    my $path = $place;
    for my $part (@parts) {
        $path .= "/$part";
        return 0 if -l $path || !-d _;
    }
    return 1;
}

if ($mode eq 'check') {
    -l $place || !-d _ and wrong("$place is not there");
    for my $entry (@{$manifests[0]}) {
        my ($kind, $value, $path) = @$entry;
        my $found = reached($path) ? kind("$place/$path") : '';
        $found eq '' and wrong("$place/$path is missing");
        $found eq $kind or wrong("$place/$path is not as in the source");
        $kind eq 'd' and next;
        my $is = $kind eq 'l' ? readlink "$place/$path" : eval { Digest::SHA->new(256)->addfile("$place/$path", 'b')->hexdigest } || '';
        $is eq $value or wrong("$place/$path is not as in the source");
    }
    exit 0;
}

my ($old, $new) = @manifests;
my %wanted = map { $_->[2] => $_->[0] } @$new;
for my $entry (reverse @$old) {
    my ($kind, undef, $path) = @$entry;
    next if exists $wanted{$path} || !reached($path);
    my $found = kind("$place/$path");
    if ($found eq 'd') { rmdir "$place/$path" if $kind eq 'd' }    # stays when the user has something in it
    elsif ($found ne '') { unlink "$place/$path" or wrong("$place/$path cannot be removed: $!") }
}
for my $entry (@$new) {
    my ($kind, undef, $path) = @$entry;
    next unless reached($path);
    my $found = kind("$place/$path");
    if ($kind eq 'd') {
        $found eq '' || $found eq 'd' or unlink "$place/$path" or wrong("$place/$path is in the way: $!");
    }
    elsif ($found eq 'd') { rmdir "$place/$path" or wrong("$place/$path is in the way: it is a folder with something in it") }
}
