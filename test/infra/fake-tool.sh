#!/bin/sh
# Stands for az and npm: keeps the words of each call, and answers as told by fake-tools.ts; the last answer is repeated.
# Written for a shell without any program beside it, since dozens of Node processes would take seconds.
here=${0%/*}
line="${0##*/} $*"
printf '%s\037' "${0##*/}" "$@" >>"$here/calls"
printf '\036' >>"$here/calls"
[ "${line%% *}" = npm ] && : >dist/static-ip-remediator.zip
for answer in "$here"/answers/*; do
  read -r start <"$answer/start"
  case "$line" in "$start"*) break ;; *) answer= ;; esac
done
[ -n "$answer" ] || exit 0
read -r count <"$answer/count"
[ -e "$answer/$((count + 1)).code" ] && count=$((count + 1))
echo "$count" >"$answer/count"
while IFS= read -r text; do echo "$text"; done <"$answer/$count.out"
while IFS= read -r text; do echo "$text" >&2; done <"$answer/$count.err"
read -r code <"$answer/$count.code"
exit "$code"
