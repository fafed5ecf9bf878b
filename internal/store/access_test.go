//go:build !windows

package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/gosw/gosw/internal/gover"
)

func TestAccess(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		dir  string
		mode fs.FileMode
		bad  bool
	}{
		{"", 0o755, false}, {"", 0o700, false}, {"", 0o775, true}, {"", 0o757, true}, {"", 0o777 | fs.ModeSticky, true},
		{"bin", 0o775, true}, {"toolchains", 0o777, true}, {"staging", 0o755, false},
		{"staging", 0o775, true}, {"receipts", 0o757, true}, {"locks", 0o777, true},
	} {
		s := open(t)
		add(t, s, "1.22.4")
		dir := filepath.Join(string(s.Home()), test.dir)
		if err := os.Chmod(dir, test.mode); err != nil {
			t.Fatal(err)
		}
		_, err := Open(s.Home(), Options{})
		access := (*AccessError)(nil)
		if errors.As(err, &access) != test.bad || test.bad && access.Path != dir {
			t.Errorf("%q with mode %v: %v", test.dir, test.mode, err)
		}
	}
}

// TestUmask is not parallel: the umask is the whole process's.
func TestUmask(t *testing.T) {
	for _, mask := range []int{0, 0o002, 0o027, 0o077} {
		s := open(t)
		if err := os.Mkdir(string(s.Home()), 0o755); err != nil {
			t.Fatal(err)
		}
		old := syscall.Umask(mask)
		v := version(t, "1.22.4")
		_, err := s.Add(t.Context(), v, toy(v))
		err = errors.Join(err, s.SetDefault(t.Context(), gover.Only(v)))
		syscall.Umask(old)
		if err != nil {
			t.Fatalf("umask %#o: %v", mask, err)
		}
		_ = filepath.WalkDir(string(s.Home()), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				t.Fatal(err)
			}
			info, err := entry.Info()
			if err != nil {
				t.Fatal(err)
			}
			stat := info.Sys().(*syscall.Stat_t)
			modes := []fs.FileMode{0o444, 0o555}
			switch inTree, _ := filepath.Match(string(s.Home())+"/toolchains/*/*", path); {
			case entry.Type() == fs.ModeSymlink:
				return nil
			case entry.IsDir():
				modes = []fs.FileMode{fs.ModeDir | 0o755}
			case filepath.Dir(path) == s.locks():
				return nil // these are nobody else's affair
			case !inTree && filepath.Base(filepath.Dir(path)) != "bin" && filepath.Base(filepath.Dir(path)) != "src":
				modes = []fs.FileMode{0o644}
			}
			if !slices.Contains(modes, info.Mode()) || int(stat.Uid) != os.Geteuid() {
				t.Errorf("umask %#o: %s has mode %v and owner %d", mask, path, info.Mode(), stat.Uid)
			}
			return nil
		})
	}
}
