package doctor

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
)

// storeChecks are about the file system and the owner of the store.
func (m Machine) storeChecks() []Check {
	return []Check{
		{ID: "store-noexec", Sound: "the kernel runs programs of the store", Worst: Error, Look: m.ofStore(m.lookStoreNoexec)},
		{ID: "store-network", Sound: "the store is on a disk of this machine", Worst: Warning, Look: m.ofStore(m.lookNetwork)},
		{ID: "store-case", Sound: "the store tells upper from lower case", Worst: Note, Look: m.ofStore(m.lookCase)},
		{ID: "store-writable", Sound: "the store can be written to", Worst: Warning, Look: m.ofStore(m.lookWritable)},
		{ID: "store-owner", Sound: "the store belongs to you", Worst: Error, Look: m.ofStore(m.lookOwner)},
		{ID: "store-space", Sound: "there is room for a toolchain", Worst: Error, Look: m.ofStore(func() []Finding {
			return m.lookSpace(room{"the store", string(m.Store), 1 << 30, 64 << 20, 30_000}, nil, `"gosw prune" and "gosw size" may help; GOSW_ROOT moves the store`)
		})},
	}
}

// ofStore skips a check where there is no store.
func (m Machine) ofStore(look func() []Finding) func() []Finding {
	return func() []Finding {
		if m.Store == "" {
			return Skip("nothing says where the store is")
		}
		return look()
	}
}

// folderChecks are about the folders in which go builds.
func (m Machine) folderChecks() []Check {
	temp, variable := m.tempDir()
	return []Check{
		{ID: "tmpdir", Sound: "the folder for temporary files is there", Worst: Error, Look: func() []Finding { return m.lookTemp(temp, variable) }},
		{ID: "tmpdir-noexec", Sound: "go run and go test may run what they build", Worst: Error, Look: func() []Finding { return m.lookTempNoexec(temp) }},
		{ID: "tmpdir-space", Sound: "there is room for builds", Worst: Error, Look: func() []Finding {
			fix := command.Command(nil)
			if dir := m.otherTemp(temp); dir != "" {
				fix = inDir("GOTMPDIR", dir)
			}
			return m.lookSpace(room{"the folder for temporary files", temp, 512 << 20, 16 << 20, 1000}, fix, "")
		}},
		{ID: "gocache", Sound: "go has a build cache", Worst: Error, Look: m.lookCache},
		{ID: "gocache-noexec", Sound: "go tool may run what is in the build cache", Worst: Warning, Look: m.lookCacheNoexec},
		{ID: "gocache-network", Sound: "the build cache is on a disk of this machine", Worst: Note, Look: m.lookCacheNetwork},
		{ID: "gocache-space", Sound: "there is room in the build cache", Worst: Error, Look: func() []Finding {
			return m.lookSpace(room{"the build cache", m.goCache(), 512 << 20, 16 << 20, 2000}, nil, `"go clean -cache" empties it, and GOCACHE moves it`)
		}},
		{ID: "cache-owner", Sound: "caches and settings belong to you", Worst: Error, Look: m.lookCacheOwner},
	}
}

func (m Machine) lookStoreNoexec() []Finding {
	on, bad := m.table.noexec(string(m.Store))
	if !bad {
		return nil
	}
	return []Finding{{
		Severity: Error,
		Cause:    fmt.Sprintf("%s, which has the store %s, is mounted noexec: no go there can run", on.point, m.Store),
		Fix:      m.asRoot("mount", "-o", "remount,exec", on.point),
		Advice:   "or set GOSW_ROOT to a folder on another file system, and install again",
	}}
}

func (m Machine) lookNetwork() []Finding {
	on, ok := m.table.of(string(m.Store))
	if !ok || !on.network() {
		return nil
	}
	f := Finding{Severity: Warning, Cause: fmt.Sprintf("the store %s is on a network file system (%s): each start of go waits for it, and locks and renames may not hold", m.Store, on.kind)}
	if dir := m.localDir("gosw"); dir != "" {
		f.Fix = command.Export("GOSW_ROOT", dir)
	} else {
		f.Advice = "set GOSW_ROOT to a folder on a disk of this machine"
	}
	return []Finding{f}
}

// localDir returns a folder of the user's own outside the home directory, on a
// disk of this machine that can run programs; "" if there is none.
func (m Machine) localDir(name string) string {
	for _, base := range []string{m.inHome(".local"), "/var/tmp"} {
		on, ok := m.table.of(base)
		if base != "" && ok && !on.network() && !on.has("noexec") {
			return filepath.Join(base, fmt.Sprintf("%s-%d", name, m.UID))
		}
	}
	return ""
}

// lookCase tells a file system that takes two names for one. On Linux that is
// mostly one of Windows; on others it is usual.
func (m Machine) lookCase() []Finding {
	if m.GOOS != "linux" {
		return Skip("usual here")
	}
	dir := m.Store.Toolchains()
	if !isDir(dir) {
		return Skip("there is no store yet")
	}
	upper := filepath.Join(filepath.Dir(dir), strings.ToUpper(filepath.Base(dir)))
	one, err := os.Lstat(dir)
	other, otherErr := os.Lstat(upper)
	if err != nil || otherErr != nil || !os.SameFile(one, other) {
		return nil
	}
	return []Finding{{
		Severity: Note,
		Cause:    fmt.Sprintf("the file system of the store %s does not tell upper from lower case: two files of a module that differ in that are one there", m.Store),
		Advice:   "a file system of Linux, such as ext4, tells them apart; GOSW_ROOT moves the store",
	}}
}

