# gosw for fish: PATH, the functions go and gofmt, the command gosw, completion.
# "gosw init fish" prints assignments to the variables below, and then this file
# as it is. The file also works alone. It may be read any number of times.
#
# Names begin with __gosw_. The names of set, test, read, string and status are
# reserved in fish; other builtins are called by "builtin", past a function of
# the same name. A command substitution of builtins does not fork: nothing here
# does but for the tool.

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
    set -l __gosw_found (__gosw_resolve $argv)
    or set __gosw_found $__gosw_root/bin/$argv[1]
    if not test -x "$__gosw_found[1]" # a store without the shim
        $__gosw_exe shim $argv
        return
    end
    if test -n "$__gosw_found[2]" -a -z "$GOTOOLCHAIN"
        GOTOOLCHAIN=local $__gosw_found[1] $argv[2..]
    else
        $__gosw_found[1] $argv[2..]
    end
end

# __gosw_resolve NAME [ARG...] prints the path of the tool, and a line
# "pinned" if GO_VERSION or a file asks for the version. It knows the rules of
# docs/resolution.md for plain cases only. It fails where anything is out of the
# ordinary, and then the shim does it all: one program for every rare case and
# every message.
function __gosw_resolve
    set -l root "$HOME/.local/go"
    test -z "$GOSW_ROOT"; or set root $GOSW_ROOT
    test "$root" = "$__gosw_root"
    and not set -q GOROOT
    and not set -q GOTOOLCHAIN_INTERNAL_SWITCH_VERSION
    and not set -q GOSW_GOTOOLCHAIN
    and not set -qu GO_VERSION # programs have to see the two as we do
    and not set -qu GOTOOLCHAIN
    and not set -q GO_VERSION[2] # nor is a list what they see
    and not set -q GOTOOLCHAIN[2]
    and not string match -qr '\n' -- $__gosw_root # it would be two lines
    or return 1
    not string match -q -- '*-C*' "$argv[2]:$argv[3]:$argv[4]"
    or return 1 # perhaps go's own flag

    set -l said
    if test -n "$GO_VERSION"
        set said $GO_VERSION pinned
    else
        set said (__gosw_search)
        or return 1
    end
    __gosw_locate $argv[1] $said
end

# __gosw_search prints the version of the nearest pin and, on a second line,
# "pinned"; else the version of the default.
function __gosw_search
    string match -q -- '/*' $PWD
    and test $PWD -ef .
    and not string match -qr '//|/\.\.?(/|$)|\n' -- $PWD
    or return 1
    set -l dir (string trim --right --chars=/ -- $PWD)
    while test -x $dir/.
        if test -e $dir/.go-version -o -L $dir/.go-version
            __gosw_read_pin $dir/.go-version
            and builtin echo pinned
            return
        end
        if test -e $dir/.tool-versions -o -L $dir/.tool-versions
            set -l pin (__gosw_read_tools $dir/.tool-versions)
            or return 1
            if test -n "$pin"
                builtin printf '%s\n' $pin pinned
                return
            end
        end
        if test -z "$dir"
            __gosw_read_pin $__gosw_root/default
            return
        end
        set dir (string replace --regex -- '/[^/]*$' '' $dir)
    end
    return 1
end

# __gosw_read_pin FILE prints the only line of a file. Builtins take a text up to
# its first NUL, so none may be there: what is read up to a NUL has to end a
# line, and there must be no further line.
function __gosw_read_pin
    test -f $argv[1] -a -r $argv[1]
    or return 1
    set -l text
    set -l more
    begin
        read --null text
        and not read --null more
        and string match -qr '^\S+\n$' -- $text
    end <$argv[1]
    and begin
        read text
        and not read more
        and builtin echo $text
    end <$argv[1]
end

# __gosw_read_tools FILE prints the version of a line "golang 1.22.4".
function __gosw_read_tools
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
    and string match -qr '\n$' -- $text
    and test (string length -- $text) -le 8192
    or return 1
    set -l found
    for line in (string split \n -- $text)
        if string match -qr '^(go|golang) .' -- $line
            set -a found (string replace --regex '^\S+ ' '' -- $line)
        else if string match -qr '^(go|golang)([ \t\r#]|$)|^[ \t]' -- $line
            return 1
        end
    end
    set -q found[2]
    and return 1
    set -q found[1]
    and builtin printf '%s\n' $found
    return 0
end

# __gosw_locate NAME VERSION [pinned] prints the path of the tool, and "pinned"
# if that was given.
function __gosw_locate
    string match -qr '^[a-z0-9.]+\z' -- $argv[2]
    or return 1
    set -l pin (string replace --regex '^(go|v)(?=[0-9])' '' -- $argv[2])
    if string match -qr '^1\.[1-9][0-9]\z' -- $pin
        # The link of this name leads to the newest patch, unless a system's
        # store has a newer one. Only on Linux does go find its GOROOT through a
        # link.
        test "$__gosw_linux" = yes -a -z "$GOSW_SYSTEM_ROOT" -a -L $__gosw_root/toolchains/$pin
        or return 1
    else if string match -qr '^1\.(2[1-9]|[3-9][0-9])\.0\z|^1\.[1-9][0-9](\.[1-9][0-9]?|rc[1-9][0-9]?|beta[1-9])\z' -- $pin
        set pin go$pin
        not test -L $__gosw_root/toolchains/$pin
        or return 1
    else
        return 1
    end
    set -l tool $__gosw_root/toolchains/$pin/bin/$argv[1]
    test -f $tool -a -x $tool
    and builtin printf '%s\n' $tool $argv[3]
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
    for line in ($__gosw_exe __complete $words[2..] 2>/dev/null)
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
    if test -e "$ASDF_DATA_DIR/shims/go"
        __gosw_note 'asdf manages go in this shell too' 'asdf plugin remove golang'
    end
    set -q MISE_DATA_DIR[1]; or set -l MISE_DATA_DIR ~/.local/share/mise
    if string match -q '*/mise/installs/go/*' -- $PATH; or test -e "$MISE_DATA_DIR/shims/go"
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

if test -n "$__gosw_path"; and not builtin contains -- $__gosw_root/bin $PATH
    set -gx PATH $__gosw_root/bin $PATH
end

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
if test -n "$__gosw_function" -a -z "$__gosw_foreign"
    function go --description 'go of the version that applies here'
        __gosw_run go $argv
    end
    function gofmt --description 'gofmt of the version that applies here'
        __gosw_run gofmt $argv
    end
end

function gosw --description 'manage Go toolchains'
    if test "$argv[1]" = use
        __gosw_use $argv[2..]
    else
        $__gosw_exe $argv
    end
end

if test -n "$__gosw_completion"
    builtin complete --command gosw --erase
    builtin complete --command gosw --no-files --keep-order --arguments '(__gosw_complete)'
end
set -g __gosw_loaded 1
