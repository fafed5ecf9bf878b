//go:build !windows

package toolchain

import (
	"io/fs"
	"syscall"
)

// Exe is what the file name of a program ends in.
const Exe = ""

// Exec turns this process into program, with argv[0] and args as given. Signals,
// streams and the exit code are then the program's own. It returns only on
// error, which is a [*LoaderError] where the program is there and can't be loaded.
func Exec(program string, argv, env []string) error {
	for {
		// A signal of the Go runtime may interrupt the call on some systems.
		if err := syscall.Exec(program, argv, env); err != syscall.EINTR {
			if loader := loaderOf(program); err == syscall.ENOENT && loader != "" {
				return &LoaderError{program, loader}
			}
			return &fs.PathError{Op: "exec", Path: program, Err: err}
		}
	}
}

func executable(info fs.FileInfo) bool { return info.Mode()&0o111 != 0 }
