package app

import (
	"cmp"
	"errors"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/store"
	"github.com/gosw/gosw/internal/toolchain"
)

// Look warns of stores that are not for this user, for commands that only show.
func (a *App) Look() {
	path, _ := a.Path() // whose error has its own place
	for _, home := range path {
		_ = store.Check(home, store.Show, a.warn)
	}
}

// Claim makes sure that what is about to be written to is this user's own.
func (a *App) Claim(home toolchain.Home) error { return store.Check(home, store.Write, a.warn) }

// MayRead makes sure that nobody but this user and root could have changed what a
// command is about to read or run.
func (a *App) MayRead() error {
	path, err := a.Path()
	for _, home := range path {
		err = cmp.Or(err, store.Check(home, store.Run, nil))
	}
	return err
}

// MayRun is MayRead for the tools of t.
func (a *App) MayRun(t Target) error {
	if t.Version.IsZero() {
		return nil
	}
	if err := a.MayRead(); err != nil {
		return err
	}
	path, err := a.Path()
	if err != nil {
		return err
	}
	home, err := path.Of(t.Version)
	if err != nil {
		return err
	}
	return store.CheckTool(home, t.Version, "go")
}

// warn prints err and its hint, and what follows goes on.
func (a *App) warn(err error) {
	a.UI.Note("%v", err)
	a.UI.Hint("%v", a.Hint(err))
}

// Hint is HintFor, with what was typed.
func (a *App) Hint(err error) command.Hint {
	if access := (*store.AccessError)(nil); errors.As(err, &access) {
		return accessHint(access, a.Getenv, a.Inv.Args)
	}
	return HintFor(err)
}

// accessHint says how to come by a store that may be used; args are what was typed.
func accessHint(e *store.AccessError, getenv func(string) string, args []string) command.Hint {
	root := getenv("GOSW_ROOT")
	switch {
	case e.Reason == store.WrongType:
		return byHint(command.Aside(e.Path), "gosw did not make this and does not follow links here; move it away")
	case e.Reason == store.Writable && e.Others != "":
		fix := command.Run("icacls", e.Path, "/inheritance:d", "/remove:g", e.Others)
		return byHint(fix, "other users could change what you run; close it to them")
	case e.Reason == store.Writable:
		return byHint(command.Run("chmod", "go-w", e.Path), "other users could change what you run; close it to them")
	case e.User != 0 && e.Mode&0o020 == 0 && (e.Above == e.User || e.Owner == 0 && isBelow(getenv("HOME"), e.Path)):
		return byHint(command.Run("sudo", "chown", "-R", strconv.Itoa(e.User), e.Path), "an earlier sudo may have done this; take it back")
	case isBelow(getenv("GOSW_SYSTEM_ROOT"), e.Path):
		return byHint(command.Unset("GOSW_SYSTEM_ROOT"), "a system store must belong to root or to you")
	case e.User == 0:
		argv := []string{"sudo", "-u", strings.Replace(store.UserName(e.Owner), "user ", "#", 1)}
		if root != "" {
			argv = append(argv, "env", "GOSW_ROOT="+root)
		}
		return byHint(command.Run(append(append(argv, "gosw"), args...)...), "run gosw as its owner")
	case e.Owner == 0:
		return command.Hintf("you can use root's store, but not change it: set GOSW_SYSTEM_ROOT to it, and GOSW_ROOT to a directory of your own")
	case isBelow(root, e.Path):
		return byHint(command.Unset("GOSW_ROOT"), "another user could change what you run; use a store of your own")
	}
	return command.Hintf("another user could change what you run: set GOSW_ROOT to a directory of your own")
}

// byHint is a hint to do as text says by fix.
func byHint(fix command.Command, text string) command.Hint {
	return command.Hint{Command: fix, Text: text + ": %v", Args: []any{fix}}
}

// isBelow reports whether path is dir, or in it.
func isBelow(dir, path string) bool {
	const sep = string(filepath.Separator)
	return dir != "" && (path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, sep)+sep))
}
