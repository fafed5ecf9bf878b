package release

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
)

func TestParseDistIndex(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/dl.json")
	if err != nil {
		t.Fatal(err)
	}
	x, got := parseDistIndex(data)
	if got != "" {
		t.Fatal(got)
	}
	want := []string{ // whatever else is in there is odd
		"go1.20.linux-amd64.tar.gz",
		"go1.21rc2.linux-arm.tar.gz",
		"go1.22.5.freebsd-arm.tar.gz",
		"go1.22.5.linux-amd64.tar.gz",
		"go1.22.5.linux-armv6l.tar.gz",
		"go1.22.5.windows-arm64.zip",
		"go1.23rc10.linux-amd64.tar.gz",
		"go1.23rc2.linux-amd64.tar.gz",
		"go1.4.2.darwin-amd64-osx10.8.tar.gz",
	}
	var files []string
	for _, file := range x.files {
		files = append(files, file.Name)
	}
	if slices.Sort(files); !slices.Equal(files, want) {
		t.Errorf("got  %q\nwant %q", files, want)
	}
	for _, row := range []struct {
		version  string
		platform Platform
		name     string // "" for none
		sum      byte   // the last of the hash
	}{
		{"1.22.5", Platform{"linux", "amd64"}, "go1.22.5.linux-amd64.tar.gz", 3},
		{"1.22.5", Platform{"linux", "arm"}, "go1.22.5.linux-armv6l.tar.gz", 4},
		{"1.22.5", Platform{"freebsd", "arm"}, "go1.22.5.freebsd-arm.tar.gz", 5},
		{"1.22.5", Platform{"windows", "arm64"}, "go1.22.5.windows-arm64.zip", 6},
		{"1.22.5", Platform{"plan9", "386"}, "", 0},
		{"1.23rc10", Platform{"linux", "amd64"}, "go1.23rc10.linux-amd64.tar.gz", 1},
		{"1.21rc2", Platform{"linux", "arm"}, "go1.21rc2.linux-arm.tar.gz", 1},
		{"1.4.2", Platform{"darwin", "amd64"}, "go1.4.2.darwin-amd64-osx10.8.tar.gz", 8},
		{"1.4.2", Platform{"linux", "amd64"}, "", 0},
		{"1.21.0", Platform{"linux", "arm64"}, "", 0},
		{"1.21.0", Platform{"netbsd", "386"}, "", 0},
	} {
		f, ok := x.files[Release{parsed(t, row.version), row.platform}]
		if ok != (row.name != "") || f.Name != row.name || f.SHA256[31] != row.sum {
			t.Errorf("%s %v: %+v, %v", row.version, row.platform, f, ok)
		}
	}
	for _, row := range []struct {
		version  string
		platform Platform
		want     string
	}{
		{"1.21.0", Platform{"linux", "loong64"}, `get URL: "<!DOCTYPE html><html><head><title>Not Found</title></head></html" is not a SHA-256 of go1.21.0.linux-loong64.tar.gz`},
		{"1.21.0", Platform{"linux", "mips64"}, `get URL: "30" is not a SHA-256 of go1.21.0.linux-mips64.tar.gz`},
		{"1.21.0", Platform{"netbsd", "386"}, `get URL: "one of two" is not a SHA-256 of go1.21.0.netbsd-386.tar.gz`},
		{"1.4.2", Platform{"linux", "amd64"}, "get URL: no SHA-256 of go1.4.2.linux-amd64.tar.gz"},
		{"1.22.5", Platform{"plan9", "amd64"}, "go1.22.5 has no plan9/amd64 build"},
		{"1.19.0", Platform{"linux", "amd64"}, "download go1.19 for linux/amd64: not found"},
	} {
		if err := x.missing(Release{parsed(t, row.version), row.platform}, "URL"); err == nil || err.Error() != row.want {
			t.Errorf("%s %v: %v, want %s", row.version, row.platform, err, row.want)
		}
	}
	if got, want := names(x.versions(Platform{"linux", "amd64"})), "go1.23rc10 go1.23rc2 go1.22.5 go1.20"; got != want {
		t.Errorf("versions: %s, want %s", got, want)
	}
	if got, want := platformNames(x.platforms(parsed(t, "1.22.5"))), "freebsd/arm linux/amd64 linux/arm windows/arm64"; got != want {
		t.Errorf("platforms: %s, want %s", got, want)
	}
}

func platformNames(list []Platform) string {
	var words []string
	for _, p := range list {
		words = append(words, p.String())
	}
	return strings.Join(words, " ")
}

