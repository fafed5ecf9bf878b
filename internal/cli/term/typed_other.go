//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd && !windows

package term

// forgetTyped drops what was typed on a terminal and not read.
func forgetTyped(int) {}
