# gosw for fish: PATH, the functions go and gofmt, the command gosw, completion.
# "gosw init fish" prints assignments to the variables below, and then this file
# as it is. The file also works alone. It may be read any number of times.
#
# Names begin with __gosw_. The names of set, test, read, string and status are
# reserved in fish; other builtins are called by "builtin", past a function of
# the same name. Nothing here forks but for the tool.

set -q __gosw_exe[1]; or set -g __gosw_exe gosw
if not set -q __gosw_root[1]
    set -g __gosw_root "$HOME/.local/go"
    test -z "$GOSW_ROOT"; or set __gosw_root $GOSW_ROOT
end
set -q __gosw_path; or set -g __gosw_path 1
set -q __gosw_function; or set -g __gosw_function 1
set -q __gosw_completion; or set -g __gosw_completion 1

# __gosw_run NAME [ARG...] runs a tool of the version that applies here.
function __gosw_run
    set -l __gosw_pin
    set -l __gosw_pinned
    set -l __gosw_from
    set -l __gosw_tool
    if __gosw_resolve $argv
        test "$argv[1]" = go -a -n "$__gosw_from" -a "$__gosw_from" != -
        and __gosw_remember
    else
        set __gosw_tool $__gosw_root/bin/$argv[1]
        set __gosw_pinned
        if not test -x $__gosw_tool # a store without the shim
            $__gosw_exe shim $argv
            return
        end
    end
    if test -n "$__gosw_pinned" -a -z "$GOTOOLCHAIN"
        GOTOOLCHAIN=local $__gosw_tool $argv[2..-1]
    else
        $__gosw_tool $argv[2..-1]
    end
end

# __gosw_resolve NAME [ARG...] sets __gosw_tool, and __gosw_pinned if GO_VERSION
# or a file asks for the version, in its caller: a command substitution would
# take most of the time. It knows the rules of docs/resolution.md for plain cases
# only. It fails where anything is out of the ordinary, and then the shim does it
# all: one program for every rare case and every message.
function __gosw_resolve --no-scope-shadowing
    set -q GOSW_GOTOOLCHAIN
    or set -q GOSW_VERSION
    and return 1
    test -z "$GO_VERSION$GOTOOLCHAIN$GOROOT$GOTOOLCHAIN_INTERNAL_SWITCH_VERSION"
    or __gosw_read_variables
    or return 1
    # Is GOSW_ROOT, or its default, still the store of this session?
    test "$GOSW_ROOT" = "$__gosw_root" -o -z "$GOSW_ROOT" -a "$HOME/.local/go" = "$__gosw_root"
    or return 1
    string match -q -- '*-C*' "$argv[2..4]" # perhaps go's own flag
    and return 1
    test -n "$__gosw_pin"
    or __gosw_search
    or return 1
    __gosw_locate $argv[1]
end

# __gosw_read_variables sets __gosw_pin to what GO_VERSION asks for. It fails where
# programs don't see the variables as we do, which are lists or not for programs, and
# where GOROOT is set or go has been started by go.
function __gosw_read_variables --no-scope-shadowing
    set -q GOROOT GOTOOLCHAIN_INTERNAL_SWITCH_VERSION GO_VERSION[2] GOTOOLCHAIN[2]
    test $status -eq 4 # of them are not set
    or return 1
    set -qu GO_VERSION GOTOOLCHAIN
    test $status -eq 2
    or return 1
    if test -n "$GO_VERSION"
        set __gosw_pin $GO_VERSION
        set __gosw_pinned 1
    end
end

