package shell

import (
	_ "embed" // for the snippet
	"path/filepath"
)

//go:embed snippets/hook.zsh
var zshHook string

type zsh struct{}

func (zsh) Name() string { return "zsh" }

// Quote is that of bash: both take '…' and $'…' alike, under all of zsh's
// options.
func (zsh) Quote(text string) string { return bash{}.Quote(text) }

func (z zsh) Init(o Options) string { return assignments(z, o) + zshHook }

func (z zsh) Load(exe string) string { return evalLine(z, exe) }

func (zsh) RC(p Places) string {
	dir := p.ZDotDir
	if dir == "" {
		dir = p.Home
	}
	return filepath.Join(dir, ".zshrc")
}
