package term

import "golang.org/x/sys/windows"

// forgetTyped drops what was typed on a terminal and not read.
func forgetTyped(fd int) { _ = windows.FlushConsoleInputBuffer(windows.Handle(fd)) }
