package store

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/goroot"
)

// A File is a file of a toolchain as its manifest has it.
type File struct {
	Path string   // below GOROOT, slash-separated
	Sum  [32]byte // SHA-256
}

// A manifest is what a toolchain should be.
type manifest struct {
	prefix  string // of the names, "golang.org/toolchain@v0.0.1-…/"
	entries []File // in the order of their names
}

var errOrder = errors.New("not in order")

// parseManifest reads the text that h1 hashes. What it returns is usable also
// where there is an error: it has the lines before it.
func parseManifest(sums []byte) (*manifest, error) {
	m := &manifest{entries: make([]File, 0, bytes.Count(sums, []byte("\n")))}
	last := ""
	for line := range bytes.Lines(sums) {
		sum, name, ok := strings.Cut(strings.TrimSuffix(string(line), "\n"), "  ")
		if m.prefix == "" {
			at := strings.IndexByte(name, '@')
			m.prefix = name[:at+1+strings.IndexByte(name[at+1:], '/')+1]
		}
		rest, found := strings.CutPrefix(name, m.prefix)
		f := File{Path: goroot.Path(rest)}
		n, err := hex.Decode(f.Sum[:], []byte(sum[:min(len(sum), 64)]))
		if err == nil && name <= last || sum != strings.ToLower(sum) {
			err = errOrder // one text alone stands for a tree
		}
		last = name
		// A manifest that is not proven yet must not lead out of the tree.
		if !ok || !found || err != nil || n != 32 || len(sum) != 64 || !fs.ValidPath(f.Path) || f.Path == "." {
			return m, fmt.Errorf("line %d is none of a manifest", len(m.entries)+1)
		}
		m.entries = append(m.entries, f)
	}
	return m, nil
}

// dirs returns all folders of m, parents first.
func (m *manifest) dirs() []string {
	seen := map[string]bool{".": true}
	for _, f := range m.entries {
		for dir := path.Dir(f.Path); !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
		}
	}
	dirs := make([]string, 0, len(seen))
	for dir := range seen {
		dirs = append(dirs, dir)
	}
	slices.Sort(dirs)
	return dirs
}

// formatSums returns the manifest of files, which it sorts.
func formatSums(prefix string, files []File) []byte {
	names := make([]string, len(files))
	sums := make(map[string][32]byte, len(files))
	size := 0
	for i, f := range files {
		names[i] = prefix + goroot.Name(f.Path)
		sums[names[i]] = f.Sum
		size += len(names[i]) + 67
	}
	slices.Sort(names)
	text := make([]byte, 0, size)
	for _, name := range names {
		sum := sums[name]
		text = hex.AppendEncode(text, sum[:])
		text = append(append(append(text, "  "...), name...), '\n')
	}
	return text
}
