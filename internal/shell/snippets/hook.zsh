# gosw for zsh: PATH, the functions go and gofmt, the command gosw, completion.
# "gosw init zsh" prints assignments to the variables below, and then this file
# as it is. The file also works alone. It may be read any number of times.
#
# Names begin with __gosw_, since a local variable would hide one of the user's
# from the tool. Builtins are called as \builtin, which neither an alias nor a
# function of the same name can change. What decides anything runs with the
# options of zsh as delivered ("emulate -L zsh"); the tools run with the user's.
# Nothing here forks but for the tool.

: "${__gosw_exe:=gosw}"
: "${__gosw_root:=${GOSW_ROOT:-${HOME-}/.local/go}}"
: "${__gosw_path=1}" "${__gosw_function=1}" "${__gosw_completion=1}"
\builtin typeset -g __gosw_when='' # what was kept was of the store before
# "setopt all_export" is not meant for these.
\builtin typeset -g +x __gosw_exe __gosw_root __gosw_path __gosw_function __gosw_completion __gosw_when

# __gosw_run NAME [ARG...] runs a tool of the version that applies here.
function __gosw_run {
	\builtin local __gosw_spec='' __gosw_pinned='' __gosw_tool='' __gosw_from='' __gosw_text=''
	if __gosw_resolve "$@"; then
		if [[ "$1" == go && "$__gosw_from" == /* ]]; then
			__gosw_remember
		fi
	else
		__gosw_tool="$__gosw_root/bin/$1"
		__gosw_pinned=''
		if [[ ! -x "$__gosw_tool" ]]; then # a store without the shim
			"$__gosw_exe" shim "$@"
			\builtin return
		fi
	fi
	\builtin shift
	if [[ -n "$__gosw_pinned" && -z "${GOTOOLCHAIN-}" ]]; then
		GOTOOLCHAIN=local "$__gosw_tool" "$@"
	else
		"$__gosw_tool" "$@"
	fi
}

# __gosw_resolve NAME [ARG...] sets __gosw_tool, and __gosw_pinned if GO_VERSION
# or a file asks for the version. It knows the rules of docs/resolution.md for
# plain cases only. It fails where anything is out of the ordinary, and then the
# shim does it all: one program for every rare case and every message.
function __gosw_resolve {
	\builtin emulate -L zsh
	\builtin setopt no_multibyte # a version is bytes, whatever the locale
	[[ ${GOSW_ROOT:-${HOME-}/.local/go} == "$__gosw_root" &&
		-z ${GOROOT+set}${GOTOOLCHAIN_INTERNAL_SWITCH_VERSION+set}${GOSW_GOTOOLCHAIN+set}${GOSW_VERSION+set} ]] ||
		\builtin return 1
	# Programs have to see the two as we do, and GOTOOLCHAIN may be set for one.
	[[ -z ${GO_VERSION+set} || ${(t)GO_VERSION} == scalar-export ]] || \builtin return 1
	[[ -z ${GOTOOLCHAIN+set} || ${(t)GOTOOLCHAIN} == scalar-export ]] || \builtin return 1
	case ${2-}:${3-}:${4-} in
	(*-C*) \builtin return 1 ;; # perhaps go's own flag
	esac

	if [[ -n ${GO_VERSION-} ]]; then
		__gosw_spec=$GO_VERSION
		__gosw_pinned=1
	else
		__gosw_search || \builtin return 1
	fi
	__gosw_locate "$1"
}

# __gosw_search sets __gosw_spec from the nearest pin, else from the default. It sets
# __gosw_from to the file, unless another one was passed over.
function __gosw_search {
	# The path with a dot is found only where each directory on it may be searched:
	# so what is not found below is not there.
	[[ ${PWD-} == /* && $PWD/. -ef . ]] || \builtin return 1
	case $PWD/ in
	(*//?* | */./* | */../*) \builtin return 1 ;;
	esac
	\builtin local __gosw_dir=${PWD%/}
	while \builtin :; do
		if [[ -e $__gosw_dir/.go-version || -L $__gosw_dir/.go-version ]]; then
			__gosw_pinned=1
			__gosw_from=${__gosw_from:-$__gosw_dir/.go-version}
			__gosw_read_pin "$__gosw_dir/.go-version"
			\builtin return
		elif [[ -e $__gosw_dir/.tool-versions || -L $__gosw_dir/.tool-versions ]]; then
			__gosw_read_tools "$__gosw_dir/.tool-versions" || \builtin return 1
			if [[ -n $__gosw_spec ]]; then
				__gosw_pinned=1
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
}

# __gosw_read_pin FILE sets __gosw_spec to all of a short file.
function __gosw_read_pin {
	[[ -f $1 && -r $1 ]] || \builtin return 1
	# A read that succeeds has met more than a version.
	! \builtin read -r -k 20 -u 0 __gosw_text <"$1" || \builtin return 1
	__gosw_spec=${__gosw_text%$'\n'}
}

# __gosw_read_tools FILE sets __gosw_spec from a line "golang 1.22.4".
function __gosw_read_tools {
	\builtin local __gosw_rest='' __gosw_line=''
	[[ -f $1 && -r $1 ]] || \builtin return 1
	! \builtin read -r -k 8192 -u 0 __gosw_text <"$1" || \builtin return 1
	case $__gosw_text in
	('' | [abcdefghijklmnopqrstuvwxyz\#$'\n']*) ;;
	(*) \builtin return 1 ;; # such as a byte order mark
	esac
	__gosw_rest=$__gosw_text
	while [[ -n $__gosw_rest ]]; do
		__gosw_line=${__gosw_rest%%$'\n'*}
		__gosw_rest=${__gosw_rest#"$__gosw_line"}
		__gosw_rest=${__gosw_rest#$'\n'}
		case $__gosw_line in
		('go '* | 'golang '*)
			[[ -z $__gosw_spec && -n ${__gosw_line#* } ]] || \builtin return 1
			__gosw_spec=${__gosw_line#* }
			;;
		(go | golang | core:go* | [$' \t']* | go[^abcdefghijklmnopqrstuvwxyz0123456789._-]* | \
			golang[^abcdefghijklmnopqrstuvwxyz0123456789._-]*)
			\builtin return 1
			;;
		esac
	done
}

# __gosw_locate NAME sets __gosw_tool to the tool of __gosw_spec.
function __gosw_locate {
	case $__gosw_spec in
	(go[0123456789]*) __gosw_spec=${__gosw_spec#go} ;;
	(v[0123456789]*) __gosw_spec=${__gosw_spec#v} ;;
	esac
	case $__gosw_spec in
	(1.[123456789][0123456789])
		# The link of this name leads to the newest patch, unless a system's
		# store has a newer one. Only on Linux does go find its GOROOT through
		# a link.
		[[ $OSTYPE == linux* && -z ${GOSW_SYSTEM_ROOT-} && -L $__gosw_root/toolchains/$__gosw_spec ]] || \builtin return 1
		;;
	(1.[123456789][0123456789].[123456789] | \
		1.[123456789][0123456789].[123456789][0123456789] | \
		1.2[123456789].0 | 1.[3456789][0123456789].0 | \
		1.[123456789][0123456789]rc[123456789] | \
		1.[123456789][0123456789]rc[123456789][0123456789] | \
		1.[123456789][0123456789]beta[123456789])
		__gosw_spec=go$__gosw_spec
		[[ ! -L $__gosw_root/toolchains/$__gosw_spec ]] || \builtin return 1
		;;
	(*) \builtin return 1 ;;
	esac
	__gosw_tool=$__gosw_root/toolchains/$__gosw_spec/bin/$1
	[[ -f $__gosw_tool && -x $__gosw_tool ]]
}

# __gosw_remember keeps for the function go what it runs here, and what that hangs
# on: variables, the text of __gosw_from, and the names of pins that are not there.
function __gosw_remember {
	\builtin emulate -L zsh
	\builtin local __gosw_dir=${PWD%/}
	\builtin typeset -g __gosw_when='' __gosw_pin=$__gosw_from __gosw_pin_text=$__gosw_text __gosw_go=$__gosw_tool
	\builtin typeset -g __gosw_local=$__gosw_pinned __gosw_goroot=${__gosw_tool%/bin/go} __gosw_linked=''
	\builtin typeset -ga __gosw_nearer
	__gosw_nearer=()
	[[ ${GOSW_ROOT-}${HOME-}${GOSW_SYSTEM_ROOT-} != *'|'* ]] || \builtin return 0
	until [[ $__gosw_dir/.go-version == "$__gosw_from" ]]; do
		__gosw_nearer+=("$__gosw_dir/.go-version")
		[[ $__gosw_dir/.tool-versions != "$__gosw_from" ]] || \builtin break
		__gosw_nearer+=("$__gosw_dir/.tool-versions" "$__gosw_dir/mise.local.toml" "$__gosw_dir/mise.toml")
		[[ -n $__gosw_dir ]] || \builtin break
		__gosw_dir=${__gosw_dir%/*}
	done
	if [[ -L $__gosw_goroot ]]; then
		__gosw_linked=1
	fi
	__gosw_when="${GOSW_ROOT-}|${HOME-}|${GOSW_SYSTEM_ROOT-}|$PWD"
}

# __gosw_use [ARG...] is "gosw use": only the shell itself can change what holds
# for its session. The program says how, as data.
function __gosw_use {
	\builtin emulate -L zsh
	\builtin local __gosw_said=''
	__gosw_said=$("$__gosw_exe" use --session "$@") || \builtin return
	case $__gosw_said in
	('' | *$'\n'*) ;;
	(GO_VERSION=)
		\builtin unset GO_VERSION
		\builtin return
		;;
	(GO_VERSION=*)
		\builtin typeset -gx "GO_VERSION=${__gosw_said#*=}"
		\builtin return
		;;
	esac
	if [[ -n $__gosw_said ]]; then
		\builtin printf '%s\n' "$__gosw_said"
	fi
}

# __gosw_complete is the completion of gosw. The program answers with lines
# "value<tab>description" and, last, ":" with a sum of 1 (error), 2 (no space
# after the value) and 4 (no file names). It runs with the options that zsh's
# completion sets, and not with those of zsh as delivered: _files needs them.
function __gosw_complete {
	\builtin local __gosw_out='' __gosw_line='' __gosw_flags=0
	\builtin local -a __gosw_values __gosw_shown __gosw_how
	__gosw_out=$("$__gosw_exe" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null) || \builtin return 1
	for __gosw_line in "${(@f)__gosw_out}"; do
		case $__gosw_line in
		('' | :*[^0123456789]* | _activeHelp_*) ;;
		(:?*) __gosw_flags=${__gosw_line#:} ;;
		(*)
			__gosw_values+=("${__gosw_line%%$'\t'*}")
			__gosw_shown+=("${__gosw_line/$'\t'/  -- }")
			;;
		esac
	done
	((!(__gosw_flags & 1))) || \builtin return 1
	((!(__gosw_flags & 2))) || __gosw_how=(-S '')
	if (($#__gosw_values)); then
		\builtin compadd -V gosw -l -d __gosw_shown "${__gosw_how[@]}" -a __gosw_values
	elif ((!(__gosw_flags & 4))); then
		_files
	fi
}

# __gosw_others names what else in this session wants to be go, and how to end
# that. It changes nothing.
function __gosw_others {
	if \builtin alias go >/dev/null; then
		__gosw_note 'an alias hides the function go' 'unalias go'
	fi
	if [[ -n $__gosw_function && -n $__gosw_foreign ]]; then
		__gosw_note 'a function go was there before and stays' 'remove it from your rc files'
	fi
	if [[ -n ${GOENV_SHELL-} || :${PATH-}: == */.goenv/shims:* ]]; then
		__gosw_note 'goenv manages go in this shell too' 'remove "goenv init" from your rc files'
	fi
	if [[ -n ${GVM_ROOT-} ]]; then
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
	\builtin local __gosw_bin='' __gosw_left='' __gosw_before='' __gosw_after=''
	__gosw_bin=$__gosw_root/bin __gosw_left=:${PATH-}:
	case $__gosw_left in
	(*":$__gosw_bin:"*)
		__gosw_before=${__gosw_left%%":$__gosw_bin:"*}
		__gosw_after=${__gosw_left#*":$__gosw_bin:"}
		__gosw_after=${__gosw_after:+:${__gosw_after%:}}
		__gosw_left=$__gosw_before
		until [[ ${__gosw_left##*:} == /* && -f ${__gosw_left##*:}/go && -x ${__gosw_left##*:}/go ]]; do
			[[ -n $__gosw_left ]] || \builtin return 0
			__gosw_left=${__gosw_left%:*}
		done
		\builtin typeset -gx PATH="$__gosw_bin$__gosw_before$__gosw_after"
		;;
	(*) \builtin typeset -gx PATH="$__gosw_bin${PATH:+:$PATH}" ;;
	esac
}

# __gosw_setup does what is to be done once, with the options of zsh as
# delivered, and so is a function. A restricted shell gets the shim only, since
# it runs no program by its path, and PATH if it may still change.
function __gosw_setup {
	\builtin emulate -L zsh
	# A PATH that is readonly would end all that follows.
	if [[ -n $__gosw_path && ! -o restricted && ${(t)PATH} != *readonly* ]]; then
		__gosw_place
	fi
	[[ ! -o restricted ]] || \builtin return 0

	# A function go that is the user's stays: what it calls is the shim.
	if [[ -z ${__gosw_loaded-} ]]; then
		\builtin typeset -g __gosw_foreign=''
		if \builtin functions go >/dev/null; then
			__gosw_foreign=1
		fi
	fi
	if [[ -o interactive && -z ${__gosw_loaded-} ]]; then
		__gosw_others
	fi
	if [[ -n $__gosw_function && -z $__gosw_foreign ]]; then
		# The word "function" keeps an alias go from being expanded here.
		# It runs what __gosw_remember has kept, if nothing has changed: whatever the
		# user's options are, this means the same.
		function go {
			\builtin local __gosw_text='' __gosw_file=''
			if [[ "${GOSW_ROOT-}|${HOME-}|${GOSW_SYSTEM_ROOT-}|${PWD-}" == "$__gosw_when" && "${1-}:${2-}:${3-}" != *-C* &&
				-z "${GO_VERSION+set}${GOTOOLCHAIN+set}${GOROOT+set}${GOTOOLCHAIN_INTERNAL_SWITCH_VERSION+set}${GOSW_GOTOOLCHAIN+set}${GOSW_VERSION+set}" &&
				"$PWD/." -ef . && -f "$__gosw_pin" && -r "$__gosw_pin" && -f "$__gosw_go" && -x "$__gosw_go" &&
				("$__gosw_linked" == 1 && -L "$__gosw_goroot" || -z "$__gosw_linked" && ! -L "$__gosw_goroot") ]]; then
				for __gosw_file in "${__gosw_nearer[@]}"; do
					if [[ -e "$__gosw_file" || -L "$__gosw_file" ]]; then
						__gosw_run go "$@"
						\builtin return
					fi
				done
				if ! \builtin read -r -k 8192 -u 0 __gosw_text <"$__gosw_pin" &&
					[[ "$__gosw_text" == "$__gosw_pin_text" ]]; then
					if [[ -n "$__gosw_local" ]]; then
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
		case "${1-}" in
		(use)
			\builtin shift
			__gosw_use "$@"
			;;
		(install | uninstall | prune | repair)
			\builtin local __gosw_code=0
			"$__gosw_exe" "$@" || __gosw_code=$?
			\builtin rehash # commands came or went
			\builtin return "$__gosw_code"
			;;
		(*) "$__gosw_exe" "$@" ;;
		esac
	}
	# Without compinit, whose place is before this, there is none.
	if [[ -n $__gosw_completion ]] && \builtin functions compdef >/dev/null; then
		compdef __gosw_complete gosw
	fi
	\builtin typeset -g __gosw_loaded=1
}

__gosw_setup
\builtin unfunction __gosw_setup
