package fetchtest

import (
	"os"
	"syscall"
)

// WriteProgram writes a program that can be started at once. What another test starts
// while the file is open for writing would inherit it, and the program be busy.
func WriteProgram(file string, data []byte) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(file, data, 0o755)
}
