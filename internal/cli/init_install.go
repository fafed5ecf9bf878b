package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/gosw/gosw/internal/shell"
)

// installWith is "gosw init --install" with flags for another command.
func (a *app) installWith(ctx context.Context, shell string, flags []string) error {
	has := func(flag string) bool { return slices.Contains(flags, flag) }
	return a.installInit(ctx, []string{shell}, initFlags{
		noPath: has("--no-path"), noFunction: has("--no-function"), noCompletion: has("--no-completion"), extras: has("--extras"),
	})
}

// installInit adds gosw's block to the start-up file of a shell.
func (a *app) installInit(ctx context.Context, args []string, f initFlags) error {
	sh, places, file, err := a.startup(args)
	if err != nil {
		return err
	}
	if _, ok := shell.Extras(sh); f.extras && !ok {
		return noExtras(sh) // each start of the shell would say so
	}
	options, err := a.shellOptions(ctx, f, !f.dryRun)
	if err != nil {
		return err
	}
	body := sh.Load(options.Exe, f.words())
	if body == "" {
		body = sh.Init(options)
	}
	if err := file.fit(sh, body); err != nil {
		return err
	}
	text, line, err := shell.AddBlock(file.text, body, file.missing)
	if err != nil {
		return file.damaged(err)
	}
	if !f.dryRun {
		file.sweep(a.now())
	}
	if text != file.text {
		if !f.dryRun {
			if err := file.write(text); err != nil {
				return file.unwritable(err, body)
			}
		}
		a.showChange(file, line, removedBlock(file.text), removedBlock(text), f.dryRun)
	}
	a.nameOthers(sh, places)
	return nil
}

// uninstallInit takes gosw's block out.
func (a *app) uninstallInit(args []string, f initFlags) error {
	_, _, file, err := a.startup(args)
	if err != nil {
		return err
	}
	text, removed, line, gone, err := shell.RemoveBlock(file.text)
	if err != nil {
		return file.damaged(err)
	}
	if !f.dryRun {
		file.sweep(a.now())
	}
	if removed == "" {
		return nil
	}
	switch {
	case file.mode&0o200 == 0:
		err = fs.ErrPermission
	case f.dryRun:
	case gone:
		err = os.Remove(file.path)
	default:
		err = file.write(text)
	}
	if err != nil {
		return file.unwritable(err, "")
	}
	a.showChange(file, line, removed, "", f.dryRun)
	return nil
}

// removedBlock returns the block in text, "" if there is none.
func removedBlock(text string) string {
	_, removed, _, _, err := shell.RemoveBlock(text)
	if err != nil {
		return ""
	}
	return removed
}

// showChange says what changes in a file, and where.
func (a *app) showChange(file *rcFile, line int, before, after string, dryRun bool) {
	verb := map[bool]string{false: "changes", true: "would change"}[dryRun]
	a.ui.note("%s %s, from line %d on:", verb, file.name, line)
	for text := range strings.Lines(before) {
		_, _ = fmt.Fprintf(a.ui.err, "-%s\n", clean(strings.TrimRight(text, "\r\n")))
	}
	for text := range strings.Lines(after) {
		_, _ = fmt.Fprintf(a.ui.err, "+%s\n", clean(strings.TrimRight(text, "\r\n")))
	}
}

// startup returns the shell that args name, and its start-up file.
func (a *app) startup(args []string) (shell.Shell, shell.Places, *rcFile, error) {
	sh, err := a.shell(args)
	if err != nil {
		return nil, shell.Places{}, nil, err
	}
	places, err := a.places()
	if err != nil {
		return nil, shell.Places{}, nil, err
	}
	if sh.Name() == "zsh" && places.ZDotDir != "" && !filepath.IsAbs(places.ZDotDir) {
		return nil, places, nil, withHint(fmt.Errorf("ZDOTDIR is %q, which is another folder in each folder", places.ZDotDir), hintf("export it as an absolute path, or unset it"))
	}
	names := sh.RC(places)
	if len(names) == 0 {
		return nil, places, nil, startupError(sh)
	}
	file, err := readRC(names[0])
	return sh, places, file, err
}

// startupError is for a shell that alone knows its start-up file.
func startupError(sh shell.Shell) error {
	exe, _ := executable()
	return withHint(
		fmt.Errorf("only %s itself knows which file it reads when it starts", sh.Name()),
		hintf("add this line to the file that $PROFILE names: %s", strings.TrimSpace(sh.Load(exe, nil))),
	)
}

// places returns the folders in which shells look for their files.
func (a *app) places() (shell.Places, error) {
	home, err := a.absolute("HOME") // a shell's on Windows, too
	if home == "" && err == nil {
		home, err = a.userHome()
	}
	if err != nil {
		return shell.Places{}, withHint(errors.New("HOME names no folder, so there is no start-up file"), hintf("export HOME, and run this again"))
	}
	places := shell.Places{Home: home, ZDotDir: a.getenv("ZDOTDIR"), Windows: runtime.GOOS == "windows"}
	config, err := a.absolute("XDG_CONFIG_HOME")
	places.Config, places.Native = config, config
	if config == "" {
		places.Config = filepath.Join(home, ".config")
		places.Native = cmp.Or(a.inv.Dirs.GoConfig, places.Config)
	}
	return places, err
}