# __gosw_search sets __gosw_pin to the version of the nearest pin, and
# __gosw_pinned; else to the version of the default. It sets __gosw_from to the file,
# where that is a version and nothing else, unless another one was passed over.
function __gosw_search --no-scope-shadowing
    test "$PWD" = "$__gosw_pwd"
    or __gosw_climb
    # The path is found only where each directory on it may be searched: so what is not
    # found below is not there.
    test -x $PWD/. -a $PWD -ef .
    or return 1
    for dir in $__gosw_dirs
        test -e $dir/.go-version -o -e $dir/.tool-versions -o -L $dir/.go-version -o -L $dir/.tool-versions \
            -o -e $dir/mise.toml -o -e $dir/mise.local.toml -o -L $dir/mise.toml -o -L $dir/mise.local.toml
        or continue
        if test -e $dir/.go-version -o -L $dir/.go-version
            set __gosw_pinned 1
            test -n "$__gosw_from"
            or set __gosw_from $dir/.go-version
            __gosw_read_pin $dir/.go-version
            return
        end
        test ! -e $dir/.tool-versions -a ! -L $dir/.tool-versions
        or __gosw_read_tools $dir/.tool-versions
        or return 1
        if test -n "$__gosw_pin"
            set __gosw_pinned 1
            set __gosw_from
            return 0
        end
        test ! -e $dir/mise.toml -a ! -L $dir/mise.toml -a ! -e $dir/mise.local.toml -a ! -L $dir/mise.local.toml
        or return 1
        set __gosw_from -
    end
    test -n "$__gosw_from"
    or set __gosw_from $__gosw_root/default
    set -q __gosw_dirs[1]
    and __gosw_read_pin $__gosw_root/default
end

# __gosw_climb sets __gosw_dirs to $PWD and the directories above it, down to the
# empty name of the root; to none unless $PWD is absolute, without //, . and ...
function __gosw_climb
    set -l dir
    set -g __gosw_pwd $PWD
    set -g __gosw_dirs
    string match -qr '^(?<dir>(/(?!\.\.?(/|\z))[^/]+)*)/?\z' -- $PWD
    or return
    while test -n "$dir"
        set -a __gosw_dirs $dir
        string match -qr '(?s)^(?<dir>.*)/' -- $dir
    end
    set -a __gosw_dirs ''
end

# __gosw_read_pin FILE sets __gosw_pin to the only line of a file. Builtins take
# a text up to its first NUL: the | behind the line shows that none is there.
function __gosw_read_pin --no-scope-shadowing
    test -f $argv[1] -a -r $argv[1]
    and begin
        read --local text
        and not read --null --local more # "read --line" passes over broken UTF-8
        and string match -q '*|' -- "$text|"
        and set __gosw_pin $text
    end <$argv[1]
end

# __gosw_read_tools FILE sets __gosw_pin to the version of a line "golang 1.22.4".
function __gosw_read_tools --no-scope-shadowing
    test -f $argv[1] -a -r $argv[1]
    or return 1
    test -s $argv[1]
    or return 0
    set -l text
    set -l more
    begin
        read --null text
        and not read --null more
    end <$argv[1]
    and string match -qr '^[a-z#\n]' -- $text # not a byte order mark
    and string match -qr '\n\z' -- $text
    and test (string length -- $text) -le 8192
    or return 1
    for line in (string split \n -- $text)
        if string match -qr '^(go|golang) .' -- $line
            test -z "$__gosw_pin"
            or return 1
            string match -qr '^\S+ (?<__gosw_pin>.*)\z' -- $line
        else if string match -qr '^(go|golang)([^a-z0-9._-]|\z)|^core:go|^[ \t]' -- $line
            return 1
        end
    end
    return 0
end

# __gosw_locate NAME sets __gosw_tool to the tool of __gosw_pin.
function __gosw_locate --no-scope-shadowing
    test -n "$__gosw_pin" -a "$__gosw_pin" = "$__gosw_known"
    or __gosw_parse
    or return 1
    set __gosw_tool $__gosw_root/toolchains/$__gosw_name/bin/$argv[1]
    test $__gosw_link $__gosw_root/toolchains/$__gosw_name -a -f $__gosw_tool -a -x $__gosw_tool
    and test -z "$__gosw_line" -o -z "$GOSW_SYSTEM_ROOT"
end

