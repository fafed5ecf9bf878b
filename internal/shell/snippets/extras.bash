# shellcheck shell=bash
#
# Functions for daily work with Go, for bash and zsh. "gosw init bash --extras"
# prints this file behind the rest; it also works alone, with gosw on PATH.
#
# Most have a subshell for a body: what they set, change to or trap is theirs.
# They need no arrays, which bash and zsh count differently.

# "set -a" would export the functions of bash.
case $- in
*a*) set +a && __gosw_allexport=1 ;;
*) __gosw_allexport='' ;;
esac

: "${__gosw_exe:=gosw}"

gosw_help() {
	command cat <<'EOF'
gosw_bench [REV [FLAG...]]      benchmarks of REV (HEAD) and of the work tree, compared
gosw_cache                      the sizes of Go's caches, and what empties each
gosw_cd [PACKAGE]               go to GOROOT/src, or to the source of a package
gosw_cover [-html FILE] [ARG...]  coverage by function, lowest first; or a page
gosw_doc [ARG...]               go doc in a pager
gosw_each COMMAND [ARG...]      run a command with each installed line of Go
gosw_flaky TEST [ARG...]        run one test until it fails, at most 100 times
gosw_help                       this list
gosw_hooks lefthook|pre-commit  print a configuration for git hooks
gosw_lint [ARG...]              golangci-lint, or go vet where it is missing
gosw_mod_sync                   are go.mod, go.sum and vendor in step? changes nothing
gosw_new MODULE [VERSION]       a directory with a module, a main package and a pin
gosw_outdated                   direct dependencies that have newer versions
gosw_run_watch [PACKAGE [ARG...]]  run a program again whenever its source changes
gosw_test [ARG...]              test the packages that differ from git's HEAD
gosw_why MODULE                 why a module is needed, and who wants which version
EOF
}

# __gosw_say TEXT says something that is no result.
__gosw_say() { builtin printf 'gosw: %s\n' "$1" >&2; }

