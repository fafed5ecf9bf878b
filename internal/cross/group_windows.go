package cross

import (
	"os/exec"
	"time"
)

// grace is how long a command has to clean up after an interrupt.
const grace = 3 * time.Second

// asGroup has cmd end when the context does, and what it has started with its
// pipes.
func asGroup(cmd *exec.Cmd) (end func()) {
	cmd.WaitDelay = grace
	return func() {}
}
