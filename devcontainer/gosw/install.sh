#!/bin/sh
# Puts gosw and versions of Go into an image, in a store of the system, which users read
# and build upon with stores of their own. Another Go that is there stays, behind it.
set -eu
umask 022
root=/usr/local/share/gosw
download=${GOSW_DOWNLOAD_URL:-https://github.com/gosw/gosw/releases}

if ! command -v gosw >/dev/null; then
	script=$(mktemp)
	if command -v curl >/dev/null; then
		curl -fsSL "$download/latest/download/install.sh" -o "$script"
	elif command -v wget >/dev/null; then
		wget -qO "$script" "$download/latest/download/install.sh"
	else
		echo "gosw: the image has neither curl nor wget, and no gosw" >&2
		exit 1
	fi
	sh "$script" --prefix /usr/local --no-modify-path
	rm "$script"
	PATH=/usr/local/bin:$PATH
fi

# Options of features are in the environment, in capitals. These are words.
# shellcheck disable=SC2086
set -- ${VERSION:-latest}
[ "$*" != none ] || set --
unset GOROOT # of another feature

export GOSW_ROOT=$root
gosw init sh --no-function --no-completion >/dev/null # makes the store, with its shims
[ $# = 0 ] || gosw install "$@"

# What no pin decides, a default of the user does.
user=${_REMOTE_USER:-root}
if [ $# -gt 0 ]; then
	unset GOSW_ROOT
	default="GOSW_SYSTEM_ROOT=$root $(command -v gosw) default '$1'"
	if [ "$user" = "$(id -un)" ]; then
		HOME=${_REMOTE_USER_HOME:-$HOME} sh -c "$default"
	else
		su "$user" -c "$default"
	fi
fi
