package doctor

import (
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
)

const cgoOff = "CGO_ENABLED=0"

// CgoChecks are about programs that use C.
func (m Machine) CgoChecks() []Check {
	off := m.Setting("CGO_ENABLED").Text == "0"
	return []Check{
		{ID: "cgo-compiler", Sound: "a C compiler for cgo is installed", Worst: Error, Look: Unless(off, cgoOff, m.lookCompiler)},
		{ID: "cgo-headers", Sound: "the C library's headers are installed", Worst: Error, Look: Unless(off, cgoOff, m.lookHeaders)},
	}
}

// compiler returns the C compiler that cgo uses, its path, and whether somebody
// has chosen it.
func (m Machine) compiler() (name, path string, chosen bool) {
	words := strings.Fields(m.Setting("CC").Text)
	if len(words) > 0 {
		name, chosen = strings.Trim(words[0], `'"`), true
	} else {
		name = m.usualCompiler()
	}
	return name, m.lookPath(name), chosen
}

// usualCompiler is what go takes without CC.
func (m Machine) usualCompiler() string {
	if m.GOOS == "darwin" {
		return "clang"
	}
	return "gcc"
}

// lookPath finds a program by PATH as it is given; "" if there is none.
func (m Machine) lookPath(name string) string {
	if filepath.IsAbs(name) {
		return fsx.FirstOnPath(filepath.Dir(name), filepath.Base(name))
	}
	return fsx.FirstOnPath(m.Getenv("PATH"), name)
}

// lookCompiler is about programs that use C. Releases from 1.20 on leave cgo out
// where there is no compiler and nobody has asked for it; older ones fail.
func (m Machine) lookCompiler() Findings {
	name, path, chosen := m.compiler()
	if path != "" {
		return nil
	}
	if chosen {
		fix := m.Setting("CC").Unset
		if m.lookPath(m.usualCompiler()) == "" {
			fix = fix.Then(m.installCompiler())
		}
		return Found(fix, "CC=%s names no program on PATH, so code that uses C does not build", m.Setting("CC").Text)
	}
	found := Found(m.installCompiler(), "cgo needs %s, which is not on PATH", name)
	if m.Setting("CGO_ENABLED").Text != "1" && !m.before(20) {
		found = Found(m.installCompiler(), "%s is not on PATH: go builds without cgo, and code that uses C does not build", name).As(Note)
	}
	return found.Else("install gcc and the headers of the C library")
}

// lookHeaders is about stdlib.h, which comes with the C library's package for
// developers. Headers of the kernel are not needed.
func (m Machine) lookHeaders() Findings {
	_, path, _ := m.compiler()
	switch {
	case m.GOOS != "linux":
		return Skip("the compiler brings them")
	case path == "":
		return Skip("no C compiler")
	}
	if physical, err := filepath.EvalSymlinks(path); err == nil && !strings.HasPrefix(physical, "/usr/") && !strings.HasPrefix(physical, "/bin/") {
		return Skip(path + " may bring its own")
	}
	for _, name := range []string{"usr/include/stdlib.h", "usr/local/include/stdlib.h", "usr/include/bits/stdlib.h"} {
		if m.exists(name) {
			return nil
		}
	}
	return Found(m.installCompiler(), "found %s but not stdlib.h, so code that uses C does not build", path).
		Else("install the C library's headers, such as libc6-dev or glibc-devel (kernel headers are not needed)")
}

// installCompiler is the distribution's command, nil if it is not known.
func (m Machine) installCompiler() command.Command {
	if m.GOOS == "darwin" {
		return command.Run("xcode-select", "--install")
	}
	for line := range strings.Lines(m.read("etc/os-release")) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if key != "ID" && key != "ID_LIKE" {
			continue
		}
		for _, id := range strings.Fields(strings.Trim(value, `"'`)) {
			if argv, ok := installers[id]; ok {
				return m.asRoot(argv...)
			}
		}
	}
	return nil
}

var (
	apt    = []string{"apt-get", "install", "-y", "gcc", "libc6-dev"}
	dnf    = []string{"dnf", "install", "-y", "gcc", "glibc-devel"}
	zypper = []string{"zypper", "install", "-y", "gcc", "glibc-devel"}
)

// installers install a C compiler, by the names of distributions.
var installers = map[string][]string{
	"debian": apt, "ubuntu": apt, "fedora": dnf, "rhel": dnf, "centos": dnf, "suse": zypper, "opensuse": zypper,
	"alpine": {"apk", "add", "gcc", "musl-dev"},
	"arch":   {"pacman", "-S", "--noconfirm", "gcc", "glibc"},
}