func (m Machine) lookTemp(temp, variable string) []Finding {
	if temp != "" && isDir(temp) {
		return nil
	}
	where := m.Setting("GOTMPDIR")
	f := Finding{Severity: Error, Cause: fmt.Sprintf("%s names no folder (%s): go can't build", variable, cmp.Or(temp, "not an absolute path"))}
	switch {
	case variable == "GOTMPDIR":
		f.Fix = where.Unset
	case m.Getenv("TMPDIR") != "":
		f.Fix = command.Unset("TMPDIR")
	default:
		f.Fix = m.asRoot("mkdir", "-m", "1777", temp)
	}
	return []Finding{f}
}

func (m Machine) lookTempNoexec(temp string) []Finding {
	on, bad := m.table.noexec(temp)
	if temp == "" || !bad {
		return nil
	}
	f := Finding{Severity: Error, Cause: fmt.Sprintf("%s, which has the folder for temporary files %s, is mounted noexec: go run and go test end with \"fork/exec …: permission denied\"", on.point, temp)}
	if dir := m.otherTemp(temp); dir != "" {
		f.Fix = inDir("GOTMPDIR", dir)
	} else {
		f.Fix = m.asRoot("mount", "-o", "remount,exec", on.point)
	}
	return []Finding{f}
}

// otherTemp returns a folder on another file system than temp's in which go may
// build, "" if none is known.
func (m Machine) otherTemp(temp string) string {
	at, _ := m.table.of(temp)
	for _, dir := range []string{m.inHome(".cache", "go-tmp"), "/var/tmp", "/tmp"} {
		on, ok := m.table.of(dir)
		if dir != "" && ok && on.point != at.point && !on.has("noexec") && !on.has("ro") && roomy(dir) {
			return dir
		}
	}
	return ""
}

func roomy(dir string) bool {
	bytes, inodes, ok := free(existing(dir))
	return !ok || bytes > 512<<20 && inodes > 1000
}

func (m Machine) lookCache() []Finding {
	s := m.Setting("GOCACHE")
	cause := ""
	switch {
	case s.Text == "off":
		cause = "GOCACHE=off turns the build cache off, which go1.12 and later refuse"
	case s.Text != "" && !filepath.IsAbs(s.Text):
		cause = "GOCACHE=" + s.Text + " is not an absolute path, which go refuses"
	case m.goCache() == "":
		return Skip("there is no home directory")
	default:
		if info, err := os.Stat(m.goCache()); err == nil && !info.IsDir() {
			return []Finding{{Severity: Error, Cause: m.goCache() + ", the build cache, is not a folder", Fix: command.Aside(m.goCache())}}
		}
		return nil
	}
	return []Finding{{Severity: Error, Cause: cause, Fix: s.Unset}}
}

// lookCacheNoexec is about releases from 1.24 on, which keep programs in the
// build cache.
func (m Machine) lookCacheNoexec() []Finding {
	if v, err := gover.Parse("1.24.0"); err == nil && !m.Version.IsZero() && gover.Compare(m.Version, v) < 0 {
		return Skip("before go1.24 no program is in the cache")
	}
	on, bad := m.table.noexec(m.goCache())
	if m.goCache() == "" || !bad {
		return nil
	}
	f := Finding{Severity: Warning, Cause: fmt.Sprintf("%s, which has the build cache %s, is mounted noexec: \"go tool\" ends with \"permission denied\"", on.point, m.goCache())}
	if dir := m.localDir("go-build"); dir != "" {
		f.Fix = command.Export("GOCACHE", dir)
	} else {
		f.Fix = m.asRoot("mount", "-o", "remount,exec", on.point)
	}
	return []Finding{f}
}

func (m Machine) lookCacheNetwork() []Finding {
	on, ok := m.table.of(m.goCache())
	if m.goCache() == "" || !ok || !on.network() {
		return nil
	}
	f := Finding{Severity: Note, Cause: fmt.Sprintf("the build cache %s is on a network file system (%s), which is often slower than building again", m.goCache(), on.kind)}
	if dir := m.localDir("go-build"); dir != "" {
		f.Fix = command.Export("GOCACHE", dir)
	}
	return []Finding{f}
}

// A room is a folder that things are written to.
type room struct {
	name   string
	dir    string
	bytes  uint64 // below this there is a warning
	none   uint64 // below this there is an error
	inodes uint64 // below this there is a warning
}

func (m Machine) lookSpace(r room, fix command.Command, advice string) []Finding {
	if r.dir == "" {
		return Skip("there is none")
	}
	bytes, inodes, ok := free(existing(r.dir))
	if !ok {
		return Skip("this system does not tell")
	}
	f := Finding{Severity: Warning, Fix: fix, Advice: advice}
	switch {
	case bytes < r.none, inodes < r.inodes/100:
		f.Severity = Error
	case bytes >= r.bytes && inodes >= r.inodes:
		return nil
	}
	f.Cause = fmt.Sprintf("the file system of %s (%s) has %d MB left", r.name, r.dir, bytes>>20)
	if inodes < r.inodes {
		f.Cause = fmt.Sprintf("the file system of %s (%s) has room for %d more files only", r.name, r.dir, inodes)
	}
	if fix == nil && advice == "" {
		f.Advice = "make room there, or name another folder"
	}
	return []Finding{f}
}
