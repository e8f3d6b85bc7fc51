# agw_export_files PAIR…, each NAME=PATH: lines for a POSIX shell that set those variables to what is in the files. Fails, and says so, when one is not there.
agw_export_files() {
    for agw_pair in "$@"; do
        if [ ! -r "${agw_pair#*=}" ]; then
            echo "the value of the secret variable ${agw_pair%%=*} is not on this machine: it is kept in memory only, and must be set again" >&2
            return 1
        fi
        printf "export %s='" "${agw_pair%%=*}"
        sed "s/'/'\\\\''/g" "${agw_pair#*=}"
        printf "'\n"
    done
}
