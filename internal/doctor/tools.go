package doctor

import (
	"debug/buildinfo"
	"debug/elf"
	"fmt"
	"go/version"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
)

// maxTools bounds how many programs of GOBIN are read.
const maxTools = 2000

// toolChecks are about the programs that "go install" has built.
func (m Machine) toolChecks() []Check {
	old := Unless(m.Version.IsZero(), "no go to check", m.lookOldTools)
	shadow := Unless(m.isBin(m.goBin()), "GOBIN is the store's bin directory", m.lookShadow)
	return []Check{
		{ID: "gobin-old", Sound: "tools in GOBIN were built by a new enough go", Worst: Warning, Look: old},
		{ID: "gobin-broken", Sound: "tools in GOBIN can run", Worst: Warning, Look: m.lookBrokenTools},
		{ID: "gobin-shadow", Sound: "GOBIN has no program called go or gofmt", Worst: Warning, Look: shadow},
	}
}

// programs returns the paths of what is in GOBIN.
func (m Machine) programs() []string {
	return slices.Sorted(slices.Values(contents(m.goBin(), maxTools)))
}

// lookOldTools finds tools whose go was of an older line. Those that look at
// source, such as gopls and linters, can't read what is newer than their go.
func (m Machine) lookOldTools() Findings {
	line := version.Lang(m.Version.String())
	var old, lost []string
	var again command.Command
	for _, file := range m.programs() {
		name := filepath.Base(file)
		info, ok := toolInfo(file)
		if !ok || version.Lang(info.GoVersion) == "" || version.Compare(version.Lang(info.GoVersion), line) >= 0 {
			continue
		}
		old = append(old, fmt.Sprintf("%s (%s)", name, info.GoVersion))
		if info.Path != "" && strings.HasPrefix(info.Main.Version, "v") && info.Main.Replace == nil {
			again = again.Then(command.Run("go", "install", info.Path+"@"+info.Main.Version))
		} else {
			lost = append(lost, name)
		}
	}
	if len(old) == 0 {
		return nil
	}
	found := Found(again, "these programs in %s were built by a go older than %v and may not read newer source: %s", m.goBin(), m.Version, some(old))
	if len(lost) > 0 {
		found.Advise("build these again from their source: " + some(lost))
	}
	return found
}

// toolInfo reads what go has written into a program that it built.
func toolInfo(file string) (*debug.BuildInfo, bool) {
	f, _, err := fsx.Open(file, fsx.Follow)
	if err != nil {
		return nil, false
	}
	defer f.Close()
	info, err := buildinfo.Read(f)
	return info, err == nil
}

func (m Machine) lookBrokenTools() Findings {
	var broken []string
	remove := []string{"rm", "--"}
	for _, file := range m.programs() {
		if why := wrong(file); why != "" {
			broken = append(broken, filepath.Base(file)+" ("+why+")")
			remove = append(remove, file)
		}
	}
	if len(broken) == 0 {
		return nil
	}
	return Found(command.Run(remove...), "these files in %s can't run: %s", m.goBin(), some(broken)).Advise("then install them again")
}

// wrong says why a file in GOBIN is no program that can run, "" if it may be one.
func wrong(file string) string {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		if link, linkErr := os.Lstat(file); linkErr == nil && link.Mode()&fs.ModeSymlink != 0 {
			return "a dangling link"
		}
		return ""
	case info.IsDir() || info.Mode()&0o111 == 0:
		return ""
	case !info.Mode().IsRegular():
		return "not a regular file"
	case info.Size() == 0:
		return "empty"
	}
	f, _, err := fsx.Open(file, fsx.Follow)
	if err != nil {
		return ""
	}
	defer f.Close()
	magic := make([]byte, len(elf.ELFMAG))
	if _, err := f.ReadAt(magic, 0); err != nil || string(magic) != elf.ELFMAG {
		return ""
	}
	if _, err := elf.NewFile(f); err != nil {
		return "cut off"
	}
	return ""
}

func (m Machine) lookShadow() Findings {
	for _, name := range []string{"go", "gofmt"} {
		if file := filepath.Join(m.goBin(), name); m.goBin() != "" && isProgram(file) {
			return Found(command.Aside(file), "%s runs in all directories if GOBIN comes first on PATH", file)
		}
	}
	return nil
}

// some names a few of list.
func some(list []string) string {
	const most = 5
	if len(list) > most {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more", len(list)-most)
	}
	return strings.Join(list, ", ")
}
