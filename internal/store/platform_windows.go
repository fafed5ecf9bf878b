package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"

	"github.com/gosw/gosw/internal/fsx"
)

// linksSupported reports whether the store keeps symbolic links. Without them
// a line is looked up by listing, and there are no go1.X.Y commands. Windows
// lets only privileged users make them.
const linksSupported = false

// isShim reports whether path is the shim program already.
func (s *Store) isShim(path, program string) bool {
	have, err := os.ReadFile(path)
	want, wantErr := os.ReadFile(program)
	source, sourceErr := os.ReadFile(s.home.ShimSource())
	return errors.Join(err, wantErr, sourceErr) == nil && bytes.Equal(have, want) && string(source) == program+"\n"
}

// shim makes path the shim program. The caller holds storeLock.
func (s *Store) shim(program, path string) error {
	data, err := os.ReadFile(program)
	if err == nil {
		err = s.writeFile("shim", storeLock, s.home.ShimSource(), []byte(program+"\n"))
	}
	if err != nil {
		return err
	}
	if f, err := os.OpenFile(path, os.O_RDWR, 0); err == nil {
		_ = f.Close()
	} else if fsx.IsBusy(err) { // it runs, so it can be renamed and not replaced
		aside, err := os.MkdirTemp(s.staging(), storeLock+".*")
		if err == nil {
			err = fsx.Rename(path, filepath.Join(aside, filepath.Base(path)))
		}
		if err != nil {
			return err
		}
	}
	return s.writeFile("shim", storeLock, path, data)
}

// syncFile puts what was written to the file or directory called name on the disk. Windows wants
// it open for writing, which a read-only one has to allow for a moment.
func syncFile(name string) error {
	info, err := os.Stat(name)
	if err != nil || info.IsDir() { // for which there is no such call
		return err
	}
	if info.Mode()&0o200 == 0 {
		if err := os.Chmod(name, 0o644); err != nil {
			return err
		}
		defer func() { _ = os.Chmod(name, info.Mode()) }()
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
