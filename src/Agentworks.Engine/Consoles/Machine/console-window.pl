#!/usr/bin/perl
# USER SESSION: a console's window onto a session of USER's. It attaches when the session is up, again after a detach, and again when
# the session has been restarted. This program is the admin's and never speaks to USER's tmux: such a server can make its client run
# commands. console-attach does, as USER, in a terminal that sudo makes for it.
use strict;
use warnings;
use POSIX ();

my ($user, $session) = @ARGV;
my $server = "/run/agentworks/sessions/$session/server";
my $ended = 10;   # console-attach's exit status after it has said so
$| = 1;

# Keys such as Ctrl-C are for the session; while there is none they mean nothing, and are not kept for it.
$SIG{$_} = sub { } for qw(INT QUIT TSTP);
system 'stty', '-echo';

# Which run of the session there is; nothing when none.
sub run {
    my @file = stat $server;
    return @file ? "$file[1] $file[9]" : '';
}

sub nap { select undef, undef, undef, $_[0] }

sub attach {
    POSIX::tcflush(0, POSIX::TCIFLUSH());
    my $pid = fork // return 1;
    if (!$pid) {
        exec 'sudo', '-n', '-H', '-u', $user, '--', '/usr/lib/agentworks/console-attach', $session;
        exit 127;
    }
    1 until waitpid($pid, 0) == $pid;
    return $? >> 8;
}

my $seen = '';
while (1) {
    my $run = run();
    if (!$run) {
        print $seen ? "\e[H\e[2JSession $session has stopped." : "\e[H\e[2JSession $session does not run.", " Waiting for it to start...\r\n";
        nap(0.5) until run();
        next;
    }

    $seen = $run;
    my $began = time;
    if (attach() == $ended) {
        nap(0.5) while run() eq $run;
    }
    elsif (run() eq $run and time - $began < 2) {
        nap(1);
    }
}
