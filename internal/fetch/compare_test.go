package fetch

import (
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// distTree writes the toy of a version as Go's archives have it: writable, with
// the directories that are no part of the module.
func distTree(t testing.TB, v string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range fetchtest.Files(v, runtime.GOOS, runtime.GOARCH) {
		put(t, dir, goroot.Path(f[0]), f[1])
	}
	for _, name := range []string{"api/go1.txt", "doc/go_spec.html", "misc/go.mod", "test/fixedbugs/bug1.go", ".github/x.yml"} {
		put(t, dir, name, "not covered\n")
	}
	return dir
}

// cachedTree writes it as the go command's module cache has it: with each
// _go.mod, and with a copy where the toolchain was run.
func cachedTree(t testing.TB, v string, run bool) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range fetchtest.Files(v, runtime.GOOS, runtime.GOARCH) {
		put(t, dir, f[0], f[1])
		if run {
			put(t, dir, goroot.Path(f[0]), f[1])
		}
	}
	return dir
}

func put(t testing.TB, dir, name, content string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func remove(t testing.TB, dir, name string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
		t.Fatal(err)
	}
}

func link(t testing.TB, dir, name, to string) {
	t.Helper()
	remove(t, dir, name)
	if err := os.Symlink(to, filepath.Join(dir, filepath.FromSlash(name))); err != nil {
		t.Fatal(err)
	}
}

// lines returns what differs in the form of gosw verify.
func lines(a *Comparison) []string {
	var list []string
	for _, d := range a.Findings {
		line := string(d.Kind) + " " + d.Path
		if d.Detail != "" {
			line += " (" + d.Detail + ")"
		}
		list = append(list, line)
	}
	return list
}