func TestParseDistIndexOther(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                           "empty",
		" \n\t":                      "empty",
		"<!DOCTYPE html><html>":      "a web page",
		`{"version":"go1.22.5"}`:     "a JSON object",
		"2cb4b3b0f1":                 "something else",
		"null":                       "something else",
		"[]":                         "a list without Go releases",
		"[null, 1, \"x\", {}, [[]]]": "a list without Go releases",
		`[{"version":"go1.22.5","fi`: "cut off",
		`[{"version"="go1.22.5"}]`:   "broken JSON",
		"[" + strings.Repeat("1,", maxValues+1) + "1]": "too long a list",
		strings.Repeat("[", 20_000):                    "broken JSON",
	} {
		if x, got := parseDistIndex([]byte(text)); got != want || x != nil {
			t.Errorf("%.40q: %q, want %q", text, got, want)
		}
	}
}

func TestDistIndexErrors(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	for mode, want := range map[string]string{
		fetchtest.DLHTML:      "the answer is text/html, not an index of Go releases",
		fetchtest.HTML:        "the answer is text/html, not an index of Go releases",
		fetchtest.DLPage:      "the answer is a web page, not an index of Go releases",
		fetchtest.DLEmpty:     "the answer is empty, not an index of Go releases",
		fetchtest.DLObject:    "the answer is a JSON object, not an index of Go releases",
		fetchtest.DLCut:       "the answer is cut off, not an index of Go releases",
		fetchtest.DLNoHash:    "the answer is a list of Go releases without a SHA-256, not an index of Go releases",
		fetchtest.DLBadHash:   "the answer is a list of Go releases without a SHA-256, not an index of Go releases",
		fetchtest.DLNoGzip:    "the answer is not gzip, although the server says so, not an index of Go releases",
		fetchtest.DLTruncated: "connection lost after ",
		fetchtest.DLHuge:      "more than 16777216 bytes for an index of Go releases",
		fetchtest.DLBomb:      "more than 16777216 bytes for an index of Go releases",
		fetchtest.DLStatus500: "500 Internal Server Error: no index today",
	} {
		c := newList(t, s, indexIs(s.BadDL(mode)))
		x, err := c.distIndex(t.Context())
		if err == nil || x != nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "get "+s.BadDL(mode)+": ") {
			t.Errorf("%s: %v, want %q", mode, err, want)
		}
		if _, ok := c.cachedIndex(); ok {
			t.Errorf("%s: kept", mode)
		}
	}
	if _, err := newList(t, s, nil).distIndex(t.Context()); !errors.Is(err, ErrNoIndex) {
		t.Errorf("none: %v", err)
	}
	for _, base := range []string{"ftp://example.com/dl/", "example.com/dl", "https://", "https://us%er@example.com"} {
		cfg := newList(t, s, nil).setup
		cfg.DL = base
		if _, err := openList(cfg); err == nil || !strings.HasPrefix(err.Error(), "GOSW_DL_URL: ") {
			t.Errorf("%s: %v", base, err)
		}
	}
}

func TestDLURL(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://go.dev/dl/":             "https://go.dev/dl/?mode=json&include=all",
		"https://go.dev/dl":              "https://go.dev/dl/?mode=json&include=all",
		"http://localhost:1":             "http://localhost:1/?mode=json&include=all",
		"https://example.com/go/dl.json": "https://example.com/go/dl.json",
		"https://example.com/a%20b":      "https://example.com/a%20b/?mode=json&include=all",
		"file:///srv/go":                 "file:///srv/go/index.json",
		"file:///srv/go/dl-2026-08.json": "file:///srv/go/dl-2026-08.json",
		"https://example.com/?v=2":       "https://example.com/?mode=json&include=all",
		"https://u:p@example.com/go/dl/": "https://u:p@example.com/go/dl/?mode=json&include=all",
	} {
		s, err := newDLSource(base)
		if err != nil || s.url.String() != want {
			t.Errorf("%s: %v, %v, want %s", base, s.url, err, want)
		}
	}
}

func FuzzDistIndex(f *testing.F) {
	data, err := os.ReadFile("testdata/dl.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`[{"version":"go1.22.5","files":[{"filename":"go1.22.5.linux-amd64.tar.gz"}]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, got := parseDistIndex(data)
		if (x == nil) != (got != "") {
			t.Fatalf("%v, %q", x, got)
		}
		if x == nil {
			return
		}
		for r, file := range x.files {
			of, ok := ParseFile(file.Name)
			if !ok || filepath.Base(file.Name) != file.Name || r != of || of != file.Release {
				t.Errorf("%v: %+v", r, file)
			}
		}
	})
}
