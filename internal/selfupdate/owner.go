package selfupdate

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
)

// An OwnerError says that a copy is not for gosw to change.
type OwnerError struct {
	Place  string // of the program
	Owner  string // such as "dpkg"; "" where the directory is the reason
	Err    error  // then: why it can't be changed
	Update command.Command
	Remove command.Command
}

func (e *OwnerError) Error() string {
	if e.Owner != "" {
		return e.Place + " belongs to " + e.Owner
	}
	return e.Place + ": " + e.Err.Error()
}

func (e *OwnerError) Unwrap() error { return e.Err }

// managers are asked whether the program is theirs: those with a part of its path
// by that, the others by their own program. Then the two commands are theirs.
var managers = []struct {
	name, part     string
	ask            []string // is followed by the path; exits 0 for a yes
	named          bool     // and prints the package's name, which remove is to be followed by
	update, remove command.Command
}{
	{name: "Nix", part: "/nix/store/", update: command.Run("nix", "profile", "upgrade", "gosw"), remove: command.Run("nix", "profile", "remove", "gosw")},
	{name: "Homebrew", part: "/Cellar/gosw/", update: command.Run("brew", "upgrade", "gosw"), remove: command.Run("brew", "uninstall", "gosw")},
	{name: "Scoop", part: "/scoop/apps/gosw/", update: command.Run("scoop", "update", "gosw"), remove: command.Run("scoop", "uninstall", "gosw")},
	{name: "winget", part: "/WinGet/", update: command.Run("winget", "upgrade", "gosw.gosw"), remove: command.Run("winget", "uninstall", "gosw.gosw")},
	{name: "dpkg", ask: []string{"dpkg", "-S"}, update: command.Run("sudo", "apt-get", "install", "--only-upgrade", "gosw"), remove: command.Run("sudo", "apt-get", "remove", "gosw")},
	{name: "rpm", ask: []string{"rpm", "-qf"}, update: command.Run("sudo", "dnf", "upgrade", "gosw"), remove: command.Run("sudo", "dnf", "remove", "gosw")},
	{name: "pacman", ask: []string{"pacman", "-Qoq"}, named: true, update: command.Run("sudo", "pacman", "-Syu"), remove: command.Run("sudo", "pacman", "-R")},
	{name: "apk", ask: []string{"apk", "info", "-W"}, update: command.Run("sudo", "apk", "upgrade", "gosw"), remove: command.Run("sudo", "apk", "del", "gosw")},
}

// askTimeout bounds what a package manager may take to answer.
const askTimeout = 20 * time.Second

// Mine reports whether the copy is for gosw to change: nil, or an [*OwnerError].
// Package managers are looked up in path, a value of PATH, and run with env. Args
// is what was typed.
func (c *Copy) Mine(ctx context.Context, path string, env, args []string) error {
	program := c.Program()
	for _, m := range managers {
		owns, remove := m.part != "" && strings.Contains(filepath.ToSlash(program), m.part), m.remove
		if asked := ""; m.ask != nil {
			if asked = fsx.FirstOnPath(path, m.ask[0]); asked != "" {
				bounded, cancel := context.WithTimeout(ctx, askTimeout)
				cmd := exec.CommandContext(bounded, asked, append(m.ask[1:], program)...)
				cmd.Env = append(env[:len(env):len(env)], "HOME=/dev/null") // where Debian's rpm would make a database
				out, err := cmd.Output()
				cancel()
				if owns = err == nil; m.named { // gosw, or gosw-bin of the AUR
					remove = command.Run(append(remove[0].Argv, strings.TrimSpace(string(out)))...)
				}
			}
		}
		if owns {
			return &OwnerError{Place: program, Owner: m.name, Update: m.update, Remove: remove}
		}
	}
	e := &OwnerError{Place: program}
	if runtime.GOOS == "windows" { // where what runs can't be replaced, and links need privileges
		e.Err = errors.New("gosw does not change its own programs on Windows")
		return e
	}
	if filepath.Base(c.Dir) != "bin" {
		e.Err = errors.New("its directory is not called bin, so there is no place for versions beside it")
		return e
	}
	for _, dir := range []string{c.Dir, c.prefix()} {
		if e.Err = writable(dir); e.Err != nil {
			e.Update = command.Run(append([]string{"sudo", program}, args...)...)
			e.Remove = e.Update
			return e
		}
	}
	return nil
}

// writable tries to make a file in dir.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".gosw-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
