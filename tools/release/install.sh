#!/bin/sh
{ # a script that is cut short is a syntax error, and does nothing
	# Installs gosw @VERSION@ below ~/.local. Needs no root. The hashes of the archives
	# are in this script: what it downloads is checked, whatever server it is from.
	set -eu
	umask 022

	version=@VERSION@
	sums() {
		cat <<'SUMS'
@SUMS@
SUMS
	}

	usage() {
		cat <<USAGE
Install gosw $version.

usage: sh install.sh [--prefix DIR] [--no-modify-path] [--version VERSION]

  --prefix DIR       install into DIR/bin and DIR/share (default: ~/.local)
  --no-modify-path   don't ask to set up the shell
  --version VERSION  fail if this script installs another version

GOSW_DOWNLOAD_URL names a mirror: the archive is read from
\$GOSW_DOWNLOAD_URL/$version/.
USAGE
	}

	fail() {
		printf 'install.sh: %s\n' "$1" >&2
		exit 1
	}

	have() { command -v "$1" >/dev/null 2>&1; }

	# What is undone if the script ends early.
	scratch='' staged='' made=''
	# shellcheck disable=SC2317 # the traps call it
	cleanup() {
		code=$?
		trap - EXIT
		if [ -n "$scratch" ]; then rm -rf "$scratch"; fi
		printf '%s' "$staged" | while IFS= read -r file; do rm -f "$file"; done
		printf '%s' "$made" | while IFS= read -r dir; do rmdir "$dir" 2>/dev/null || :; done
		exit "$code"
	}
	trap cleanup EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM

	# directory makes a directory and those above it, and remembers which it made.
	directory() {
		if [ -d "$1" ]; then return; fi
		directory "$(dirname "$1")"
		mkdir "$1" || fail "can't make $1"
		made="$1
$made"
	}

	target() {
		case $(uname -s) in
		Linux) os=linux ;;
		Darwin) os=darwin ;;
		FreeBSD) os=freebsd ;;
		*) fail "there is no gosw for $(uname -s) here; on Windows use the zip file of the release" ;;
		esac
		case $(uname -m) in
		x86_64 | amd64) arch=amd64 ;;
		aarch64 | arm64) arch=arm64 ;;
		i?86 | x86) arch=386 ;;
		armv7* | armv8*) arch=armv7 ;;
		riscv64) arch=riscv64 ;;
		ppc64le) arch=ppc64le ;;
		s390x) arch=s390x ;;
		loongarch64) arch=loong64 ;;
		*) fail "there is no gosw for the processor $(uname -m)" ;;
		esac
		# The kernel may have 64 bits and all programs 32, as on a Raspberry Pi.
		if [ "$os" = linux ] && have getconf && [ "$(getconf LONG_BIT 2>/dev/null)" = 32 ]; then
			case $arch in
			amd64) arch=386 ;;
			arm64) arch=armv7 ;;
			esac
		fi
		# A shell that Rosetta translates says x86_64 on an ARM Mac.
		if [ "$os" = darwin ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then arch=arm64; fi
	}

	# digest prints the SHA-256 of a file, then its name.
	digest() {
		if have sha256sum; then
			sha256sum "$1"
		elif have shasum; then
			shasum -a 256 "$1"
		elif have openssl; then
			openssl dgst -sha256 -r "$1"
		elif have sha256; then
			sha256 -r "$1"
		else
			fail "no program to check SHA-256 is here (sha256sum, shasum, openssl or sha256); install one, then retry"
		fi
	}

	download() {
		if have curl; then
			curl --fail --silent --show-error --location --retry 2 --output "$2" "$1"
		elif have wget; then
			wget -q -O "$2" "$1"
		else
			fail 'curl or wget is needed to download gosw'
		fi || fail "can't download $1"
	}

	prefix='' ask=yes
	while [ $# -gt 0 ]; do
		case $1 in
		--prefix) prefix=${2:?needs a directory} && shift ;;
		--prefix=*) prefix=${1#*=} ;;
		--version) wanted=${2:?needs a version} && shift ;;
		--version=*) wanted=${1#*=} ;;
		--no-modify-path) ask=no ;;
		-h | --help) usage && exit ;;
		*) fail "unknown argument $1; --help lists them" ;;
		esac
		shift
	done
	if [ "v${wanted+${wanted#v}}" != v ] && [ "v${wanted#v}" != "$version" ]; then
		fail "this script installs $version; each release has its own: https://github.com/gosw/gosw/releases/download/v${wanted#v}/install.sh"
	fi
	if [ -z "$prefix" ]; then
		if [ -z "${HOME-}" ]; then fail 'HOME is not set; name a directory with --prefix'; fi
		prefix=$HOME/.local
	fi
	case $prefix in
	/*) ;;
	*) prefix=$PWD/$prefix ;;
	esac

	target
	top=gosw_${version#v}_${os}_$arch
	archive=$top.tar.gz
	want=$(sums | while read -r sum name; do if [ "$name" = "$archive" ]; then echo "$sum"; fi; done)
	if [ -z "$want" ]; then fail "this release has no archive for $os/$arch"; fi
	have tar || fail 'tar is needed to unpack gosw'

	scratch=$(mktemp -d) || fail "can't make a temporary directory"
	url=${GOSW_DOWNLOAD_URL:-https://github.com/gosw/gosw/releases/download}
	download "${url%/}/$version/$archive" "$scratch/$archive"
	got=$(digest "$scratch/$archive") || exit 1
	got=${got%% *}
	if [ "${got#\\}" != "$want" ]; then
		fail "SECURITY ERROR: $archive is not the file that was released: its SHA-256 is $got, not $want. Nothing was installed."
	fi
	tar -xzf "$scratch/$archive" -C "$scratch" || fail "can't unpack $archive"
	cd "$scratch/$top"
	bin/gosw --version >/dev/null || fail "gosw does not run on this machine"

	# First every file beside its place, then all renames: a full disk or a directory
	# of another user changes nothing that is there. gosw itself comes last.
	files=$(find share -type f && echo bin/gosw-shim && echo bin/gosw)
	for file in $files; do
		if [ -d "$prefix/$file" ]; then fail "$prefix/$file is a directory"; fi
		directory "$(dirname "$prefix/$file")"
		staged="$staged$prefix/$file.gosw-new
"
		cp "$file" "$prefix/$file.gosw-new" || fail "can't write $prefix/$file"
	done
	for file in $files; do mv -f "$prefix/$file.gosw-new" "$prefix/$file"; done
	staged='' made=''
	cd /

	echo "gosw $version is installed: $prefix/bin/gosw" >&2
	if [ "$ask" = yes ] && [ -t 2 ] && { : </dev/tty; } 2>/dev/null; then
		printf 'Add gosw to the start-up file of your shell? [Y/n] ' >&2
		read -r answer </dev/tty || answer=n
		case $answer in
		'' | y | Y | yes) "$prefix/bin/gosw" init --install && exit ;;
		esac
	fi
	cat >&2 <<NEXT
Next, set up your shell, then open a new terminal:

    $prefix/bin/gosw init --install
NEXT
	exit
}
