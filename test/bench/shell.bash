#!/usr/bin/env bash
# Times ways to run "go version", all started by the same bash, in turn:
#   shell.bash ROUNDS RUNS NAME=PROGRAM…
# PROGRAM is a path, or "function" for the go function that the file HOOK (in the
# environment), the hook of gosw, defines. Prints NAME and microseconds a run, a line
# for each round.
set -euo pipefail

rounds=$1 runs=$2
shift 2
# shellcheck source=/dev/null
source "${HOOK:?}"

measure() {
	local start=${EPOCHREALTIME/./} i
	for ((i = 0; i < runs; i++)); do
		"$@" version >/dev/null
	done
	echo "$name $(((${EPOCHREALTIME/./} - start) / runs))"
}

for ((round = 0; round < rounds; round++)); do
	for way; do
		name=${way%%=*} program=${way#*=}
		if [[ $program == function ]]; then
			measure go
		else
			measure "$program"
		fi
	done
done