func TestCompareProves(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	for name, dir := range map[string]string{
		"dist": distTree(t, "go1.22.4"), "cached": cachedTree(t, "go1.22.4", true), "not run": cachedTree(t, "go1.22.4", false),
	} {
		put(t, dir, ".github/empty", "") // and what is left out does not matter
		if err := os.MkdirAll(filepath.Join(dir, "src", "empty"), 0o755); err != nil {
			t.Fatal(err)
		}
		s.Reset()
		a, err := newClient(t, s, nil).Compare(t.Context(), openRoot(t, dir), CompareOptions{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !a.OK() || a.Version != version(t, "1.22.4") || a.Platform != host || a.H1 != s.H1("1.22.4") || !a.Sure {
			t.Errorf("%s: %+v", name, a)
		}
		if n := s.Requests(".zip"); n != 0 {
			t.Errorf("%s: %d requests for the zip", name, n)
		}
		if want := len(fetchtest.Files("go1.22.4", host.OS, host.Arch)); a.Files != want || tree.H1(a.Proof.Sums) != a.H1 {
			t.Errorf("%s: %d files, want %d", name, a.Files, want)
		}
		if name == "dist" && (len(a.LeftOut) != 5 || a.Uncovered != 6) {
			t.Errorf("left out: %q, %d files", a.LeftOut, a.Uncovered)
		}
	}
}

// faults are what can be wrong with a tree, and what an audit says of it.
var faults = map[string]struct {
	cached bool
	damage func(t testing.TB, dir string)
	want   []string
}{
	"changed":       {false, func(t testing.TB, dir string) { put(t, dir, "src/fmt/print.go", "package fmT\n") }, []string{"changed src/fmt/print.go"}},
	"longer":        {false, func(t testing.TB, dir string) { put(t, dir, "LICENSE", "Do not.\n") }, []string{"changed LICENSE"}},
	"emptied":       {false, func(t testing.TB, dir string) { put(t, dir, "src/cmd/go/main.go", "") }, []string{"changed src/cmd/go/main.go"}},
	"go.mod":        {false, func(t testing.TB, dir string) { put(t, dir, "src/go.mod", "module x\n") }, []string{"changed src/go.mod"}},
	"missing":       {false, func(t testing.TB, dir string) { remove(t, dir, "src/internal/empty.go") }, []string{"missing src/internal/empty.go"}},
	"directory":     {false, func(t testing.TB, dir string) { remove(t, dir, "src/cmd/go") }, []string{"missing src/cmd/go/main.go"}},
	"no go.mod":     {false, func(t testing.TB, dir string) { remove(t, dir, "src/cmd/go.mod") }, []string{"missing src/cmd/go.mod"}},
	"backup":        {false, func(t testing.TB, dir string) { put(t, dir, "src/fmt/print.go~", "old\n") }, []string{"extra src/fmt/print.go~"}},
	"dotfile":       {false, func(t testing.TB, dir string) { put(t, dir, "src/.DS_Store", "x") }, []string{"extra src/.DS_Store"}},
	"case":          {false, func(t testing.TB, dir string) { put(t, dir, "src/fmt/Print.go", "x") }, []string{"extra src/fmt/Print.go"}},
	"_go.mod":       {false, func(t testing.TB, dir string) { put(t, dir, "src/_go.mod", "module std\n\ngo 1.22\n") }, []string{"extra src/_go.mod"}},
	"file for test": {false, func(t testing.TB, dir string) { remove(t, dir, "test"); put(t, dir, "test", "x") }, []string{"extra test"}},
	"build output": {false, func(t testing.TB, dir string) {
		put(t, dir, "pkg/linux_amd64/fmt.a", "x")
		put(t, dir, "pkg/linux_amd64/net/http.a", "x")
		put(t, dir, "pkg/mod/cache/x", "x")
	}, []string{"extra pkg/linux_amd64/ (2 files)", "extra pkg/mod/ (1 file)"}},
	"several": {false, func(t testing.TB, dir string) {
		put(t, dir, "LICENSE", "mine\n")
		remove(t, dir, "src/all.bash")
		put(t, dir, "src/fmt/extra.go", "package fmt\n")
	}, []string{"changed LICENSE", "missing src/all.bash", "extra src/fmt/extra.go"}},
	"link for file": {false, func(t testing.TB, dir string) { link(t, dir, "LICENSE", "/etc/hostname") }, []string{"type LICENSE (symbolic link)"}},
	"same by a link": {false, func(t testing.TB, dir string) {
		put(t, dir, "misc/L", "Do as you like.\n")
		link(t, dir, "LICENSE", "misc/L")
	}, []string{"type LICENSE (symbolic link)"}},
	"link for go.mod":    {false, func(t testing.TB, dir string) { link(t, dir, "src/go.mod", "cmd/go.mod") }, []string{"type src/go.mod (symbolic link)"}},
	"link for directory": {false, func(t testing.TB, dir string) { link(t, dir, "src/fmt", "/usr") }, []string{"type src/fmt (symbolic link)"}},
	"further link":       {false, func(t testing.TB, dir string) { link(t, dir, "src/fmt/more.go", "print.go") }, []string{"extra src/fmt/more.go (symbolic link)"}},
	"looping link":       {false, func(t testing.TB, dir string) { link(t, dir, "src/loop", "..") }, []string{"extra src/loop (symbolic link)"}},
	"directory for file": {false, func(t testing.TB, dir string) { remove(t, dir, "LICENSE"); put(t, dir, "LICENSE/x", "x") }, []string{"missing LICENSE", "extra LICENSE/ (1 file)"}},
	"odd name":           {false, func(t testing.TB, dir string) { put(t, dir, "src/a\nb", "x") }, []string{"extra src/a\nb"}},
	"steering name":      {false, func(t testing.TB, dir string) { put(t, dir, "src/\x1b[2J", "x") }, []string{"extra src/\x1b[2J"}},
	"copy":               {true, func(t testing.TB, dir string) { put(t, dir, "src/go.mod", "module std\n\ngo 1.21\n") }, []string{"changed src/go.mod (not what _go.mod has)"}},
	"no copy":            {true, func(t testing.TB, dir string) { remove(t, dir, "src/cmd/go.mod") }, []string{"missing src/cmd/go.mod"}},
	"original":           {true, func(t testing.TB, dir string) { put(t, dir, "src/_go.mod", "x"); put(t, dir, "src/go.mod", "x") }, []string{"changed src/_go.mod"}},
	"further go.mod":     {true, func(t testing.TB, dir string) { put(t, dir, "src/fmt/go.mod", "module fmt\n") }, []string{"extra src/fmt/go.mod"}},
}

// TestCompareNames damages a tree in each way and demands that just that is named:
// by the zip's directory, by the whole zip, where no parts are sent, and by a
// manifest that is at hand.
func TestCompareNames(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, nil)
	good, err := c.Compare(t.Context(), openRoot(t, distTree(t, "go1.22.4")), CompareOptions{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := s.WriteTree(dir); err != nil {
		t.Fatal(err)
	}
	ways := map[string]struct {
		client  *Client
		options CompareOptions
	}{
		"directory": {c, CompareOptions{}},
		"full":      {c, CompareOptions{Full: true}},
		"no ranges": {newClient(t, s, proxyIs(s.Bad(fetchtest.NoRange))), CompareOptions{}},
		"file":      {newClient(t, s, proxyIs(web.FileURL(dir).String())), CompareOptions{}},
		"known": {newClient(t, s, proxyIs("off")), CompareOptions{Known: func(gover.Version, release.Platform) (*tree.Proof, sumdb.Witness) {
			known := *good.Proof
			return &known, good.Witness
		}}},
	}
	for name, fault := range faults {
		dir := distTree(t, "go1.22.4")
		if fault.cached {
			dir = cachedTree(t, "go1.22.4", true)
		}
		fault.damage(t, dir)
		for way, w := range ways {
			a, err := w.client.Compare(t.Context(), openRoot(t, dir), w.options)
			if err != nil {
				t.Errorf("%s by %s: %v", name, way, err)
				continue
			}
			if got := lines(a); a.OK() || !a.Sure || a.Nameless != nil || !slices.Equal(got, fault.want) {
				t.Errorf("%s by %s: %q, want %q (sure %v, %v)", name, way, got, fault.want, a.Sure, a.Nameless)
			}
			into := t.TempDir()
			if a, err := w.client.Import(t.Context(), openRoot(t, dir), openRoot(t, into), w.options); err != nil || a.OK() || !slices.Equal(lines(a), fault.want) {
				t.Errorf("import of %s by %s: %v, %+v", name, way, err, a)
			}
			noDownloads(t, w.client)
		}
	}
}

// TestCompareFifty changes one byte in each of 50 files: each is named, and
// little more than the zip's directory and they are received.
func TestCompareFifty(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t)
	if err := s.AddPadded("1.22.4", 120); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := newClient(t, s, nil)
	if _, err := c.Fetch(t.Context(), version(t, "1.22.4"), openRoot(t, dir), Options{}); err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 50 {
		name := fmt.Sprintf("src/padding/%02d.txt", i*2)
		file := filepath.Join(dir, filepath.FromSlash(name))
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		data[i*1000] ^= 1 << (i % 8)
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		put(t, dir, name, string(data))
		want = append(want, "changed "+name)
	}
	slices.Sort(want)
	s.Reset()
	a, err := c.Compare(t.Context(), openRoot(t, dir), CompareOptions{})
	if err != nil || !a.Sure || !slices.Equal(lines(a), want) {
		t.Fatalf("%v: %+v", err, a)
	}
	if sent := s.Sent(".zip"); sent > 3_700_000 || sent != a.Received {
		t.Errorf("%d bytes were sent, %d counted", sent, a.Received)
	}
}

// TestCompareCollision gives files the CRC and size that the directory has: only
// the whole zip tells which it is, and the verdict never depends on it.
func TestCompareCollision(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, nil)
	dir := distTree(t, "go1.22.4")
	file := "lib/time/update.bash"
	put(t, dir, file, collide("#!/bin/bash\n"))
	a, err := c.Compare(t.Context(), openRoot(t, dir), CompareOptions{})
	if err != nil || a.OK() || a.Sure || len(a.Findings) != 0 {
		t.Errorf("%v: %+v", err, a)
	}
	a, err = c.Compare(t.Context(), openRoot(t, dir), CompareOptions{Full: true})
	if err != nil || a.OK() || !a.Sure || !slices.Equal(lines(a), []string{"changed " + file}) {
		t.Errorf("full: %v: %+v", err, a)
	}
	// Together with what is named, the name alone is not sure.
	put(t, dir, "LICENSE", "mine\n")
	a, err = c.Compare(t.Context(), openRoot(t, dir), CompareOptions{})
	if err != nil || a.Sure || !slices.Equal(lines(a), []string{"changed LICENSE"}) {
		t.Errorf("with another: %v: %+v", err, a)
	}
}

// TestCompareDatabase has the database and the proxy misbehave.
func TestCompareDatabase(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	dir := distTree(t, "go1.22.4")
	security := (*sumdb.SecurityError)(nil)
	for _, mode := range []string{fetchtest.ForgedRecord, fetchtest.ForgedHead, fetchtest.NoLine} {
		if a, err := newClient(t, s, proxyIs(s.Bad(mode))).Compare(t.Context(), openRoot(t, dir), CompareOptions{}); !errors.As(err, &security) {
			t.Errorf("%s: %v, %+v", mode, err, a)
		}
	}
	unknown := (*UnknownReleaseError)(nil)
	if a, err := newClient(t, s, proxyIs(s.Bad(fetchtest.NotInDB))).Compare(t.Context(), openRoot(t, distTree(t, "go1.22.99")), CompareOptions{}); !errors.As(err, &unknown) || errors.As(err, &security) {
		t.Errorf("a release that is none: %v, %+v", err, a)
	}
	if a, err := newClient(t, s, func(cfg *Config) { cfg.SumDB = "off" }).Compare(t.Context(), openRoot(t, dir), CompareOptions{}); !errors.Is(err, sumdb.ErrOff) {
		t.Errorf("without a database: %v, %+v", err, a)
	}
	put(t, dir, "LICENSE", "mine\n")
	for mode, sure := range map[string]bool{fetchtest.AlteredZip: false, fetchtest.WrongRange: true, fetchtest.ZipStatus500: false, fetchtest.WrongPlatform: false} {
		a, err := newClient(t, s, proxyIs(s.Bad(mode))).Compare(t.Context(), openRoot(t, dir), CompareOptions{})
		if err != nil || a.OK() || a.Sure != sure {
			t.Errorf("%s: %v, %+v", mode, err, a)
		}
	}
	if _, err := newClient(t, s, proxyIs(s.Bad(fetchtest.AlteredZip))).Compare(t.Context(), openRoot(t, dir), CompareOptions{Full: true}); !errors.As(err, &security) {
		t.Errorf("an altered zip as a whole: %v", err)
	}
}

// TestImportForm demands that what is imported is what a download makes.
func TestImportForm(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	c := newClient(t, s, nil)
	want, proof, err := fetchInto(t, c, "1.22.4")
	if err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{"dist": distTree(t, "go1.22.4"), "cached": cachedTree(t, "go1.22.4", true), "own": want} {
		into := t.TempDir()
		a, err := c.Import(t.Context(), openRoot(t, dir), openRoot(t, into), CompareOptions{})
		if err != nil || !a.OK() || string(a.Proof.Sums) != string(proof.Sums) {
			t.Fatalf("%s: %v, %+v", name, err, a)
		}
		if got, want := listing(t, into), listing(t, want); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

// listing has names, modes and sizes.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var text strings.Builder
	err := filepath.Walk(dir, func(name string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			fmt.Fprintln(&text, info.Mode(), info.Size(), path.Clean(filepath.ToSlash(strings.TrimPrefix(name, dir))))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// collide returns another text of the same length and CRC: to add a multiple of
// the polynomial does not change the remainder.
func collide(text string) string {
	data := []byte(text)
	polynomial := 1 | uint64(crc32.IEEE)<<1
	for i := range 5 {
		data[i] ^= byte(polynomial >> (8 * i))
	}
	return string(data)
}

// TestImportForeignPlatform imports nothing that is for
// another platform.
func TestImportForeignPlatform(t *testing.T) {
	t.Parallel()
	dir := distTree(t, "go1.22.4")
	remove(t, dir, "pkg/tool")
	put(t, dir, "pkg/tool/plan9_386/compile", "")
	into := t.TempDir()
	c, err := New(Config{Proxy: "off", SumDB: "sum.golang.org", CacheDir: t.TempDir(), StateDir: t.TempDir(), Platform: host})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Import(t.Context(), openRoot(t, dir), openRoot(t, into), CompareOptions{}); err == nil || !strings.Contains(err.Error(), "plan9/386") {
		t.Errorf("import: %v", err)
	}
	if entries, err := os.ReadDir(filepath.Clean(into)); err != nil || len(entries) > 0 {
		t.Errorf("imported %v, %v", entries, err)
	}
}
