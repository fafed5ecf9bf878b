package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/gover"
	"github.com/gosw/gosw/internal/toolchain"
)

// A Purpose is what a store is about to be used for.
type Purpose int

// The purposes, the strictest first.
const (
	Write Purpose = iota // all that is written to belongs to the user
	Run                  // to read as well: all of it belongs to the user, or to root
	Show                 // what is wrong with it is worth a warning
)

// An AccessError says that something of a store is not for this user to use,
// since it is for others to change, or is not what gosw makes. Whoever may
// change a store decides what its users run, and by links what they write to.
type AccessError struct {
	Path    string
	Reason  Reason
	Mode    fs.FileMode // what is there
	Others  string      // who may write to it, or whom it belongs to, on Windows: there Mode, Owner and User don't tell
	WantDir bool        // what should be: a directory, or else a file
	Owner   int         // whom it belongs to
	User    int         // who asks
	Above   int         // whom the directory that it is in belongs to
}

// A Reason says why something is not for a user to use.
type Reason int

// The reasons.
const (
	Writable  Reason = iota // others may write to it
	Foreign                 // it belongs to another user
	WrongType               // a link, say, which gosw does not make there
)

func (e *AccessError) Error() string {
	switch {
	case e.Reason == WrongType:
		return fmt.Sprintf("store %s: it is %s, not %s", e.Path, kindOf(e.Mode), map[bool]string{true: "a directory", false: "a file"}[e.WantDir])
	case e.Reason == Foreign && e.Others != "":
		return fmt.Sprintf("store %s: it belongs to %s, not to you", e.Path, e.Others)
	case e.Reason == Foreign:
		return fmt.Sprintf("store %s: it belongs to %s, but you are %s", e.Path, UserName(e.Owner), UserName(e.User))
	case e.Others != "":
		return fmt.Sprintf("store %s: %s can write to it", e.Path, e.Others)
	case e.Mode&0o002 != 0:
		return fmt.Sprintf("store %s: every user can write to it (mode %#o)", e.Path, e.Mode.Perm())
	}
	return fmt.Sprintf("store %s: its group can write to it (mode %#o)", e.Path, e.Mode.Perm())
}

func kindOf(mode fs.FileMode) string {
	switch mode.Type() {
	case 0:
		return "a file"
	case fs.ModeDir:
		return "a directory"
	case fs.ModeSymlink:
		return "a symbolic link"
	case fs.ModeNamedPipe:
		return "a pipe"
	case fs.ModeSocket:
		return "a socket"
	}
	return "a device"
}

// UserName names a user, by number where nothing else is known.
func UserName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return "user " + strconv.Itoa(uid)
}

// A WayError says that a directory above a store belongs to another user, who can
// put another store in its place. As long as the store is one's own, that is
// worth a warning: the store of root in the home of a user, as in containers.
type WayError struct {
	Store, Path string
	Owner, User int
	Other       string // whom it belongs to, on Windows
}

func (e *WayError) Error() string {
	if e.Other != "" {
		return fmt.Sprintf("store %s: the directory %s above it belongs to %s, not to you", e.Store, e.Path, e.Other)
	}
	return fmt.Sprintf("store %s: the directory %s above it belongs to %s, but you are %s", e.Store, e.Path, UserName(e.Owner), UserName(e.User))
}

// Check decides whether the store at home may be used: the directories above it, by
// which it is reached, its own directory, and what is in that. It calls warn, which may be nil, with
// what is no reason to refuse it, and returns an [*AccessError] or, on what
// can't be looked at, another one. What is not there is nobody's yet.
func Check(home toolchain.Home, purpose Purpose, warn func(error)) error {
	warning, err := checkWay(string(home))
	if err == nil {
		err = checkParts(home, purpose)
	}
	switch {
	case err != nil && purpose == Show:
		warning, err = err, nil
	case err != nil || purpose != Write:
		warning = nil
	}
	if warning != nil && warn != nil {
		warn(warning)
	}
	return err
}

// checkParts looks at the directories of a store, and at the files that all of it
// hangs on. Of those above a store for another platform, two are of a store.
func checkParts(home toolchain.Home, purpose Purpose) error {
	if root := rootOf(home); root != string(home) {
		for _, dir := range []string{root, filepath.Join(root, "platforms")} {
			if err := checkPath(dir, true, max(purpose, Run)); err != nil {
				return err
			}
		}
	}
	physical, err := filepath.EvalSymlinks(string(home)) // that link is the user's, or root's, as checkWay knows
	if err != nil {
		physical = string(home)
	}
	s := &Store{home: toolchain.Home(physical)}
	for _, dir := range append(s.directories(), filepath.Join(physical, "platforms")) {
		if err := checkPath(dir, true, purpose); err != nil {
			return err
		}
	}
	for _, file := range []string{s.format(), s.home.DefaultFile(), s.pinsFile()} {
		if err := checkPath(file, false, max(purpose, Run)); err != nil { // it is written anew, not written to
			return err
		}
	}
	return nil
}

// CheckTool decides whether a tool of v may be run.
func CheckTool(home toolchain.Home, v gover.Version, tool string) error {
	program := home.Tool(v, tool)
	for _, dir := range []string{home.Dir(v), filepath.Dir(program)} {
		if err := checkPath(dir, true, Run); err != nil {
			return err
		}
	}
	return checkPath(program, false, Run)
}

// checkOwn makes sure that the tree of v belongs to this user. Its mode is for
// Verify to judge, and for Repair to fix.
func (s *Store) checkOwn(v gover.Version) error {
	err := checkPath(s.home.Dir(v), true, Write)
	if access := (*AccessError)(nil); errors.As(err, &access) && access.Reason == Writable {
		return nil
	}
	return err
}

// checkPath judges what has the name path, not what a link there leads to.
func checkPath(path string, wantDir bool, purpose Purpose) error {
	info, err := os.Lstat(path)
	if fsx.IsAbsent(err) {
		return nil
	} else if err != nil {
		return err
	}
	return judge(path, info, wantDir, purpose)
}
