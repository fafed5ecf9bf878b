package doctor

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/command"
)

// wsl returns which WSL this is, 0 if it is none. A kernel of the user's own has
// any name, but there is none for WSL 1.
func (m Machine) wsl() int {
	release := m.read("proc/sys/kernel/osrelease")
	switch {
	case strings.Contains(release, "WSL2"), strings.Contains(release, "microsoft-standard"):
		return 2
	case strings.Contains(release, "-Microsoft"):
		return 1
	case m.exists("run/WSL"), m.exists("proc/sys/fs/binfmt_misc/WSLInterop"), m.exists("proc/sys/fs/binfmt_misc/WSLInterop-late"),
		m.Getenv("WSL_INTEROP") != "" && m.Getenv("WSL_DISTRO_NAME") != "":
		return 2
	}
	return 0
}

// A place is a directory that should be on a file system of Linux.
type place struct {
	id, name, dir, variable, instead string
}

func (m Machine) windowsChecks() []Check {
	temp, variable := m.tempDir()
	var checks []Check
	for _, p := range []place{
		{"windows-store", "the store", string(m.Store), "GOSW_ROOT", m.inHome(".local", "go")},
		{"windows-gopath", "GOPATH", m.goPath(), "GOPATH", m.inHome("go")},
		{"windows-gocache", "GOCACHE", m.goCache(), "GOCACHE", m.inHome(".cache", "go-build")},
		{"windows-gobin", "GOBIN", m.goBin(), "GOBIN", m.inHome("go", "bin")},
		{"windows-tmpdir", "the temporary directory", temp, variable, "/tmp"},
		{"windows-project", "the working directory", m.Dir, "", m.inHome(filepath.Base(m.Dir))},
	} {
		checks = append(checks, Check{ID: p.id, Sound: p.name + " is not on a Windows drive", Worst: Warning, Look: func() Findings { return m.lookWindows(p) }})
	}
	checks = append(checks,
		Check{ID: "wsl-version", Sound: "this is not WSL 1", Worst: Warning, Look: m.lookWSL},
		Check{ID: "wsl-metadata", Sound: "Windows drives keep file modes", Worst: Note, Look: m.lookMetadata},
		Check{ID: "windows-go", Sound: "no Windows go comes first on PATH", Worst: Error, Look: Unless(m.GOOS == "windows", "this is Windows", m.lookWindowsGo)},
	)
	for i, check := range checks {
		checks[i].Look = func() Findings {
			found := check.Look()
			if m.GOOS != "windows" && m.wsl() == 0 && (found == nil || found[0].Severity == Skipped) {
				return Skip(NoWindows)
			}
			return found
		}
	}
	return checks
}

// NoWindows is why checks about Windows are skipped on a system that has to do with none,
// where they are not worth a word.
const NoWindows = "there is no Windows here"

func (m Machine) lookWindows(p place) Findings {
	if p.dir == "" {
		return Skip("no such directory")
	}
	on := m.table.of(p.dir)
	if !on.windows {
		return nil
	}
	fix := inDir(p.variable, p.instead)
	if p.variable == "" {
		fix = command.Run("cp", "-a", p.dir, p.instead).Then(command.Run("cd", p.instead))
	}
	if other := m.table.of(p.instead); other.point == "" || other.windows {
		fix = nil
	}
	return Found(fix, "%s (%s) is on a Windows drive (%s, %s): builds are many times slower, and file modes, links and locks differ", p.name, p.dir, on.point, on.kind).
		Else("move your home directory to a Linux file system")
}

func (m Machine) lookWSL() Findings {
	if m.wsl() != 1 {
		return nil
	}
	return Found(command.Run("wsl.exe", "--set-version", m.Getenv("WSL_DISTRO_NAME"), "2"),
		"this is WSL 1: builds are slow, and reflinks, file locks and process groups do not work as on Linux")
}

// lookMetadata is about Windows drives whose mount keeps no modes: each file on
// them is executable or none is, and go can't make a program of its own runnable.
func (m Machine) lookMetadata() Findings {
	temp, _ := m.tempDir()
	for _, dir := range []string{string(m.Store), m.goPath(), m.goBin(), temp, m.Dir} {
		on := m.table.of(dir)
		if !on.windows || on.has("metadata") {
			continue
		}
		fix := m.asRoot("sh", "-c", `printf '[automount]\noptions = "metadata"\n' >> /etc/wsl.conf`).Then(command.Run("wsl.exe", "--shutdown"))
		if strings.Contains(m.read("etc/wsl.conf"), "[automount]") {
			fix = nil
		}
		return Found(fix, "%s is mounted without metadata, so the file modes of programs and git hooks are lost there", on.point).
			Else(`add options = "metadata" below [automount] in /etc/wsl.conf, then run wsl.exe --shutdown`)
	}
	return nil
}

// lookWindowsGo finds a go on a Windows drive, or a go.exe, before the first
// other go on PATH.
func (m Machine) lookWindowsGo() Findings {
	for _, dir := range filepath.SplitList(m.Getenv("PATH")) {
		if !filepath.IsAbs(dir) {
			continue
		}
		for _, name := range []string{"go", "go.exe"} {
			file := filepath.Join(dir, name)
			if !isProgram(file) {
				continue
			}
			if name == "go" && !m.table.of(dir).windows {
				return nil
			}
			fix := command.Command(nil)
			if m.Store != "" {
				fix = command.Command{{Kind: command.First, Text: m.Store.Bin()}}
			}
			return Found(fix, "%s is a Windows go, and comes before Linux's on PATH: it builds for Windows and can't read Linux paths", file)
		}
	}
	return nil
}

// isProgram reports whether a file may be run.
func isProgram(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
