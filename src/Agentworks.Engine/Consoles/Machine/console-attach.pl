#!/usr/bin/perl
# SESSION: attaches this terminal to a session, as the session's own user, until somebody detaches or its command ends. tmux cannot be
# relied on to notice that end (see session-pane), so the file that tells of it is looked for meanwhile. Then the last of the screen
# and the exit status are printed, and this exits with 10.
use strict;
use warnings;

my ($session) = @ARGV;
my $folder = "/run/agentworks/sessions/$session/tmux";
my @tmux = ('tmux', '-u', '-S', "$folder/sock");
my $target = "=$session";
$| = 1;

sub status {
    open my $file, '<', "$folder/exit" or return undef;
    return (<$file> // '') =~ /^(\d{1,3})$/ ? $1 : undef;
}

if (!defined status()) {
    local $SIG{CHLD} = sub { };   # ends the wait below at once
    my $client = fork // die "fork: $!\n";
    if (!$client) {
        exec @tmux, 'attach-session', '-t', $target;
        exit 127;
    }
    until (waitpid $client, 1) {
        kill TERM => $client if defined status();
        select undef, undef, undef, 0.25;
    }
}

my $code = status() // exit 0;
my $screen = '';
if (open my $capture, '-|', @tmux, 'capture-pane', '-p', '-J', '-S', '-1000', '-t', "$target:") {
    local $/;
    $screen = <$capture> // '';
}
$screen =~ s/\s*(\n\[the command has ended\]\s*)?\z//;
$screen =~ s/\n/\r\n/g;
print "\e[H\e[2J$screen\r\n\r\nSession $session has ended (exit status $code). Waiting for it to start again...\r\n";
exit 10;
