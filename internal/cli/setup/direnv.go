package setup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/settings"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/shell"
)

func initDirenvCommand(a *app.App) *cobra.Command {
	var install, uninstall bool
	cmd := &cobra.Command{
		Use:   "direnv",
		Short: `Print or install "use gosw" for direnv`,
		Long: `Init direnv prints the library that defines "use gosw [VERSION]" and "layout
gosw" for .envrc files. --install puts it where direnv looks for libraries:
lib/gosw.sh in direnv's configuration directory.`,
		Example: `  gosw init direnv --install
  echo 'use gosw' >> .envrc && direnv allow`,
		Args: cmdline.None,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case install && uninstall:
				return failure.Usage(errors.New("init direnv takes --install or --uninstall, not both"), cmdline.HelpHint(cmd))
			case uninstall:
				return removeDirenvLibrary(a)
			}
			options, err := shellOptions(cmd.Context(), a, initFlags{words: []string{noPath}}, true)
			if err != nil {
				return err
			}
			text := shell.DirenvLibrary(options.Exe)
			if install {
				return WriteLibrary(a, text)
			}
			return a.UI.PrintCode(text)
		},
	}
	cmd.Flags().BoolVar(&install, "install", false, "put it where direnv finds it")
	cmd.Flags().BoolVar(&uninstall, "uninstall", false, "remove that file")
	return cmd
}

// direnvLibraryFile is where direnv looks for libraries, which it reads before
// any .envrc.
func direnvLibraryFile(a *app.App) (string, error) {
	dir, err := a.Absolute("DIRENV_CONFIG")
	if dir == "" && err == nil {
		dir, err = a.ConfigHome()
		dir = filepath.Join(dir, "direnv")
	}
	return filepath.Join(dir, "lib", "gosw.sh"), err
}

// ReadLibrary returns the installed library, "" if there is none, and the
// path of the file itself: a link to it, from somebody's collection of such
// files, stays one. A file of others' making is an error.
func ReadLibrary(a *app.App) (text, file string, err error) {
	if file, err = direnvLibraryFile(a); err != nil {
		return "", "", err
	}
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target
	}
	data, err := settings.ReadSettings(file)
	switch {
	case fsx.IsAbsent(err):
		return "", file, nil
	case err != nil:
		return "", file, err
	case !shell.IsDirenvLibrary(string(data)):
		return "", file, failure.WithHint(
			fmt.Errorf("%s was not written by gosw", file),
			command.Hintf(`move it away, or add the output of "gosw init direnv" to your direnvrc`),
		)
	}
	return string(data), file, nil
}

// WriteLibrary puts text in place in one step: a shell may be reading it.
func WriteLibrary(a *app.App, text string) error {
	old, file, err := ReadLibrary(a)
	if err != nil {
		return err
	}
	if old == text {
		a.UI.Note("%s is up to date", file)
		return nil
	}
	if err := fsx.Replace(file, []byte(text), 0o644, fsx.Replacing{}); err != nil {
		return failure.WithHint(fmt.Errorf("install direnv's library: %w", err), command.Hintf("make the directory writable, or choose another with DIRENV_CONFIG or XDG_CONFIG_HOME"))
	}
	a.UI.Note("wrote %s", file)
	if old == "" {
		a.UI.Hint(`in each project, run "echo use gosw >> .envrc && direnv allow"`)
	}
	return nil
}

func removeDirenvLibrary(a *app.App) error {
	old, _, err := ReadLibrary(a)
	if err != nil {
		return err
	}
	file, _ := direnvLibraryFile(a) // as it was found just now
	if old == "" {
		a.UI.Note("%s does not exist", file)
		return nil
	}
	if err := os.Remove(file); err != nil {
		return failure.WithHint(fmt.Errorf("remove direnv's library: %w", err), command.Hint{})
	}
	a.UI.Note("removed %s", file)
	return nil
}
