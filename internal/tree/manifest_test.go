package tree

import (
	"bytes"
	"path/filepath"
	"testing"
)

// FuzzParseManifest has the parser take apart any text: what it accepts is the
// one text of what it found, and nothing in it leads out of a tree.
func FuzzParseManifest(f *testing.F) {
	const sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	const prefix = "golang.org/toolchain@v0.0.1-go1.22.4.linux-amd64/"
	for _, text := range []string{
		"", "\n", sum + "  " + prefix + "VERSION\n",
		sum + "  " + prefix + "src/_go.mod\n" + sum + "  " + prefix + "src/a.go\n",
		sum + "  " + prefix + "src/go.mod\n",
		sum + "  " + prefix + "../../etc/passwd\n",
		sum + "  /etc/passwd\n",
		sum + "  " + prefix + "b\n" + sum + "  " + prefix + "a\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := ParseManifest(text)
		for _, file := range m.Files {
			if !filepath.IsLocal(filepath.FromSlash(file.Path)) {
				t.Errorf("%q leads out of the tree", file.Path)
			}
		}
		if err != nil {
			return
		}
		if again := Format(m.Prefix, m.Sums()); !bytes.Equal(again, text) {
			t.Errorf("%q is written as %q", text, again)
		}
	})
}
