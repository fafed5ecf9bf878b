// Package store keeps toolchain trees on disk; every change is all or nothing.
//
// What stands under a version's name in toolchains/ is complete and proven: a
// tree is written in staging/, its receipt is checked against it, its files are
// made read-only, and one rename publishes it. Writers of one version exclude
// each other by a kernel lock, also across processes; readers need no lock. A
// process that is killed leaves at most a staging directory, which the next one
// that writes removes. The format on disk is documented in docs/store.md.
//
// The package speaks no HTTP and knows no archive format: it hands the caller
// of [Store.Add] an *os.Root to fill.
package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// Format is the number of the layout that this package reads and writes.
const Format = 1

// A Store is a directory of toolchains. It is safe for concurrent use, also by
// several processes.
type Store struct {
	home toolchain.Home
	Options

	// plain makes the calls that not every file system has fail as they do
	// where they are missing, for tests of what happens then.
	plain bool

	// noClones is set when a clone was tried and the file system can't.
	noClones atomic.Bool
}

// Options are what a Store may be told. The zero value is useful.
type Options struct {
	// LockTimeout bounds the wait for another process; 0 means 10 minutes.
	LockTimeout time.Duration
	// Waiting is called once, possibly from another goroutine, when a lock is
	// not to be had at once: for what, and who holds it.
	Waiting func(what, holder string)
	// Platform, By and Now are for the receipts of what is added: "linux/amd64",
	// "gosw 0.1.0", and what time it is.
	Platform, By string
	Now          func() time.Time
	// For is what the store is opened for.
	For Purpose
	// Warn is called with what [Check] finds that is no reason to refuse the store, and
	// with what in staging can't be deleted yet.
	Warn func(error)
	// Step is called before each step of a change, with its name; an error
	// takes the place of the step. It is for fault tests; nil in the product.
	Step func(name string) error
}

// Open returns the store at home, which need not exist: nothing is created
// before something is written. A store in another format than [Format] is a
// [*FormatError], one that this user should not use an [*AccessError].
func Open(home toolchain.Home, options Options) (*Store, error) {
	s := &Store{home: home, Options: options.orDefaults()}
	if err := Check(home, options.For, options.Warn); err != nil {
		return nil, err
	}
	if err := s.checkFormat(); err != nil {
		return nil, err
	}
	return s, nil
}

// orDefaults fills in what is not set.
func (o Options) orDefaults() Options {
	o.LockTimeout = cmp.Or(o.LockTimeout, 10*time.Minute)
	if o.Waiting == nil {
		o.Waiting = func(string, string) {}
	}
	if o.Warn == nil {
		o.Warn = func(error) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// check is [Check], for what a function of the store is about to do. Open may
// have been long ago, and for another purpose.
func (s *Store) check(purpose Purpose) error { return Check(s.home, purpose, nil) }

// Home returns the store's place.
func (s *Store) Home() toolchain.Home { return s.home }

// The directories of a store besides toolchains and bin.
func (s *Store) staging() string  { return filepath.Join(string(s.home), "staging") }
func (s *Store) receipts() string { return filepath.Join(string(s.home), "receipts") }
func (s *Store) locks() string    { return filepath.Join(string(s.home), "locks") }
func (s *Store) format() string   { return filepath.Join(string(s.home), "format") }

// directories returns all of them, parents first.
func (s *Store) directories() []string {
	return []string{string(s.home), s.home.Toolchains(), s.home.Bin(), s.receipts(), s.locks(), s.staging()}
}

// A FormatError says that a store was written in a format that is not known
// here.
type FormatError struct {
	File  string // where the number stands
	Found string // what stands there, at most a few characters
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("%s: store format %q; this gosw knows format %d", e.File, e.Found, Format)
}

func (s *Store) checkFormat() error {
	data, err := readFile(s.format())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	found := string(bytes.TrimSpace(data))
	if found != strconv.Itoa(Format) {
		return &FormatError{s.format(), found[:min(len(found), 20)]}
	}
	return nil
}

// create makes the directories and the format file, if they are missing.
func (s *Store) create(ctx context.Context) error {
	if err := s.check(Write); err != nil {
		return err
	}
	if err := s.do("create/directories", s.makeDirectories); err != nil {
		return err
	}
	if missing, err := lookFor(s.format()); !missing {
		return err
	}
	return s.set(ctx, "format", s.format(), strconv.Itoa(Format)+"\n")
}

// makeDirectories makes what is missing of the store's directories. They are open for
// all to read, whatever the umask says: a toolchain is nobody's secret, and a
// store may serve other users. What stands above the store is as the umask has
// it.
func (s *Store) makeDirectories() error {
	if err := fsx.MkdirAll(filepath.Dir(string(s.home)), 0o755); err != nil {
		return err
	}
	for _, dir := range s.directories() {
		err := os.Mkdir(dir, 0o755)
		if err == nil {
			err = os.Chmod(dir, 0o755)
		} else if info, statErr := os.Stat(dir); statErr != nil && !toolchain.Missing(statErr) {
			err = statErr
		} else if statErr == nil && info.IsDir() {
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// SetDefault makes spec the version that is used where nothing else says; the
// zero Spec takes the default away.
func (s *Store) SetDefault(ctx context.Context, spec gover.Spec) error {
	defer s.sweep()
	if spec.Kind() == 0 {
		return s.unsetDefault()
	}
	if err := s.create(ctx); err != nil {
		return err
	}
	return s.set(ctx, "default", s.home.DefaultFile(), spec.String()+"\n")
}

func (s *Store) unsetDefault() error {
	if err := s.check(Write); err != nil {
		return err
	}
	if err := s.step("default/unset"); err != nil {
		return err
	}
	err := fsx.Remove(s.home.DefaultFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return s.do("default/syncdir", func() error { return fsx.SyncDir(string(s.home)) })
}

// set is writeFile for a file that belongs to no version.
func (s *Store) set(ctx context.Context, step, path, text string) error {
	release, err := s.lock(ctx, storeLock, "changing")
	if err != nil {
		return err
	}
	defer release()
	return s.writeFile(step, storeLock, path, []byte(text))
}

// writeFile puts data at path in one step: readers see the old file or the
// new one, and the new one is on the disk before it has the name. The caller
// holds the lock named lock; checkpoints have names that begin with step.
func (s *Store) writeFile(step, lock, path string, data []byte) error {
	return fsx.Replace(path, data, 0o644, fsx.Replacing{
		Temp:    filepath.Join(s.staging(), lock+".*"),
		Durable: true,
		Step:    func(name string, do func() error) error { return s.do(step+"/"+name, do) },
	})
}
