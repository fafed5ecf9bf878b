package fetch

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/archive"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/goroot"
	"github.com/gosw/gosw/internal/release"
	"github.com/gosw/gosw/internal/sumdb"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/tree"
	"github.com/gosw/gosw/internal/web"
)

// toyFiles returns files of the toy 1.22.4 with their sums.
func toyFiles(t *testing.T, paths ...string) []tree.File {
	t.Helper()
	for i, path := range paths {
		if strings.HasPrefix(path, "bin/") {
			paths[i] += toolchain.Exe
		}
	}
	var files []tree.File
	for _, f := range fetchtest.Files("go1.22.4", runtime.GOOS, runtime.GOARCH) {
		if path := goroot.Path(f[0]); slices.Contains(paths, path) {
			files = append(files, tree.File{Path: path, Sum: sha256.Sum256([]byte(f[1]))})
		}
	}
	if len(files) != len(paths) {
		t.Fatalf("files = %v, want %q", files, paths)
	}
	return files
}

func fetchFiles(t *testing.T, c *Client, files []tree.File) (dir string, received int64, err error) {
	t.Helper()
	dir = t.TempDir()
	received, err = c.FetchFiles(t.Context(), version(t, "1.22.4"), files, openRoot(t, dir))
	noDownloads(t, c)
	return dir, received, err
}

func checkFiles(t *testing.T, dir string, files []tree.File) {
	t.Helper()
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		data, err := os.ReadFile(name)
		if err != nil || sha256.Sum256(data) != f.Sum {
			t.Errorf("%s: %q, %v", f.Path, data, err)
		}
		if info, err := os.Lstat(name); err == nil && runtime.GOOS != "windows" && info.Mode() != goroot.Mode(f.Path) {
			t.Errorf("%s has mode %v", f.Path, info.Mode())
		}
	}
}

func TestFetchFiles(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	files := toyFiles(t, "src/go.mod", "src/fmt/print.go", "bin/gofmt", "src/internal/empty.go")
	for _, mode := range []string{"", fetchtest.NoRange, fetchtest.WrongRange} {
		s.Misbehave(mode)
		dir, received, err := fetchFiles(t, newClient(t, s, nil), files)
		if err != nil {
			t.Errorf("%q: %v", mode, err)
			continue
		}
		checkFiles(t, dir, files)
		t.Logf("%q: %d bytes received", mode, received)
	}
	s.Misbehave("")
	tree := t.TempDir()
	if err := s.WriteTree(tree); err != nil {
		t.Fatal(err)
	}
	dir, _, err := fetchFiles(t, newClient(t, s, proxyIs(web.FileURL(tree).String())), files)
	if err != nil {
		t.Fatal(err)
	}
	checkFiles(t, dir, files)
}

// TestFetchFilesDL has whole archives only: what is not asked for does not stay, in
// the tree or beside it, nor does anything if a file does not exist or not as proven.
func TestFetchFilesDL(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	good := toyFiles(t, "src/go.mod", "src/fmt/print.go", "bin/gofmt", "src/internal/empty.go")
	bad := append(slices.Clone(good), tree.File{Path: "bin/go" + toolchain.Exe})
	for name, files := range map[string][]tree.File{"good": good, "altered": bad, "missing": {{Path: "src/missing.go"}}} {
		dir, _, err := fetchFiles(t, newClient(t, s, with(sourceIs(release.SourceDL), dlOf(s, ""))), files)
		var security *sumdb.SecurityError
		switch name {
		case "good":
			if err != nil {
				t.Fatal(err)
			}
			checkFiles(t, dir, files)
		case "altered":
			if !errors.As(err, &security) {
				t.Errorf("altered file: %v", err)
			}
		case "missing":
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("missing file: %v", err)
			}
		}
		err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			rest, _ := filepath.Rel(dir, path)
			if err == nil && !entry.IsDir() && !slices.ContainsFunc(good, func(f tree.File) bool { return filepath.FromSlash(f.Path) == rest }) || entry.Name() == wholeDir {
				t.Errorf("%s: %s is left", name, rest)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestFetchFilesRefuses(t *testing.T) {
	t.Parallel()
	s := fetchtest.NewServer(t, "1.22.4")
	var security *sumdb.SecurityError
	if _, _, err := fetchFiles(t, newClient(t, s, proxyIs(s.Bad(fetchtest.AlteredZip))), toyFiles(t, "bin/go")); !errors.As(err, &security) {
		t.Errorf("altered zip: %v", err)
	}
	missing := []tree.File{{Path: "src/missing.go"}}
	var archive *archive.Error
	if _, _, err := fetchFiles(t, newClient(t, s, nil), missing); !errors.As(err, &archive) {
		t.Errorf("missing file: %v", err)
	}
	if _, _, err := fetchFiles(t, newClient(t, s, proxyIs(s.Proxy()+"/nothing")), missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing zip: %v", err)
	}
	for _, mode := range []string{fetchtest.Truncated, fetchtest.ResetMidBody, fetchtest.HTML, fetchtest.Status500, fetchtest.WrongPlatform} {
		if _, _, err := fetchFiles(t, newClient(t, s, proxyIs(s.Bad(mode))), toyFiles(t, "bin/go")); err == nil || errors.As(err, &security) {
			t.Errorf("%s: %v", mode, err)
		}
	}
}
