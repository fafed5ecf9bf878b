package doctor

import (
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
)

func (m Machine) cgoChecks() []Check {
	return []Check{
		{ID: "cgo-compiler", Sound: "there is a C compiler for cgo", Worst: Error, Look: m.lookCompiler},
		{ID: "cgo-headers", Sound: "the C library's headers are there", Worst: Error, Look: m.lookHeaders},
	}
}

// compiler returns the C compiler that cgo uses, its path, and whether somebody
// has chosen it.
func (m Machine) compiler() (name, path string, chosen bool) {
	words := strings.Fields(m.Setting("CC").Text)
	if len(words) > 0 {
		name, chosen = strings.Trim(words[0], `'"`), true
	} else if name = "gcc"; m.GOOS == "darwin" {
		name = "clang"
	}
	return name, m.lookPath(name), chosen
}

// lookPath finds a program by PATH as it is given; "" if there is none.
func (m Machine) lookPath(name string) string {
	if filepath.IsAbs(name) {
		return fsx.FirstOnPath(filepath.Dir(name), filepath.Base(name))
	}
	return fsx.FirstOnPath(m.Getenv("PATH"), name)
}

func (m Machine) cgoOff() bool { return m.Setting("CGO_ENABLED").Text == "0" }

// lookCompiler is about programs that use C. Releases from 1.20 on leave cgo out
// where there is no compiler and nobody has asked for it; older ones fail.
func (m Machine) lookCompiler() []Finding {
	if m.cgoOff() {
		return Skip("CGO_ENABLED=0")
	}
	name, path, chosen := m.compiler()
	if path != "" {
		return nil
	}
	f := Finding{Severity: Note, Cause: "there is no " + name + " on PATH: go builds without cgo, and what needs C does not build"}
	since, err := gover.Parse("1.20.0")
	switch older := err == nil && !m.Version.IsZero() && gover.Compare(m.Version, since) < 0; {
	case chosen:
		f.Severity, f.Fix = Error, m.Setting("CC").Unset
		f.Cause = "CC=" + m.Setting("CC").Text + " names no program on PATH: what needs C does not build"
		if !m.hasOther() {
			f.Fix = f.Fix.Then(m.installCompiler())
		}
		return []Finding{f}
	case m.Setting("CGO_ENABLED").Text == "1", older:
		f.Severity, f.Cause = Error, "there is no "+name+" on PATH, which cgo needs here"
	}
	if f.Fix = m.installCompiler(); f.Fix == nil {
		f.Advice = "install gcc and the headers of the C library"
	}
	return []Finding{f}
}

// hasOther reports whether there is the compiler that go takes without CC.
func (m Machine) hasOther() bool {
	return m.lookPath(map[bool]string{true: "clang", false: "gcc"}[m.GOOS == "darwin"]) != ""
}

// lookHeaders is about stdlib.h, which comes with the C library's package for
// developers. Headers of the kernel are not needed.
func (m Machine) lookHeaders() []Finding {
	_, path, _ := m.compiler()
	switch {
	case m.cgoOff():
		return Skip("CGO_ENABLED=0")
	case m.GOOS != "linux":
		return Skip("they come with the compiler")
	case path == "":
		return Skip("there is no C compiler")
	}
	if physical, err := filepath.EvalSymlinks(path); err == nil && !strings.HasPrefix(physical, "/usr/") && !strings.HasPrefix(physical, "/bin/") {
		return Skip(path + " may bring its own")
	}
	for _, name := range []string{"usr/include/stdlib.h", "usr/local/include/stdlib.h", "usr/include/bits/stdlib.h"} {
		if m.exists(name) {
			return nil
		}
	}
	f := Finding{Severity: Error, Cause: "there is " + path + ", but no stdlib.h: what uses cgo does not build", Fix: m.installCompiler()}
	if f.Fix == nil {
		f.Advice = "install the C library's headers, such as libc6-dev or glibc-devel; those of the kernel are not needed"
	}
	return []Finding{f}
}

// installCompiler is the distribution's command, nil if it is not known.
func (m Machine) installCompiler() command.Command {
	if m.GOOS == "darwin" {
		return command.Run("xcode-select", "--install")
	}
	var ids []string
	for line := range strings.Lines(m.read("etc/os-release")) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if key == "ID" || key == "ID_LIKE" {
			ids = append(ids, strings.Fields(strings.Trim(value, `"'`))...)
		}
	}
	for _, id := range ids {
		switch id {
		case "debian", "ubuntu":
			return m.asRoot("apt-get", "install", "-y", "gcc", "libc6-dev")
		case "fedora", "rhel", "centos":
			return m.asRoot("dnf", "install", "-y", "gcc", "glibc-devel")
		case "alpine":
			return m.asRoot("apk", "add", "gcc", "musl-dev")
		case "arch":
			return m.asRoot("pacman", "-S", "--noconfirm", "gcc", "glibc")
		case "suse", "opensuse":
			return m.asRoot("zypper", "install", "-y", "gcc", "glibc-devel")
		}
	}
	return nil
}
