package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/gosw/gosw/internal/command"
)

// maxEntries bounds how many files of a folder are looked at.
const maxEntries = 300

func (m Machine) lookWritable() []Finding {
	dir := existing(string(m.Store))
	if writable(dir) {
		return nil
	}
	f := Finding{Severity: Warning, Cause: "the store can't be changed, since " + dir + " is not for this user to write to, or is read-only: what is installed runs, and nothing can be installed"}
	on, ok := m.table.of(dir)
	switch home := m.inHome(".local", "go"); {
	case ok && on.has("ro") && home != string(m.Store) && home != "":
		f.Fix = command.Export("GOSW_SYSTEM_ROOT", string(m.Store)).Then(command.Export("GOSW_ROOT", home))
	case ok && on.has("ro"):
		f.Fix = m.asRoot("mount", "-o", "remount,rw", on.point)
	default:
		f.Advice = "if it belongs to somebody else, make it the system's: set GOSW_SYSTEM_ROOT to it, and GOSW_ROOT to a folder of yours"
	}
	return []Finding{f}
}

// lookOwner finds folders of the store that belong to somebody else, as after
// sudo. A store of others' making as a whole is one for lookWritable.
func (m Machine) lookOwner() []Finding {
	top, ok := ownerOf(string(m.Store))
	if !ok {
		return Skip("there is no store yet, or no owners here")
	}
	if m.UID == 0 && top != 0 {
		return []Finding{{
			Severity: Warning,
			Cause:    fmt.Sprintf("you are root, and the store %s belongs to user %d: what root writes there, that user can't change", m.Store, top),
			Fix:      command.Export("GOSW_ROOT", "/root/.local/go"),
			Advice:   "or run gosw as that user",
		}}
	}
	file, uid, found := m.foreign([]string{string(m.Store)})
	for _, name := range []string{".", "toolchains", "receipts", "locks"} {
		if !found {
			file, uid, found = m.foreignIn(filepath.Join(string(m.Store), name))
		}
	}
	if !found || top != m.UID && top == uid && !below(m.home(), string(m.Store)) {
		return nil // a system's store, which is somebody else's throughout
	}
	return []Finding{m.chown(Error, fmt.Sprintf("%s, in the store, belongs to user %d, not to you (%d), as after sudo: it can't be changed or removed", file, uid, m.UID), string(m.Store))}
}

// lookCacheOwner does the same for what go and gosw keep in the home directory.
func (m Machine) lookCacheOwner() []Finding {
	if m.UID <= 0 || m.home() == "" {
		return Skip("root may write everywhere")
	}
	var findings []Finding
	for _, dir := range []string{
		m.goCache(), m.goPath(), m.inHome(".cache", "gosw"), m.inHome(".config", "gosw"), m.inHome(".config", "go"), m.inHome(".local", "state", "gosw"),
	} {
		if dir == "" || !below(m.home(), dir) {
			continue
		}
		files := []string{dir}
		for _, name := range []string{"bin", "pkg", filepath.Join("pkg", "mod"), filepath.Join("pkg", "mod", "cache")} {
			files = append(files, filepath.Join(dir, name))
		}
		file, uid, found := m.foreign(files)
		if !found {
			file, uid, found = m.foreignIn(dir)
		}
		if found {
			findings = append(findings, m.chown(Error, fmt.Sprintf("%s belongs to user %d, not to you (%d), as after sudo", file, uid, m.UID), dir))
		}
	}
	return findings
}

func (m Machine) chown(s Severity, cause, dir string) Finding {
	return Finding{Severity: s, Cause: cause, Fix: command.Run("sudo", "chown", "-R", strconv.Itoa(m.UID), dir)}
}

// foreign returns the first of files that is neither this user's nor missing.
func (m Machine) foreign(files []string) (file string, uid int, found bool) {
	for _, file := range files {
		if uid, ok := ownerOf(file); ok && uid != m.UID {
			return file, uid, true
		}
	}
	return "", 0, false
}

// foreignIn is foreign for some of what dir has.
func (m Machine) foreignIn(dir string) (file string, uid int, found bool) {
	withEntries(dir, maxEntries, func(folder *os.File, names []string) {
		for _, name := range names {
			if owner, ok := ownerIn(folder, name); ok && owner != m.UID {
				file, uid, found = filepath.Join(dir, name), owner, true
				return
			}
		}
	})
	return file, uid, found
}

// withEntries opens dir, if it is a folder, and calls look with at most as many names
// of what it has.
func withEntries(dir string, most int, look func(folder *os.File, names []string)) {
	if !isDir(dir) { // opening a FIFO would block
		return
	}
	f, err := os.Open(dir)
	if err != nil {
		return
	}
	defer f.Close()
	names, _ := f.Readdirnames(most)
	look(f, names)
}

// below reports whether path is in dir.
func below(dir, path string) bool {
	if dir == "" {
		return false
	}
	short, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(short)
}
