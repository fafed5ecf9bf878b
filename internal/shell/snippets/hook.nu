# gosw for nushell: PATH, the command gosw, completion. "gosw init nushell"
# prints constants, and then this file as it is. It may be read any number of
# times.
#
# There is no command go: go is the shim, found on PATH. An external command
# passes streams and exit codes as they are, which a custom one does not.

# Puts the store's bin directory on PATH, in front. Where it is there, it stays, but
# not behind another go: such as after a login shell that has put the system's
# directories in front again.
def --env "__gosw place" [] {
    let bin = ($__gosw_root | path join bin)
    let path = ($env.PATH | split row (char esep))
    let before = ($path | take until {|dir| $dir == $bin } | where {|dir| $dir starts-with "/" })
    $env.PATH = (if $bin in $path and not ($before | any {|dir| ($dir | path join go | path type) in [file symlink] }) {
        $path
    } else {
        $path | where {|dir| $dir != $bin } | prepend $bin
    })
}

if $__gosw_path { __gosw place }

# The program answers with lines "value<tab>description" and, last, ":" with a
# sum of 1 (error), 2 (no space after the value) and 4 (no file names).
def "__gosw complete" [context: string] {
    if not $__gosw_completion { return null }
    let words = ($context | split row --regex '\s+' | skip 1)
    let answer = (do { ^$__gosw_exe __complete ...$words } | complete)
    if $answer.exit_code != 0 { return null }
    let values = ($answer.stdout | lines
        | where {|line| $line != "" and not ($line starts-with ":") and not ($line starts-with "_activeHelp_") }
        | each {|line|
            let parts = ($line | split row --number 2 "\t")
            { value: $parts.0, description: ($parts | get --optional 1 | default "") }
        })
    { options: { sort: false, completion_algorithm: prefix }, completions: $values }
}

# Manage Go toolchains. "gosw use" changes the session: the program says how, as
# data.
def --env --wrapped gosw [...args: string@"__gosw complete"] {
    if ($args | get --optional 0) != "use" {
        ^$__gosw_exe ...$args
        return
    }
    let said = (^$__gosw_exe use --session ...($args | skip 1))
    if $said == "GO_VERSION=" {
        hide-env --ignore-errors GO_VERSION
    } else if ($said starts-with "GO_VERSION=") and not ($said | str contains "\n") {
        $env.GO_VERSION = ($said | str substring 11..)
    } else if $said != "" {
        print $said
    }
}
