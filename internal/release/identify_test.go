package release

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/goroot"
)

const host = runtime.GOOS + "/" + runtime.GOARCH

// TestIdentifyRefuses has a row for each tree that is none of Go's, and what is
// said of it.
func TestIdentifyRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		damage func(t testing.TB, dir string)
		reason string
		isPart bool // of a distribution
	}{
		"development": {func(t testing.TB, dir string) { put(t, dir, "VERSION", "devel go1.27-abc\n") }, "a development build", false},
		"Red Hat":     {func(t testing.TB, dir string) { put(t, dir, "VERSION", "go1.22.3 (Red Hat 1.22.3-1.el9)\n") }, "not Go's own build", true},
		"suffix":      {func(t testing.TB, dir string) { put(t, dir, "VERSION", "go1.22.3-vendor\n") }, "not Go's own build", true},
		"words":       {func(t testing.TB, dir string) { put(t, dir, "VERSION", "\x1b[2Jhello\n") }, `VERSION says "\x1b[2Jhello": not a release`, false},
		"a line":      {func(t testing.TB, dir string) { put(t, dir, "VERSION", "go1.22\n") }, "not a release", false},
		"no prefix":   {func(t testing.TB, dir string) { put(t, dir, "VERSION", "1.22.4\n") }, "not a release", false},
		"empty":       {func(t testing.TB, dir string) { put(t, dir, "VERSION", "") }, "not a release", false},
		"huge":        {func(t testing.TB, dir string) { put(t, dir, "VERSION", strings.Repeat("x", 1<<20)) }, "not a release", false},
		"nothing":     {func(t testing.TB, dir string) { remove(t, dir, "VERSION") }, "not a GOROOT", false},
		"repository": {func(t testing.TB, dir string) { remove(t, dir, "VERSION"); put(t, dir, "src/make.bash", "") },
			"built from a source repository", false},
		"VERSION a link": {func(t testing.TB, dir string) { link(t, dir, "VERSION", "/etc/hostname") }, "VERSION is a symbolic link", true},
		"VERSION a directory": {func(t testing.TB, dir string) { remove(t, dir, "VERSION"); put(t, dir, "VERSION/x", "") },
			"VERSION is a directory", true},
		"Debian":      {func(t testing.TB, dir string) { link(t, dir, "src", "/usr/share/go-1.22/src") }, "src is a symbolic link", true},
		"sources":     {func(t testing.TB, dir string) { remove(t, dir, "bin"); remove(t, dir, "pkg") }, "no directory bin", true},
		"no sources":  {func(t testing.TB, dir string) { remove(t, dir, "src") }, "no directory src", true},
		"bin/go link": {func(t testing.TB, dir string) { link(t, dir, "bin/go", "/usr/bin/go") }, "bin/go is a symbolic link", true},
		"no bin/go":   {func(t testing.TB, dir string) { remove(t, dir, "bin/go"); remove(t, dir, "bin/go.exe") }, "no bin/go", true},
		"no tools":    {func(t testing.TB, dir string) { remove(t, dir, "pkg/tool/"+runtime.GOOS+"_"+runtime.GOARCH) }, "no tools below pkg/tool", true},
	} {
		dir := distTree(t, "go1.22.4")
		test.damage(t, dir)
		_, _, err := Identify(openRoot(t, dir), host)
		foreign := (*ForeignError)(nil)
		if !errors.As(err, &foreign) || !strings.Contains(foreign.Reason, test.reason) || foreign.Package != test.isPart {
			t.Errorf("%s: %v, %+v", name, err, foreign)
		}
	}
}

// TestIdentifyPlatform has the header of bin/go and the directories below pkg/tool,
// and the platform that follows.
func TestIdentifyPlatform(t *testing.T) {
	t.Parallel()
	elf := func(data, machine byte) string {
		head := make([]byte, 64)
		copy(head, "\x7fELF\x02")
		head[5] = data
		head[18+data-1] = machine
		return string(head)
	}
	portable := make([]byte, 0x46)
	copy(portable, "MZ")
	portable[0x3c] = 0x40
	copy(portable[0x40:], "PE\x00\x00\x64\x86")
	for _, test := range []struct {
		name, head, directories, want string
	}{
		{"own", elf(1, 62), "linux_amd64", "linux/amd64"},
		{"with a cross build", elf(1, 62), "linux_amd64 windows_amd64 linux_arm64", "linux/amd64"},
		{"arm64", elf(1, 183), "linux_amd64 linux_arm64", "linux/arm64"},
		{"big-endian", elf(2, 22), "linux_s390x", "linux/s390x"},
		{"endianness", elf(1, 21), "linux_ppc64 linux_ppc64le", "linux/ppc64le"},
		{"preferred", elf(1, 62), "freebsd_amd64 linux_amd64", "linux/amd64"},
		{"macOS", "\xcf\xfa\xed\xfe\x0c\x00\x00\x01\x00", "darwin_amd64 darwin_arm64", "darwin/arm64"},
		{"Windows", string(portable), "windows_386 windows_amd64", "windows/amd64"},
		{"unknown format", "\x00\x00\x01\xebplan9", "plan9_386", "plan9/386"},
		{"another", elf(1, 62), "darwin_arm64", ""},
		{"cut off", "\x7fELF", "linux_amd64", ""},
		{"MZ alone", "MZ", "windows_amd64", ""},
		{"either", elf(1, 62), "freebsd_amd64 openbsd_amd64", ""},
		{"names", elf(1, 62), "linux linux_AMD64 _amd64 linux_ ..", ""},
	} {
		dir := distTree(t, "go1.22.4")
		remove(t, dir, "pkg/tool")
		for directory := range strings.FieldsSeq(test.directories) {
			put(t, dir, "pkg/tool/"+directory+"/compile", "")
		}
		put(t, dir, "bin/go", test.head)
		_, p, err := Identify(openRoot(t, dir), "linux/amd64")
		if (err == nil) != (test.want != "") || err == nil && p != test.want {
			t.Errorf("%s: %v, %v, want %q", test.name, p, err, test.want)
		}
	}
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func openRoot(t testing.TB, dir string) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(dir)
	must(t, err)
	t.Cleanup(func() { must(t, root.Close()) })
	return root
}

// distTree writes the toy of a version as Go's archives have it: writable.
func distTree(t testing.TB, v string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range fetchtest.Files(v, runtime.GOOS, runtime.GOARCH) {
		put(t, dir, goroot.Path(f[0]), f[1])
	}
	return dir
}

func put(t testing.TB, dir, name, content string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	must(t, os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(content), 0o644))
}

func remove(t testing.TB, dir, name string) {
	t.Helper()
	must(t, os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name))))
}

func link(t testing.TB, dir, name, to string) {
	t.Helper()
	remove(t, dir, name)
	must(t, os.Symlink(to, filepath.Join(dir, filepath.FromSlash(name))))
}
