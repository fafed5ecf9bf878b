package archive

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gosw/gosw/internal/archive/hostile"
)

// insideVariable tells the test binary that it is in a mount namespace of its
// own.
const insideVariable = "GOSW_TEST_NAMESPACE"

// TestSmallDisk unpacks onto file systems that are full after so many
// kilobytes or files, and below a limit of the size of files. It starts itself
// again for that: in a mount namespace that is root's own, or one of a user
// namespace.
func TestSmallDisk(t *testing.T) {
	if os.Getenv(insideVariable) != "" {
		smallDisks(t)
		return
	}
	t.Parallel()
	user := &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	ways := []*syscall.SysProcAttr{{Cloneflags: syscall.CLONE_NEWNS}, user}
	if os.Getuid() != 0 {
		ways = ways[1:]
	}
	var errs []error
	for _, way := range ways {
		cmd := exec.Command("/proc/self/exe", "-test.run=^TestSmallDisk$", "-test.v")
		cmd.Env = append(os.Environ(), insideVariable+"=1")
		cmd.SysProcAttr = way
		out, err := cmd.CombinedOutput()
		if err == nil {
			return
		}
		errs = append(errs, fmt.Errorf("%w\n%s", err, out))
	}
	// Not a skip: whoever can't run it has not tested what a full disk does.
	t.Fatal(errors.Join(errs...))
}

func smallDisks(t *testing.T) {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Fatalf("mount /: %v", err)
	}
	archives := make(map[hostile.Format][]byte)
	for _, c := range hostile.Corpus() {
		if c.Format == hostile.TarGz && c.Name == "sound-large" || c.Format != hostile.TarGz && c.Name == "sound" {
			archives[c.Format] = c.Build()
		}
	}
	for format, data := range archives {
		counts := make(map[string]int)
		for kilobytes := 4; kilobytes <= 64; kilobytes += 4 {
			counts[smallDisk(t, format, data, fmt.Sprintf("size=%dk", kilobytes))]++
		}
		for inodes := 2; inodes <= 16; inodes++ {
			counts[smallDisk(t, format, data, fmt.Sprintf("size=4m,nr_inodes=%d", inodes))]++
		}
		for kilobytes := 100; kilobytes < 1800; kilobytes += 300 {
			counts[smallDisk(t, format, data, fmt.Sprintf("size=%dk", kilobytes))]++
		}
		t.Logf("%s: %v", format, counts)
		if counts["full"] < 5 || counts["done"] < 5 {
			t.Errorf("%s: %v: the sizes don't fit", format, counts)
		}
	}
	limitedSize(t, archives[hostile.TarGz])
}

// smallDisk unpacks onto a small file system: all of it, or an error.
func smallDisk(t *testing.T, format hostile.Format, data []byte, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, size); err != nil {
		t.Fatalf("mount tmpfs: %v", err)
	}
	defer func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	}()
	sums, err := unpackCase(t, format, data, dir)
	switch {
	case err == nil:
		checkUnpacked(t, dir, sums)
		return "done"
	case !errors.Is(err, unix.ENOSPC) || sums != nil || strings.Contains(err.Error(), "tar.gz file"):
		t.Errorf("%s: %s: %v", format, size, err)
	}
	return "full"
}

// limitedSize has the kernel refuse the end of a file (ulimit -f).
func limitedSize(t *testing.T, data []byte) {
	signal.Ignore(unix.SIGXFSZ)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur = 900_000 // in the second buffer of the large file
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	sums, err := unpackCase(t, hostile.TarGz, data, t.TempDir())
	limit.Cur = limit.Max // a profile may be larger
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(err, unix.EFBIG) || sums != nil {
		t.Errorf("err = %v, want EFBIG", err)
	}
}
