# shellcheck shell=bash
#
# gosw for direnv, which reads this file before any .envrc: the functions behind
# "use gosw [VERSION]" and "layout gosw". "gosw init direnv" prints an assignment
# to the variable below, and then this file as it is. It also works alone.

: "${__gosw_exe:=gosw}"

# use_gosw [VERSION] makes the project's environment follow the version that
# applies in this directory, or VERSION. It never downloads. Where that version
# can't be had, it says why and fails, but direnv still learns which files to
# watch, so that fixing the pin or installing the version loads it.
use_gosw() {
	local __gosw_text='' __gosw_code=0 __gosw_before=''
	local __gosw_program=$__gosw_exe
	[[ -x $__gosw_program ]] || __gosw_program=gosw # it may have moved
	# With source_up, the outer .envrc has set GO_VERSION, and not the user.
	if (($#)) && [[ ${GO_VERSION-} && ${GO_VERSION-} == "${__gosw_outer-}" ]]; then
		unset -v GO_VERSION
	fi
	__gosw_before=${GO_VERSION-}
	__gosw_text=$("$__gosw_program" env --direnv -- "$@") || __gosw_code=$?
	eval "$__gosw_text" # quoted by gosw, word for word
	if [[ -z $__gosw_before ]]; then
		__gosw_outer=${GO_VERSION-}
	fi
	if [[ $__gosw_code -ne 0 && $- == *e* ]]; then
		# direnv forgets what a failed .envrc watched.
		log_error 'gosw: with strict_env, run "direnv reload" after that'
	fi
	return "$__gosw_code"
}

# layout_gosw gives the project a GOBIN of its own and puts it on PATH: what
# "go install" builds there is this project's.
layout_gosw() {
	local __gosw_dir=''
	__gosw_dir=$(direnv_layout_dir)
	export GOBIN=$__gosw_dir/bin
	# Not PATH_add, which would end PATH at the first newline in it.
	export PATH="$GOBIN${PATH:+:$PATH}"
}
