package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gosw/gosw/internal/command"
)

// environmentChecks are about variables that programs of all kinds read.
func (m Machine) environmentChecks() []Check {
	return []Check{
		{ID: "home", Sound: m.homeVariable() + " names your home directory", Worst: Error, Look: m.lookHome},
		{ID: "xdg", Sound: "the XDG variables name absolute paths", Worst: Error, Look: m.lookXDG},
		{ID: "gopath", Sound: "GOPATH is a place where go can keep modules", Worst: Error, Look: m.lookGoPath},
		{ID: "gobin", Sound: "GOBIN is a place where go can put programs", Worst: Error, Look: m.lookGoBin},
	}
}

func (m Machine) homeVariable() string {
	if m.GOOS == "windows" {
		return "USERPROFILE"
	}
	return "HOME"
}

func (m Machine) lookHome() Findings {
	name := m.homeVariable()
	text, cause := m.Getenv(name), ""
	switch {
	case text == "":
		cause = name + " is not set, so go has no GOPATH or build cache, and gosw's store is only where GOSW_ROOT says"
	case !filepath.IsAbs(text):
		cause = name + "=" + text + " is not an absolute path"
	case !isDir(text):
		cause = name + "=" + text + " is not a directory"
	default:
		return nil
	}
	fix := command.Command(nil)
	if home := m.passwdHome(); home != "" {
		fix = command.Export(name, home)
	}
	return Found(fix, "%s", cause).Else("set " + name + " to your home directory")
}

// passwdHome is the home directory that /etc/passwd has for this user, "" if it
// has none that is there.
func (m Machine) passwdHome() string {
	for line := range strings.Lines(m.read("etc/passwd")) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), ":")
		if len(fields) == 7 && fields[2] == strconv.Itoa(m.UID) && filepath.IsAbs(fields[5]) && isDir(fields[5]) {
			return fields[5]
		}
	}
	return ""
}

func (m Machine) lookXDG() (findings Findings) {
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"} {
		text := m.Getenv(name)
		if text == "" || filepath.IsAbs(text) {
			continue
		}
		severity, effect := Warning, "so it is ignored"
		if m.GOOS == "linux" && (name == "XDG_CACHE_HOME" && m.Setting("GOCACHE").Text == "" || name == "XDG_CONFIG_HOME") {
			severity, effect = Error, "so go fails"
		}
		findings = append(findings, Found(command.Unset(name), "%s=%s is not an absolute path, %s", name, text, effect).As(severity)...)
	}
	return findings
}

func (m Machine) lookGoPath() Findings {
	s := m.Setting("GOPATH")
	for _, dir := range filepath.SplitList(s.Text) {
		switch {
		case strings.HasPrefix(dir, "~"):
			return Found(s.Unset, "GOPATH=%s contains a ~, which go refuses", s.Text)
		case dir != "" && !filepath.IsAbs(dir):
			return Found(s.Unset, "GOPATH=%s has a relative path, which go refuses", s.Text)
		case m.Store != "" && below(m.Store.Toolchains(), dir):
			return Found(s.Unset, "GOPATH=%s is inside a toolchain, so go ignores it", s.Text)
		}
	}
	return nil
}

func (m Machine) lookGoBin() Findings {
	s := m.Setting("GOBIN")
	switch {
	case s.Text == "":
		return nil
	case !filepath.IsAbs(s.Text):
		return Found(s.Unset, "GOBIN=%s is a relative path, which \"go install\" refuses", s.Text)
	case m.isBin(s.Text):
		return Found(s.Unset, "GOBIN is the store's bin directory: \"go install\" may overwrite a shim there")
	}
	return nil
}

// isBin reports whether dir is the store's directory of shims.
func (m Machine) isBin(dir string) bool {
	return m.Store != "" && filepath.IsAbs(dir) && sameDirectory(dir, m.Store.Bin())
}

func sameDirectory(a, b string) bool {
	one, err := os.Stat(a)
	other, otherErr := os.Stat(b)
	return err == nil && otherErr == nil && os.SameFile(one, other)
}

// pathChecks are about PATH as a whole; what it leads to by the name go is for
// others.
func (m Machine) pathChecks() []Check {
	windows := m.GOOS == "windows"
	relative := Unless(windows, "Windows always searches the working directory first", m.lookPathRelative)
	writable := Unless(windows, "not checked on Windows", m.lookPathWritable)
	return []Check{
		{ID: "path-relative", Sound: "PATH has absolute paths only", Worst: Warning, Look: relative},
		{ID: "path-writable", Sound: "other users can't put programs on PATH", Worst: Warning, Look: writable},
		{ID: "gobin-path", Sound: "programs built by \"go install\" are on PATH", Worst: Note, Look: m.lookGoBinPath},
	}
}

func (m Machine) lookPathRelative() Findings {
	var bad, good []string
	for _, dir := range strings.Split(m.Getenv("PATH"), string(filepath.ListSeparator)) {
		if filepath.IsAbs(dir) {
			good = append(good, dir)
		} else {
			bad = append(bad, fmt.Sprintf("%q", dir))
		}
	}
	if len(bad) == 0 || len(good) == 0 {
		return nil
	}
	return Found(command.Export("PATH", strings.Join(good, string(filepath.ListSeparator))),
		"PATH has %s: any directory can then run its own programs under common names, and go refuses to run them", strings.Join(bad, ", "))
}

// lookPathWritable finds directories on PATH before the store's, or all if it is not
// there, in which anybody may put a program called go.
func (m Machine) lookPathWritable() Findings {
	for _, dir := range filepath.SplitList(m.Getenv("PATH")) {
		if m.isBin(dir) {
			return nil
		}
		info, err := os.Stat(dir)
		if err != nil || !filepath.IsAbs(dir) || !info.IsDir() || info.Mode()&0o002 == 0 {
			continue
		}
		fix := command.Command(nil)
		if uid, ok := ownerOf(dir); ok && uid == m.UID {
			fix = command.Run("chmod", "o-w", dir)
		}
		return Found(fix, "%s comes before gosw's go on PATH, and every user can put a go there, which you would run", dir).
			Else("remove it from PATH")
	}
	return nil
}

func (m Machine) lookGoBinPath() Findings {
	bin := m.goBin()
	if len(m.programs()) == 0 {
		return nil // nothing to run
	}
	for _, dir := range filepath.SplitList(m.Getenv("PATH")) {
		if filepath.Clean(dir) == bin || filepath.IsAbs(dir) && sameDirectory(dir, bin) {
			return nil
		}
	}
	return Found(command.Command{{Kind: command.Last, Text: bin}}, "%s, where \"go install\" puts programs, is not on PATH", bin)
}
