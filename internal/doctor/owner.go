package doctor

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/gosw/gosw/internal/command"
)

// maxEntries bounds how many files of a directory are looked at.
const maxEntries = 300

func (m Machine) lookWritable() Findings {
	dir := existing(string(m.Store))
	if writable(dir) {
		return nil
	}
	found := Found(nil, "you can't write to %s: installed versions run, but nothing can be installed", dir)
	on := m.table.of(dir)
	switch home := m.inHome(".local", "go"); {
	case !on.has("ro"):
	case home != string(m.Store) && home != "":
		found[0].Fix = command.Export("GOSW_SYSTEM_ROOT", string(m.Store)).Then(command.Export("GOSW_ROOT", home))
	default:
		found[0].Fix = m.asRoot("mount", "-o", "remount,rw", on.point)
	}
	if uid, ok := ownerOf(dir); ok && uid != 0 {
		return found.Else("set GOSW_ROOT to a directory of your own")
	}
	return found.Else("if all users share it, set GOSW_SYSTEM_ROOT to it, and GOSW_ROOT to a directory of your own")
}

// lookOwner finds directories of the store that belong to somebody else, as after
// sudo. A store of others' making as a whole is one for lookWritable.
func (m Machine) lookOwner() Findings {
	top, ok := ownerOf(string(m.Store))
	if !ok {
		return Skip("there is no store yet")
	}
	files := []string{string(m.Store)}
	for _, name := range []string{".", "toolchains", "receipts", "locks"} {
		files = append(files, contents(filepath.Join(string(m.Store), name), maxEntries)...)
	}
	file, uid, found := m.foreign(files)
	if !found || top != m.UID && top == uid && !below(m.inHome(), string(m.Store)) {
		return nil // a system's store, which is somebody else's throughout
	}
	return Found(m.chown(string(m.Store)), "%s in the store belongs to user %d, not to you (%d), perhaps after sudo: you can't change or remove it", file, uid, m.UID)
}

// lookCacheOwner does the same for what go and gosw keep in the home directory.
func (m Machine) lookCacheOwner() (findings Findings) {
	for _, dir := range []string{
		m.goCache(), m.goPath(), m.inHome(".cache", "gosw"), m.inHome(".config", "gosw"), m.inHome(".config", "go"), m.inHome(".local", "state", "gosw"),
	} {
		if dir == "" || !below(m.inHome(), dir) {
			continue
		}
		files := []string{dir}
		for _, name := range []string{"bin", "pkg", filepath.Join("pkg", "mod"), filepath.Join("pkg", "mod", "cache")} {
			files = append(files, filepath.Join(dir, name))
		}
		if file, uid, found := m.foreign(append(files, contents(dir, maxEntries)...)); found {
			findings = append(findings, Found(m.chown(dir), "%s belongs to user %d, not to you (%d), perhaps after sudo", file, uid, m.UID)...)
		}
	}
	return findings
}

func (m Machine) chown(dir string) command.Command {
	return command.Run("sudo", "chown", "-R", strconv.Itoa(m.UID), dir)
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

// contents returns the paths of at most as many of what dir has, if it is a directory.
func contents(dir string, most int) []string {
	if !isDir(dir) { // opening a FIFO would block
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	files, _ := f.Readdirnames(most)
	for i, name := range files {
		files[i] = filepath.Join(dir, name)
	}
	return files
}

// below reports whether path is in dir.
func below(dir, path string) bool {
	if dir == "" {
		return false
	}
	short, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(short)
}
