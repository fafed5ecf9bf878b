package doctor

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/gover"
)

func (m Machine) kernelChecks() []Check {
	return []Check{
		{ID: "kernel", Sound: "the kernel is new enough for the go here", Worst: Error, Look: m.onLinux(m.lookKernel)},
		{ID: "open-files", Sound: "go can open enough files for a build", Worst: Warning, Look: m.lookOpenFiles},
		{ID: "proc", Sound: "/proc is mounted", Worst: Note, Look: m.onLinux(m.lookProc)},
		{ID: "dev-null", Sound: "/dev/null is a device", Worst: Error, Look: m.lookNull},
	}
}

// kernels are the oldest kernels of Linux that releases run on, by their notes.
var kernels = []struct{ goMinor, major, minor int }{
	{24, 3, 2}, // https://go.dev/doc/go1.24#linux
	{18, 2, 6}, // 2.6.32; what is before that is older than anything in use
}

func (m Machine) lookKernel() Findings {
	major, minor, ok := m.kernel()
	if !ok || m.Version.IsZero() {
		return Skip("the kernel's or go's version is unknown")
	}
	for _, k := range kernels {
		if m.Version.Minor() < k.goMinor || major > k.major || major == k.major && minor >= k.minor {
			continue
		}
		line := gover.LineOf(k.goMinor - 1)
		return Found(command.Gosw("install", line).Then(command.Export("GO_VERSION", line)),
			"%v needs Linux %d.%d, but this is %d.%d", m.Version, k.major, k.minor, major, minor).Advise("or install a newer kernel")
	}
	return nil
}

// kernel returns the first two numbers of the kernel's version.
func (m Machine) kernel() (major, minor int, ok bool) {
	n, err := fmt.Sscanf(m.read("proc/sys/kernel/osrelease"), "%d.%d", &major, &minor)
	return major, minor, err == nil && n == 2
}

// fewFiles is what the linker and the tests of a large module get by with.
const fewFiles = 1024

// lookOpenFiles looks at the limit that can't be raised: go raises the other one
// itself.
func (m Machine) lookOpenFiles() Findings {
	for line := range strings.Lines(m.read("proc/self/limits")) {
		rest, ok := strings.CutPrefix(line, "Max open files")
		fields := strings.Fields(rest)
		if !ok || len(fields) < 2 {
			continue
		}
		hard, err := strconv.Atoi(fields[1])
		if err != nil || hard >= fewFiles { // or unlimited
			return nil
		}
		return Found(nil, "this session can open only %d files: large builds fail with \"too many open files\"", hard).
			Advise("raise nofile in /etc/security/limits.conf and log in again, or start the container with --ulimit nofile=4096")
	}
	return Skip("unknown on this system")
}

func (m Machine) lookProc() Findings {
	if m.exists("proc/self/mountinfo") {
		return nil
	}
	return Found(m.asRoot("mount", "-t", "proc", "proc", "/proc"),
		"/proc is not mounted, so gosw can't check mounts, nor see whether a process uses a toolchain it removes")
}

// lookNull finds a /dev/null that is missing, or a file that root has written in its
// place, which grows.
func (m Machine) lookNull() Findings {
	if m.GOOS == "windows" {
		return Skip("this is Windows")
	}
	info, err := os.Stat(filepath.Join(m.Root, os.DevNull))
	if err == nil && info.Mode()&fs.ModeCharDevice != 0 {
		return nil
	}
	fix := m.asRoot("rm", "-f", "/dev/null").Then(m.asRoot("mknod", "-m", "666", "/dev/null", "c", "1", "3"))
	if m.GOOS != "linux" {
		fix = nil
	}
	return Found(fix, "/dev/null is missing or no device: go and its tests open it")
}
