//go:build e2e

package e2e_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// A layout is how a version manager keeps a release: where, and what it adds.
type layout struct {
	manager string
	dir     string   // below the home directory; V is the version's number, P the platform
	adds    []string // files in the tree
	beside  []string // files and directories below the home directory
	links   [][2]string
}

// layouts are those of the managers' sources in 2026.
var layouts = []layout{
	{"goenv", ".goenv/versions/V", nil, []string{".goenv/version", ".goenv/shims/go"}, nil},
	{"gvm", ".gvm/gos/goV", []string{"manifest"}, []string{".gvm/environments/goV", ".gvm/pkgsets/goV/global/bin/x"}, nil},
	{"asdf", ".asdf/installs/golang/V/go", nil, []string{".asdf/installs/golang/V/bin/gopls", ".asdf/installs/golang/V/packages/pkg/mod/x"}, nil},
	{
		"mise", ".local/share/mise/installs/go/V", []string{"bin/gopls"}, []string{".local/share/mise/installs/go/.mise.backend"},
		[][2]string{{"V", ".local/share/mise/installs/go/latest"}, {"./V", ".local/share/mise/installs/go/1"}},
	},
	{"g", ".g/versions/V", nil, []string{".g/downloads/goV.P.tar.gz"}, [][2]string{{"versions/V", ".g/go"}}},
	{"gobrew", ".gobrew/versions/V/go", nil, []string{".gobrew/downloads/x"}, [][2]string{{"../versions/V/go/bin", ".gobrew/current/bin"}}},
	{"vfox", ".version-fox/cache/golang/v-V/golang-V", []string{"packages/pkg/mod/cache/lock"}, nil, nil},
	{"golang.org/dl", "sdk/goV", []string{".unpacked-success", "goV.P.tar.gz"}, nil, nil},
	{"GoLand", "go/sdk/goV", nil, nil, nil},
	{"proto", ".proto/tools/go/V", nil, []string{".proto/tools/go/manifest.json"}, nil},
}

// TestImportAll has a real release in the layout of each manager, one home directory
// each: it is found, verified by the public checksum database, taken over without a
// download, and works. The second time there is nothing to do.
func TestImportAll(t *testing.T) {
	t.Parallel()
	const version = "go1.22.12"
	m := newMachine(t)
	cached := goCommandTree(m, version) // while the store has none that it would find
	m.run(m.home, nil, m.gosw, "install", version)
	release := publishedTree(m, version)
	proxy, zips := countingProxy(t, m.proxy)
	for _, l := range layouts {
		home := filepath.Join(m.home, "users", strings.ReplaceAll(l.manager, "/", "-"))
		l.make(m, home, version, release)
		importInto(m, home, proxy, l.manager, version)
	}

	// The module cache was filled by the go command itself.
	home := filepath.Join(m.home, "users", "modules")
	modules := filepath.Join(home, "go", "pkg", "mod", "golang.org")
	if err := os.MkdirAll(filepath.Dir(modules), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Dir(cached), modules); err != nil {
		t.Fatal(err)
	}
	importInto(m, home, proxy, "module cache", version)
	if n := zips.Load(); n != 0 {
		t.Errorf("%d requests for a zip", n)
	}
}

// publishedTree makes of the installed version what the archive of the download page
// unpacks to: the files that the module lacks are there, and all may be written to.
func publishedTree(m *machine, version string) string {
	m.t.Helper()
	dir := filepath.Join(m.home, "published")
	m.run(m.home, nil, "cp", "-r", filepath.Join(m.root(), "toolchains", version), dir)
	m.run(m.home, nil, "chmod", "-R", "u+w", dir)
	writeAll(m, dir, []string{"api/go1.txt", "doc/initial/1-intro.md", "misc/wasm/wasm_exec.js", "test/fibo.go"})
	return dir
}

func writeAll(m *machine, dir string, names []string) {
	m.t.Helper()
	for _, name := range names {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			m.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("not of the release\n"), 0o755); err != nil {
			m.t.Fatal(err)
		}
	}
}

// make lays out a home directory; the files of the release are hard links.
func (l layout) make(m *machine, home, version, release string) {
	m.t.Helper()
	name := strings.NewReplacer("V", strings.TrimPrefix(version, "go"), "P", runtime.GOOS+"-"+runtime.GOARCH)
	dir := filepath.Join(home, name.Replace(l.dir))
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		m.t.Fatal(err)
	}
	m.run(m.home, nil, "cp", "-al", release, dir)
	for i, file := range l.adds {
		l.adds[i] = name.Replace(file)
	}
	for i, file := range l.beside {
		l.beside[i] = name.Replace(file)
	}
	writeAll(m, dir, l.adds)
	writeAll(m, home, l.beside)
	for _, link := range l.links {
		file := filepath.Join(home, link[1])
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			m.t.Fatal(err)
		}
		if err := os.Symlink(name.Replace(link[0]), file); err != nil {
			m.t.Fatal(err)
		}
	}
}

// importInto imports what is in home, and uses it.
func importInto(m *machine, home, proxy, manager, version string) {
	t := m.t
	t.Helper()
	env := []string{"HOME=" + home, "GOPROXY=" + proxy}
	plan := m.run(m.home, env, m.gosw, "import", "--all", "--dry-run")
	if lines := strings.Split(strings.TrimSpace(plan), "\n"); len(lines) != 1 || !strings.HasPrefix(lines[0], version+"\t"+manager+"\t"+home) {
		t.Errorf("%s: the plan is %q", manager, plan)
		return
	}
	if _, said, err := m.try(m.home, env, m.gosw, "import", "--all", "--yes"); err != nil || !strings.Contains(said, "imported "+version+" (") {
		t.Errorf("%s: import: %v\n%s", manager, err, said)
		return
	}
	if got := m.run(m.home, env, m.gosw, "verify"); got != version+": ok\n" {
		t.Errorf("%s: verify: %q", manager, got)
	}
	program := filepath.Join(home, ".local", "go", "bin", "go")
	got := m.run(m.home, append(env, "GO_VERSION="+version), program, "version")
	if !strings.HasPrefix(got, "go version "+version+" ") {
		t.Errorf("%s: go version: %q", manager, got)
	}
	if _, said, err := m.try(m.home, env, m.gosw, "import", "--all"); err != nil || said != "gosw: nothing to import: every release found is installed\n" {
		t.Errorf("%s: a second time: %v\n%s", manager, err, said)
	}
	if err := os.RemoveAll(filepath.Join(home, ".local", "go")); err != nil { // 200 MB
		t.Error(err)
	}
}
