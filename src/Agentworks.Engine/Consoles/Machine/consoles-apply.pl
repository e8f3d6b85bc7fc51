# MODE DIGEST [WINDOW…], the definition on descriptor 3. Brings one console to its definition, as the admin whose tmux server it is.
#   enter     build it unless it runs; bring a running one up to date if its definition has changed
#   recreate  end it and build it
#   change    bring a running one up to date
#   repair    put back what is missing, in the named windows or all; takes nothing away
#   stop      end it
# Windows and panes are known by options of ours, never by name, title or index. Says "console STATE", then a line for each window
# that was touched or looked at: name, state, what was done or why not, separated by tabs.
use strict;
use warnings;

my ($mode, $digest, @only) = @ARGV;
my ($name, $layout, @windows);
open my $definition, '<&=', 3 or die "no definition: $!\n";
while (<$definition>) {
    chomp;
    my ($word, @fields) = split /\t/, $_, -1;
    if ($word eq 'console') { ($name, $layout) = @fields }
    elsif ($word eq 'window') {
        my ($window, $kind, $user, $path) = @fields;
        push @windows, {
            name    => $window,
            key     => "$window:$user",
            command => $kind eq 'shell' ? ['/usr/lib/agentworks/console-shell', $user, $path] : ['/usr/lib/agentworks/console-window', $user, $window],
            shells  => [],
        };
    }
    elsif ($word eq 'shell') {
        my ($id, $user, $path, $folder) = @fields;
        push @{ $windows[-1]{shells} }, { id => $id, command => ['/usr/lib/agentworks/console-shell', $user, $path, $folder] };
    }
}
close $definition;

my $folder = "/run/agentworks/consoles/$name";
my $socket = "$folder/sock";
my $unit = "agentworks-console-$name";
my $said = '';   # what the last command that failed wrote

sub run {
    my @command = @_;
    my $pid = open(my $pipe, '-|') // die "fork: $!\n";
    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        open STDIN, '<', '/dev/null';
        exec @command;
        exit 127;
    }
    my $output = do { local $/; <$pipe> } // '';
    return $output if close $pipe;
    ($said = $output) =~ s/\s+/ /g;
    return undef;
}

# A ";" of its own separates commands; at the end of any other word tmux would read it the same way.
sub tmux {
    my @words = map { my $word = $_; $word =~ s/;\z/\\;/ if length $word > 1; $word } @_;
    return run('tmux', '-S', $socket, @words);
}

