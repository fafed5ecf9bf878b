# shellcheck shell=bash
#
# gosw for bash: PATH, the functions go and gofmt, the command gosw, completion.
# "gosw init bash" prints assignments to the variables below, and then this file
# as it is. The file also works alone. It may be read any number of times.
#
# Names begin with __gosw_, since a local variable would hide one of the user's
# from the tool. Builtins are called as \builtin, which neither an alias nor a
# function of the same name can change; "\builtin local" does split words, and
# with "set -k" takes no unquoted assignments, so those are quoted there. Nothing here
# forks but for the tool.

: "${__gosw_exe:=gosw}"
: "${__gosw_root:=${GOSW_ROOT:-${HOME-}/.local/go}}"
: "${__gosw_path=1}" "${__gosw_function=1}" "${__gosw_completion=1}"
__gosw_when='' # what was kept was of the store before

# "set -a" would export all this to scripts that know nothing of it.
case $- in
*a*)
	\builtin set +a && __gosw_allexport=1
	\builtin export -n __gosw_exe __gosw_root __gosw_path __gosw_function __gosw_completion __gosw_when
	;;
*) __gosw_allexport='' ;;
esac

# Bash copies a function each time it is called: what is rarely needed on a call of
# go has a function of its own.

# __gosw_run NAME [ARG...] runs a tool of the version that applies here.
function __gosw_run {
	\builtin local '__gosw_spec=' '__gosw_pinned=' '__gosw_name=' '__gosw_tool=' '__gosw_from=' '__gosw_text='
	if ! __gosw_resolve "$@"; then
		__gosw_shim "$@"
		\builtin return
	fi
	if [[ $1 == go && $__gosw_from == /* ]]; then
		__gosw_remember
	fi
	\builtin shift
	if [[ $__gosw_pinned && -z ${GOTOOLCHAIN-} ]]; then
		GOTOOLCHAIN=local "$__gosw_tool" "$@"
	else
		"$__gosw_tool" "$@"
	fi
}

# __gosw_resolve NAME [ARG...] sets __gosw_tool, and __gosw_pinned if GO_VERSION
# or a file asks for the version. It knows the rules of docs/resolution.md for
# plain cases only. It fails where anything is out of the ordinary, such as a -C that
# may be go's own flag, and then the shim does it all: one program for every rare
# case and every message.
function __gosw_resolve {
	# With the option nocasematch, all below would match more.
	# shellcheck disable=SC2050
	[[ a != A && ${GOSW_ROOT:-${HOME-}/.local/go} == "$__gosw_root" &&
		-z ${GOROOT+set}${GOTOOLCHAIN_INTERNAL_SWITCH_VERSION+set}${GOSW_GOTOOLCHAIN+set}${GOSW_VERSION+set} &&
		${2-}:${3-}:${4-} != *-C* ]] || \builtin return 1
	[[ -z ${GO_VERSION+set}${GOTOOLCHAIN+set} ]] || __gosw_exported || \builtin return 1
	[[ $__gosw_spec ]] || __gosw_search || \builtin return 1
	__gosw_locate "$1"
}

# __gosw_shim NAME [ARG...] runs the shim, or what it would hand over to in a store
# without one.
function __gosw_shim {
	if [[ -x $__gosw_root/bin/$1 ]]; then
		"$__gosw_root/bin/$1" "${@:2}"
	else
		"$__gosw_exe" shim "$@"
	fi
}

# __gosw_exported succeeds if programs see GO_VERSION and GOTOOLCHAIN as we do,
# which bash tells since 4.4, and GOTOOLCHAIN may be set for one. It sets __gosw_spec
# to what GO_VERSION asks for.
function __gosw_exported {
	((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)) &&
		[[ -z ${GO_VERSION-} || ${GO_VERSION@a} == x ]] &&
		[[ -z ${GOTOOLCHAIN+set} || ${GOTOOLCHAIN@a} == x ]] || \builtin return 1
	if [[ ${GO_VERSION-} ]]; then
		__gosw_spec=$GO_VERSION
		__gosw_pinned=1
	fi
}

# __gosw_search sets __gosw_spec from the nearest pin, else from the default. It sets
# __gosw_from to the file, unless another one was passed over.
function __gosw_search {
	case ${PWD-}/ in
	*//?* | */./* | */../*) \builtin return 1 ;;
	/?*) ;; # and not empty
	*) \builtin return 1 ;;
	esac
	# The path with a dot is found only where each directory on it may be searched:
	# so what is not found below is not there.
	[[ $PWD/. -ef . ]] || \builtin return 1
	\builtin local "__gosw_dir=${PWD%/}"
	while [[ ! -e $__gosw_dir/.go-version && ! -L $__gosw_dir/.go-version ]]; do
		if [[ -e $__gosw_dir/.tool-versions || -L $__gosw_dir/.tool-versions ]]; then
			__gosw_read_tools "$__gosw_dir/.tool-versions" || \builtin return 1
			if [[ $__gosw_spec ]]; then
				__gosw_from=${__gosw_from:-$__gosw_dir/.tool-versions}
				\builtin return 0
			fi
			__gosw_from=-
		fi
		[[ ! -e $__gosw_dir/mise.toml && ! -L $__gosw_dir/mise.toml && ! -e $__gosw_dir/mise.local.toml &&
			! -L $__gosw_dir/mise.local.toml ]] || \builtin return 1
		if [[ -z $__gosw_dir ]]; then
			__gosw_from=${__gosw_from:-$__gosw_root/default}
			__gosw_read_pin "$__gosw_root/default"
			\builtin return
		fi
		__gosw_dir=${__gosw_dir%/*}
	done
	__gosw_pinned=1
	__gosw_from=${__gosw_from:-$__gosw_dir/.go-version}
	__gosw_read_pin "$__gosw_dir/.go-version"
}

# __gosw_read_pin FILE sets __gosw_spec to all of a short file.
function __gosw_read_pin {
	[[ -f $1 && -r $1 ]] || \builtin return 1
	# A read that succeeds has met a NUL, or more than a version.
	! IFS='' \builtin read -r -d '' -n 20 __gosw_text <"$1" || \builtin return 1
	__gosw_spec=${__gosw_text%$'\n'}
}

# __gosw_read_tools FILE sets __gosw_spec from a line "golang 1.22.4".
function __gosw_read_tools {
	\builtin local '__gosw_rest=' '__gosw_line='
	[[ -f $1 && -r $1 ]] || \builtin return 1
	! IFS='' \builtin read -r -d '' -n 8192 __gosw_text <"$1" || \builtin return 1
	case $__gosw_text in
	*[![:ascii:]]*) \builtin return 1 ;; # read loses what follows half a character and a NUL
	'' | [abcdefghijklmnopqrstuvwxyz#$'\n']*) ;;
	*) \builtin return 1 ;; # such as a byte order mark
	esac
	__gosw_rest=$__gosw_text
	while [[ $__gosw_rest ]]; do
		__gosw_line=${__gosw_rest%%$'\n'*}
		__gosw_rest=${__gosw_rest#"$__gosw_line"}
		__gosw_rest=${__gosw_rest#$'\n'}
		case $__gosw_line in
		'go '* | 'golang '*)
			[[ -z $__gosw_spec && ${__gosw_line#* } ]] || \builtin return 1
			__gosw_spec=${__gosw_line#* }
			__gosw_pinned=1
			;;
		go | golang | core:go* | [$' \t']* | go[!abcdefghijklmnopqrstuvwxyz0123456789._-]* | \
			golang[!abcdefghijklmnopqrstuvwxyz0123456789._-]*)
			\builtin return 1
			;;
		esac
	done
}

# __gosw_locate NAME sets __gosw_tool to the tool of __gosw_spec.
function __gosw_locate {
	__gosw_parse || \builtin return 1
	__gosw_tool=$__gosw_root/toolchains/$__gosw_name/bin/$1
	[[ -f $__gosw_tool && -x $__gosw_tool ]] || \builtin return 1
	[[ $__gosw_name == go* && ! -L $__gosw_root/toolchains/$__gosw_name ]] || __gosw_line
}

# __gosw_line succeeds if __gosw_name is a line whose link leads to the newest
# patch, which it does unless a system's store has a newer one. Only on Linux does go
# find its GOROOT through a link.
function __gosw_line {
	[[ $__gosw_name == 1* && $OSTYPE == linux* && -z ${GOSW_SYSTEM_ROOT-} && -L $__gosw_root/toolchains/$__gosw_name ]]
}

# __gosw_parse sets __gosw_name to the name in the store of __gosw_spec, a version.
# The lists of digits are no ranges because a range depends on the locale.
function __gosw_parse {
	\builtin local "__gosw_number=$__gosw_spec"
	case $__gosw_number in
	go[0123456789]*) __gosw_number=${__gosw_number#go} ;;
	v[0123456789]*) __gosw_number=${__gosw_number#v} ;;
	esac
	case $__gosw_number in
	1.[123456789][0123456789])
		__gosw_name=$__gosw_number
		;;
	1.2[123456789].0 | 1.[3456789][0123456789].0 | \
		1.[123456789][0123456789].[123456789] | \
		1.[123456789][0123456789].[123456789][0123456789] | \
		1.[123456789][0123456789]rc[123456789] | \
		1.[123456789][0123456789]rc[123456789][0123456789] | \
		1.[123456789][0123456789]beta[123456789])
		__gosw_name=go$__gosw_number
		;;
	*) \builtin return 1 ;;
	esac
}

# __gosw_remember keeps for the function go what it runs here, and what that hangs
# on: variables, the text of __gosw_from, and the names of pins that are not there.
function __gosw_remember {
	\builtin local "__gosw_dir=${PWD%/}"
	__gosw_when='' __gosw_nearer=()
	[[ ${GOSW_ROOT-}${HOME-}${GOSW_SYSTEM_ROOT-} != *'|'* ]] || \builtin return 0
	until [[ $__gosw_dir/.go-version == "$__gosw_from" ]]; do
		__gosw_nearer+=("$__gosw_dir/.go-version")
		[[ $__gosw_dir/.tool-versions != "$__gosw_from" ]] || \builtin break
		__gosw_nearer+=("$__gosw_dir/.tool-versions" "$__gosw_dir/mise.local.toml" "$__gosw_dir/mise.toml")
		[[ $__gosw_dir ]] || \builtin break
		__gosw_dir=${__gosw_dir%/*}
	done
	__gosw_pin=$__gosw_from __gosw_pin_text=$__gosw_text __gosw_go=$__gosw_tool __gosw_local=$__gosw_pinned
	__gosw_goroot=$__gosw_root/toolchains/$__gosw_name __gosw_linked=''
	if [[ $__gosw_name == 1* ]]; then
		__gosw_linked=1
	fi
	__gosw_when="${GOSW_ROOT-}|${HOME-}|${GOSW_SYSTEM_ROOT-}|$PWD"
	# "set -a" would have these.
	\builtin export -n __gosw_when __gosw_nearer __gosw_pin __gosw_pin_text __gosw_go __gosw_local __gosw_goroot __gosw_linked
}

# __gosw_use [ARG...] is "gosw use": only the shell itself can change what holds
# for its session. The program says how, as data.
function __gosw_use {
	\builtin local '__gosw_said='
	__gosw_said=$("$__gosw_exe" use --session "$@") || \builtin return
	case $__gosw_said in
	'' | *$'\n'*) ;;
	GO_VERSION=)
		\builtin unset -v GO_VERSION
		\builtin return
		;;
	GO_VERSION=*)
		\builtin export "GO_VERSION=${__gosw_said#*=}"
		\builtin return
		;;
	esac
	if [[ $__gosw_said ]]; then
		\builtin printf '%s\n' "$__gosw_said"
	fi
}

# __gosw_words sets __gosw_args to the words of the command line up to the
# cursor. Readline also splits at colons and the like; what no blank separates
# is one word again.
function __gosw_words {
	\builtin local "__gosw_rest=$COMP_LINE" '__gosw_word=' '__gosw_gap='
	for __gosw_word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
		__gosw_gap=${__gosw_rest%%[!$' \t']*}
		__gosw_rest=${__gosw_rest#"$__gosw_gap"}
		__gosw_rest=${__gosw_rest#"$__gosw_word"}
		if [[ $__gosw_gap || ${#__gosw_args[@]} -eq 0 ]]; then
			__gosw_args+=("$__gosw_word")
		else
			__gosw_args[${#__gosw_args[@]} - 1]+=$__gosw_word
		fi
	done
}

# __gosw_complete is the completion of gosw. The program answers with lines
# "value<tab>description" and, last, ":" with a sum of 1 (error), 2 (no space
# after the value) and 4 (no file names).
function __gosw_complete {
	\builtin local -a __gosw_args
	\builtin local '__gosw_out=' '__gosw_line=' '__gosw_word=' '__gosw_head=' '__gosw_flags=0'
	COMPREPLY=() __gosw_args=()
	__gosw_words
	__gosw_word=${__gosw_args[${#__gosw_args[@]} - 1]}
	__gosw_head=${__gosw_word%"${__gosw_word##*[:=]}"} # stays as it is
	__gosw_out=$("$__gosw_exe" __complete "${__gosw_args[@]:1}" 2>/dev/null) || \builtin return 0
	\builtin compopt -o nosort 2>/dev/null || \builtin : # since 4.4: versions have an order of their own
	while IFS='' \builtin read -r __gosw_line; do
		case $__gosw_line in
		:*[!0123456789]* | _activeHelp_*) ;;
		:?*) __gosw_flags=${__gosw_line#:} ;;
		"$__gosw_word"*)
			__gosw_line=${__gosw_line%%$'\t'*}
			COMPREPLY+=("${__gosw_line#"$__gosw_head"}")
			;;
		esac
	done <<<"$__gosw_out"
	if ((__gosw_flags & 1)); then
		COMPREPLY=()
	elif ((__gosw_flags & 2)); then
		\builtin compopt -o nospace 2>/dev/null || \builtin :
	fi
	if ((${#COMPREPLY[@]} == 0 && ! (__gosw_flags & 5))); then
		\builtin compopt -o default 2>/dev/null || \builtin :
	fi
}

# __gosw_others names what else in this session wants to be go, and how to end
# that. It changes nothing.
function __gosw_others {
	if [[ ${BASH_ALIASES[go]+set} ]]; then
		__gosw_note 'an alias hides the function go' 'unalias go'
	fi
	if [[ $__gosw_function && $__gosw_foreign ]]; then
		__gosw_note 'a function go was there before and stays' 'remove it from your rc files'
	fi
	if [[ ${GOENV_SHELL-} || :${PATH-}: == */.goenv/shims:* ]]; then
		__gosw_note 'goenv manages go in this shell too' 'remove "goenv init" from your rc files'
	fi
	if [[ ${GVM_ROOT-} ]]; then
		__gosw_note 'gvm manages go in this shell too' 'remove "scripts/gvm" from your rc files'
	fi
	\builtin local "__gosw_dir=${ASDF_DATA_DIR:-${HOME-}/.asdf}/shims"
	if [[ :${PATH-}: == *":$__gosw_dir:"* && -e $__gosw_dir/go ]]; then
		__gosw_note 'asdf manages go in this shell too' 'asdf plugin remove golang'
	fi
	__gosw_dir=${MISE_DATA_DIR:-${HOME-}/.local/share/mise}/shims
	if [[ :${PATH-}: == */mise/installs/go/* || :${PATH-}: == *":$__gosw_dir:"* && -e $__gosw_dir/go ]]; then
		__gosw_note 'mise manages go in this shell too' 'mise unuse --global go'
	fi
	if [[ :${PATH-}: == */.g/go/bin:* ]]; then
		__gosw_note 'g manages go in this shell too' 'remove ".g/env" from your rc files'
	fi
}

