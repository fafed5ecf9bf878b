package term

import "golang.org/x/sys/unix"

// forgetTyped drops what was typed on a terminal and not read.
func forgetTyped(fd int) { _ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH) }
