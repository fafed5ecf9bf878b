//go:build unix

package cross

import (
	"os/exec"
	"syscall"
	"time"
)

// grace is how long a command has to clean up after an interrupt.
const grace = 3 * time.Second

// asGroup has cmd and what it starts end together: with an interrupt, on which
// go removes its temporary directory, when the context ends, and without a choice
// when the returned function is called.
func asGroup(cmd *exec.Cmd) (end func()) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = grace
	return func() {
		if cmd.Process != nil {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		}
	}
}
