package store

import (
	"bytes"
	"os"
)

// linksSupported reports whether the store keeps symbolic links. Without them
// a line is looked up by listing, and there are no go1.X.Y commands. Windows
// lets only privileged users make them.
const linksSupported = false

// isShim reports whether path is the shim program already.
func isShim(path, program string) bool {
	have, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	want, err := os.ReadFile(program)
	return err == nil && bytes.Equal(have, want)
}

// shim makes path the shim program. The caller holds storeLock.
func (s *Store) shim(program, path string) error {
	data, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	return s.writeFile("shim", storeLock, path, data)
}
