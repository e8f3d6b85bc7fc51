#!/usr/bin/perl
# Tokens of one Linux user for git servers, run as that user.
#   get | store | erase   what git asks of a credential helper; the request comes on standard input
#   check | apply         on standard input what the user is to hold, one line each: what is not so yet is named, or made so
#   list                  what the user holds, without the tokens
# --file FILE: another file than ~/.config/agentworks/git-credentials; --once: which goes away when it has answered.
#
# A line of the file: name, origin, kind, host, path, user name, time of the last rejection, token; tabs between, the token last as it is.
use strict;
use warnings;
use Fcntl qw(:flock O_RDONLY O_WRONLY O_CREAT O_EXCL O_DIRECTORY O_NOFOLLOW);

umask 077;
$ENV{PATH} = '/usr/bin:/bin';
binmode $_ for *STDIN, *STDOUT;
my $helper = '/usr/lib/agentworks/git-credential-agentworks';
my @fields = qw(name origin kind host path username rejected token);
my ($file, $once);
while (@ARGV && $ARGV[0] =~ /^--/) {
    my $option = shift @ARGV;
    $file = shift @ARGV if $option eq '--file';
    $once = 1 if $option eq '--once';
}
my $operation = shift @ARGV // '';
my $home = $ENV{HOME} // '';
$file //= "$home/.config/agentworks/git-credentials";
my ($folder) = $file =~ m{^(.*)/};

sub load {
    open(my $in, '<:raw', $file) or return;
    my @entries;
    while (my $line = <$in>) {
        chomp $line;
        my @values = split /\t/, $line, scalar @fields;
        next if @values < @fields;
        my %entry;
        @entry{@fields} = @values;
        push @entries, \%entry;
    }
    return @entries;
}

# The whole file anew beside its place, and then into it; nobody ever reads half of it.
sub save {
    my @entries = @_;
    if (!@entries) {
        unlink $file or -e $file and die "$file cannot be removed: $!\n";
        return;
    }
    my $new = "$file.new-$$";
    unlink $new;
    sysopen(my $out, $new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600) or die "$new cannot be written: $!\n";
    binmode $out;
    print $out join("\t", @$_{@fields}), "\n" for @entries;
    close $out or die "$new cannot be written: $!\n";
    rename $new, $file or die "$file cannot be written: $!\n";
}

# One at a time changes the file: the folder itself is the lock.
sub locked {
    my $work = shift;
    my $made = '';
    for my $step (grep { length } split m{/}, $folder) {
        $made .= "/$step";
        -d $made or mkdir $made or die "$made cannot be made: $!\n";
    }
    sysopen(my $lock, $folder, O_RDONLY | O_DIRECTORY) or die "$folder cannot be opened: $!\n";
    flock($lock, LOCK_EX) or die "$folder cannot be locked: $!\n";
    return $work->();
}

sub request {
    my %asked;
    while (my $line = <STDIN>) {
        chomp $line;
        last if $line eq '';
        my ($key, $value) = split /=/, $line, 2;
        $asked{$key} = $value if defined $value;
    }
    return %asked;
}

