package tree

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/goroot"
)

// A File is a file of a release as its manifest has it.
type File struct {
	Path string   // below GOROOT, slash-separated
	Sum  [32]byte // SHA-256 of the content
}

// A Manifest is what a tree should be. Its text has a line "hex  name\n" for each
// file, sorted; the names are those in the module zip, with _go.mod for go.mod. The
// hash of that text is the h1 of the release, see golang.org/x/mod/sumdb/dirhash.
type Manifest struct {
	Prefix string // of the names, "golang.org/toolchain@v0.0.1-…/"
	Files  []File // in the order of their names
}

// ParseManifest reads the text that h1 hashes. What it returns is usable also
// where there is an error: it has the lines before it. One text alone stands for
// a tree: what is accepted is what [Format] writes.
func ParseManifest(text []byte) (*Manifest, error) {
	m := &Manifest{Files: make([]File, 0, bytes.Count(text, []byte("\n")))}
	last := ""
	for line := range bytes.Lines(text) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), "  ")
		if len(m.Files) == 0 {
			m.Prefix = modulePrefix(name)
		}
		f, ok := m.parseFile(sum, name)
		if !ok || name <= last || line[len(line)-1] != '\n' {
			return m, fmt.Errorf("line %d does not belong in a manifest", len(m.Files)+1)
		}
		last = name
		m.Files = append(m.Files, f)
	}
	return m, nil
}

// parseFile reads a sum in lower case and the name of a file below the prefix.
// A manifest that is not proven yet must not lead out of the tree.
func (m *Manifest) parseFile(sum, name string) (f File, ok bool) {
	rest, ok := strings.CutPrefix(name, m.Prefix)
	if !ok || m.Prefix == "" || len(sum) != hex.EncodedLen(len(f.Sum)) || sum != strings.ToLower(sum) {
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

// Dirs returns all directories of m, parents first.
func (m *Manifest) Dirs() []string {
	seen := map[string]bool{".": true}
	for _, f := range m.Files {
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

// Sums returns the sums of all files by their names in the zip, without the prefix.
func (m *Manifest) Sums() map[string][32]byte {
	sums := make(map[string][32]byte, len(m.Files))
	for _, f := range m.Files {
		sums[goroot.Name(f.Path)] = f.Sum
	}
	return sums
}

// Format returns the text of a manifest, by names in the zip without the prefix.
func Format(prefix string, sums map[string][32]byte) []byte {
	text := make([]byte, 0, len(sums)*LineSize)
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		text = AppendLine(text, sums[name], prefix+name)
	}
	return text
}

// LineSize is how many bytes a line of a manifest has, a little more than on average.
const LineSize = 160

// AppendLine adds a line to the text of a manifest, which has them in the order of their names.
func AppendLine(text []byte, sum [32]byte, name string) []byte {
	text = hex.AppendEncode(text, sum[:])
	return append(append(append(text, "  "...), name...), '\n')
}

// H1 returns the hash over the text of a manifest as the checksum database writes it.
func H1(text []byte) string {
	sum := sha256.Sum256(text)
	return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
}
