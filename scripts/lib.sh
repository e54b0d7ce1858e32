# Shared by the scripts of this directory: saying what happens, and installing what is missing.
# shellcheck shell=bash

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

die() {
    say "$*"
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Run a command as root, or say that it cannot be done.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# Install Debian packages. Without the right to, name them and stop.
apt_install() {
    if have apt-get && as_root true; then
        say "installing $* (apt)"
        # The log is shown only on failure: a package manager says much, and little of it is news.
        local log
        log=$(mktemp)
        if as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >"$log" 2>&1 </dev/null &&
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" >>"$log" 2>&1 </dev/null; then
            rm -f "$log"
            return
        fi
        tail -n 20 "$log" >&2
        rm -f "$log"
    fi
    die "please install: $*   (Debian: sudo apt-get install $*)"
}

# What every build needs beside the Rust toolchain.
need_build_tools() {
    have cargo || die "please install a Rust toolchain (https://rustup.rs), then run this again"
    have cc || apt_install gcc libc6-dev
}
