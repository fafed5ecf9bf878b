#!/usr/bin/env bash
# What action.yml runs: "setup.sh plan" finds gosw, and what is to be installed;
# "setup.sh install" installs that and sets it up for the steps after it. Between the
# two the store may come from a cache.
set -euo pipefail
here=${BASH_SOURCE[0]%/*}

fail() {
	printf '::error title=gosw::%s\n' "$1"
	exit 1
}

# open_to_all succeeds where other users could put something else in the place of a
# directory, as in the tool cache of GitHub's own Linux runners.
open_to_all() {
	local dirs=() dir=$1
	while [[ $dir == */* ]]; do
		dirs+=("$dir/")
		dir=${dir%/*}
	done
	[[ -n $(find "${dirs[@]}" / -maxdepth 0 -perm -0002 ! -perm -1000 2>/dev/null) ]]
}

# tools prints the directory for gosw and its store: in the tool cache, which a runner
# of one's own keeps, else that of the job or the user.
tools() {
	local dir
	for dir in "${RUNNER_TOOL_CACHE:-$RUNNER_TEMP}" "$RUNNER_TEMP" "${HOME:-$RUNNER_TEMP}/.cache"; do
		if [[ $RUNNER_OS == Windows ]]; then
			dir=$(cygpath -m "$dir")
			break
		elif ! open_to_all "$dir"; then
			break
		fi
	done
	printf '%s/gosw' "$dir"
}

# hashes sets version to that of the gosw that this action is for, and sum to the hash of
# its archive for a platform, linux_amd64.tar.gz, if there is one.
hashes() {
	local hash name
	version=devel sum=
	while read -r hash name; do
		case $name in
		gosw_*_"$1") sum=$hash ;;
		esac
		case $name in
		gosw_*)
			version=${name#gosw_}
			version=${version%%_*}
			;;
		esac
	done <"$here/gosw.sha256"
}

digest() {
	if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi
}

# platform prints the end of the name of an archive.
platform() {
	local os=linux arch=arm64 ending=tar.gz
	case $RUNNER_OS in
	Windows) os=windows ending=zip ;;
	macOS) os=darwin ;;
	esac
	case $RUNNER_ARCH in
	X64) arch=amd64 ;;
	X86) arch=386 ;;
	ARM) arch=armv7 ;;
	esac
	printf '%s' "${os}_$arch.$ending"
}

# download puts gosw into a directory, if its archive is the one that was released.
download() {
	local dir=$1 top archive got url
	archive=gosw_${version}_$(platform)
	top=${archive%.zip}
	top=${top%.tar.gz}
	if [[ -z $sum ]]; then
		fail "this revision of the action has no hash of a released gosw for this platform: use another one, or put gosw $version on PATH"
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
	if [[ $archive == *.zip ]]; then
		unzip -q "$scratch/$archive" -d "$scratch"
	else
		tar -xzf "$scratch/$archive" -C "$scratch"
	fi
	# Another job of this runner may have been faster.
	mv "$scratch/$top" "$dir" 2>/dev/null || [[ -x $dir/bin/gosw ]]
}

# find_gosw puts the gosw that this action is for on PATH, for later steps too.
find_gosw() {
	local version sum dir
	hashes "$(platform)"
	if [[ $(gosw --version 2>/dev/null) == "gosw $version" ]]; then return; fi
	dir=$(tools)/$version/$RUNNER_ARCH
	if [[ ! -d $dir/bin ]]; then download "$dir"; fi
	printf '%s\n' "$dir/bin" >>"$GITHUB_PATH"
	if [[ $RUNNER_OS == Windows ]]; then dir=$(cygpath -u "$dir"); fi
	PATH=$dir/bin:$PATH
}

# The arguments for gosw. The bash of macOS, 3.2, takes an empty array for one that is not set.
args=(--github)
if [[ -n ${INPUT_VERSION_FILE-} ]]; then args+=(--file "$INPUT_VERSION_FILE"); fi
if [[ -n ${INPUT_VERSION-} ]]; then args+=(-- "$INPUT_VERSION"); fi
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
	gosw ci "${args[@]}"
	printf 'cache=%s\n' "$cache" >>"$GITHUB_OUTPUT"
	;;
install)
	# Whoever can write to a cache could have put anything into it.
	if [[ ${RESTORED-} == true ]]; then
		gosw verify || fail "what GitHub's cache had is not what was released; delete it in the repository's list of caches"
	fi
	gosw ci --install "${args[@]}"
	printf '::add-matcher::%s\n' "$GITHUB_ACTION_PATH/action/matchers.json"
	;;
esac