sub lines { return map { [split /\|/, $_, -1] } split /\n/, $_[0] // '' }

# What there is: windows in order by key, each with its panes in order.
sub look {
    my (@live, %by_id);
    my $format = join '|', map "#{$_}", qw(window_id @agentworks-window @agentworks-layout pane_id @agentworks-pane @agentworks-shell-index);
    for (lines(tmux('list-panes', '-s', '-t', "=$name:", '-F', $format))) {
        my ($window, $key, $arranged, $pane, $tag, $index) = @$_;
        push @live, $by_id{$window} = { id => $window, key => $key, layout => $arranged, panes => [] } unless $by_id{$window};
        push @{ $by_id{$window}{panes} }, { id => $pane, tag => $tag, index => $index };
    }
    return \@live;
}

sub find { my ($live, $key) = @_; return grep { $_->{key} eq $key } @$live }

sub arrange_command {
    my $window = shift;
    return "run-shell -b -t $window \"#{?window_zoomed_flag,:,/usr/lib/agentworks/console-layout} #{socket_path} $window #{window_width} #{window_height} #{P:#{pane_id} }\""
        if $layout eq 'aw-session-vertical';
    return "if-shell -F -t $window \"#{?window_zoomed_flag,0,1}\" \"select-layout -t $window $layout\"";
}

sub arrange {
    my $window = shift;
    return tmux('select-layout', '-t', $window, $layout) if $layout ne 'aw-session-vertical';
    return tmux('run-shell', '-t', $window, "/usr/lib/agentworks/console-layout $socket $window #{window_width} #{window_height} #{P:#{pane_id} }");
}

# Kept up from here on whenever the window's size changes: it is built before anyone's terminal is known.
sub keep_arranged {
    my $id = shift;
    return tmux('set-option', '-w', '-t', $id, '@agentworks-layout', $layout, ';', 'set-hook', '-w', '-t', $id, 'window-resized', arrange_command($id));
}

sub mark_window {
    my ($window, $id, $pane) = @_;
    return tmux(
        'set-option', '-w', '-t', $id, '@agentworks-window', $window->{key}, ';',
        'set-option', '-p', '-t', $pane, '@agentworks-pane', 'main');
}

sub make_window {
    my $window = shift;
    my $made = tmux('new-window', '-d', '-P', '-F', '#{window_id}|#{pane_id}', '-t', "=$name:", '-n', $window->{name}, '-c', '/', @{ $window->{command} });
    my ($ids) = lines($made);
    return undef unless $ids and defined mark_window($window, @$ids);
    return { id => $ids->[0], key => $window->{key}, layout => '', panes => [{ id => $ids->[1], tag => 'main', index => '' }] };
}

# Even first: half of the smallest pane might be too small for another.
sub split_pane {
    my ($live, $beside, $before, $tag, @command) = @_;
    my $made = tmux('select-layout', '-t', $live->{id}, 'even-vertical', ';',
        'split-window', '-d', '-v', ($before ? '-b' : ()), '-P', '-F', '#{pane_id}', '-t', $beside, '-c', '/', @command);
    return undef unless defined $made;
    chomp $made;
    return undef unless defined tmux('set-option', '-p', '-t', $made, '@agentworks-pane', $tag);
    return { id => $made, tag => $tag, index => '' };
}

# Brings @$have into the order of @$want by swaps of two; says whether there were any.
sub permute {
    my ($have, $want, $swap) = @_;
    my $moved = 0;
    for my $i (0 .. $#$want) {
        next if $have->[$i] eq $want->[$i];
        my ($j) = grep { $have->[$_] eq $want->[$i] } $i + 1 .. $#$have;
        $swap->($have->[$i], $want->[$i]);
        @$have[$i, $j] = @$have[$j, $i];
        $moved = 1;
    }
    return $moved;
}

# Panes of one window; returns what was done, or dies with why not.
sub settle_panes {
    my ($window, $live) = @_;
    my (@done, %pane);
    $pane{ $_->{tag} } //= $_ for grep { $_->{tag} ne '' } @{ $live->{panes} };
    if (!$pane{main}) {
        my $new = split_pane($live, $live->{panes}[0]{id}, 1, 'main', @{ $window->{command} }) or die "the session's pane: $said\n";
        unshift @{ $live->{panes} }, $pane{main} = $new;
        push @done, 'session pane';
    }

    my @shells = @{ $window->{shells} };
    for my $i (0 .. $#shells) {
        my $shell = $shells[$i];
        if (!$pane{ $shell->{id} }) {
            my $new = split_pane($live, $live->{panes}[-1]{id}, 0, $shell->{id}, @{ $shell->{command} }) or die "shell $i: $said\n";
            push @{ $live->{panes} }, $pane{ $shell->{id} } = $new;
            push @done, "shell $i";
        }
        next if $pane{ $shell->{id} }{index} eq $i;
        defined tmux('set-option', '-p', '-t', $pane{ $shell->{id} }{id}, '@agentworks-shell-index', $i) or die "shell $i: $said\n";
    }

    my %wanted = map { $_ => 1 } 'main', map { $_->{id} } @shells;
    for my $extra (grep { $_->{tag} ne '' and !$wanted{ $_->{tag} } } @{ $live->{panes} }) {
        last if $mode eq 'repair';
        tmux('kill-pane', '-t', $extra->{id});
        $extra->{gone} = 1;
        push @done, 'removed a shell';
    }

    my @order = map { $pane{$_}{id} } 'main', map { $_->{id} } @shells;
    my %ordered = map { $_ => 1 } @order;
    my @have = grep { $ordered{$_} } map { $_->{id} } grep { !$_->{gone} } @{ $live->{panes} };
    my $moved = permute(\@have, \@order, sub { tmux('swap-pane', '-d', '-s', $_[1], '-t', $_[0]) });
    push @done, 'order of panes' if $moved and !@done;   # what was put back came at the end
    my $other = $live->{layout} ne $layout;
    keep_arranged($live->{id}) if $other;
    arrange($live->{id}) if @done or $other or $mode eq 'repair';
    tmux('select-pane', '-t', $pane{main}{id}) if $mode ne 'change' and (@done or $mode eq 'repair');
    return @done;
}

# What repair cannot tell apart it leaves alone.
sub refuse_strangers {
    my $live = shift;
    my %seen;
    die "it has a pane that is not the console's\n" if grep { $_->{tag} eq '' } @{ $live->{panes} };
    die "it has a pane twice\n" if grep { $seen{ $_->{tag} }++ } @{ $live->{panes} };
}

my $failed = 0;

sub settle {
    my ($live, $fresh) = @_;
    for my $window (@windows) {
        next if @only and !grep { $_ eq $window->{name} } @only;
        my @found = find($live, $window->{key});
        my $state = 'ok';
        my @done = eval {
            die "the console has two such windows\n" if @found > 1;
            refuse_strangers($found[0]) if $found[0] and $mode eq 'repair';
            if (!$found[0]) {
                $found[0] = make_window($window) or die "$said\n";
                push @$live, $found[0];
                $state = 'built';
            }
            settle_panes($window, $found[0]);
        };
        if ($@) {
            chomp(my $why = $@);
            $failed = 1;
            print "$window->{name}\tfailed\t$why\n";
            next;
        }
        $state = 'repaired' if @done and $state eq 'ok' and !$fresh;
        print "$window->{name}\t$state\t", ($state eq 'built' ? '' : join ', ', @done), "\n";
    }
}

# Windows of what is no longer in the definition go, unless they are the operator's own.
sub prune {
    my $live = shift;
    my %wanted = map { $_->{key} => 1 } @windows;
    for my $window (grep { $_->{key} ne '' and !$wanted{ $_->{key} } } @$live) {
        tmux('kill-window', '-t', $window->{id});
        (my $old = $window->{key}) =~ s/:.*//;
        print "$old\tremoved\t\n";
    }
}

# Only the places that windows of ours have are shared out anew; the operator's own stay where they are.
sub order {
    my $live = look();
    my %place = map { $_->{key} => $_->{id} } @$live;
    my @want = map { $place{ $_->{key} } // () } @windows;
    my %ours = map { $_ => 1 } @want;
    my @have = grep { $ours{$_} } map { $_->{id} } @$live;
    return if @have != @want;
    my ($current) = lines(tmux('display-message', '-p', '-t', "=$name:", '#{window_id}'));
    permute(\@have, \@want, sub { tmux('swap-window', '-d', '-s', $_[1], '-t', $_[0]) })
        and tmux('select-window', '-t', $current->[0]);
}

sub running { return -S $socket && defined tmux('has-session', '-t', "=$name") }

sub stop {
    run('sudo', '-n', 'systemctl', 'stop', $unit);
    unlink $socket;
}

sub start {
    my $first = $windows[0];
    -d $folder or mkdir $folder, 0700 or die "$folder: $!\n";
    my @command = map { my $word = $_; $word =~ s/\$/\$\$/g; $word } @{ $first->{command} };
    defined run(
        'sudo', '-n', 'systemd-run', '--quiet', '--collect', '--unit', $unit, '--description', "Agentworks console $name",
        (map { ('-p', $_) } 'Type=forking', 'User=' . getpwuid($<), 'KillMode=control-group', 'SendSIGHUP=yes', 'TimeoutStopSec=5', 'OOMPolicy=continue', 'TasksMax=8192'),
        '-E', 'LANG=C.UTF-8', '--',
        '/usr/bin/tmux', '-f', '/etc/agentworks/console.conf', '-S', $socket,
        'new-session', '-d', '-s', $name, '-n', $first->{name}, '-x', '200', '-y', '50', '-c', '/', @command)
        or die "The console's tmux did not start: $said\n";
    my ($ids) = lines(tmux('list-panes', '-s', '-t', "=$name:", '-F', '#{window_id}|#{pane_id}'));
    $ids and defined mark_window($first, @$ids) or die "The console's first window did not stay: $said\n";
}

if ($mode eq 'stop' or $mode eq 'recreate') {
    stop();
    rmdir $folder if $mode eq 'stop';
    if ($mode eq 'stop') { print "console\tstopped\n"; exit 0 }
}

my $running = running();
if (!$running) {
    if ($mode eq 'change' or $mode eq 'repair') { print "console\tstopped\n"; exit 0 }
    -d '/run/agentworks/consoles' or do { print STDERR "this machine is not prepared for consoles\n"; exit 78 };
    stop() if -e $socket;
    start();
}
elsif ($mode eq 'enter' and (tmux('show-options', '-v', '-t', "=$name:", '@agentworks-definition') // '') eq "$digest\n") {
    print "console\trunning\n";
    exit 0;
}

print "console\t", ($running ? 'changed' : 'built'), "\n";
my $live = look();
settle($live, !$running);
prune($live) if $running and $mode ne 'repair';
order();
if (!$running) {
    my ($first) = find($live, $windows[0]{key});
    tmux('select-window', '-t', $first->{id}) if $first;
}
tmux('set-option', '-t', "=$name:", '@agentworks-definition', $failed ? '' : $digest) unless @only;
exit 0;
