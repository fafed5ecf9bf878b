#!/usr/bin/env bash
# What action.yml runs: "setup.sh plan" finds gosw, and what is to be installed;
# "setup.sh install" installs that and sets it up for the steps after it. Between the
# two the store may come from a cache.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() {
	printf '::error title=gosw::%s\n' "$1"
	exit 1
}

# open_to_all succeeds where other users could put something else in the place of a
# directory, as in the tool cache of GitHub's own Linux runners.
open_to_all() {
	local dir=$1
	while :; do
		if [[ -n $(find "$dir" -maxdepth 0 -perm -0002 ! -perm -1000 2>/dev/null) ]]; then return 0; fi
		case $dir in / | . | [A-Za-z]:*) return 1 ;; esac
		dir=$(dirname "$dir")
	done
}

# tools prints the directory for gosw and its store: in the tool cache, which a runner
# of one's own keeps, or that of the job.
tools() {
	local dir=${RUNNER_TOOL_CACHE:-${RUNNER_TEMP:?}}
	if [[ $RUNNER_OS == Windows ]]; then
		cygpath -m "$dir/gosw"
	else
		if open_to_all "$dir"; then dir=$RUNNER_TEMP; fi
		printf '%s/gosw' "$dir"
	fi
}

# wanted prints the version of gosw that this action is for.
wanted() {
	local version
	version=$(sed -n '/^[0-9a-f]\{64\}  gosw_/{s/.*  gosw_\([^_]*\)_.*/\1/p;q;}' "$here/gosw.sha256")
	printf '%s' "${version:-devel}"
}

digest() {
	if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi
}

# download puts gosw into a directory, if its archive is the one that was released.
download() {
	local version=$1 dir=$2 os arch top archive sum got url
	case $RUNNER_OS in
	Windows) os=windows ;;
	macOS) os=darwin ;;
	*) os=linux ;;
	esac
	case $RUNNER_ARCH in
	X64) arch=amd64 ;;
	X86) arch=386 ;;
	ARM) arch=armv7 ;;
	*) arch=arm64 ;;
	esac
	top=gosw_${version}_${os}_$arch
	archive=$top.tar.gz
	if [[ $os == windows ]]; then archive=$top.zip; fi
	sum=$(sed -n "s/^\([0-9a-f]\{64\}\)  $archive\$/\1/p" "$here/gosw.sha256")
	if [[ -z $sum ]]; then
		fail "this revision of the action has no hash of a released gosw for $os/$arch: use another one, or put gosw $version on PATH"
	fi
	mkdir -p "$(dirname "$dir")"
	scratch=$(mktemp -d "$dir.XXXXXX")
	trap 'rm -rf "$scratch"' EXIT
	url=${GOSW_DOWNLOAD_URL:-https://github.com/gosw/gosw/releases/download}
	curl --fail --silent --show-error --location --retry 3 --output "$scratch/$archive" "${url%/}/v$version/$archive" ||
		fail "can't download $archive"
	got=$(digest "$scratch/$archive")
	got=${got%% *}
	if [[ $got != "$sum" ]]; then
		fail "SECURITY ERROR: $archive is not the file that was released: its SHA-256 is $got, not $sum. Nothing was installed."
	fi
	if [[ $os == windows ]]; then
		unzip -q "$scratch/$archive" -d "$scratch"
	else
		tar -xzf "$scratch/$archive" -C "$scratch"
	fi
	# Another job of this runner may have been faster.
	mv "$scratch/$top" "$dir" 2>/dev/null || [[ -x $dir/bin/gosw ]]
}

# find_gosw puts the gosw that this action is for on PATH, for later steps too.
find_gosw() {
	local version dir
	version=$(wanted)
	if [[ $(gosw --version 2>/dev/null) == "gosw $version" ]]; then return; fi
	dir=$(tools)/$version/$RUNNER_ARCH
	if [[ ! -d $dir/bin ]]; then download "$version" "$dir"; fi
	printf '%s\n' "$dir/bin" >>"$GITHUB_PATH"
	if [[ $RUNNER_OS == Windows ]]; then dir=$(cygpath -u "$dir"); fi
	PATH=$dir/bin:$PATH
}

# The arguments for gosw.
version=()
if [[ -n ${INPUT_VERSION-} ]]; then version+=(-- "$INPUT_VERSION"); fi
if [[ -n ${INPUT_VERSION_FILE-} ]]; then version=(--file "$INPUT_VERSION_FILE" "${version[@]}"); fi
if [[ -n ${INPUT_POLICY-} ]]; then
	unset GOTOOLCHAIN # which an earlier use may have set
	export GOSW_GOTOOLCHAIN=$INPUT_POLICY
fi
if [[ -z ${GOSW_ROOT-} ]]; then
	GOSW_ROOT=$(tools)/store
	export GOSW_ROOT
fi

case $1 in
plan)
	case ${INPUT_POLICY:-local} in
	local | path | auto | leave) ;;
	*) fail "policy is \"$INPUT_POLICY\", not local, path, auto or leave" ;;
	esac
	find_gosw
	if [[ -n ${INPUT_EACH-} ]]; then
		read -r -d '' -a each < <(printf '%s\0' "${INPUT_EACH//$'\r'/ }")
		gosw ci --github --each -- "${each[@]}"
		exit
	fi
	cache=${INPUT_CACHE:-auto}
	case $cache in
	true | false) ;;
	auto) if [[ ${RUNNER_ENVIRONMENT-} == github-hosted ]]; then cache=true; else cache=false; fi ;;
	*) fail "cache is \"$cache\", not auto, true or false" ;;
	esac
	gosw ci --github "${version[@]}"
	printf 'cache=%s\n' "$cache" >>"$GITHUB_OUTPUT"
	;;
install)
	find_gosw
	# Whoever can write to a cache could have put anything into it.
	if [[ ${RESTORED-} == true ]]; then
		gosw verify || fail "what GitHub's cache had is not what was released; delete it in the repository's list of caches"
	fi
	gosw ci --github --install "${version[@]}"
	printf '::add-matcher::%s\n' "$GITHUB_ACTION_PATH/action/matchers.json"
	;;
esac
