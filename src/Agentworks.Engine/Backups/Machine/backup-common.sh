# What backing up and restoring share. After workspace-common.sh and workspace-stage.sh.

# agw_fingerprint FOLDER: one number for names, kinds, modes, times, links and contents of all that is in it, whoever it belongs to.
agw_fingerprint() {
    agw_confined "$1" -- tar --create --file=- --directory=/from --sort=name --owner=0 --group=0 --numeric-owner --format=posix --warning=none \
        --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime . | sha256sum | cut -d ' ' -f 1
}

agw_still() { echo "${1%/*}/.backup-${1##*/}"; }
