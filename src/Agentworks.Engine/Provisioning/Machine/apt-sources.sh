# Package sources of ours: each has a record of the files that it placed, so that taking it away is exact.
# A record's lines: key file, source file, SHA-256 of the key, address of the key, whether it was unpacked.
agw_sources=/etc/agentworks/apt/sources

agw_source_line() { printf '%s\n' "$agw_line" | sed "s/{arch}/$(dpkg --print-architecture)/g"; }

agw_wrong() { echo "$1"; exit 1; }

agw_check_source() {
    [ -f "$agw_sources/$agw_name" ] || agw_wrong 'not set up'
    { read -r key; read -r file; read -r sum; read -r url; read -r unpack; } < "$agw_sources/$agw_name"
    [ "$key $file $url $unpack" = "$agw_key_path $agw_file $agw_key_url $agw_unpack" ] || agw_wrong 'declared otherwise'
    [ -f "$key" ] || agw_wrong "the key $key is gone"
    [ "$(sha256sum < "$key")" = "$sum  -" ] || agw_wrong "the key $key was changed"
    [ -f "$file" ] || agw_wrong "$file is gone"
    agw_source_line | cmp -s - "$file" || agw_wrong "$file is not as declared"
    [ "$(stat -c '%a %u' "$key" "$file" | sort -u)" = '644 0' ] || agw_wrong 'the files have other permissions'
}

# ASCII armor to the bytes in it; apt takes the two by the names of files, which are not ours to choose.
agw_unarmor() {
    awk '{ sub(/\r$/, "") }
        /^-----BEGIN PGP PUBLIC KEY BLOCK-----$/ { part = "head"; next }
        /^-----END / { part = "" }
        part == "head" && $0 == "" { part = "body"; next }
        part == "body" && !/^=/ { print }' | base64 -d
}

agw_apply_source() {
    command -v curl >/dev/null || agw_install curl ca-certificates
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    case $agw_key_url in https:*) allowed='=https' ;; *) allowed='=http,https' ;; esac
    agw_limit 90 "$agw_key_url" curl -fsSL --proto "$allowed" --connect-timeout 20 --retry 1 --max-filesize 1048576 -o "$work/key" --url "$agw_key_url" ||
        agw_wrong "the key could not be fetched from $agw_key_url"
    if [ "$agw_unpack" = yes ]; then
        agw_unarmor < "$work/key" > "$work/unpacked"
        mv "$work/unpacked" "$work/key"
    fi
    [ -s "$work/key" ] || agw_wrong "there is no key at $agw_key_url"

    [ ! -f "$agw_sources/$agw_name" ] || agw_drop_source "$agw_name"
    mkdir -p "$agw_sources" "${agw_key_path%/*}"
    printf '%s\n' "$agw_key_path" "$agw_file" "$(sha256sum < "$work/key" | cut -d' ' -f1)" "$agw_key_url" "$agw_unpack" > "$agw_sources/$agw_name"
    install -m 0644 "$work/key" "$agw_key_path"

    # Asked before it is put in place: a source that does not answer would spoil all others.
    agw_source_line > "$work/asked.list"
    said=$(agw_apt 180 update --error-on=any -o "Dir::Etc::sourcelist=$work/asked.list" -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0 2>&1) || {
        why=$(printf '%s\n' "$said" | grep -E '^(E|W): |timed out' | head -n 1)
        agw_wrong "${why:-$(printf '%s\n' "$said" | tail -n 1)}"
    }
    install -m 0644 "$work/asked.list" "$agw_file"
}

# NAME: its files go unless another source of ours has them too.
agw_drop_source() {
    { read -r dropped_key; read -r dropped_file; } < "$agw_sources/$1"
    rm -f "$agw_sources/$1"
    for dropped in "$dropped_file" "$dropped_key"; do
        grep -qsxF -- "$dropped" "$agw_sources"/* || rm -f -- "$dropped"
    done
}

# Names of sources that are here and not declared.
agw_stray_sources() {
    for record in "$agw_sources"/*; do
        [ -f "$record" ] || continue
        case " $agw_declared " in *" ${record##*/} "*) ;; *) echo "${record##*/}" ;; esac
    done
}

agw_check_strays() {
    strays=$(agw_stray_sources)
    [ -z "$strays" ] || agw_wrong "no longer declared: $(echo $strays)"
}

agw_remove_strays() {
    for stray in $(agw_stray_sources); do
        agw_drop_source "$stray"
    done
}