# __gosw_most FUNCTION N [ARG...] refuses more than N arguments.
__gosw_most() {
	[ $(($# - 2)) -le "$2" ] || { __gosw_say "$1 takes no more arguments than $2" && return 2; }
}

# __gosw_module changes to the root of the module.
__gosw_module() {
	local __gosw_mod=''
	__gosw_mod=$(GOWORK=off go env GOMOD) || return
	case $__gosw_mod in
	*/go.mod) builtin cd -- "${__gosw_mod%/*}" || return ;;
	*) __gosw_say 'this is no module: there is no go.mod here or above' && return 1 ;;
	esac
}

gosw_cd() {
	local __gosw_dir=''
	__gosw_most gosw_cd 1 "$@" || return
	if [ $# -eq 0 ]; then
		__gosw_dir=$(go env GOROOT)/src || return
	else
		__gosw_dir=$(go list -find -f '{{.Dir}}' -- "$1") || return
	fi
	builtin cd -- "$__gosw_dir" || return
}

gosw_doc() (
	if [ -t 1 ]; then
		go doc "$@" | command "${PAGER:-less}"
	else
		go doc "$@"
	fi
)

gosw_each() (
	IFS=$' \t\n'
	seen=' ' summary='' worst=0
	[ $# -gt 0 ] || { __gosw_say 'gosw_each needs a command, such as "go test ./..."' && return 2; }
	for version in $("$__gosw_exe" list); do
		line=${version#go}
		case $line in *.*.*) line=${line%.*} ;; esac
		case $line:$seen in *[a-z]*:* | *" $line "*) continue ;; esac # rc, beta, older patch
		seen="$seen$line " code=0
		__gosw_say "$version"
		"$__gosw_exe" exec "${version#go}" -- "$@" || code=$?
		[ "$code" -le "$worst" ] || worst=$code
		summary="$summary $version=$code"
	done
	__gosw_say "exit codes:${summary:- none, for nothing is installed}"
	return "$worst"
)

# __gosw_changed prints the directories, below this one, of Go files that differ from
# HEAD or are new.
__gosw_changed() {
	{
		command git -c core.quotePath=off diff --name-only --relative HEAD -- '*.go' &&
			command git -c core.quotePath=off ls-files --others --exclude-standard -- '*.go'
	} | command sed -e 's|[^/]*$||' -e 's|^|./|' -e '/\/testdata\//d' -e '/\/vendor\//d' | command sort -u
}

# A directory that has gone, or has nothing for this platform, is no package; a
# package that go can't read is one, so that go test says what is wrong with it.
gosw_test() (
	command git rev-parse HEAD >/dev/null || return
	files='{{if or .GoFiles .CgoFiles .TestGoFiles .XTestGoFiles}}yes{{end}}' found=''
	while IFS= read -r dir; do
		[ -n "$dir" ] || continue
		has=$(go list -e -find -f "$files" -- "$dir") || return
		if [ -n "$has" ]; then
			set -- "$dir" "$@" # in front of what -args may end
			found=1
		fi
	done <<-EOF
		$(__gosw_changed)
	EOF
	[ -n "$found" ] || { __gosw_say 'no package here differs from HEAD' && return; }
	go test "$@"
)

gosw_flaky() (
	[ $# -gt 0 ] || { __gosw_say 'gosw_flaky needs the name of a test' && return 2; }
	name=$1
	shift
	go test -run "^$name\$" -count=100 -failfast "$@"
)

gosw_cover() (
	html=''
	case ${1-} in -html | --html)
		[ -n "${2-}" ] || { __gosw_say 'gosw_cover -html needs a file for the page' && return 2; }
		html=$2 && shift 2
		;;
	esac
	[ $# -gt 0 ] || set -- ./...
	profile=$(command mktemp) || return
	trap 'command rm -f "$profile"' EXIT
	go test -coverprofile="$profile" "$@" >&2 || return
	if [ -n "$html" ]; then
		go tool cover -html="$profile" -o "$html"
	else
		go tool cover -func="$profile" | command awk '{ print $NF "\t" $1 "\t" $2 }' | command sort -n
	fi
)

gosw_bench() (
	rev=HEAD
	case ${1--} in -*) ;; *) rev=$1 && shift ;; esac
	prefix=$(command git rev-parse --show-prefix) && old=$(command mktemp -d) || return
	trap 'command git worktree remove --force "$old/tree" 2>/dev/null || :; command rm -rf "$old"' EXIT
	command git worktree add --quiet --detach "$old/tree" "$rev" || return
	new=$PWD
	builtin cd -- "$old/tree/$prefix" || return
	go test -run='^$' -bench=. -count=6 "$@" ./... >"$old/old.txt" || { command cat "$old/old.txt" && return 1; }
	builtin cd -- "$new" || return
	go test -run='^$' -bench=. -count=6 "$@" ./... >"$old/new.txt" || { command cat "$old/new.txt" && return 1; }
	if command -v benchstat >/dev/null; then
		command benchstat "$old/old.txt" "$old/new.txt"
	else
		command grep -H ^Benchmark "$old/old.txt" "$old/new.txt" | command sed "s|^$old/||"
		__gosw_say 'benchstat says which differences count: go install golang.org/x/perf/cmd/benchstat@latest'
	fi
)

gosw_lint() (
	code=0
	if ! command -v golangci-lint >/dev/null; then
		[ $# -gt 0 ] || set -- ./...
		__gosw_say 'golangci-lint is not on PATH; this is go vet'
		go vet "$@"
		return
	fi
	command golangci-lint run "$@" || code=$?
	case $code in
	0 | 1) ;; # clean, or it has found something
	4) __gosw_say 'golangci-lint ran out of time: --timeout gives it more' ;;
	5) __gosw_say 'golangci-lint found no Go files' ;;
	*) __gosw_say "golangci-lint itself has failed ($code), which says nothing about the code" ;;
	esac
	return "$code"
)

gosw_mod_sync() (
	__gosw_most gosw_mod_sync 0 "$@" && __gosw_module && tmp=$(command mktemp -d) || return
	trap 'command rm -rf "$tmp"' EXIT
	code=0
	command cp go.mod "$tmp" && { [ ! -f go.sum ] || command cp go.sum "$tmp"; } || return
	GOWORK=off go mod tidy -modfile="$tmp/go.mod" || return
	for file in go.mod go.sum; do
		[ ! -f "$file" ] && [ ! -f "$tmp/$file" ] || command diff -uN "$file" "$tmp/$file" || code=1
	done
	[ "$code" -eq 0 ] || __gosw_say '"go mod tidy" makes these changes'
	GOWORK=off go mod verify >&2 || code=1
	if [ -d vendor ]; then
		GOWORK=off go mod vendor -o "$tmp/vendor" || return
		command diff -r vendor "$tmp/vendor" || { code=1 && __gosw_say '"go mod vendor" fixes this'; }
	fi
	return "$code"
)

gosw_outdated() (
	__gosw_most gosw_outdated 0 "$@" || return
	go list -m -u -f '{{if and .Update (not .Indirect)}}{{.Path}} {{.Version}} {{.Update.Version}}{{end}}' all
)

