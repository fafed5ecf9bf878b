# shellcheck shell=sh
#
# gosw for login shells: each user's own store on PATH, once. "gosw init
# --profile" prints this file, for /etc/profile.d/gosw.sh.

if [ -n "${GOSW_ROOT:-${HOME-}}" ]; then
	case :${PATH-}: in
	*":${GOSW_ROOT:-$HOME/.local/go}/bin:"*) ;;
	*)
		PATH=${GOSW_ROOT:-$HOME/.local/go}/bin${PATH:+:$PATH}
		export PATH
		;;
	esac
fi
