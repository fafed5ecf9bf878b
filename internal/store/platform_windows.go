package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// linksSupported reports whether the store keeps symbolic links. Without them
// a line is looked up by listing. Windows lets only privileged users make them.
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
	if err := s.free(path); err != nil {
		return err
	}
	if err := s.writeFile("shim", storeLock, path, data); err != nil {
		return err
	}
	return s.relink()
}

// free makes room for another file at path where that can't be replaced or deleted: a
// program that runs can be renamed. The caller holds storeLock.
func (s *Store) free(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		return f.Close()
	} else if !fsx.IsBusy(err) {
		return nil
	}
	aside, err := os.MkdirTemp(s.staging(), storeLock+".*")
	if err != nil {
		return err
	}
	return fsx.Rename(path, filepath.Join(aside, filepath.Base(path)))
}

// wrongLinks adds to changes what is wrong with the commands of versions: go1.22.4.exe
// in bin/ is the shim under another name, by which it knows what to run. What has such a
// name is the store's. Before there are shims there are no commands, and lines have no
// links.
func (s *Store) wrongLinks(changes map[string]string, versions []gover.Version) error {
	if _, err := os.Stat(s.shimFile()); err != nil {
		return nil
	}
	entries, err := readDir(s.home.Bin())
	want := commandLinks(versions)
	for _, entry := range entries {
		name, isProgram := strings.CutSuffix(entry.Name(), toolchain.Exe)
		path := filepath.Join(s.home.Bin(), entry.Name())
		switch {
		case !isProgram || !isCommandLink(name):
		case want[name] == "":
			changes[path] = ""
		case sameContent(s.shimFile(), path):
			delete(want, name)
		}
	}
	for name, target := range want {
		changes[filepath.Join(s.home.Bin(), name+toolchain.Exe)] = target
	}
	return err
}

// shimFile is the shim called go.
func (s *Store) shimFile() string { return filepath.Join(s.home.Bin(), "go"+toolchain.Exe) }

// sameContent reports whether two names are those of one file, or of copies.
func sameContent(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA != nil || errB != nil || infoA.Size() != infoB.Size() {
		return false
	}
	if os.SameFile(infoA, infoB) {
		return true
	}
	dataA, errA := os.ReadFile(a)
	dataB, errB := os.ReadFile(b)
	return errA == nil && errB == nil && bytes.Equal(dataA, dataB)
}

// makeLink makes path, where nothing is, the shim under another name: a hard link where
// the file system has them.
func (s *Store) makeLink(_, path string) error {
	if os.Link(s.shimFile(), path) == nil {
		return nil
	}
	data, err := os.ReadFile(s.shimFile())
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o755)
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
