# Copies of workspaces: read where agents write, made where nobody else can. After workspace-common.sh.

# agw_confined FOLDER [FOLDER2] -- COMMAND…: runs a program that sees nothing of this machine but its public programs, FOLDER as /from (read
# only) and FOLDER2 as /to; with a folder in $agw_names, its passwd and group say what users are called. Whoever can write in FOLDER may swap a folder for a link while root reads: there is nothing that it could lead to.
agw_confined() {
    mkdir -p -m 0700 /run/agentworks/confined
    agw_names=${agw_names-} unshare --mount --propagation private /bin/sh -euc '
        cd /run/agentworks/confined
        mount -t tmpfs -o mode=0755,nosuid,nodev none .
        cd /run/agentworks/confined
        mkdir usr dev from to
        for link in bin sbin lib lib32 lib64 libx32; do [ ! -L "/$link" ] || ln -s "usr/$link" "$link"; done
        mount --bind /usr usr
        mount -o remount,bind,ro usr
        : > dev/null
        mount --bind /dev/null dev/null
        mount --bind -- "$1" from
        mount -o remount,bind,ro from
        shift
        if [ "$1" != -- ]; then mount --bind -- "$1" to; shift; fi
        if [ -n "$agw_names" ]; then mkdir etc; cp "$agw_names/passwd" "$agw_names/group" etc; fi
        shift
        exec chroot . "$@"' confined "$@"
}

# agw_alone NAME: waits until whoever did the same before has really gone, also one that was cut off and still clears up.
agw_alone() {
    exec 8> "/run/agentworks/$1.lock"
    flock -w 300 8 || { echo "another copy or move of $1 still goes on" >&2; exit 1; }
}

# agw_stage PATH: the private place beside PATH in which a copy is made; a folder of root alone.
agw_stage() { echo "${1%/*}/.copy-${1##*/}"; }

agw_clear_stage() {
    [ -d "$1" ] || return 0
    agw_discard "$1/tree"
    rm -rf "$1"
}

# agw_open_stage STAGE [bare]: an empty one with a folder "tree" in it; bare: without.
agw_open_stage() {
    agw_clear_stage "$1"
    mkdir -m 0700 "$1"
    [ "${2-}" = bare ] || agw_new_folder "$1/tree"
}

# agw_is_subvolume FOLDER: one that a snapshot would hold all of. What agents made subvolumes of their own, a snapshot leaves out.
agw_is_subvolume() {
    agw_is_btrfs "$1" && [ "$(stat -c %i "$1")" = 256 ] && [ -z "$(btrfs subvolume list -o "$1" 2>/dev/null || echo unknown)" ]
}

# agw_count FOLDER: everything in it that a tar holds.
agw_count() { find "$1" ! -type s -printf x | wc -c; }

# agw_settle TREE USER KEEP: gives a copy to its new workspace. Files stay those of the users in KEEP (names, separated by blanks); all others
# become the workspace's. Nobody else can reach TREE.
agw_settle() (
    cd "$1"
    find . -xdev \( -type b -o -type c \) -delete
    set -- "$2" $3
    new=$1
    shift
    for keep; do
        set -- "$@" ! -user "$keep"
        shift
    done
    find . -xdev ! -user "$new" "$@" -exec chown -h "$new" {} +
    find . -xdev ! -group "$new" -exec chgrp -h "$new" {} +
    setfacl -bk .
    agw_folder "$new" .
)

# agw_arrive STAGE PATH USER: the copy takes its place, whole.
agw_arrive() {
    mv -T "$1/tree" "$2"
    rmdir "$1"
    if agw_as "$3" test -d "$2/.git"; then agw_as "$3" git -C / config --global --replace-all safe.directory "$2"; fi
}

# agw_digest FOLDER: one number for names, kinds, modes, owners, times, links and contents of all that is in it.
agw_digest() {
    agw_confined "$1" -- tar --create --file=- --directory=/from --sort=name --numeric-owner --format=posix --warning=none \
        --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime . | sha256sum | cut -d ' ' -f 1
}

# agw_moved OLD NEW USER AGENT…: tells git of those who may enter where the workspace is now, and prints its kind of store, and "mapped" where a mount
# shows it.
agw_moved() {
    was=$1 is=$2 owner=$3
    shift 3
    agw_as "$owner" git -C / config --global --fixed-value --unset-all safe.directory "$was" 2>/dev/null || :
    if agw_as "$owner" test -d "$is/.git"; then agw_as "$owner" git -C / config --global --replace-all safe.directory "$is"; fi
    for agent; do
        agw_git "$agent" --fixed-value --unset-all safe.directory "$was" 2>/dev/null || :
        agw_grant "$agent" "$owner" "$is"
    done
    kind=plain
    ! agw_is_btrfs "$is" || [ "$(stat -c %i "$is")" != 256 ] || kind=btrfs
    if mountpoint -q "$is"; then echo "$kind mapped"; else echo "$kind"; fi
}