function __gosw_note { \builtin printf 'gosw: %s; to end that: %s\n' "$1" "$2" >&2; }

# __gosw_place puts the store's bin directory on PATH, in front. Where it is there, it
# stays, but not behind another go: such as after a login shell that has put the
# system's directories in front again.
function __gosw_place {
	\builtin local '__gosw_bin=' '__gosw_left=' '__gosw_before=' '__gosw_after='
	__gosw_bin=$__gosw_root/bin __gosw_left=:${PATH-}:
	case $__gosw_left in
	*":$__gosw_bin:"*)
		__gosw_before=${__gosw_left%%":$__gosw_bin:"*}
		__gosw_after=${__gosw_left#*":$__gosw_bin:"}
		__gosw_after=${__gosw_after:+:${__gosw_after%:}}
		__gosw_left=$__gosw_before
		until [[ ${__gosw_left##*:} == /* && -f ${__gosw_left##*:}/go && -x ${__gosw_left##*:}/go ]]; do
			[[ $__gosw_left ]] || \builtin return 0
			__gosw_left=${__gosw_left%:*}
		done
		\builtin export "PATH=$__gosw_bin$__gosw_before$__gosw_after"
		;;
	*) \builtin export "PATH=$__gosw_bin${PATH:+:$PATH}" ;;
	esac
}

# A restricted shell reads its start-up files unrestricted, but not what is
# evaluated later.
if [[ $__gosw_path ]]; then
	__gosw_place || \builtin :
fi

# Older ones, such as the bash of macOS, get PATH and the shim on it. So do
# restricted ones, which run no program by its path and redirect nothing.
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 402)) && ! \builtin shopt -q restricted_shell; then
	# A function go that is the user's stays: what it calls is the shim.
	if [[ -z ${__gosw_loaded-} ]]; then
		__gosw_foreign=''
		if \builtin declare -F go >/dev/null; then
			__gosw_foreign=1
		fi
	fi
	if [[ $- == *i* && -z ${__gosw_loaded-} ]]; then
		__gosw_others
	fi
	if [[ $__gosw_function && -z $__gosw_foreign ]]; then
		# The word "function" keeps an alias go from being expanded here.
		# It runs what __gosw_remember has kept, if nothing has changed.
		function go {
			\builtin local '__gosw_text=' '__gosw_name='
			# With the option nocasematch, all below would match more.
			# shellcheck disable=SC2050
			if [[ a != A && "${GOSW_ROOT-}|${HOME-}|${GOSW_SYSTEM_ROOT-}|${PWD-}" == "$__gosw_when" && ${1-}:${2-}:${3-} != *-C* &&
				-z ${GO_VERSION+set}${GOTOOLCHAIN+set}${GOROOT+set}${GOTOOLCHAIN_INTERNAL_SWITCH_VERSION+set}${GOSW_GOTOOLCHAIN+set}${GOSW_VERSION+set} &&
				$PWD/. -ef . && -f $__gosw_pin && -r $__gosw_pin && -f $__gosw_go && -x $__gosw_go &&
				($__gosw_linked && -L $__gosw_goroot || -z $__gosw_linked && ! -L $__gosw_goroot) ]]; then
				for __gosw_name in ${__gosw_nearer[@]+"${__gosw_nearer[@]}"}; do
					if [[ -e $__gosw_name || -L $__gosw_name ]]; then
						__gosw_run go "$@"
						\builtin return
					fi
				done
				if ! IFS='' \builtin read -r -d '' -n 8192 __gosw_text <"$__gosw_pin" &&
					[[ $__gosw_text == "$__gosw_pin_text" ]]; then
					if [[ $__gosw_local ]]; then
						GOTOOLCHAIN=local "$__gosw_go" "$@"
					else
						"$__gosw_go" "$@"
					fi
					\builtin return
				fi
			fi
			__gosw_run go "$@"
		}
		function gofmt { __gosw_run gofmt "$@"; }
	fi
	function gosw {
		case ${1-} in
		use)
			\builtin shift
			__gosw_use "$@"
			;;
		install | uninstall | prune | repair)
			\builtin local '__gosw_code=0'
			"$__gosw_exe" "$@" || __gosw_code=$?
			\builtin hash -r 2>/dev/null || \builtin : # commands came or went
			\builtin return "$__gosw_code"
			;;
		*) "$__gosw_exe" "$@" ;;
		esac
	}
	if [[ $__gosw_completion ]]; then
		\builtin complete -F __gosw_complete gosw
	fi
fi

__gosw_loaded=1
if [[ $__gosw_allexport ]]; then
	\builtin set -a
fi
