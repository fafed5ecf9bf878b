package doctor

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/command"
)

// storeChecks are about the file system and the owner of the store.
func (m Machine) storeChecks() []Check {
	return []Check{
		{ID: "store-noexec", Sound: "programs in the store can run", Worst: Error, Look: m.ofStore(func() Findings {
			return m.noexec("the store", string(m.Store), "no go in it can run", nil).
				Advise("or set GOSW_ROOT to a directory on another file system, and install again")
		})},
		{ID: "store-network", Sound: "the store is on a local disk", Worst: Warning, Look: m.ofStore(func() Findings {
			return m.network("the store", string(m.Store), ": each go command is slower, and locks may not work", m.exportLocal("GOSW_ROOT", "gosw")).
				Else("set GOSW_ROOT to a directory on a local disk")
		})},
		{ID: "store-case", Sound: "the store's file system is case-sensitive", Worst: Note, Look: m.ofStore(m.onLinux(m.lookCase))},
		{ID: "store-writable", Sound: "you can write to the store", Worst: Warning, Look: m.ofStore(m.lookWritable)},
		{ID: "store-owner", Sound: "the store belongs to you", Worst: Error, Look: m.ofStore(m.lookOwner)},
		{ID: "store-space", Sound: "the store has room for a toolchain", Worst: Error, Look: m.ofStore(func() Findings {
			return m.lookSpace(room{"the store", string(m.Store), 1 << 30, 64 << 20, 30_000}, nil,
				`see "gosw size", run "gosw prune", or set GOSW_ROOT to another disk`)
		})},
	}
}

// ofStore skips a check where there is no store.
func (m Machine) ofStore(look func() Findings) func() Findings {
	return Unless(m.Store == "", "the store's place is unknown", look)
}

func (m Machine) onLinux(look func() Findings) func() Findings {
	return Unless(m.GOOS != "linux", "only on Linux", look)
}

// directoryChecks are about the directories in which go builds.
func (m Machine) directoryChecks() []Check {
	temp, variable := m.tempDir()
	return []Check{
		{ID: "tmpdir", Sound: "the temporary directory exists", Worst: Error, Look: func() Findings { return m.lookTemp(temp, variable) }},
		{ID: "tmpdir-noexec", Sound: "\"go run\" and \"go test\" can run what they build", Worst: Error, Look: func() Findings {
			return m.noexec("the temporary directory", temp, "\"go run\" and \"go test\" fail with \"fork/exec …: permission denied\"", m.moveTemp(temp))
		}},
		{ID: "tmpdir-space", Sound: "the temporary directory has room for builds", Worst: Error, Look: func() Findings {
			return m.lookSpace(room{"the temporary directory", temp, 512 << 20, 16 << 20, 1000}, m.moveTemp(temp),
				"free some space there, or set TMPDIR to another directory")
		}},
		{ID: "gocache", Sound: "go has a build cache", Worst: Error, Look: m.lookCache},
		// releases from 1.24 on keep programs in the build cache
		{ID: "gocache-noexec", Sound: "\"go tool\" can run programs from the build cache", Worst: Warning, Look: Unless(m.before(24), "only since go1.24", func() Findings {
			return m.noexec("the build cache", m.goCache(), "\"go tool\" fails with \"permission denied\"", m.exportLocal("GOCACHE", "go-build"))
		})},
		{ID: "gocache-network", Sound: "the build cache is on a local disk", Worst: Note, Look: func() Findings {
			return m.network("the build cache", m.goCache(), ", which is often slower than building again", m.exportLocal("GOCACHE", "go-build"))
		}},
		{ID: "gocache-space", Sound: "the build cache has room", Worst: Error, Look: func() Findings {
			return m.lookSpace(room{"the build cache", m.goCache(), 512 << 20, 16 << 20, 2000}, nil,
				`empty it with "go clean -cache", or set GOCACHE to another disk`)
		}},
		{ID: "cache-owner", Sound: "caches and settings belong to you", Worst: Error, Look: Unless(m.UID <= 0 || m.inHome() == "", "root can write everywhere", m.lookCacheOwner)},
	}
}

// noexec finds a mount of a directory from which the kernel runs no program. Another is
// what moves the directory, nil if nothing can.
func (m Machine) noexec(name, dir, effect string, another command.Command) Findings {
	on := m.table.of(dir)
	if !on.has("noexec") {
		return nil
	}
	if another == nil {
		another = m.asRoot("mount", "-o", "remount,exec", on.point)
	}
	return Found(another, "%s, which holds %s %s, is mounted noexec: %s", on.point, name, dir, effect)
}

