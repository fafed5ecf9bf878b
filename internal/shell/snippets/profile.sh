# shellcheck shell=sh
#
# gosw for login shells: each user's own store on PATH, once. "gosw init
# --profile" prints this file, for /etc/profile.d/gosw.sh.

case ${GOSW_ROOT:-${HOME-}} in
'' | *:*) ;; # no store, and one that would be two entries of PATH
*)
	case :${PATH-}: in
	*":${GOSW_ROOT:-$HOME/.local/go}/bin:"*) ;;
	*)
		PATH=${GOSW_ROOT:-$HOME/.local/go}/bin${PATH:+:$PATH}
		export PATH
		;;
	esac
	;;
esac
