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

func (z zsh) Load(exe string, flags []string) string { return evalLine(z, exe, flags) }

func (zsh) RC(p Places) []string {
	dir := p.ZDotDir
	if dir == "" {
		dir = p.Home
	}
	var files []string
	for _, name := range []string{".zshrc", ".zshenv", ".zprofile", ".zlogin"} {
		files = append(files, filepath.Join(dir, name))
	}
	return files
}
