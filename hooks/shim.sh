#!/bin/sh
# palimpsest-hook 1 @NAME@
# Written by `palimpsest init`, taken back by `palimpsest uninstall`.
# A hook that stood here before is kept beside this one and runs first.
# PALIMPSEST=0 in the environment leaves Palimpsest out.
program=@PROGRAM@
before=$0.before-palimpsest
status=0
if [ -x "$before" ]; then
    "$before" "$@" || status=$?
    # Only what may stop git stops here.
    case @NAME@ in pre-*) [ $status -eq 0 ] || exit $status ;; esac
fi
if [ "${PALIMPSEST-}" = 0 ]; then
    exit $status
fi
if [ -x "$program" ]; then
    "$program" hook @NAME@ "$@" </dev/null || status=$?
else
    echo "palimpsest: $program is gone; install it again and run \`palimpsest init\` here, or remove $0" >&2
fi
exit $status
