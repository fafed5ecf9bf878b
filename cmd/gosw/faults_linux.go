//go:build faults

package main

import (
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

func fault(step, what string) error {
	if what == "SIGKILL" {
		_ = unix.Kill(os.Getpid(), unix.SIGKILL)
		select {} // the signal is on its way
	}
	for _, errno := range []syscall.Errno{unix.ENOSPC, unix.EIO, unix.EDQUOT, unix.EROFS, unix.EXDEV} {
		if unix.ErrnoName(errno) == what {
			return &os.PathError{Op: "write", Path: "(" + step + ")", Err: errno}
		}
	}
	panic("GOSW_FAULT: no fault is called " + what)
}

// nothingOpen panics if something is open below what the step renames or deletes, as
// Windows would refuse that. The changes whose steps are logged are of one version.
func nothingOpen(step string) {
	switch _, last, _ := strings.Cut(step, "/"); last {
	case "rename", "exchange", "revive", "files":
	default:
		return
	}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		file, _ := os.Readlink("/proc/self/fd/" + entry.Name())
		if strings.Contains(file, "/staging/") || strings.Contains(file, "/toolchains/") {
			panic(file + " is open at the step " + step)
		}
	}
}
