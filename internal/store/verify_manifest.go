package store

import (
	"bytes"
	"encoding/hex"
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

// parseManifest reads the text that h1 hashes. What it returns is usable also
// where there is an error: it has the lines before it. One text alone stands for
// a tree: what is accepted is what formatSums writes.
func parseManifest(sums []byte) (*manifest, error) {
	m := &manifest{entries: make([]File, 0, bytes.Count(sums, []byte("\n")))}
	last := ""
	for line := range bytes.Lines(sums) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), "  ")
		if len(m.entries) == 0 {
			m.prefix = modulePrefix(name)
		}
		f, ok := m.parseFile(sum, name)
		if !ok || name <= last || line[len(line)-1] != '\n' {
			return m, fmt.Errorf("line %d is none of a manifest", len(m.entries)+1)
		}
		last = name
		m.entries = append(m.entries, f)
	}
	return m, nil
}

// parseFile reads a sum in lower case and the name of a file below the prefix.
// A manifest that is not proven yet must not lead out of the tree.
func (m *manifest) parseFile(sum, name string) (f File, ok bool) {
	rest, ok := strings.CutPrefix(name, m.prefix)
	if !ok || m.prefix == "" || len(sum) != hex.EncodedLen(len(f.Sum)) || sum != strings.ToLower(sum) {
		return f, false
	}
	_, err := hex.Decode(f.Sum[:], []byte(sum))
	f.Path = goroot.Path(rest)
	return f, err == nil && fs.ValidPath(f.Path) && f.Path != "." && goroot.Name(f.Path) == rest
}

// modulePrefix returns what the names of one module zip begin with, "" if name
// is none of such a zip.
func modulePrefix(name string) string {
	at := strings.IndexByte(name, '@')
	slash := strings.IndexByte(name[at+1:], '/')
	if at < 0 || slash < 0 {
		return ""
	}
	return name[:at+1+slash+1]
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
