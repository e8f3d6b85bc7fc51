# PATH USER ID, after trees.pl. Saves a workspace as it is now. Prints one line: "made KIND TREE UID GID PARENT HEAD", where a dash stands for none;
# or "copy RAW TREE UID GID PARENT HEAD" when a snapshot would not hold all, so that it is to be copied.
my ($path, $user, $id) = @ARGV;
my @locks = alone($user);
my ($raw, $uid, $gid) = place_of($path, $user);
my $store = store_for($raw, $user);
my $tree = "$store/$id";
discard($_) for $tree, "$tree.new";
unlink "$tree.owners";
write_file("$tree.users", join('', map { "$_\n" } users_now()), 0600);
my $parent = mark_of($raw, 'snapshot');
# The tree says itself where it comes from, and its snapshot says the same.
set_mark($raw, 'snapshot', $id);
if (!is_whole_subvolume($raw)) {
    print join(' ', 'copy', $raw, $tree, $uid, $gid, $parent || '-', head_of($raw, $uid, $gid) || '-'), "\n";
    exit 0;
}
if (!eval { snapshot($raw, $store, $id, 1); 1 }) {
    my $why = $@;
    set_mark($raw, 'snapshot', $parent);
    die $why;
}
print join(' ', 'made', 'btrfs', $tree, $uid, $gid, $parent || '-', head_of($tree, $uid, $gid) || '-'), "\n";
