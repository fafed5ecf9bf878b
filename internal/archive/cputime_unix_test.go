//go:build unix

package archive

import (
	"syscall"
	"testing"
	"time"
)

// cpuTime returns how much processor time the tests have used: the difference of
// two does not depend on what else the machine does.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
