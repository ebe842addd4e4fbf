#!/bin/sh
# Builds palimpsest and installs it with its other names, yaml2sql, wiki2sql
# and metadb. Then sets up the journal it is given, or shows the demo.
set -eu

usage() {
    cat <<'EOF'
usage: ./install.sh [JOURNAL]

Builds palimpsest and installs it into ~/.local/bin, or into $PREFIX/bin.
With JOURNAL, the folder of a journal in a git repository, sets it up there
(palimpsest init); without, plays the demo in a temporary folder.
EOF
}

fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

# Against the folder that the caller stands in.
absolute() {
    case $1 in
        /*) printf '%s\n' "$1" ;;
        *) printf '%s/%s\n' "$(pwd -P)" "$1" ;;
    esac
}

case ${1-} in
    -h | --help)
        usage
        exit 0
        ;;
    -*)
        usage >&2
        exit 2
        ;;
esac
[ $# -le 1 ] || {
    usage >&2
    exit 2
}

journal=
if [ $# -eq 1 ]; then
    [ -d "$1" ] || fail "$1: no such folder"
    journal=$(absolute "$1")
fi

if [ -n "${PREFIX-}" ]; then
    bin=$(absolute "$PREFIX")/bin
else
    [ -n "${HOME-}" ] || fail "neither PREFIX nor HOME is set"
    bin=$HOME/.local/bin
fi

command -v cargo >/dev/null || fail "cargo is missing: install Rust from https://rustup.rs, then run this again"
command -v cc >/dev/null || fail "cc is missing: install a C compiler (Debian: apt install gcc; macOS: xcode-select --install), then run this again"
command -v git >/dev/null || fail "git is missing: install it, then run this again"

[ ! -d "$bin/palimpsest" ] ||
    fail "$bin/palimpsest is a folder: move it away, or choose another folder with PREFIX=..."
# Another program of that name is not ours to replace.
for name in yaml2sql wiki2sql metadb; do
    if [ -e "$bin/$name" ] || [ -L "$bin/$name" ]; then
        [ "$(readlink "$bin/$name" || :)" = palimpsest ] ||
            fail "$bin/$name is another program: move it away, or choose another folder with PREFIX=..."
    fi
done

top=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
cd "$top"
need=$(sed -n 's/^rust-version = "1\.\([0-9]*\)"$/\1/p' Cargo.toml)
have=$(cargo --version | sed -n 's/^cargo 1\.\([0-9]*\)\..*/\1/p')
if [ -n "$have" ] && [ "$have" -lt "$need" ]; then
    fail "Rust 1.$need or later is needed, and this is 1.$have: run \`rustup update\`, or install Rust from https://rustup.rs, then run this again"
fi

# The configuration may name a target, whose folder is then between the two, and a program
# of an earlier build must not be taken for this one: cargo says what it built. The earlier
# one stays until then, since hooks may call it.
unset CARGO_BUILD_TARGET
printf 'Building palimpsest (some minutes the first time) ...\n'
said=$(cargo build --release --locked --quiet --target-dir "$top/target" \
    --message-format=json-render-diagnostics)
built=$(printf '%s\n' "$said" |
    sed -n 's|.*"executable":".*/target/\(.*release/palimpsest\)".*|target/\1|p')
[ -f "$built" ] || fail "cargo built no program below $top/target"

mkdir -p "$bin"
new=$bin/.palimpsest.$$
trap 'rm -f "$new"' EXIT
trap 'exit 1' HUP INT TERM
# Renamed into place when all of it is on the disk: a hook that runs meanwhile, or after a
# power cut, has the old or the new program.
cp "$built" "$new"
chmod 755 "$new"
case $("$new" --version) in
    'palimpsest '*) ;;
    *) fail "what cargo built ($top/$built) does not run here: build it on this system, for this system" ;;
esac
sync "$new" 2>/dev/null || sync
mv -f "$new" "$bin/palimpsest"
for name in yaml2sql wiki2sql metadb; do
    ln -s palimpsest "$new"
    mv -f "$new" "$bin/$name"
done
printf 'Installed palimpsest, yaml2sql, wiki2sql and metadb in %s\n' "$bin"

case :${PATH-}: in
    *":$bin:"*) ;;
    *)
        # The login shell of macOS reads no ~/.profile.
        case ${SHELL-} in
            */zsh) profile='~/.zprofile' ;;
            *) profile='~/.profile' ;;
        esac
        # shellcheck disable=SC2016 # $PATH is for the reader's shell to fill in.
        printf '\n%s is not on your PATH. Add this line to %s:\n\n    export PATH="%s:$PATH"\n' "$bin" "$profile" "$bin"
        ;;
esac

printf '\n'
if [ -n "$journal" ]; then
    "$bin/palimpsest" init "$journal"
else
    "$bin/palimpsest" demo
fi
