package doctor

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// A Machine is what the checks look at.
type Machine struct {
	GOOS string
	// Root is below what the kernel and the distribution say of themselves in /proc,
	// /etc, /run and /usr.
	Root   string
	Getenv func(string) string
	// Setting returns a variable of the go command, wherever it is set.
	Setting func(name string) Setting
	Now     func() time.Time
	UID     int
	Dir     string         // the working directory; "" if it is gone
	Store   toolchain.Home // "" if the environment names none
	Version gover.Version  // that applies here; zero if it is not installed, or the system's

	table mounts
}

// A Setting is a variable of the go command.
type Setting struct {
	Text  string
	Place string          // " (FILE:LINE)" if it is in a file
	Unset command.Command // takes it away; nil if it is not set
}

// Checks returns the checks of a machine.
func (m Machine) Checks() []Check {
	m.table = m.readMounts()
	return slices.Concat(
		m.environmentChecks(), m.pathChecks(), m.storeChecks(), m.directoryChecks(), m.windowsChecks(),
		m.toolChecks(), m.CgoChecks(), m.kernelChecks(),
	)
}

// inHome returns a path below the home directory, or that itself, "" if there is none.
func (m Machine) inHome(names ...string) string {
	home := m.Getenv("HOME")
	if !filepath.IsAbs(home) {
		return ""
	}
	return filepath.Join(append([]string{home}, names...)...)
}

// The directories of the go command, "" where it has none.

func (m Machine) goCache() string {
	if dir := m.Setting("GOCACHE").Text; dir != "" {
		return absolute(dir)
	}
	if m.GOOS == "darwin" {
		return m.inHome("Library", "Caches", "go-build")
	}
	if dir := m.Getenv("XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "go-build")
	}
	return m.inHome(".cache", "go-build")
}

func (m Machine) goPath() string {
	if list := filepath.SplitList(m.Setting("GOPATH").Text); len(list) > 0 {
		return absolute(list[0])
	}
	return m.inHome("go")
}

func (m Machine) goBin() string {
	if dir := m.Setting("GOBIN").Text; dir != "" || m.goPath() == "" {
		return absolute(dir)
	}
	return filepath.Join(m.goPath(), "bin")
}

// tempDir is where go builds what it runs at once, and the variable that says so.
func (m Machine) tempDir() (dir, variable string) {
	if dir := m.Setting("GOTMPDIR").Text; dir != "" {
		return absolute(dir), "GOTMPDIR"
	}
	if dir := m.Getenv("TMPDIR"); dir != "" {
		return absolute(dir), "TMPDIR"
	}
	return "/tmp", "TMPDIR"
}

func absolute(dir string) string {
	if !filepath.IsAbs(dir) {
		return ""
	}
	return filepath.Clean(dir)
}

// before reports whether the go here is of a line before 1.minor.
func (m Machine) before(minor int) bool { return !m.Version.IsZero() && m.Version.Minor() < minor }

// asRoot is the command of a program that only root may run.
func (m Machine) asRoot(argv ...string) command.Command {
	if m.UID != 0 {
		argv = append([]string{"sudo"}, argv...)
	}
	return command.Run(argv...)
}

// inDir is the command that has a variable name a directory that it makes.
func inDir(variable, dir string) command.Command {
	return command.Run("mkdir", "-p", dir).Then(command.Export(variable, dir))
}

// maxFile is how much of a file is read, in bytes; none of those here is larger.
const maxFile = 1 << 20

// read returns a file of the system, "" if it is not there or not for reading. Windows
// has none of those, and what lies in its C:\etc is somebody's.
func (m Machine) read(name string) string {
	if m.GOOS == "windows" {
		return ""
	}
	data, _ := fsx.Read(filepath.Join(m.Root, name), maxFile, fsx.Follow)
	return string(data)
}

func (m Machine) exists(name string) bool {
	if m.GOOS == "windows" {
		return false
	}
	_, err := os.Stat(filepath.Join(m.Root, name))
	return err == nil
}

// existing returns the nearest of dir and the directories above it that is there, by
// its name without symbolic links.
func existing(dir string) string {
	for {
		if physical, err := filepath.EvalSymlinks(dir); err == nil {
			return physical
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return dir
		}
		dir = parent
	}
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
