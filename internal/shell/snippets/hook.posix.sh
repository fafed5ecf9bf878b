# shellcheck shell=sh
#
# gosw for POSIX shells, such as dash: PATH and the command gosw. "gosw init sh"
# prints assignments to the variables below, and then this file as it is. The
# file also works alone. It may be read any number of times.
#
# There is no function go. A POSIX read drops a NUL and knows no bound, so a
# function could take a broken pin for a version; go is the shim, which knows
# all the rules. Options that are not for POSIX shells are ignored.

: "${__gosw_exe:=gosw}"
: "${__gosw_root:=${GOSW_ROOT:-${HOME-}/.local/go}}"
: "${__gosw_path=1}"

# PATH gets the store's bin directory in front. Where it is there, it stays, but not
# behind another go: such as after a login shell that has put the system's
# directories in front again.
if [ -n "$__gosw_path" ]; then
	__gosw_left=:${PATH-}:
	case $__gosw_left in
	*":$__gosw_root/bin:"*)
		__gosw_before=${__gosw_left%%":$__gosw_root/bin:"*}
		__gosw_after=${__gosw_left#*":$__gosw_root/bin:"}
		__gosw_after=${__gosw_after:+:${__gosw_after%:}}
		__gosw_left=$__gosw_before
		until [ -z "$__gosw_left" ]; do
			case ${__gosw_left##*:} in
			/*)
				if [ -f "${__gosw_left##*:}/go" ] && [ -x "${__gosw_left##*:}/go" ]; then
					PATH=$__gosw_root/bin$__gosw_before$__gosw_after
					break
				fi
				;;
			esac
			__gosw_left=${__gosw_left%:*}
		done
		unset -v __gosw_before __gosw_after
		;;
	*) PATH=$__gosw_root/bin${PATH:+:$PATH} ;;
	esac
	export PATH
	unset -v __gosw_left
fi

# gosw runs the program. "gosw use" alone is more: only the shell itself can
# change what holds for its session, and the program says how, as data.
gosw() {
	case ${1-} in
	use) shift ;;
	install | uninstall | prune | repair)
		"$__gosw_exe" "$@" || return
		hash -r # commands came or went
		return 0
		;;
	*)
		"$__gosw_exe" "$@"
		return
		;;
	esac
	__gosw_said=$("$__gosw_exe" use --session "$@") || return
	case $__gosw_said in
	*'
'*) ;;
	GO_VERSION=)
		unset -v GO_VERSION
		return
		;;
	GO_VERSION=*)
		GO_VERSION=${__gosw_said#*=}
		export GO_VERSION
		return
		;;
	esac
	if [ -n "$__gosw_said" ]; then
		printf '%s\n' "$__gosw_said"
	fi
}
