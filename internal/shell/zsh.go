package shell

import (
	"cmp"
	_ "embed" // for the snippet
)

//go:embed snippets/hook.zsh
var zshHook string

// zsh quotes as bash does: both take '…' and $'…' alike, under all of zsh's options.
var zsh = Shell{
	name: "zsh", posix: true, hook: zshHook, quote: quoteBash, dir: func(p Places) string { return cmp.Or(p.ZDotDir, p.Home) },
	rc:     []string{".zshrc", ".zshenv", ".zprofile", ".zlogin"},
	assign: "__gosw_%s=%s\n", flags: oneOrNone, load: bourneLoad, syntax: bourneSyntax,
}
