# What root of a machine would try against this computer and its neighbours, each attempt a line: its name, and "denied" or "open". Where it gets
# through it changes nothing. The arguments: major and minor number of a block device of this computer, the id of a subvolume, a file of
# the neighbour's by its path on this computer, the name of an abstract socket of this computer.
use strict;
use warnings;
use Errno;
use Fcntl;
use Socket;

my ($major, $minor, $subvolume, $secret, $socket) = @ARGV;
my $place = "/root/hostile.$$";
mkdir $_ for $place, "$place/mount", "$place/deep";
chdir $place;

sub told { print $_[0], ': ', ($_[1] ? 'open' : 'denied'), "\n" }
sub opens { sysopen my $file, $_[0], $_[1] // O_RDONLY }
sub writable { my @open = grep { opens($_, O_WRONLY) } @_; print STDERR "@open\n" if @open; scalar @open }
sub refused { $!{EPERM} || $!{EACCES} || $!{ENOTTY} || $!{ENOSYS} }
sub calls { my ($name, $number, @call) = @_; told($name, syscall($number, @call) != -1 || !refused()) }
sub mounts {
    my ($name, $type, $source, $look, @options) = @_;
    my $mounted = system('mount', '-t', $type, @options, $source, "$place/mount") == 0;
    told($name, $mounted && $look->("$place/mount"));
    system('umount', "$place/mount") if $mounted;
}

for my $kind ('b', 'c') {
    system('mknod', "$place/node", $kind, $major, $minor);
    told("device $kind", opens("$place/node"));
    mounts("file system on device $kind", 'btrfs', "$place/node", sub { 1 });
    unlink "$place/node";
}
system('mknod', "$place/mem", 'c', 1, 1);
told('memory of the computer', opens("$place/mem") || opens('/proc/kcore'));
told('devices of the computer', grep { -b $_ } glob '/dev/*');
mounts("all of $_", $_, 'none', sub { 1 }) for qw(devtmpfs debugfs tracefs securityfs bpf);

# The kernel's settings are this computer's.
my @settings = map { "/proc/$_" } qw(sys/kernel/core_pattern sys/kernel/modprobe sys/kernel/sysrq sys/vm/drop_caches sys/fs/file-max sysrq-trigger);
my @tunables = split /\n/, `find /sys/kernel /sys/module /sys/power /sys/block/*/queue -maxdepth 3 -type f -perm /200`;
told('settings', writable(@settings));
told('tunables', writable(@tunables));
system("mount -o remount,rw /proc/sys; mount -o remount,bind,rw /proc/sys; mount -o remount,rw /proc; mount -o remount,rw /sys; mount -o remount,bind,rw /sys");
told('settings made writable', writable(@settings));
told('tunables made writable', writable(@tunables));
mounts('settings in another proc', 'proc', 'none', sub { my $at = shift; writable(map { s,^/proc,$at,r } @settings) });
mounts('tunables in another sys', 'sysfs', 'none', sub { my $at = shift; writable(map { s,^/sys,$at,r } @tunables) });

# Its limits, and control groups beyond its own.
for my $controller (qw(cpu memory pids devices freezer blkio)) {
    my $look = sub { my $at = shift; writable(map { glob "$at/$_" } qw(cpu.cfs_quota_us memory.limit_in_bytes pids.max devices.allow freezer.state release_agent cgroup.procs)) };
    told("limits of $controller", $look->("/sys/fs/cgroup/$controller"));
    mounts("limits of $controller in another place", 'cgroup', 'none', $look, '-o', $controller);
}
mounts('limits of the unified tree', 'cgroup2', 'none', sub { my $at = shift; writable(map { glob "$at/$_" } qw(cpu.max memory.max pids.max cgroup.freeze cgroup.kill)) });

sub sees { grep { -e $_ } $secret, "/proc/1/root$secret", '/var/lib/agentworks/dedicated' }
told("a neighbour's files", sees());
my $processes = `cat /proc/[0-9]*/cmdline`;
told("a neighbour's processes", $processes =~ /hostile-neighbour/);
told('what runs it', $processes =~ /systemd-nspawn|slirp4netns|dnsmasq/);
socket(my $peer, AF_UNIX, SOCK_STREAM, 0);
told('a socket of the computer', connect($peer, pack('S a*', AF_UNIX, "\0$socket")));

# One file system is under all machines.
sysopen my $root, '/', O_RDONLY;
sub asks { my ($name, $number, $argument) = @_; told($name, defined ioctl($root, $number, $argument) || !refused()) }
asks("trees of others", 0xd0009411, pack('Q7 L4 Q4 x3992', 1, 0, ~0, 0, ~0, 0, ~0, 0, 255, 100, 0, 0, 0, 0, 0));
asks("names of others", 0xd0009412, pack('Q Q x4080', $subvolume, 256));
asks('the default subvolume', 0x40089413, pack('Q', 0));
asks('the limit of its disk', 0x8030942b, pack('Q6', 0, 0, 0, 0, 0, 0));
asks('a subvolume without a limit', 0x5000940e, pack('q a4088', 0, "root/sub.$$"));
asks('a snapshot without a limit', 0x50009417, pack('q Q Q x32 a4040', fileno($root), 0, 0, "snap.$$"));
asks("a subvolume of others removed", 0x5000943f, pack('q Q Q x32 Q x4032', -1, 0, 16, 1));
asks('no limits at all', 0xc0109428, pack('Q Q', 99, 0));

# Calls that are the kernel's alone, by their numbers on x86_64.
calls('a file by its handle', 304, -100, pack('L l x8', 8, 1), 0);
calls('a module', 175, 0, 0, '');
calls('a module by its file', 313, 0, '', 0);
calls('a module away', 176, 'none', 0);
calls('another kernel', 246, 0, 0, 0, 0xdead);
calls('the clock', 159, pack('L x204', 0x4000));
calls('swap', 167, "$place/none", 0);
calls('keyrings', 250, 0, -3, 0);
calls('keys', 248, 'user', 'hostile', 'x', 1, -3);
calls('programs in the kernel', 321, 0, pack('L4 x112', 2, 4, 4, 1), 128);
calls('performance counters', 298, pack('L L x104', 1, 112), 0, -1, -1, 0);
calls('the log of the kernel', 103, 10, 0, 0);
calls('accounting', 163, "$place/none");

# Last, because there is no way back for it either.
chroot "$place/deep";
chdir '..' for 1 .. 64;
chroot '.';
told("a neighbour's files, out of a chroot", sees());
