//go:build !windows

package conformance_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// toy is the go of every toolchain here. It says which one it is and what it
// sees of GOTOOLCHAIN and GOROOT.
const toy = `#!/bin/sh
read -r version <"${0%/bin/*}/VERSION"
printf '%s\n%s\n%s\n' "$version" "${GOTOOLCHAIN-unset}" "${GOROOT-unset}"
`

// A world is a case on disk.
type world struct {
	testcase
	root      string // without symbolic links
	installed []gover.Version
	programs  programs
}

// programs are the paths of what is built and made once for all cases.
type programs struct {
	gosw, shim, toy string
}

func newWorld(t *testing.T, c testcase, p programs) *world {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	check(t, err)
	w := &world{testcase: c, root: root, programs: p}
	check(t, os.MkdirAll(w.path("work"), 0o755))
	check(t, os.MkdirAll(w.path("home"), 0o755))
	for _, e := range c.tree {
		check(t, e.make(root))
	}
	for _, name := range c.installed {
		v, err := gover.Parse(name)
		check(t, err)
		w.installed = append(w.installed, v)
		w.installToy(t, string(w.home())+"/toolchains/"+v.String(), v.String())
	}
	w.link(t)
	if !c.noSystem {
		w.installToy(t, w.path("system"), "system")
	}
	return w
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) path(name string) string { return filepath.Join(w.root, name) }

func (w *world) home() toolchain.Home { return toolchain.Home(w.path("store")) }

// installToy makes a toy toolchain.
func (w *world) installToy(t *testing.T, goroot, name string) {
	t.Helper()
	check(t, os.MkdirAll(filepath.Join(goroot, "bin"), 0o755))
	check(t, os.WriteFile(filepath.Join(goroot, "VERSION"), []byte(name+"\n"), 0o644))
	tool := filepath.Join(goroot, "bin", "go") // not written here, since others fork meanwhile
	if os.Link(w.programs.toy, tool) != nil {
		check(t, os.Symlink(w.programs.toy, tool)) // which gosw does not run
	}
}

// link makes the links that the store keeps, and the shim.
func (w *world) link(t *testing.T) {
	t.Helper()
	for _, v := range w.installed {
		for _, text := range []string{v.Line(), "latest"} {
			spec, err := gover.ParseSpec(text)
			check(t, err)
			newest, ok := spec.Newest(w.installed)
			link := filepath.Join(w.home().Toolchains(), toolchain.Link(spec))
			if _, err := os.Lstat(link); ok && err != nil {
				check(t, os.Symlink(newest.String(), link))
			}
		}
	}
	check(t, os.MkdirAll(w.home().Bin(), 0o755))
	check(t, os.Symlink(w.programs.shim, filepath.Join(w.home().Bin(), "go")))
}

// workDir returns the working directory, by the path through which the case
// enters it.
func (w *world) workDir() string { return w.root + "/" + w.dir }

// environ returns the environment of a process of this case.
func (w *world) environ() []string {
	env := []string{
		"HOME=" + w.path("home"),
		"GOSW_ROOT=" + string(w.home()),
		"GOSW_AUTO_INSTALL=never",
		"GOPROXY=off",
		"PATH=" + w.home().Bin() + ":" + w.path("system/bin"),
		"PWD=" + w.workDir(),
		"LC_ALL=C.UTF-8",
	}
	return append(env, w.env...)
}

// getenv returns a variable of the case.
func (w *world) lookupEnv(name string) (string, bool) {
	for _, entry := range w.environ() {
		if key, value, _ := strings.Cut(entry, "="); key == name {
			return value, true
		}
	}
	return "", false
}
