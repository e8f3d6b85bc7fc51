# What the channel and the jobs' supervisor have in common: users, processes, and how a shell is started as another user. Comes before either.
use strict;
use POSIX ();
use Fcntl qw(O_RDWR O_WRONLY O_CREAT O_EXCL F_GETFL F_SETFL O_NONBLOCK);
use Errno qw(EAGAIN EINTR EEXIST ENOENT ENOSPC EDQUOT EROFS);

my $ticks = POSIX::sysconf(POSIX::_SC_CLK_TCK());
my $scripts;

# Monotonic, in steps of 10 ms; perl-base has no finer clock.
sub now { (POSIX::times())[0] / $ticks }

sub slurp {
    my $path = shift;
    open(my $file, '<', $path) or return;
    local $/;
    my $text = <$file>;
    return $text;
}

sub boot_id { my $id = slurp('/proc/sys/kernel/random/boot_id') || '-'; $id =~ s/\s//g; return $id }

# Field 22 of stat, counted from behind the name, which may hold anything.
sub start_time {
    my $stat = slurp("/proc/$_[0]/stat");
    return defined $stat && $stat =~ /.*\)\s+(.*)/s ? (split ' ', $1)[19] : '';
}

# Name, ids, home, shell and groups as they are now; dies with a message for the operator.
sub identity {
    my $name = shift;
    my @entry = $name eq '' ? getpwuid($>) : getpwnam($name);
    @entry or die($name eq '' ? "user id $> has no name\n" : "there is no user '$name'\n");
    my %who;
    @who{qw(name uid gid home shell)} = @entry[0, 2, 3, 7, 8];
    $who{switch} = $who{uid} != $>;
    if ($who{switch}) {
        $> == 0 or die "only root can run commands as '$name'\n";
        my %groups = ($who{gid} => 1);
        setgrent();
        while (my (undef, undef, $gid, $members) = getgrent()) {
            $groups{$gid} = 1 if grep { $_ eq $who{name} } split ' ', $members;
        }
        endgrent();
        $who{groups} = [sort { $a <=> $b } keys %groups];
    }
    return \%who;
}

sub become {
    my $who = shift;
    my ($uid, $gid) = @$who{qw(uid gid)};
    my $groups = join ' ', @{$who->{groups}};
    $) = "$gid $groups";
    POSIX::setgid($gid);
    POSIX::setuid($uid);
    my ($effective, @set) = split ' ', $);
    my %set = map { $_ => 1 } @set;
    my $took = $< == $uid && $> == $uid && ($( + 0) == $gid && $effective == $gid;
    $took &&= $set{$_} for @{$who->{groups}};
    $took &&= keys %set == @{$who->{groups}};
    $took && !(POSIX::setuid(0) && $> == 0) or die "could not become user '$who->{name}'\n";
}

sub non_blocking { my $handle = shift; fcntl($handle, F_SETFL, fcntl($handle, F_GETFL, 0) | O_NONBLOCK) }

# The script as an open file without a name; in memory wherever there is such a place.
sub script_file {
    my $text = shift;
    $scripts ||= (grep { -d $_ && -w _ } '/run', '/dev/shm', '/tmp')[0];
    for (1 .. 20) {
        my $path = sprintf('%s/.agw-%d-%08x%08x', $scripts, $$, rand(1 << 32), rand(1 << 32));
        sysopen(my $file, $path, O_RDWR | O_CREAT | O_EXCL, 0600) or ($! == EEXIST ? next : die "$path: $!\n");
        unlink $path;
        while (length $text) {
            my $n = syswrite($file, $text, 1 << 20);
            defined $n or die "the script could not be kept in $scripts: $!\n";
            substr($text, 0, $n, '');
        }
        return $file;
    }
    die "no name is free in $scripts\n";
}

# Becomes the user in the directory (empty: home) with these variables, "NAME=value" each and ended by a zero byte, and runs the shell, which
# finds its script at descriptor 9. The value of "@NAME=path" is in a file that only root can read. Dies with a message for the operator.
sub enter {
    my ($who, $directory, $environment) = @_;
    my %given;
    for my $pair (unpack('(Z*)*', $environment)) {
        my ($name, $value) = split /=/, $pair, 2;
        if ($name =~ s/\A@//) {
            $value = slurp($value);
            defined $value or die "the value of the secret variable $name is not on this machine: it is kept in memory only, and must be set again\n";
        }
        $given{$name} = $value;
    }
    become($who) if $who->{switch};
    if ($directory ne '') {
        chdir($directory) or die "the directory '$directory' cannot be entered as '$who->{name}': $!\n";
    } else {
        chdir($who->{home}) or chdir('/');
    }
    %ENV = (
        HOME => $who->{home}, USER => $who->{name}, LOGNAME => $who->{name}, SHELL => $who->{shell} || '/bin/sh', LANG => 'C.UTF-8',
        PATH => $who->{uid} == 0
            ? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
            : '/usr/local/bin:/usr/bin:/bin',
        %given,
    );
    exec { '/bin/sh' } 'sh', '-c', '. /dev/fd/9', 'sh' or die "the shell could not be started: $!\n";
}