# __gosw_parse sets __gosw_name to the name in the store of __gosw_pin, a version;
# __gosw_link to how that is looked at; __gosw_line if it is a line; and __gosw_known
# to __gosw_pin, which is mostly the same from call to call: regular expressions cost
# the most here.
function __gosw_parse --no-scope-shadowing
    set -g __gosw_known
    set -g __gosw_line
    set -g __gosw_link
    set -g __gosw_name
    if string match -qr '^(go|v)?(?<__gosw_name>1\.[1-9][0-9])\z' -- $__gosw_pin
        # The link of this name leads to the newest patch, unless a system's
        # store has a newer one. Only on Linux does go find its GOROOT through a
        # link.
        test "$__gosw_linux" = yes
        or return 1
        set __gosw_line $__gosw_name
        set __gosw_link -L
    else if string match -qr '^(go|v)?(?<__gosw_name>1\.((2[1-9]|[3-9][0-9])\.0|[1-9][0-9](\.[1-9][0-9]?|rc[1-9][0-9]?|beta[1-9])))\z' -- $__gosw_pin
        set __gosw_name go$__gosw_name
        set __gosw_link ! -L
    else
        return 1
    end
    set __gosw_known $__gosw_pin
end

# __gosw_remember keeps for the function go what it runs here, and what that depends on:
# variables, the text of __gosw_from, and what "test" has to find: this directory and
# the tool as they are, and no pin that is nearer. Names here are relative, as fish
# takes long to convert a path.
function __gosw_remember --no-scope-shadowing
    set -g __gosw_when
    string match -q -- '*|*' "$GOSW_SYSTEM_ROOT$GOSW_ROOT$HOME"
    and return
    set -g __gosw_file $__gosw_from
    set -g __gosw_same -a $PWD -ef . -a -x .
    for dir in $__gosw_dirs
        set -l in $dir/
        test "$dir" = $PWD
        and set in ''
        if test $dir/.go-version = $__gosw_from
            set __gosw_file $in.go-version
            break
        end
        for name in $in.go-version $in.tool-versions $in'mise.local.toml' $in'mise.toml'
            set -a __gosw_same -a ! -e $name -a ! -L $name
        end
    end
    set -g __gosw_text $__gosw_pin
    set -g __gosw_go $__gosw_tool
    set -g __gosw_local $__gosw_pinned
    set -a __gosw_same -a -f $__gosw_file -a -r $__gosw_file \
        -a $__gosw_link $__gosw_root/toolchains/$__gosw_name -a -x $__gosw_tool
    set __gosw_when "|$GOSW_SYSTEM_ROOT|$GOSW_ROOT|$HOME|$PWD"
end

# __gosw_use [ARG...] is "gosw use": only the shell itself can change what holds
# for its session. The program says how, as data.
function __gosw_use
    set -l said ($__gosw_exe use --session $argv)
    or return
    if not set -q said[1]
        return 0
    else if set -q said[2]
        builtin printf '%s\n' $said
    else if test "$said" = GO_VERSION=
        set -e GO_VERSION
    else if string match -q -- 'GO_VERSION=*' $said
        set -gx GO_VERSION (string replace -- GO_VERSION= '' $said)
    else
        builtin echo $said
    end
    return 0
end

# __gosw_complete prints what can complete the command line. The program answers
# with lines "value<tab>description" and, last, ":" with a sum of 1 (error), 2
# (no space after the value) and 4 (no file names).
function __gosw_complete
    set -l words (builtin commandline -opc) (builtin commandline -ct)
    set -l flags 0
    set -l values
    for line in ($__gosw_exe __complete $words[2..-1] 2>/dev/null)
        if string match -qr '^:[0-9]+$' -- $line
            set flags (string sub --start=2 -- $line)
        else if not string match -qr '^_activeHelp_|^$' -- $line
            set -a values $line
        end
    end
    if test (builtin math "$flags % 2") -eq 1
        return
    else if set -q values[1]
        builtin printf '%s\n' $values
    else if test (builtin math "floor($flags / 4) % 2") -eq 0
        __fish_complete_path (builtin commandline -ct)
    end
end

