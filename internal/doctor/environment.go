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
		{ID: "home", Sound: "HOME names your home directory", Worst: Error, Look: m.lookHome},
		{ID: "xdg", Sound: "the XDG variables name absolute paths", Worst: Error, Look: m.lookXDG},
		{ID: "gopath", Sound: "GOPATH is where go may keep modules", Worst: Error, Look: m.lookGoPath},
		{ID: "gobin", Sound: "GOBIN is where go may put programs", Worst: Error, Look: m.lookGoBin},
	}
}

func (m Machine) lookHome() []Finding {
	if m.GOOS == "windows" {
		return Skip("HOME is for others")
	}
	text := m.Getenv("HOME")
	f := Finding{Severity: Error}
	switch {
	case text == "":
		f.Cause = "HOME is not set: go has no GOPATH and no build cache, and gosw no store but one that GOSW_ROOT names"
	case !filepath.IsAbs(text):
		f.Cause = "HOME=" + text + " is not an absolute path"
	case !isDir(text):
		f.Cause = "HOME=" + text + " is not a folder"
	default:
		return nil
	}
	if home := m.passwdHome(); home != "" {
		f.Fix = command.Export("HOME", home)
	} else {
		f.Advice = "set HOME to a folder of yours"
	}
	return []Finding{f}
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

func (m Machine) lookXDG() []Finding {
	var findings []Finding
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"} {
		text := m.Getenv(name)
		if text == "" || filepath.IsAbs(text) {
			continue
		}
		f := Finding{Severity: Warning, Cause: name + "=" + text + " is not an absolute path, so it does not count", Fix: command.Unset(name)}
		if m.GOOS == "linux" && (name == "XDG_CACHE_HOME" && m.Setting("GOCACHE").Text == "" || name == "XDG_CONFIG_HOME") {
			f.Severity = Error
			f.Cause = name + "=" + text + " is not an absolute path, and go ends with an error because of it"
		}
		findings = append(findings, f)
	}
	return findings
}

func (m Machine) lookGoPath() []Finding {
	s := m.Setting("GOPATH")
	if s.Text == "" {
		return nil
	}
	for _, dir := range filepath.SplitList(s.Text) {
		cause := ""
		switch {
		case strings.HasPrefix(dir, "~"):
			cause = "the ~ in GOPATH=" + s.Text + " is no home directory, and go refuses it"
		case dir != "" && !filepath.IsAbs(dir):
			cause = "GOPATH=" + s.Text + " has a path that is not absolute, which go refuses"
		case m.Store != "" && below(m.Store.Toolchains(), dir):
			cause = "GOPATH=" + s.Text + " is in a toolchain, which go does not let count"
		default:
			continue
		}
		return []Finding{{Severity: Error, Cause: cause, Fix: s.Unset}}
	}
	return nil
}

func (m Machine) lookGoBin() []Finding {
	s := m.Setting("GOBIN")
	switch {
	case s.Text == "":
		return nil
	case !filepath.IsAbs(s.Text):
		return []Finding{{Severity: Error, Cause: "GOBIN=" + s.Text + " is not an absolute path: go install refuses it", Fix: s.Unset}}
	case m.Store != "" && sameFolder(s.Text, m.Store.Bin()):
		return []Finding{{Severity: Error, Cause: "GOBIN is the store's folder of shims: what go install puts there may take a shim's place", Fix: s.Unset}}
	}
	return nil
}

func sameFolder(a, b string) bool {
	one, err := os.Stat(a)
	other, otherErr := os.Stat(b)
	return err == nil && otherErr == nil && os.SameFile(one, other)
}

// pathChecks are about PATH as a whole; what it leads to by the name go is for
// others.
func (m Machine) pathChecks() []Check {
	return []Check{
		{ID: "path-relative", Sound: "PATH has absolute paths only", Worst: Warning, Look: m.lookPathRelative},
		{ID: "path-writable", Sound: "nobody else may put programs on PATH", Worst: Warning, Look: m.lookPathWritable},
		{ID: "gobin-path", Sound: "what go install builds is on PATH", Worst: Note, Look: m.lookGoBinPath},
	}
}

func (m Machine) lookPathRelative() []Finding {
	if m.GOOS == "windows" {
		return Skip("Windows looks in the working directory first")
	}
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
	return []Finding{{
		Severity: Warning,
		Cause:    "PATH has " + strings.Join(bad, ", ") + ": in each directory another program may run by a common name, and go refuses to run what it finds there",
		Fix:      command.Export("PATH", strings.Join(good, string(filepath.ListSeparator))),
	}}
}

// lookPathWritable finds folders on PATH before the store's, or all if it is not
// there, in which anybody may put a program called go.
func (m Machine) lookPathWritable() []Finding {
	if m.GOOS == "windows" {
		return Skip("no such modes here")
	}
	for _, dir := range filepath.SplitList(m.Getenv("PATH")) {
		if m.Store != "" && filepath.IsAbs(dir) && sameFolder(dir, m.Store.Bin()) {
			return nil
		}
		info, err := os.Stat(dir)
		if err != nil || !filepath.IsAbs(dir) || !info.IsDir() || info.Mode()&0o002 == 0 {
			continue
		}
		f := Finding{Severity: Warning, Cause: dir + " is on PATH before gosw's go, and everybody may write to it (sticky or not): who puts a go there runs it as you"}
		if uid, ok := ownerOf(dir); ok && uid == m.UID {
			f.Fix = command.Run("chmod", "o-w", dir)
		} else {
			f.Advice = "take it off PATH"
		}
		return []Finding{f}
	}
	return nil
}

func (m Machine) lookGoBinPath() []Finding {
	bin := m.goBin()
	if len(m.programs()) == 0 {
		return nil // nothing to run
	}
	for _, dir := range filepath.SplitList(m.Getenv("PATH")) {
		if filepath.Clean(dir) == bin || filepath.IsAbs(dir) && sameFolder(dir, bin) {
			return nil
		}
	}
	return []Finding{{
		Severity: Note,
		Cause:    bin + ", where go install puts programs, is not on PATH",
		Fix:      command.Command{{Kind: command.Last, Text: bin}},
	}}
}
