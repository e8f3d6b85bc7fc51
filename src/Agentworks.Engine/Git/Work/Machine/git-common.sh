# What all of ours that runs git in workspaces shares. Run by root; git itself always runs as the workspace's user or an agent.
#
# What agents wrote in a repository's configuration must harm nobody and fool nobody: no hooks, no file system monitor, no program for diffs,
# no other protocols, nothing that is asked for on a terminal. Filters of the repository run for the workspace's own user only, who could do
# all that they can do; for an agent they are off, because another agent may have put them there.
umask 007
mkdir -p -m 0755 /run/agentworks
for agw_left in /run/agentworks/git-*; do
    # Of one that was killed before it could clear up.
    agw_pid=${agw_left#/run/agentworks/git-}
    [ -d "/proc/${agw_pid%%-*}" ] || rm -rf "$agw_left"
done
agw_work=
trap '[ -z "$agw_work" ] || rm -rf "$agw_work"' EXIT
trap 'exit 143' HUP INT TERM
agw_work=$(umask 077 && mktemp -d "/run/agentworks/git-$$-XXXXXXXX")

# agw_enter USER FOLDER CEILING: who works where. No repository is looked for above CEILING.
agw_enter() {
    agw_user=$1 agw_folder=$2 agw_ceiling=$3 agw_guards= agw_hooks=/dev/null agw_index= agw_objects= agw_who= agw_mail= agw_when= agw_as_name= agw_as_mail=
    agw_entry=$(getent passwd "$agw_user") || { echo "user $agw_user is not there" >&2; return 1; }
    agw_home=$(printf %s "$agw_entry" | cut -d : -f 6)
    agw_gid=$(printf %s "$agw_entry" | cut -d : -f 4)
    case $agw_user in
    agt-*) agw_guards=$(g config --local --name-only --get-regexp '^filter\..*\.(clean|smudge|process|required)$' 2>/dev/null | sort -u) || : ;;
    esac
}

# agw_run COMMAND…: as that user, with nothing of ours around it.
agw_run() {
    setpriv --reuid "$agw_user" --regid "$agw_gid" --init-groups --inh-caps=-all --no-new-privs -- \
        env -i HOME="$agw_home" USER="$agw_user" LOGNAME="$agw_user" PATH=/usr/local/bin:/usr/bin:/bin LC_ALL=C.UTF-8 \
        GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=https:http:ssh:git:file GIT_PAGER=cat GIT_EDITOR=true GIT_NO_LAZY_FETCH=1 \
        GIT_SSH_COMMAND='ssh -o BatchMode=yes' GIT_CEILING_DIRECTORIES="$agw_ceiling" ${agw_index:+GIT_INDEX_FILE="$agw_index"} \
        ${agw_objects:+GIT_OBJECT_DIRECTORY="$agw_objects"} \
        ${agw_who:+GIT_AUTHOR_NAME="$agw_who" GIT_AUTHOR_EMAIL="$agw_mail"} ${agw_when:+GIT_AUTHOR_DATE="$agw_when"} \
        ${agw_as_name:+GIT_COMMITTER_NAME="$agw_as_name" GIT_COMMITTER_EMAIL="$agw_as_mail"} "$@"
}

# g ARGUMENT…: git in the folder.
g() {
    agw_run perl -e '
        my ($guards, @arguments) = @ARGV;
        my @keys = split /\n/, $guards;
        $ENV{GIT_CONFIG_COUNT} = @keys if @keys;
        for my $i (0 .. $#keys) {
            $ENV{"GIT_CONFIG_KEY_$i"} = $keys[$i];
            $ENV{"GIT_CONFIG_VALUE_$i"} = $keys[$i] =~ /required$/i ? "false" : "";
        }
        exec "git", @arguments or print STDERR "git is not installed on this machine\n";
        exit 127;' "$agw_guards" -C "$agw_folder" -c safe.directory='*' -c core.fsmonitor=false -c core.hooksPath="$agw_hooks" -c gc.auto=0 \
        -c maintenance.auto=false -c submodule.recurse=false -c advice.addEmbeddedRepo=false "$@"
}

# agw_each FUNCTION USER FOLDER CEILING …: calls FUNCTION in each place, eight at once. What it writes to files in $agw_out, and to standard
# error, is printed as "NUMBER NAME BYTES" and the bytes; the name "rc" holds its exit status.
agw_each() {
    agw_function=$1 agw_count=0
    shift
    while [ $# -ge 3 ]; do
        agw_out=$agw_work/$agw_count
        mkdir "$agw_out"
        (
            trap - EXIT
            rc=0
            { agw_enter "$1" "$2" "$3" && "$agw_function"; } 2> "$agw_out/error" || rc=$?
            echo "$rc" > "$agw_out/rc"
        ) &
        shift 3
        agw_count=$((agw_count + 1))
        [ $((agw_count % 8)) != 0 ] || wait
    done
    wait
    agw_print "$agw_count"
}

agw_print() {
    perl -e '
        my ($folder, $count) = @ARGV;
        $| = 1;
        for my $i (0 .. $count - 1) {
            for my $file (glob "$folder/$i/*") {
                open(my $in, "<:raw", $file) or next;
                my ($name) = $file =~ m{([^/]*)$};
                printf "%d %s %d\n", $i, $name, -s $in;
                my $left = -s $in;
                while ($left > 0) {
                    my $read = read($in, my $data, $left < 65536 ? $left : 65536) or last;
                    print $data;
                    $left -= $read;
                }
            }
        }' "$agw_work" "$1"
}

# agw_identity NAME MAIL: whom commits are by where git knows nobody: these, or the user itself.
agw_identity() {
    [ -z "$(g config user.name || :)" ] || [ -z "$(g config user.email || :)" ] || return 0
    agw_as_name=$1 agw_as_mail=$2
    case $agw_user in agt-*) agw_as_name= ;; esac
    [ -n "$agw_as_name" ] || { agw_as_name=$agw_user agw_as_mail=$agw_user@$(uname -n); }
    agw_who=$agw_as_name agw_mail=$agw_as_mail
}

# agw_commit ALL HOOKS MESSAGE AUTHOR NAME MAIL: makes a commit of what is staged, or of everything. Where there is nothing to commit, the file
# "clean" in $agw_out says what is not staged.
agw_commit() {
    [ -z "$1" ] || g add --all -- :/ || return
    agw_identity "$5" "$6"
    if g diff --cached --quiet --no-ext-diff --ignore-submodules=dirty && ! g rev-parse --quiet --verify MERGE_HEAD > /dev/null; then
        g --no-optional-locks status --porcelain -z --untracked-files=normal --ignore-submodules=dirty | head -c 1 > "$agw_out/clean"
        return 0
    fi
    printf '%s' "$3" | if [ -n "$2" ]; then
        agw_run git -C "$agw_folder" -c safe.directory='*' -c core.fsmonitor=false -c gc.auto=0 commit --quiet --no-gpg-sign --cleanup=whitespace ${4:+--author="$4"} --file=-
    else
        g commit --quiet --no-verify --no-gpg-sign --cleanup=whitespace ${4:+--author="$4"} --file=-
    fi >&2
}

# agw_told: the newest commit in a few lines, its files last.
agw_told() {
    g symbolic-ref --quiet --short HEAD || echo
    g log -1 --no-show-signature --no-color --encoding=UTF-8 --format='%H%n%h%n%an <%ae>%n%s' || return
    g diff-tree --root --no-commit-id -r -z --name-only --diff-merges=first-parent HEAD | tr -dc '\000' | wc -c
}
