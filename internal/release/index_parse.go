package release

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
)

// maxValues bounds the memory that an index can take: a few bytes of JSON make
// a hundred of a struct. The index of 2026 has 61,000 values.
const maxValues = 1 << 18

// maxSize is more bytes than an archive of a release has; the largest has 208 MB.
const maxSize = 600 << 20

// The index as go.dev/dl?mode=json&include=all has it.
type dlRelease struct {
	Version string   `json:"version"`
	Files   []dlFile `json:"files"`
}

type dlFile struct {
	Filename string `json:"filename"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	Version  string `json:"version"`
	SHA256   string `json:"sha256"`
	Size     int64  `json:"size"`
	Kind     string `json:"kind"` // archive, installer or source
}

// parseDistIndex reads the index. An entry that is odd in any way is left out;
// a text that is no index at all gives what it is instead, such as "a web
// page", and no index.
func parseDistIndex(data []byte) (x *distIndex, got string) {
	releases, got := decodeDL(data)
	if got != "" {
		return nil, got
	}
	x = &distIndex{files: make(map[Release]Archive), hashless: make(map[Release]dlFile)}
	names := make(map[string]Archive)
	ambiguous := make(map[string]bool)
	for _, r := range releases {
		for _, entry := range r.Files {
			f, ok := entry.archive(r)
			if !ok {
				continue
			}
			if !entry.hash(&f.SHA256) {
				x.hashless[f.Release] = entry
				continue
			}
			if other, twice := names[f.Name]; twice && other.SHA256 != f.SHA256 {
				ambiguous[f.Name] = true
			}
			names[f.Name] = f
		}
	}
	for name, f := range names {
		if ambiguous[name] { // two hashes for one file prove nothing
			x.hashless[f.Release] = dlFile{Filename: name, SHA256: "one of two"}
			continue
		}
		if other, ok := x.files[f.Release]; !ok || prefer(f, other) {
			x.files[f.Release] = f
		}
	}
	switch {
	case len(x.files) > 0:
		return x, ""
	case len(x.hashless) > 0:
		return nil, hashless
	}
	return nil, "a list without Go releases"
}

// decodeDL decodes JSON, or says what came instead.
func decodeDL(data []byte) (releases []dlRelease, got string) {
	text := bytes.TrimSpace(data)
	switch {
	case len(text) == 0:
		return nil, "empty"
	case text[0] == '<':
		return nil, "a web page"
	case text[0] == '{':
		return nil, "a JSON object"
	case text[0] != '[':
		return nil, "something else"
	case bytes.Count(text, []byte(",")) > maxValues:
		return nil, "too long a list"
	}
	err := json.Unmarshal(text, &releases)
	var mistyped *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case err == nil, errors.As(err, &mistyped): // the field is empty, the rest is there
		return releases, ""
	case errors.As(err, &syntax) && syntax.Offset >= int64(len(text)):
		return nil, "cut off"
	}
	return nil, "broken JSON"
}

// archive returns the file, without its hash, if it is an archive and every field
// agrees with its name.
func (e dlFile) archive(r dlRelease) (Archive, bool) {
	of, ok := ParseFile(e.Filename)
	if !ok || e.Kind != "archive" || e.Version != of.Version.String() || r.Version != e.Version ||
		e.OS != of.Platform.OS || goarch(e.Arch) != of.Platform.Arch || e.Size < 0 || e.Size > maxSize {
		return Archive{}, false
	}
	return Archive{Release: of, Name: e.Filename}, true
}

// hash reads the SHA-256 of the file. Those of old releases were never published.
func (e dlFile) hash(sum *[32]byte) bool {
	if len(e.SHA256) != hex.EncodedLen(len(sum)) || strings.ToLower(e.SHA256) != e.SHA256 {
		return false
	}
	_, err := hex.Decode(sum[:], []byte(e.SHA256))
	return err == nil
}

// prefer reports whether f is to be taken for its release and not other, which
// is one for an older macOS, or a second name for linux/arm.
func prefer(f, other Archive) bool {
	return len(f.Name) < len(other.Name) || len(f.Name) == len(other.Name) && f.Name > other.Name
}
