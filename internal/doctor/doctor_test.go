//go:build linux

package doctor

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fetch/fetchtest"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/shell"
	"github.com/gosw/gosw/internal/toolchain"
)

// A rig is a machine of which the kernel's files are made up: what they say of WSL
// and of mounts can't be had for a test. All else is real.
type rig struct {
	t    *testing.T
	root string // has proc, etc
	home string
	env  map[string]string
	dir  string
	v    string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, root: t.TempDir(), home: t.TempDir(), v: "go1.27.4"}
	r.env = map[string]string{"HOME": r.home, "PATH": "/usr/bin:/bin"}
	r.write("proc/sys/kernel/osrelease", "6.18.44\n")
	r.write("proc/self/limits", "Limit Soft Hard Units\nMax open files            1024                 524288               files\n")
	r.mounts()
	must(t, errors.Join(os.Mkdir(filepath.Join(r.root, "dev"), 0o755), os.Symlink("/dev/null", filepath.Join(r.root, "dev/null"))))
	r.dir = r.home
	return r
}

func (r *rig) write(name, text string) {
	r.t.Helper()
	file := filepath.Join(r.root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// mounts writes a mountinfo with an ext4 at / and lines "point options kind super".
func (r *rig) mounts(lines ...string) {
	text := "21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw\n"
	for i, line := range lines {
		f := strings.Fields(line)
		text += fmt.Sprintf("%d 21 0:%d / %s %s shared:2 - %s source %s\n", i+30, i+40, f[0], f[1], f[2], f[3])
	}
	r.write("proc/self/mountinfo", text)
}

// directory makes a directory in the home directory, and returns its path.
func (r *rig) directory(name string) string {
	r.t.Helper()
	dir := filepath.Join(r.home, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		r.t.Fatal(err)
	}
	return dir
}

func (r *rig) machine() Machine {
	getenv := func(name string) string { return r.env[name] }
	home, _ := toolchain.Find(getenv)
	v, _ := gover.Parse(r.v)
	return Machine{
		GOOS: "linux", Root: r.root, Getenv: getenv, UID: 1000, Dir: r.dir, Store: home, Version: v,
		Setting: func(name string) Setting {
			return Setting{Text: r.env[name], Unset: command.Unset(name)}
		},
	}
}

// look returns what the check called id finds.
func (r *rig) look(id string) Findings {
	r.t.Helper()
	checks := r.machine().Checks()
	i := slices.IndexFunc(checks, func(c Check) bool { return c.ID == id })
	if i < 0 {
		r.t.Fatalf("no check %q", id)
	}
	result := Run(checks[i:i+1], nil)[0]
	for _, f := range result.Findings {
		if f.Severity.Worse(checks[i].Worst) {
			r.t.Errorf("%s finds %s, worse than its worst, %s", id, f.Severity, checks[i].Worst)
		}
	}
	return result.Findings
}

// fix runs a command in sh, and takes over the environment and the directory that
// it leaves. Commands of Windows and of root are put in their place by ones that do
// what they would do to the files that the rig has.
func (r *rig) fix(fix command.Command, stubs string) {
	r.t.Helper()
	sh, _ := shell.Lookup("sh")
	line := shell.Line(sh, fix)
	cmd := exec.Command("/bin/sh", "-c", "sudo() { \"$@\"; }\n"+stubs+"\n"+line+"\necho; env -0")
	cmd.Dir = r.dir
	for name, value := range r.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Env = append(cmd.Env, "ROOT="+r.root)
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatalf("%s: %v", line, err)
	}
	_, after, _ := strings.Cut(string(out), "\n")
	clear(r.env)
	for entry := range strings.SplitSeq(after, "\x00") {
		name, value, _ := strings.Cut(strings.TrimPrefix(entry, "\n"), "=")
		r.env[name] = value
	}
	r.dir = r.env["PWD"]
}

// drive is how WSL 2 mounts a drive of Windows.
const drive = "rw,noatime 9p rw,aname=drvfs;path=C:\\;uid=1000;gid=1000;symlinkroot=/mnt/,mmap,access=client"

func TestFaults(t *testing.T) {
	t.Parallel()
	wsl2 := func(r *rig) { r.write("proc/sys/kernel/osrelease", "5.15.167.4-microsoft-standard-WSL2\n") }
	// on makes a variable name a directory that is on a mount.
	on := func(variable, mount string) func(*rig) {
		return func(r *rig) {
			wsl2(r)
			r.env[variable] = r.directory("a b")
			r.mounts(strings.ReplaceAll(r.env[variable], " ", `\040`) + " " + mount)
		}
	}
	for _, test := range []struct {
		id       string
		fault    func(*rig)
		severity Severity
		cause    string
		stubs    string // sh
		unfixed  string // why the command is not run, or there is none
	}{
		{"windows-store", on("GOSW_ROOT", drive), Warning, "is on a Windows drive", "", ""},
		{"windows-store", on("GOSW_ROOT", "rw drvfs rw,metadata"), Warning, "drvfs", "", ""},
		{"windows-store", on("GOSW_ROOT", "rw virtiofs rw"), Warning, "virtiofs", "", ""},
		{"windows-store", func(r *rig) {
			wsl2(r)
			r.mounts(r.home + " " + drive)
		}, Warning, "is on a Windows drive", "", "the whole home directory is there"},
		{"windows-gopath", on("GOPATH", drive), Warning, "GOPATH (", "", ""},
		{"windows-gocache", on("GOCACHE", drive), Warning, "GOCACHE (", "", ""},
		{"windows-gobin", on("GOBIN", drive), Warning, "GOBIN (", "", ""},
		{"windows-tmpdir", on("TMPDIR", drive), Warning, "the temporary directory", "", ""},
		{"windows-project", func(r *rig) {
			wsl2(r)
			r.dir = r.directory("c/project")
			r.mounts(r.directory("c") + " " + drive)
		}, Warning, "the working directory", "", ""},
		{"wsl-version", func(r *rig) {
			r.write("proc/sys/kernel/osrelease", "4.4.0-19041-Microsoft\n")
			r.env["WSL_DISTRO_NAME"] = "Debian"
		}, Warning, "WSL 1", "", "it is a command of Windows, and converts the whole distribution"},
		{"wsl-metadata", on("GOPATH", drive), Note, "without metadata", "", "the drive is mounted anew after a restart of WSL"},
		{"wsl-metadata", func(r *rig) {
			on("GOPATH", drive)(r)
			r.write("etc/wsl.conf", "[automount]\nenabled = true\n")
		}, Note, "without metadata", "", "where the line belongs is for an editor"},
		{"windows-go", func(r *rig) {
			wsl2(r)
			bin := r.directory("c/Go/bin")
			r.program(filepath.Join(bin, "go.exe"))
			r.program(filepath.Join(r.home, ".local/go/bin/go"))
			r.mounts(r.directory("c") + " " + drive)
			r.env["PATH"] = bin + ":/usr/bin:/bin"
		}, Error, "is a Windows go", "", ""},
		{"store-network", func(r *rig) {
			r.mounts(r.home+" rw nfs4 rw,vers=4.2", filepath.Join(r.home, ".local")+" rw ext4 rw")
			r.env["GOSW_ROOT"] = r.directory("go")
			r.directory(".local")
		}, Warning, "network file system (nfs4)", "", ""},
		{"gocache-network", func(r *rig) {
			r.mounts(r.home + " rw cifs rw")
		}, Note, "network file system (cifs)", "", ""},
		{"kernel", func(r *rig) { r.write("proc/sys/kernel/osrelease", "3.1.10-el6\n") }, Error, "go1.27.4 needs Linux 3.2, but this is 3.1", "", "it downloads"},
		{"open-files", func(r *rig) {
			r.write("proc/self/limits", "Max open files            64                 256               files\n")
		}, Warning, "only 256 files", "", "a session can't raise it"},
		{"proc", func(r *rig) { must(r.t, os.RemoveAll(filepath.Join(r.root, "proc"))) }, Note, "/proc is not mounted", `mount() { mkdir -p "$ROOT/proc/self" && : >"$ROOT/proc/self/mountinfo"; }`, ""},
		{"dev-null", func(r *rig) { must(r.t, os.Remove(filepath.Join(r.root, "dev/null"))) }, Error, "/dev/null is missing", "", "it would be this machine's"},
		{"dev-null", func(r *rig) {
			must(r.t, os.Remove(filepath.Join(r.root, "dev/null")))
			r.write("dev/null", "what root has thrown away")
		}, Error, "no device", "", "it would be this machine's"},
		{"cgo-headers", func(*rig) {}, Error, "not stdlib.h", "", "there is no distribution"},
		{"home", func(r *rig) {
			r.write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000::"+r.home+":/bin/bash\n")
			delete(r.env, "HOME")
		}, Error, "HOME is not set", "", ""},
	} {
		t.Run(test.id, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			test.fault(r)
			found := r.look(test.id)
			if len(found) == 0 {
				t.Fatal("nothing found")
			}
			if f := found[0]; f.Severity != test.severity || !strings.Contains(f.Cause, test.cause) || f.Fix == nil && f.Advice == "" {
				t.Errorf("%+v, want %s: …%s…", f, test.severity, test.cause)
			}
			if test.unfixed != "" {
				return
			}
			r.fix(found[0].Fix, test.stubs)
			if left := r.look(test.id); len(left) > 0 {
				t.Errorf("after %v: %+v", found[0].Fix, left)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// program makes a program.
func (r *rig) program(file string) {
	r.t.Helper()
	must(r.t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(r.t, fetchtest.WriteProgram(file, []byte("#!/bin/sh\n")))
}

// TestNoUnixFiles has on Windows, where "/" is the current drive, what other systems say
// about themselves: nothing of that is read.
func TestNoUnixFiles(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("etc/os-release", "ID=debian\n")
	r.write("etc/passwd", "ada:x:1000:1000::"+r.home+":/bin/bash\n")
	delete(r.env, "HOME")
	for goos, apt := range map[string]bool{"linux": true, "windows": false} {
		m := r.machine()
		m.GOOS = goos
		if got := m.installCompiler() != nil; got != apt {
			t.Errorf("%s: apt-get is named: %v, want %v", goos, got, apt)
		}
		if got := m.exists("proc/self/mountinfo"); got != apt {
			t.Errorf("%s: /proc is there: %v, want %v", goos, got, apt)
		}
		home := map[string]string{"linux": "HOME is not set", "windows": "USERPROFILE is not set"}[goos]
		if f := m.lookHome()[0]; !strings.HasPrefix(f.Cause, home) || (f.Fix != nil) != apt {
			t.Errorf("%s: %+v, want %s", goos, f, home)
		}
	}
}

// TestWSL tells which WSL there is, kernels of the user's own included.
func TestWSL(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		release, file, env string
		want               int
	}{
		{"6.1.0-18-amd64", "", "", 0},
		{"6.1.0-18-amd64", "", "WSL_DISTRO_NAME", 0},
		{"4.4.0-19041-Microsoft", "", "", 1},
		{"5.10.16.3-microsoft-standard-WSL2", "", "", 2},
		{"6.6.0-mine-WSL2+", "", "", 2},
		{"6.6.0-mine", "run/WSL/1_interop", "", 2},
		{"6.6.0-mine", "proc/sys/fs/binfmt_misc/WSLInterop", "", 2},
		{"6.6.0-mine", "proc/sys/fs/binfmt_misc/WSLInterop-late", "", 2},
		{"6.6.0-mine", "", "WSL_DISTRO_NAME WSL_INTEROP", 2},
	} {
		r := newRig(t)
		r.write("proc/sys/kernel/osrelease", test.release)
		if test.file != "" {
			r.write(test.file, "")
		}
		for _, name := range strings.Fields(test.env) {
			r.env[name] = "x"
		}
		if got := r.machine().wsl(); got != test.want {
			t.Errorf("%+v: got %d", test, got)
		}
	}
}

// TestMountOf finds the mount of directories, also of those that are still to be made
// and behind links.
func TestMountOf(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.directory("c/in")
	must(t, os.Symlink(filepath.Join(r.home, "c"), filepath.Join(r.home, "link")))
	r.mounts(r.home+"/c rw 9p rw,aname=drvfs", r.home+"/cc rw tmpfs rw", r.home+"/c rw,noexec xfs rw")
	for dir, want := range map[string]string{
		"": "ext4", "c": "xfs", "c/in": "xfs", "c/new/deep": "xfs", "cc": "ext4", "cd": "ext4", "link/in": "xfs",
	} {
		got := r.machine().readMounts().of(filepath.Join(r.home, dir))
		if got.kind != want {
			t.Errorf("%q: %+v, want %s", dir, got, want)
		}
	}
	if on := mounts(nil).of("/"); on.point != "" {
		t.Error("a mount where none is known")
	}
}

// TestHealthy looks at a machine without a fault, and at one of which nothing is
// known: no check may fail there.
func TestHealthy(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.write("usr/include/stdlib.h", "")
	empty := Machine{GOOS: "linux", Root: t.TempDir(), Getenv: func(string) string { return "" },
		Setting: func(string) Setting { return Setting{} }, UID: -1}
	for name, m := range map[string]Machine{"healthy": r.machine(), "empty": empty} {
		for _, result := range Run(m.Checks(), nil) {
			if result.ID == "" || result.Sound == "" || !result.Worst.Worse(Skipped) {
				t.Errorf("%+v lacks something", result.Check)
			}
			if name == "healthy" && result.Severity.Worse(Skipped) {
				t.Errorf("%s: %+v", result.ID, result.Findings)
			}
		}
	}
}
