# look|fix ASPECT PATH GROUP OWNER. Looks at everything below a workspace's folder until the first thing that is not as it should be (exit
# status 1, and a line that names it), or puts all of it right (exit status 0). ASPECT:
#   groups  everything belongs to the workspace's group, folders hand that on, and what belonged to a user that is gone belongs to OWNER
#   modes   nothing is open to others, and what the group may read it may also change, where the owner may; what an owner closed to
#           the group altogether stays so
#   acls    what is made in a folder will be the group's to change, whatever the maker's umask
# Agents write here while root walks: every step goes from an open folder to a name in it, follows no link, and changes only what it has
# opened and looked at. Owners stay.
use strict;
use warnings;
no warnings 'recursion';
use Fcntl qw(:mode O_RDONLY O_NOFOLLOW O_DIRECTORY);
use POSIX ();
use constant O_PATH => 010000000;

my ($mode, $aspect, $path, $group, $owner) = @ARGV;
my $gid = getgrnam($group);
my $uid = getpwnam($owner);
defined $gid && defined $uid or die "there is no user $owner or group $group\n";
# getxattr and setxattr; Perl has neither.
my ($getxattr, $setxattr) = (POSIX::uname())[4] eq 'x86_64' ? (191, 188) : (8, 5);
my (%known, $device);

sub found {
    my ($name, $what) = @_;
    print "$name $what\n";
    exit 1;
}

sub attribute {
    my ($place, $name) = @_;
    my $value = "\0" x 4096;
    my $length = syscall($getxattr, $place, $name, $value, 4096);
    return $length > 0 ? substr($value, 0, $length) : undef;
}

sub set_attribute {
    my ($place, $name, $value) = @_;
    syscall($setxattr, $place, $name, $value, length $value, 0) == 0 or die "$!\n";
}

# Entries of a POSIX ACL: tag => permissions, for those without a name; named ones as they are.
use constant { USER => 1, GROUP => 4, MASK => 16, OTHER => 32 };
sub entries {
    my $value = shift;
    my (%plain, @named);
    for my $entry (defined $value ? unpack('x4 (a8)*', $value) : ()) {
        my ($tag, $may) = unpack 'v v', $entry;
        if ($tag == 2 || $tag == 8) { push @named, $entry } else { $plain{$tag} = $may }
    }
    return (\%plain, @named);
}

sub acl {
    my ($user, $others, @named) = @_;
    my %entry = (USER, $user, GROUP, $user, OTHER, $others, @named ? (MASK, 7) : ());
    my @all = ((map { pack 'v v V', $_, $entry{$_}, 0xffffffff } keys %entry), @named);
    return pack('V', 2) . join '', sort { unpack('v', $a) <=> unpack('v', $b) || unpack('x4 V', $a) <=> unpack('x4 V', $b) } @all;
}

# What is wrong with one thing, and how it is put right; nothing when all is well. $place opens exactly what @stat tells of.
sub trouble {
    my ($place, @stat) = @_;
    my $bits = $stat[2];
    my $folder = S_ISDIR($bits);
    if ($aspect eq 'groups') {
        my $lost = !($known{$stat[4]} //= defined getpwuid($stat[4]) ? 1 : 0);
        return if $stat[5] == $gid && !$lost && (!$folder || $bits & S_ISGID);
        return ($stat[5] != $gid ? 'belongs to another group' : $lost ? 'belongs to a user that is gone' : 'does not hand on its group', sub {
            chown($lost ? $uid : -1, $gid, $place) or die "$!\n" if $lost || $stat[5] != $gid;
            # A change of owner takes these bits away from a file.
            chmod(($bits & 07777) | ($folder ? S_ISGID : 0), $place) or die "$!\n" if $folder;
        });
    }
    my $mine = ($bits >> 6) & 7;
    my $closed = !($bits & 070);
    if ($aspect eq 'modes') {
        my $wanted = $closed ? 0 : $mine;
        my $masked;
        if (!$closed && (my $value = attribute($place, 'system.posix_acl_access'))) {
            my ($plain, @named) = entries($value);
            $masked = acl($mine, 0, @named) if ($plain->{+GROUP} & $mine) != $mine;
        }
        return if !($bits & 07) && (($bits >> 3) & $wanted) == $wanted && !$masked;
        return ($bits & 07 ? 'is open to others' : 'cannot be changed by the group', sub {
            set_attribute($place, 'system.posix_acl_access', $masked) if $masked;
            chmod(($bits & 07770) | ($wanted << 3), $place) or die "$!\n";
        });
    }
    return if !$folder || $closed;
    my ($plain, @named) = entries(attribute($place, 'system.posix_acl_default'));
    return if defined $plain->{+GROUP} && $plain->{+GROUP} == 7 && $plain->{+USER} == 7 && $plain->{+OTHER} == 0 && ($plain->{+MASK} // 7) == 7;
    return ('does not make what is in it the group\'s', sub { set_attribute($place, 'system.posix_acl_default', acl(7, 0, @named)) });
}

# Depth first, with one open folder per level.
sub walk {
    my ($folder, $name) = @_;
    my $here = '/proc/self/fd/' . fileno $folder;
    opendir(my $open, $here) or too_deep($name);
    my @entries = grep { $_ ne '.' && $_ ne '..' } readdir $open;
    closedir $open;
    for my $entry (@entries) {
        my @stat = lstat "$here/$entry" or next;
        next if S_ISLNK($stat[2]) || $stat[0] != $device;
        my $shown = "$name$entry";
        if (trouble("$here/$entry", @stat)) {
            # Opened now, and looked at again: it may have become something else.
            if (sysopen(my $thing, "$here/$entry", O_PATH | O_NOFOLLOW)) {
                my $place = '/proc/self/fd/' . fileno $thing;
                @stat = stat $thing or next;
                my ($what, $right) = S_ISLNK($stat[2]) || $stat[0] != $device ? () : trouble($place, @stat);
                found($shown, $what) if $what && $mode eq 'look';
                $right->() if $what;
            }
        }
        next unless S_ISDIR($stat[2]);
        if (sysopen(my $inner, "$here/$entry", O_RDONLY | O_NOFOLLOW | O_DIRECTORY)) {
            walk($inner, "$shown/");
        } else {
            too_deep($shown);
        }
    }
}

# What has just gone is nobody's trouble.
sub too_deep { die "folders are nested too deeply to be looked at\n" if $! == POSIX::EMFILE }

$^F = 1024;
sysopen(my $root, $path, O_RDONLY | O_NOFOLLOW | O_DIRECTORY) or die "$path: $!\n";
$device = (stat $root)[0];
walk($root, '');
exit 0;