# How many parts of the path an entry fixes; undef when it is not for this request. A repository is meant with and without .git.
sub fit {
    my ($entry, %asked) = @_;
    return undef if ($asked{protocol} // '') ne 'https';
    my $host = lc($asked{host} // '');
    $host =~ s/:443$//;
    return undef if $host ne $entry->{host};
    return undef if $entry->{kind} eq 'generic' && defined $asked{username} && $asked{username} ne $entry->{username};
    return 0 if $entry->{path} eq '';
    my ($path, $wanted) = ($asked{path} // '', $entry->{path});
    ($path, $wanted) = (lc $path, lc $wanted) if $entry->{kind} ne 'generic';
    my @path = split m{/}, $path, -1;
    my @wanted = split m{/}, $wanted;
    return undef if grep { $_ eq '.' || $_ eq '..' } @path;
    for my $i (0 .. $#wanted) {
        return undef if $i > $#path;
        my ($have, $want) = ($path[$i], $wanted[$i]);
        if ($i == $#wanted) { s/\.git$// for $have, $want }
        return undef if $have ne $want;
    }
    return scalar @wanted;
}

sub best {
    my %asked = @_;
    my ($best, $most);
    for my $entry (load()) {
        my $fit = fit($entry, %asked);
        ($best, $most) = ($entry, $fit) if defined $fit && (!defined $most || $fit >= $most);
    }
    return $best;
}

# A rejection is noted and nothing forgotten: servers also reject while they are not well, and the token exists nowhere else here. What
# is accepted again is no longer noted.
sub note {
    my ($rejected, %asked) = @_;
    return if !-e $file;
    my $same = sub { my $entry = best(%asked); $entry && $entry->{token} eq ($asked{password} // '') && ($rejected || $entry->{rejected} ne '') ? $entry : undef };
    return if !$same->();
    locked(sub {
        my $noted = $same->() or return;
        save(map { $_->{name} eq $noted->{name} ? { %$_, rejected => $rejected ? time : '' } : $_ } load());
    });
}

# git's own settings: for each host, this helper and no other, asked with the path of the repository.
sub git {
    my @arguments = @_;
    my $pid = open(my $out, '-|');
    defined $pid or die "no process: $!\n";
    if (!$pid) {
        open(STDERR, '>', '/dev/null');
        open(STDIN, '<', '/dev/null');
        exec 'git', 'config', '--global', @arguments;
        exit 127;
    }
    local $/;
    my $said = <$out> // '';
    close $out;
    return ($? >> 8, $said);
}

sub change { my ($code) = git(@_); $code == 0 or $code == 5 or die "git's settings of the user cannot be changed (git config: status $code)\n" }

sub settings {
    my (%helpers, %with_path);
    my (undef, $said) = git('-z', '--get-regexp', '^credential\.https://.*\.(helper|usehttppath)$');
    for my $setting (split /\0/, $said) {
        my ($key, $value) = split /\n/, $setting, 2;
        my ($host, $name) = $key =~ m{^credential\.https://([^/]*)\.(helper|usehttppath)$} or next;
        if ($name eq 'helper') { push @{$helpers{$host}}, $value // '' } else { $with_path{$host} = $value // 'true' }
    }
    return (\%helpers, \%with_path);
}

sub unset {
    my ($host, @others) = @_;
    change('--unset-all', "credential.https://$host.helper", '^$');
    change('--unset-all', "credential.https://$host.helper", "^$helper\$");
    change('--unset-all', "credential.https://$host.useHttpPath") if !@others;
}

# Names what is not right about git's settings, or puts it right.
sub hosts {
    my ($fix, @entries) = @_;
    my %wanted = map { $_->{host} => 1 } @entries;
    my ($helpers, $with_path) = settings();
    my @wrong;
    my %concerned = %wanted;
    for my $host (keys %$helpers) {
        $concerned{$host} = 1 if grep { $_ eq $helper } @{$helpers->{$host}};
    }
    for my $host (sort keys %concerned) {
        my @have = @{$helpers->{$host} // []};
        my @others = grep { $_ ne '' && $_ ne $helper } @have;
        if (!$wanted{$host}) {
            $fix ? unset($host, @others) : push @wrong, "git still asks for credentials of $host";
            next;
        }
        my ($at) = grep { $have[$_] eq $helper } 0 .. $#have;
        next if defined $at && $at > 0 && $have[$at - 1] eq '' && ($with_path->{$host} // '') =~ /^(true|yes|on|1)$/i;
        if ($fix) {
            unset($host, @others);
            change('--add', "credential.https://$host.helper", $_) for '', $helper;
            change('--replace-all', "credential.https://$host.useHttpPath", 'true');
        } else {
            push @wrong, "git does not ask for the credentials of $host";
        }
    }
    return @wrong;
}

# "want" and the fields of a line, with "+token" or, where the token is not at hand, "-"; "drop" and a name; "only": what else came from
# the configuration goes; "none": everything goes. What the operator set by hand is not changed by the configuration.
sub plan {
    my ($fix, $lines, @entries) = @_;
    my (@wrong, %named);
    for my $line (@$lines) {
        my ($verb, @values) = split /\t/, $line, 1 + @fields;
        my %by_name = map { $_->{name} => $_ } @entries;
        if ($verb eq 'drop') {
            push @wrong, "$values[0] is still there" if $by_name{$values[0]};
            @entries = grep { $_->{name} ne $values[0] } @entries;
        } elsif ($verb eq 'none') {
            push @wrong, "$_->{name} is still there" for @entries;
            @entries = ();
        } elsif ($verb eq 'only') {
            my @gone = grep { $_->{origin} eq 'config' && !$named{$_->{name}} } @entries;
            push @wrong, "$_->{name} is no longer wanted" for @gone;
            @entries = grep { my $one = $_; !grep { $_ == $one } @gone } @entries;
        } elsif ($verb eq 'want') {
            my %want;
            @want{@fields} = @values;
            my $have = $by_name{$want{name}};
            $named{$want{name}} = 1;
            next if $have && $have->{origin} eq 'set' && $want{origin} eq 'config';
            my $at_hand = $want{token} =~ s/^\+//;
            if (!$at_hand) {
                if (!$have) {
                    die "the token of $want{name} is not here any more, and was not given\n" if $fix;
                    push @wrong, "the token of $want{name} is not here";
                    next;
                }
                @want{qw(token rejected)} = @$have{qw(token rejected)};
            } else {
                $want{rejected} = $have && $have->{token} eq $want{token} ? $have->{rejected} : '';
            }
            next if $have && !grep { $have->{$_} ne $want{$_} } @fields;
            push @wrong, $have ? "$want{name} has changed" : "$want{name} is not here";
            @entries = ((grep { $_->{name} ne $want{name} } @entries), \%want);
        }
    }
    return (\@wrong, @entries);
}

if ($operation eq 'get') {
    my %asked = request();
    my $entry = best(%asked) or exit 0;
    my $user = $entry->{kind} ne 'generic' && defined $asked{username} ? $asked{username} : $entry->{username};
    unlink $file if $once;
    print "username=$user\npassword=$entry->{token}\n";
} elsif ($operation eq 'store' || $operation eq 'erase') {
    my %asked = request();
    note($operation eq 'erase', %asked) if defined $asked{password};
} elsif ($operation eq 'list') {
    print join("\t", @$_{grep { $_ ne 'token' } @fields}), "\n" for load();
} elsif ($operation eq 'check' || $operation eq 'apply') {
    my $fix = $operation eq 'apply';
    chomp(my @lines = <STDIN>);
    my ($wrong, @entries) = plan($fix, \@lines, load());
    if ($fix) {
        locked(sub {
            my ($needed, @now) = plan(1, \@lines, load());
            save(@now) if @$needed || -e $file && ((stat _)[2] & 077);
            hosts(1, @now);
        });
    } else {
        push @$wrong, 'others can read the tokens' if -e $file && ((stat _)[2] & 077);
        push @$wrong, hosts(0, @entries) if !@$wrong;
        if (@$wrong) {
            print join('; ', @$wrong), "\n";
            exit 1;
        }
    }
}