# __gosw_others names what else in this session wants to be go, and how to end
# that. It changes nothing.
function __gosw_others
    if test -n "$__gosw_function" -a -n "$__gosw_foreign"
        __gosw_note 'a function or an alias go was there before and stays' 'functions --erase go, and remove it from your configuration'
    end
    if set -q GOENV_SHELL; or string match -q '*/.goenv/shims' -- $PATH
        __gosw_note 'goenv manages go in this shell too' 'remove "goenv init" from your configuration'
    end
    if set -q GVM_ROOT
        __gosw_note 'gvm manages go in this shell too' 'remove "scripts/gvm" from your configuration'
    end
    set -q ASDF_DATA_DIR[1]; or set -l ASDF_DATA_DIR ~/.asdf
    if builtin contains -- "$ASDF_DATA_DIR/shims" $PATH; and test -e "$ASDF_DATA_DIR/shims/go"
        __gosw_note 'asdf manages go in this shell too' 'asdf plugin remove golang'
    end
    set -q MISE_DATA_DIR[1]; or set -l MISE_DATA_DIR ~/.local/share/mise
    if builtin contains -- "$MISE_DATA_DIR/shims" $PATH
        and test -e "$MISE_DATA_DIR/shims/go"
        or string match -q '*/mise/installs/go/*' -- $PATH
        __gosw_note 'mise manages go in this shell too' 'mise unuse --global go'
    end
    if string match -q '*/.g/go/bin' -- $PATH
        __gosw_note 'g manages go in this shell too' 'remove ".g/env" from your configuration'
    end
end

function __gosw_note
    builtin echo "gosw: $argv[1]; to end that: $argv[2]" >&2
end

# __gosw_ours succeeds if the function go is missing, or made here.
function __gosw_ours
    not builtin functions -q go
    or string match -q '*__gosw_run*' -- (builtin functions go)
end

# __gosw_place puts the store's bin directory on PATH, in front. Where it is there, it
# stays, but not behind another go: such as after a login shell that has put the
# system's directories in front again.
function __gosw_place
    set -l bin $__gosw_root/bin
    for dir in $PATH
        if test "$dir" = "$bin"
            return
        else if string match -q -- '/*' $dir; and test -f $dir/go -a -x $dir/go
            break
        end
    end
    while set -l at (builtin contains --index -- $bin $PATH)
        set -e PATH[$at]
    end
    set -gx PATH $bin $PATH
end

test -n "$__gosw_path"; and __gosw_place

# What was kept was of the store before.
set -g __gosw_when

# Linux alone has this: uname would be a process.
set -g __gosw_linux
test -e /proc/self/exe; and set __gosw_linux yes

# A function go that is the user's stays: what it calls is the shim. In fish an
# alias is one, too.
set -g __gosw_foreign
__gosw_ours; or set __gosw_foreign 1
if status is-interactive; and not set -q __gosw_loaded
    __gosw_others
end
# Before 3.6, fish has no -ef to tell whether $PWD is the directory that it says: there
# go is the shim.
if test -n "$__gosw_function" -a -z "$__gosw_foreign"; and test / -ef / 2>/dev/null
    # go runs what __gosw_remember has kept, if nothing has changed: in as few
    # builtins as can be, since each costs; switch is none. "-C" may be go's own flag.
    # A line has no newline, so nothing else can look like the text that was kept.
    function go --description 'go of the version that applies here'
        if test "$GO_VERSION$GOTOOLCHAIN$GOROOT$GOTOOLCHAIN_INTERNAL_SWITCH_VERSION$GOSW_GOTOOLCHAIN$GOSW_VERSION|$GOSW_SYSTEM_ROOT|$GOSW_ROOT|$HOME|$PWD" = "$__gosw_when" $__gosw_same
            and begin
                read --global __gosw_now
                and not read --null --local more # as in __gosw_read_pin
            end <$__gosw_file
            switch "$__gosw_now"\n"$__gosw_local"\n"$argv[1..3]"
                case '*-C*'
                    __gosw_run go $argv
                case "$__gosw_text"\n1\n'*'
                    GOTOOLCHAIN=local $__gosw_go $argv
                case "$__gosw_text"\n\n'*'
                    $__gosw_go $argv
                case '*'
                    __gosw_run go $argv
            end
        else
            __gosw_run go $argv
        end
    end
    function gofmt --description 'gofmt of the version that applies here'
        __gosw_run gofmt $argv
    end
end

function gosw --description 'manage Go toolchains'
    if test "$argv[1]" = use
        __gosw_use $argv[2..-1]
    else
        $__gosw_exe $argv
    end
end

if test -n "$__gosw_completion"
    builtin complete --command gosw --erase
    builtin complete --command gosw --no-files --keep-order --arguments '(__gosw_complete)'
end
set -g __gosw_loaded 1
