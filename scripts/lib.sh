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
    have make || apt_install make
}

# Foreign clients are installed once, outside the checkout, next to the tools of scripts/tools. Another set of versions is
# another directory.
clients_dir() {
    local root=${ARTEL_TOOLS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/artel/tools}
    mkdir -p "$root"
    printf '%s\n' "$root/$1-$(sha256sum "$2" | cut -c 1-16)"
}

# client_venv NAME REQUIREMENTS: a virtual environment with exactly these packages; prints where it is.
client_venv() {
    local venv
    venv=$(clients_dir "$1" "$2")
    (
        # Two tests may come at the same time.
        exec 9>"$venv.lock"
        have flock && flock 9
        [ -e "$venv/ready" ] && exit
        have python3 || apt_install python3 python3-venv
        say "installing $(grep -c == "$2") Python packages"
        rm -rf "$venv"
        python3 -m venv "$venv" >/dev/null || /usr/bin/python3 -m venv "$venv" >/dev/null || exit 1
        "$venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --requirement "$2" </dev/null || exit 1
        touch "$venv/ready"
    ) >&2 || {
        say "the clients cannot be installed (pip install -r $2)"
        return 1
    }
    printf '%s\n' "$venv"
}

# client_modules NAME LOCK: a directory whose node_modules are exactly those of package-lock.json; prints where it is.
client_modules() {
    local modules
    modules=$(clients_dir "$1-node" "$2")
    (
        exec 9>"$modules.lock"
        have flock && flock 9
        [ -e "$modules/ready" ] && exit
        have npm || apt_install nodejs npm
        say "installing the JavaScript packages of $2"
        rm -rf "$modules"
        mkdir -p "$modules"
        cp "$2" "$(dirname "$2")/package.json" "$modules"
        (cd "$modules" && npm ci --silent --no-audit --no-fund --ignore-scripts </dev/null) || exit 1
        touch "$modules/ready"
    ) >&2 || {
        say "the clients cannot be installed (npm ci with $2)"
        return 1
    }
    printf '%s\n' "$modules"
}
