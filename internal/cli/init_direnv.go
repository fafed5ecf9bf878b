package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/shell"
)

func (a *app) initDirenvCommand() *cobra.Command {
	var install, uninstall bool
	cmd := &cobra.Command{
		Use:   "direnv",
		Short: `Print or install what "use gosw" in an .envrc needs`,
		Long: `Init direnv prints the library that defines "use gosw [VERSION]" and "layout gosw"
for .envrc files. With --install it puts it where direnv looks for libraries,
lib/gosw.sh in direnv's configuration folder.`,
		Example: `  gosw init direnv --install
  echo 'use gosw' >> .envrc && direnv allow`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case install && uninstall:
				return usage(errors.New("init direnv takes --install or --uninstall, not both"), helpHint(cmd))
			case uninstall:
				return a.removeDirenvLibrary()
			}
			st, err := a.store()
			if err != nil {
				return err
			}
			if err := a.placeShims(cmd.Context(), st); err != nil {
				return err
			}
			exe, err := executable()
			if err != nil {
				return err
			}
			text := shell.DirenvLibrary(exe)
			if install {
				return a.writeDirenvLibrary(text)
			}
			return a.ui.printCode(text)
		},
	}
	cmd.Flags().BoolVar(&install, "install", false, "put the library where direnv finds it")
	cmd.Flags().BoolVar(&uninstall, "uninstall", false, "remove that file")
	return cmd
}

// direnvLibraryFile is where direnv looks for libraries, which it reads before
// any .envrc.
func (a *app) direnvLibraryFile() (string, error) {
	dir, err := a.absolute("DIRENV_CONFIG")
	if dir == "" && err == nil {
		dir, err = a.configHome()
		dir = filepath.Join(dir, "direnv")
	}
	return filepath.Join(dir, "lib", "gosw.sh"), err
}

// readDirenvLibrary returns the installed library, "" if there is none, and the
// path of the file itself: a link to it, from somebody's collection of such
// files, stays one. A file of others' making is an error.
func (a *app) readDirenvLibrary() (text, file string, err error) {
	if file, err = a.direnvLibraryFile(); err != nil {
		return "", "", err
	}
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target
	}
	data, err := readSettings(file)
	switch {
	case fsx.IsAbsent(err):
		return "", file, nil
	case err != nil:
		return "", file, err
	case !shell.IsDirenvLibrary(string(data)):
		return "", file, withHint(
			fmt.Errorf("%s is not gosw's", file),
			hintf(`move it away, or add to direnv's direnvrc by hand what "gosw init direnv" prints`),
		)
	}
	return string(data), file, nil
}

// writeDirenvLibrary puts text in place in one step: a shell may be reading it.
func (a *app) writeDirenvLibrary(text string) error {
	old, file, err := a.readDirenvLibrary()
	if err != nil {
		return err
	}
	if old == text {
		a.ui.note("%s is up to date", file)
		return nil
	}
	if err := fsx.Replace(file, []byte(text), 0o644, fsx.Replacing{}); err != nil {
		return withHint(fmt.Errorf("install direnv's library: %w", err), hintf("the folder has to be writable; DIRENV_CONFIG and XDG_CONFIG_HOME move it"))
	}
	a.ui.note("wrote %s", file)
	if old == "" {
		a.ui.hint(`in a project: "echo use gosw >> .envrc && direnv allow"`)
	}
	return nil
}

func (a *app) removeDirenvLibrary() error {
	old, _, err := a.readDirenvLibrary()
	if err != nil {
		return err
	}
	file, err := a.direnvLibraryFile()
	if err != nil {
		return err
	}
	if old == "" {
		a.ui.note("%s is not there", file)
		return nil
	}
	if err := os.Remove(file); err != nil {
		return withHint(fmt.Errorf("remove direnv's library: %w", err), Hint{})
	}
	a.ui.note("removed %s", file)
	return nil
}
