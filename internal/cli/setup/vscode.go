package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/settings"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/setup"
	"github.com/gosw/gosw/internal/toolchain"
	"github.com/gosw/gosw/internal/vscode"
)

func initVSCodeCommand(a *app.App) *cobra.Command {
	var install, uninstall, dryRun bool
	cmd := &cobra.Command{
		Use:   "vscode",
		Short: "Set up the Go extension of VS Code",
		Long: `Init vscode --install has VS Code's Go extension use gosw's go, so that it, gopls
and the terminal take each directory's version. It changes your own settings,
not those of a project: a path of yours is wrong for others. Comments and all
other settings stay. --uninstall restores what was there before.

It finds VS Code, Insiders, VSCodium, Code - OSS, Cursor, code-server, and what
they keep on a remote machine. Without a flag it prints the settings.`,
		Example: `  gosw init vscode --install --dry-run
  gosw init vscode --install`,
		Args: cmdline.None,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case install && uninstall:
				return failure.Usage(errors.New("init vscode takes --install or --uninstall, not both"), cmdline.HelpHint(cmd))
			case dryRun && !install && !uninstall:
				return failure.Usage(errors.New("--dry-run is for --install and --uninstall"), cmdline.HelpHint(cmd))
			case uninstall:
				return uninstallVSCode(a, dryRun, false)
			}
			options, err := shellOptions(cmd.Context(), a, initFlags{}, !dryRun)
			if err != nil {
				return err
			}
			bin := toolchain.Home(options.Root).Bin()
			shims := vscode.Shims{Go: filepath.Join(bin, "go"+toolchain.Exe), Path: bin + string(filepath.ListSeparator)}
			if install {
				return installVSCode(a, shims, dryRun)
			}
			text, err := vscode.Add("{\n}\n", false, shims)
			if err != nil {
				return err
			}
			return a.UI.PrintCode(text)
		},
	}
	cmd.Flags().BoolVar(&install, "install", false, "change the settings of each VS Code of yours")
	cmd.Flags().BoolVar(&uninstall, "uninstall", false, "restore what --install has changed")
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "with --install and --uninstall: only show the change")
	return cmd
}

// settingsFiles are the files of settings of each VS Code that has been started here,
// or on another machine to work on this one.
func settingsFiles(a *app.App) (files []string, err error) {
	config, err := a.Base("XDG_CONFIG_HOME", a.Inv.Dirs.GoConfig)
	if err != nil {
		return nil, err
	}
	home, err := a.UserHome()
	if err != nil {
		return nil, err
	}
	var dirs []string
	for _, name := range []string{"Code", "Code - Insiders", "VSCodium", "Code - OSS", "Cursor"} {
		dirs = append(dirs, filepath.Join(config, name, "User"))
	}
	dirs = append(dirs, filepath.Join(home, ".local", "share", "code-server", "User"))
	for _, name := range []string{".vscode-server", ".vscode-server-insiders", ".vscodium-server", ".cursor-server", ".vscode-remote"} {
		dirs = append(dirs, filepath.Join(home, name, "data", "Machine"))
	}
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			files = append(files, filepath.Join(dir, "settings.json"))
		} else if err != nil && !fsx.IsAbsent(err) {
			return nil, err
		}
	}
	return files, nil
}

func installVSCode(a *app.App, shims vscode.Shims, dryRun bool) error {
	names, err := settingsFiles(a)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return failure.WithHint(errors.New("found no VS Code of this user"),
			command.Hintf(`start it once, or add what "gosw init vscode" prints to its settings`))
	}
	changed := false
	for _, name := range names {
		err = errors.Join(err, editSettings(a, name, dryRun, func(file *setup.File) (string, bool, error) {
			text, err := vscode.Add(file.Text, file.Missing, shims)
			if err == nil && text == file.Text {
				a.UI.Remark("%s is up to date", file.Name)
			}
			changed = changed || err == nil && text != file.Text
			for _, setting := range vscode.Overriding(text) {
				a.UI.Note("%s: %s overrides the version of each directory", file.Name, setting)
				a.UI.Hint("remove it")
			}
			return text, false, err
		}))
	}
	if changed && !dryRun {
		a.UI.Hint(`in VS Code, run "Developer: Reload Window"`)
	}
	return err
}

// uninstallVSCode takes gosw's settings out; quietly, if it need not say that there
// are none.
func uninstallVSCode(a *app.App, dryRun, quietly bool) error {
	names, err := settingsFiles(a)
	if quietly && settings.NotSet(err) {
		return nil
	}
	for _, name := range names {
		err = errors.Join(err, editSettings(a, name, dryRun, func(file *setup.File) (string, bool, error) {
			text, gone, err := vscode.Remove(file.Text)
			if err == nil && text == file.Text && !gone && !quietly {
				a.UI.Remark("%s has no settings of gosw", file.Name)
			}
			return text, gone, err
		}))
	}
	return err
}

// editSettings gives a file the text that change says, or removes it.
func editSettings(a *app.App, name string, dryRun bool, change func(*setup.File) (text string, gone bool, err error)) error {
	file, err := setup.Read(name)
	if err != nil {
		return err
	}
	text, gone, err := change(file)
	if err != nil {
		return failure.WithHint(fmt.Errorf("%s: %w", file.Name, err), command.Hintf("fix the file in VS Code, then run this again; nothing was changed"))
	}
	switch {
	case text == file.Text && !gone:
		return nil
	case file.Mode&0o200 == 0:
		err = fs.ErrPermission
	case dryRun:
	case gone:
		err = os.Remove(file.Path)
	default:
		file.Sweep(a.Now())
		err = file.Write(text)
	}
	if err != nil {
		return file.Unwritable(err, "")
	}
	line, before, after := changedLines(file.Text, text)
	showChange(a, file, line, before, after, dryRun)
	return nil
}

// changedLines returns the lines in which two texts differ, from the first to the
// last, and the number of the first.
func changedLines(before, after string) (line int, old, changed string) {
	a, b := slices.Collect(strings.Lines(before)), slices.Collect(strings.Lines(after))
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	a, b = a[same:], b[same:]
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return same + 1, strings.Join(a, ""), strings.Join(b, "")
}