// network finds a directory that is on another machine.
func (m Machine) network(name, dir, effect string, another command.Command) Findings {
	on := m.table.of(dir)
	if !on.network() {
		return nil
	}
	return Found(another, "%s %s is on a network file system (%s)%s", name, dir, on.kind, effect)
}

// exportLocal is the command that has a variable name a directory of the user's own
// outside the home directory, on a disk of this machine that can run programs; nil
// if there is none.
func (m Machine) exportLocal(variable, name string) command.Command {
	for _, base := range []string{m.inHome(".local"), "/var/tmp"} {
		if on := m.table.of(base); on.point != "" && !on.network() && !on.has("noexec") {
			return command.Export(variable, filepath.Join(base, fmt.Sprintf("%s-%d", name, m.UID)))
		}
	}
	return nil
}

// lookCase tells a file system that takes two names for one. On Linux that is
// mostly one of Windows; on others it is usual.
func (m Machine) lookCase() Findings {
	dir := m.Store.Toolchains()
	if !isDir(dir) {
		return Skip("there is no store yet")
	}
	if !sameDirectory(dir, filepath.Join(filepath.Dir(dir), strings.ToUpper(filepath.Base(dir)))) {
		return nil
	}
	return Found(nil, "the file system of the store %s ignores case: files whose names differ only in case become one", m.Store).
		Advise("set GOSW_ROOT to a directory on a Linux file system such as ext4")
}

func (m Machine) lookTemp(temp, variable string) Findings {
	if temp != "" && isDir(temp) {
		return nil
	}
	fix := m.asRoot("mkdir", "-m", "1777", temp)
	switch {
	case variable == "GOTMPDIR":
		fix = m.Setting("GOTMPDIR").Unset
	case m.Getenv("TMPDIR") != "":
		fix = command.Unset("TMPDIR")
	}
	return Found(fix, "%s is not a directory (%s), so go can't build", variable, cmp.Or(temp, "not an absolute path"))
}

// moveTemp is the command that has go build in a directory on another file system than
// temp's, nil if none is known.
func (m Machine) moveTemp(temp string) command.Command {
	at := m.table.of(temp)
	for _, dir := range []string{m.inHome(".cache", "go-tmp"), "/var/tmp", "/tmp"} {
		on := m.table.of(dir)
		if on.point == "" || on.point == at.point || on.has("noexec") || on.has("ro") {
			continue
		}
		if bytes, inodes, ok := free(existing(dir)); !ok || bytes > 512<<20 && inodes > 1000 {
			return inDir("GOTMPDIR", dir)
		}
	}
	return nil
}

func (m Machine) lookCache() Findings {
	s := m.Setting("GOCACHE")
	switch {
	case s.Text == "off":
		return Found(s.Unset, "GOCACHE=off turns off the build cache, which go1.12 and later refuse")
	case s.Text != "" && !filepath.IsAbs(s.Text):
		return Found(s.Unset, "GOCACHE=%s is a relative path, which go refuses", s.Text)
	case m.goCache() == "":
		return Skip("no home directory")
	}
	if info, err := os.Stat(m.goCache()); err == nil && !info.IsDir() {
		return Found(command.Aside(m.goCache()), "the build cache %s is not a directory", m.goCache())
	}
	return nil
}

// A room is a directory that things are written to.
type room struct {
	name   string
	dir    string
	bytes  uint64 // below this there is a warning
	none   uint64 // below this there is an error
	inodes uint64 // below this there is a warning
}

func (m Machine) lookSpace(r room, fix command.Command, advice string) Findings {
	if r.dir == "" {
		return Skip("no such directory")
	}
	bytes, inodes, ok := free(existing(r.dir))
	if !ok {
		return Skip("this system does not tell")
	}
	if bytes >= r.bytes && inodes >= r.inodes {
		return nil
	}
	found := Found(fix, "the disk of %s (%s) has only %d MB left", r.name, r.dir, bytes>>20)
	if inodes < r.inodes {
		found = Found(fix, "the disk of %s (%s) has room for only %d more files", r.name, r.dir, inodes)
	}
	if bytes >= r.none && inodes >= r.inodes/100 {
		found.As(Warning)
	}
	return found.Else(advice)
}