gosw_why() (
	[ $# -eq 1 ] || { __gosw_say 'gosw_why needs a module, such as golang.org/x/text' && return 2; }
	go mod why -m -- "$1" || return
	go mod graph | command awk -v module="$1" '{ at = index($2, "@"); if (substr($2, 1, at - 1) == module) print $1 " wants " substr($2, at + 1) }'
)

gosw_cache() (
	__gosw_most gosw_cache 0 "$@" || return
	for name in GOCACHE GOMODCACHE; do
		dir=$(go env "$name") || return
		flag=-cache
		[ "$name" = GOCACHE ] || flag=-modcache
		[ ! -d "$dir" ] || command du -sh "$dir" | command sed "s|\$|	(go clean $flag)|"
	done
)

gosw_new() (
	[ -n "${1-}" ] || { __gosw_say 'gosw_new needs a module, such as example.com/hello' && return 2; }
	__gosw_most gosw_new 2 "$@" || return
	dir=./${1##*/} code=0
	version=${2:-$("$__gosw_exe" current --format %l)} || return
	command mkdir "$dir" && builtin cd "$dir" || return
	GO_VERSION=$version go mod init -- "$1" || code=$?
	if [ "$code" -ne 0 ]; then # no name for a module, or no such version
		builtin cd .. && command rmdir "$dir"
		return "$code"
	fi
	builtin printf '%s\n' "$version" >.go-version
	builtin printf 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("%s") }\n' "${1##*/}" >main.go
)

__gosw_lefthook() {
	command cat <<'EOF'
pre-commit:
  parallel: true
  commands:
    gofmt:
      glob: "*.go"
      run: gofmt -l -w {staged_files}
      stage_fixed: true
    vet:
      glob: "*.go"
      run: go vet ./...
pre-push:
  commands:
    test:
      run: go test ./...
EOF
}

__gosw_precommit() {
	command cat <<'EOF'
repos:
  - repo: local
    hooks:
      - {id: gofmt, name: gofmt, language: system, types: [go], entry: gofmt -l -w}
      - {id: vet, name: go vet, language: system, types: [go], entry: go vet ./..., pass_filenames: false}
      - {id: test, name: go test, language: system, types: [go], entry: go test ./..., pass_filenames: false, stages: [pre-push]}
EOF
}

gosw_hooks() {
	__gosw_most gosw_hooks 1 "$@" || return
	case ${1-} in
	lefthook) __gosw_lefthook ;;
	pre-commit) __gosw_precommit ;;
	*) __gosw_say 'gosw_hooks needs lefthook or pre-commit' && return 2 ;;
	esac
}

# __gosw_watcher prints the first watcher that is installed and knows --include, if it
# is inotifywait.
__gosw_watcher() (
	for name in watchexec inotifywait fswatch entr; do
		command -v "$name" >/dev/null || continue
		[ "$name" != inotifywait ] || case $(command inotifywait --help 2>&1) in
		*--include*) ;;
		*) continue ;;
		esac
		builtin printf '%s\n' "$name"
		return
	done
	__gosw_say 'no watcher is installed: watchexec, inotifywait (inotify-tools 3.20), fswatch or entr'
	return 127
)

# __gosw_change WATCHER, in the background, waits until a source file below this
# directory changes. It takes the watcher with it when it is ended.
__gosw_change() {
	local __gosw_files='\.(go|mod|sum|work|s|c|h|html|tmpl)$'
	case $1 in
	inotifywait) command inotifywait -qq -r -e close_write,move,delete --include "$__gosw_files" . & ;;
	fswatch) command fswatch -1 -r -E -e '.*' -i "$__gosw_files" . >/dev/null & ;;
	entr) command find . -name '.?*' -prune -o -type f -print | command grep -E "$__gosw_files" | command entr -dnpz true >/dev/null & ;;
	esac
	trap 'kill "$!" 2>/dev/null || :' INT TERM
	wait "$!" || [ $? -eq 2 ] # entr's code for a new file
}

# The program has no standard input. It is built and not "go run", which would
# keep SIGTERM to itself.
gosw_run_watch() (
	package=${1:-.} pid='' change=''
	[ $# -eq 0 ] || shift
	watcher=$(__gosw_watcher) || return
	if [ "$watcher" = watchexec ]; then
		command watchexec --restart --exts go,mod,sum,work,s,c,h,html,tmpl -- go run "$package" "$@"
		return
	fi
	dir=$(command mktemp -d) || return
	trap 'kill $pid $change 2>/dev/null || :; command rm -rf "$dir"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	while :; do
		__gosw_change "$watcher" &
		change=$!
		go build -o "$dir/run" "$package" && { "$dir/run" "$@" & } && pid=$!
		wait "$change" || return
		[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
		[ -z "$pid" ] || wait "$pid" || :
		pid=''
	done
)

if [ -n "$__gosw_allexport" ]; then
	set -a
fi
