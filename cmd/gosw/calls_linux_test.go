package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// fileCalls are the system calls that have to do with files, but for "read", which gets
// what comes by the network, too: that, and what the runtime's threads do meanwhile, differs from
// run to run.
const fileCalls = "openat,openat2,close,fcntl,epoll_ctl,fstat,newfstatat,?statx,write,pread64,lseek,getdents64,mkdirat," +
	"?fchmod,?fchmodat,?fchmodat2,linkat,unlinkat,ioctl,?geteuid"

// TestCallsPerFile counts the system calls of an install, where time is too noisy: how
// many more it makes for a release that has many more files.
func TestCallsPerFile(t *testing.T) {
	t.Parallel()
	const files = 300
	s := newSite(t)
	for _, v := range []string{"1.23.1", "1.23.2"} {
		if err := s.server.AddPadded(v, files); err != nil {
			t.Fatal(err)
		}
	}
	s.run("install", "1.22.4")
	before := s.countCalls("install", "1.21.13")
	for _, step := range []struct {
		version, does string
		most          float64
	}{
		{"1.23.1", "to make, write and close it, and to read three from the zip", 3.6},
		{"1.23.2", "to open, look at, link and close what the other one has", 4.2},
	} {
		more := float64(s.countCalls("install", step.version)-before) / files
		t.Logf("%s: %.2f calls a file", step.version, more)
		if more > step.most || more < 2 {
			t.Errorf("go%s: %.2f calls a file, not %.2f at most, %s", step.version, more, step.most, step.does)
		}
	}
}

// countCalls runs gosw and returns how many of fileCalls it makes.
func (s *site) countCalls(args ...string) (calls int) {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "calls")
	cmd := s.command(s.server.Proxy(), args...)
	strace, err := exec.LookPath("strace")
	if err != nil {
		s.t.Fatalf("%v; make setup installs it", err)
	}
	cmd.Args = append([]string{strace, "-f", "-c", "-e", "trace=" + fileCalls, "-o", file, cmd.Path}, args...)
	cmd.Path = strace
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("strace gosw %v: %v\n%s", args, err, out)
	}
	table, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		// time, seconds, microseconds each, calls, perhaps errors, name
		if f := strings.Fields(line); len(f) >= 5 && strings.Contains(","+fileCalls+",", f[len(f)-1]+",") {
			n, err := strconv.Atoi(f[3])
			if err != nil {
				s.t.Fatalf("%v in\n%s", err, table)
			}
			calls += n
		}
	}
	s.t.Logf("gosw %v:\n%s", args, table)
	return calls
}
