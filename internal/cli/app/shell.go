package app

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/shell"
	"github.com/gosw/gosw/internal/toolchain"
)

// InitCode is what loads gosw into the user's shell, bash if that is not known.
// It names gosw by its path where PATH does not lead to this one.
func (a *App) InitCode() string {
	sh := a.UI.Shell
	load := shell.Line(sh, command.Run(a.GoswName(), "init", sh.Name()))
	switch sh.Name() {
	case "fish":
		return load + " | source"
	case "powershell":
		return load + " | Out-String | Invoke-Expression"
	case "nushell":
		return shell.Line(sh, command.Run(a.GoswName(), "init", "--install", "nushell"))
	}
	return `eval "$(` + load + `)"`
}

// InitHint says how to have gosw loaded in each session.
func (a *App) InitHint() command.Hint {
	if a.UI.Shell.Name() == "cmd" {
		return command.Hintf("run %v, then open a new terminal", a.GoswCommand("init", "--user-path"))
	}
	return command.Hintf("run %v, then open a new terminal", a.InitInstall())
}

// GoswCommand is the command for gosw with args, by a name that leads to this one.
func (a *App) GoswCommand(args ...string) command.Command {
	return command.Run(append([]string{a.GoswName()}, args...)...)
}

// InitInstall is the command that puts gosw into the start-up file.
func (a *App) InitInstall(flags ...string) command.Command {
	return a.GoswCommand(append([]string{"init", "--install"}, flags...)...)
}

// GoswName is "gosw", or its path where PATH does not lead to this one.
func (a *App) GoswName() string {
	exe, err := Executable()
	if err != nil {
		return "gosw"
	}
	found, err := Resolve(fsx.FirstOnPath(a.Getenv("PATH"), "gosw"))
	if err != nil || found != exe {
		return exe
	}
	return "gosw"
}

// Places returns the directories in which shells look for their files.
func (a *App) Places() (shell.Places, error) {
	home, err := a.Absolute("HOME") // a shell's on Windows, too
	if home == "" && err == nil {
		home, err = a.UserHome()
	}
	if variable := (*toolchain.VariableError)(nil); errors.As(err, &variable) {
		err = fmt.Errorf("%s is not a directory, so there is no start-up file", variable.Name)
		return shell.Places{}, failure.WithHint(err, failure.HomeHint(variable.Name, ", and run this again"))
	} else if err != nil {
		return shell.Places{}, err
	}
	places := shell.Places{Home: home, ZDotDir: a.Getenv("ZDOTDIR"), Windows: runtime.GOOS == "windows"}
	if places.Windows {
		places.Documents = a.Inv.Dirs.Documents
		places.Core = strings.Contains(strings.ToLower(a.Getenv("PSModulePath")), `\powershell\`)
	}
	config, err := a.Absolute("XDG_CONFIG_HOME")
	places.Config, places.Native = config, config
	if config == "" {
		places.Config = filepath.Join(home, ".config")
		places.Native = cmp.Or(a.Inv.Dirs.GoConfig, places.Config)
	}
	return places, err
}
