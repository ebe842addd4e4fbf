#!/bin/sh
# palimpsest-hook 1 @NAME@
# sum @SUM@
# Written by `palimpsest init`, taken back by `palimpsest uninstall`.
# A hook that stood here before is kept below before-palimpsest, under its own
# name, and runs first. PALIMPSEST=0 in the environment leaves Palimpsest out.
program=@PROGRAM@
before=${0%/*}/before-palimpsest/@NAME@

# The pre-commit framework keeps this hook as NAME.legacy and calls it. What is kept
# here runs then as well, but not the framework's own hook: it would call this again.
folder() { (cd "${0%/*}" && pwd -P); }
is_called() { case $0 in *.legacy) ;; *) [ -n "${PRE_COMMIT_RUNNING_LEGACY-}" ] ;; esac }
is_framework() {
    while IFS= read -r line; do
        case $line in *' by pre-commit: '* | *hook-impl*) return 0 ;; esac
    done <"$before"
    return 1
}

# Hooks may look for their own name, or for files beside them. A shell script
# is told that it still stands here, unless it asks for more than its $0.
asks_for_itself() {
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
        *BASH_SOURCE*) return 0 ;;
        *readlink* | *realpath*) [ ! -L "$before" ] || return 0 ;;
        esac
    done <"$before"
    return 1
}
is_told() {
    first=
    IFS= read -r first <"$before" || :
    case $first in
    '#!'*[/\ ]sh | '#!'*[/\ ]sh\ * | '#!'*[/\ ]bash | '#!'*[/\ ]bash\ * | '#!'*[/\ ]dash) ;;
    *) return 1 ;;
    esac
    # These end the options, and another one follows.
    case $first in *' -' | *' --') first=${first% -*} ;; esac
    ! asks_for_itself
}
# Any other knows only where it is kept: what is beside it here is there as well.
put_beside() {
    for file in "${0%/*}"/* "${0%/*}"/.[!.]*; do
        case ${file##*/} in
        before-palimpsest | *.sample | *.legacy | *.palimpsest-new) continue ;;
        # Git reads the first of these in every folder, and not through a link.
        .git* | .palimpsest-*) continue ;;
        pre-commit | post-commit | post-merge | post-rewrite | post-checkout) continue ;;
        esac
        link=${before%/*}/${file##*/}
        [ ! -L "$link" ] || continue
        # Where the file system has no links, a copy serves, and follows what it is of.
        if [ -e "$link" ]; then
            # shellcheck disable=SC3013 # Every shell that is called sh somewhere has it.
            if [ -f "$link" ] && [ "$file" -nt "$link" ]; then
                cp -p "$file" "$link" 2>/dev/null || :
            fi
        elif [ -e "$file" ]; then
            ln -s "../${file##*/}" "$link" 2>/dev/null || cp -Rp "$file" "$link" 2>/dev/null || :
        fi
    done
}
run_before() {
    PALIMPSEST_BEFORE=$(folder)/@NAME@
    export PALIMPSEST_BEFORE
    if is_told; then
        # shellcheck disable=SC2016,SC2086 # The inner shell expands; words are options.
        ${first#'#!'} -c 'kept=$1; shift; . "$kept"' "$0" "$before" "$@"
    else
        put_beside
        "$before" "$@"
    fi
}

status=0
# What runs first may be a wrapper that moved this hook aside, and calls it.
if [ "${0##*/}" != @NAME@ ] && [ "${PALIMPSEST_BEFORE-}" = "$(folder)/@NAME@" ]; then
    exit 0
fi
if is_called; then
    # Whoever called the framework goes on with this hook.
    if [ "${PALIMPSEST_BEFORE-}" = "$(folder)/@NAME@" ]; then
        exit 0
    fi
    if [ -x "$before" ] && is_framework; then
        before=
    fi
fi
if [ -x "$before" ]; then
    run_before "$@" || status=$?
    # Only what may stop git stops here.
    case @NAME@ in pre-*) [ $status -eq 0 ] || exit $status ;; esac
fi
# In a folder that several repositories share, those without `init` hear nothing.
warn() {
    if git config --local --get merge.palimpsest.driver >/dev/null 2>&1; then
        # Without this one, git would not run the one that is kept.
        way="remove $0"
        [ ! -e "$before" ] || way="put your own hook back: mv \"$before\" \"$0\""
        echo "palimpsest: $program $*; install it again and run \`palimpsest init\` here, or $way" >&2
    fi
}
call() {
    if [ ! -x "$program" ]; then
        warn "is gone"
        return
    fi
    code=0
    "$program" git hook @NAME@ "$@" </dev/null || code=$?
    case $code in
    # Its own two answers: done, and a commit refused.
    92) ;;
    93) status=1 ;;
    # Somebody ended it, and with it the commit.
    129 | 130 | 131 | 137 | 143)
        case @NAME@ in pre-*) status=$code ;; esac
        ;;
    # A loader that lacks a library, a file of no bytes in its place, a defect: nothing was
    # checked or recorded, and history has what the commit lacks.
    *) warn "ended with $code, and @NAME@ did nothing" ;;
    esac
}
[ "${PALIMPSEST-}" = 0 ] || call "$@"
# What other programs add below runs as well, unless git is to stop.
case @NAME@ in pre-*) [ $status -eq 0 ] || exit $status ;; esac
end_with() { return "$1"; }
end_with $status
