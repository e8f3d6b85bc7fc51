# Finds what the project needs from the system, and installs what is missing where that is ours to do: as root on Debian.
# Anywhere else it names the exact command. Sourced by build.sh.

# What machines of the platform nspawn are made with and reached by.
MACHINE_PACKAGES="openssh-client systemd-container mmdebstrap debian-archive-keyring btrfs-progs slirp4netns netcat-openbsd iproute2 nftables dnsmasq-base git"
# What the tests need on top: a server of their own on loopback, tmux, and what they look at machines with.
TEST_PACKAGES="openssh-server tmux acl zstd sudo procps qemu-system-x86 qemu-utils e2fsprogs uidmap fdisk"

MICROSOFT_FEED="wget https://packages.microsoft.com/config/debian/12/packages-microsoft-prod.deb && dpkg -i packages-microsoft-prod.deb && apt-get update"

say() { printf '%s\n' "$*" >&2; }

is_debian() { command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; }

require_dotnet() {
  if command -v dotnet >/dev/null; then return; fi
  say "This needs the .NET SDK 10 or later. See https://dot.net/download; on Debian 12, as root:"
  say "  $MICROSOFT_FEED && apt-get install -y dotnet-sdk-10.0"
  exit 1
}

# Sets PWSH to the pwsh of this computer, or to nothing: what cannot do without one says so itself.
find_pwsh() {
  local candidate
  export PWSH=
  for candidate in "$(command -v pwsh || true)" /opt/microsoft/powershell/7/pwsh /usr/local/bin/pwsh /opt/homebrew/bin/pwsh /snap/bin/pwsh "$HOME/.dotnet/tools/pwsh"; do
    if [ -x "$candidate" ]; then PWSH=$candidate; return; fi
  done
  if is_debian && [ "$(id -u)" = 0 ] && apt-cache show powershell >/dev/null 2>&1; then
    request_packages powershell
    PWSH=$(command -v pwsh || true)
  fi
}

missing_packages() {
  local package
  for package in "$@"; do
    case $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) in
      *" installed") ;;
      *) printf '%s ' "$package" ;;
    esac
  done
}

# Installs Debian packages that are missing. Where it may not, says so and goes on.
request_packages() { require_packages "$@" || true; }

# The same, but fails when some are still missing.
require_packages() {
  is_debian || return 0
  local missing
  missing=$(missing_packages "$@")
  if [ -z "$missing" ]; then return 0; fi
  if [ "$(id -u)" != 0 ]; then
    say "Missing packages. Run: sudo apt-get install -y --no-install-recommends $missing"
    return 1
  fi
  say "Installing: $missing"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >&2
  # shellcheck disable=SC2086 # one word per package
  apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends $missing </dev/null >&2
}
