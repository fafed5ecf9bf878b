#!/usr/bin/env zsh
# Times ways to run "go version", as shell.bash does, all started by zsh.
set -euo pipefail
zmodload zsh/datetime

rounds=$1 runs=$2
shift 2
source "$HOOK"

function measure {
	local i name=$1
	shift
	local -F start=$EPOCHREALTIME
	for ((i = 0; i < runs; i++)); do
		"$@" version >/dev/null
	done
	printf '%s %.0f\n' "$name" $(((EPOCHREALTIME - start) * 1000000 / runs))
}

for ((round = 0; round < rounds; round++)); do
	for way; do
		if [[ ${way#*=} == function ]]; then
			measure "${way%%=*}" go
		else
			measure "${way%%=*}" "${way#*=}"
		fi
	done
done
