package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/term"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/setup"
	"github.com/gosw/gosw/internal/shell"
)

// Install is "gosw init --install" with flags for another command.
func Install(ctx context.Context, a *app.App, shell string, flags []string) error {
	return installInit(ctx, a, []string{shell}, initFlags{words: flags})
}

// installInit adds gosw's block to the start-up file of a shell.
func installInit(ctx context.Context, a *app.App, args []string, f initFlags) error {
	sh, places, file, err := startup(a, args)
	if err != nil {
		return err
	}
	if _, ok := shell.Extras(sh); f.has(extras) && !ok {
		return noExtras(sh) // each start of the shell would say so
	}
	options, err := shellOptions(ctx, a, f, !f.dryRun)
	if err != nil {
		return err
	}
	body := sh.Load(options.Exe, f.words)
	if body == "" {
		body = sh.Init(options)
	}
	if err := file.Fit(sh, body); err != nil {
		return err
	}
	text, line, err := shell.AddBlock(file.Text, body, file.Missing)
	if err != nil {
		return file.Damaged(err)
	}
	if !f.dryRun {
		file.Sweep(a.Now())
	}
	if text != file.Text {
		if !f.dryRun {
			if err := file.Write(text); err != nil {
				return file.Unwritable(err, body)
			}
		}
		showChange(a, file, line, setup.RemovedBlock(file.Text), setup.RemovedBlock(text), f.dryRun)
		if !f.dryRun {
			nextStep(a, sh, places, text, f)
		}
	} else {
		a.UI.Remark("%s loads gosw already", file.Name)
	}
	nameOthers(a, sh, places)
	return nil
}

// nextStep says what is left to do after gosw was added to text, a start-up file of sh.
func nextStep(a *app.App, sh shell.Shell, places shell.Places, text string, f initFlags) {
	switch sh.Name() {
	case "bash", "zsh", "fish":
		a.UI.Hint("open a new terminal, or run %v", command.Run("exec", sh.Name()))
	default:
		a.UI.Hint("open a new terminal")
	}
	if sh.Name() == "powershell" && places.Windows && !places.Core {
		a.UI.Hint(`Windows PowerShell reads its profile only where scripts may run: "Set-ExecutionPolicy -Scope CurrentUser RemoteSigned"`)
	}
	if sh.Name() == "zsh" && !f.has(noCompletion) && !compinit().MatchString(text) {
		a.UI.Hint(`zsh completes gosw only after compinit: put "autoload -Uz compinit && compinit" before gosw's lines`)
	}
}

// compinit is what starts zsh's completion, or a framework that does.
var compinit = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[^#\n]*(compinit|oh-my-zsh\.sh|prezto|zim/|zinit|antidote|zplug)`)
})

// uninstallInit takes gosw's block out.
func uninstallInit(a *app.App, args []string, f initFlags) error {
	_, _, file, err := startup(a, args)
	if err != nil {
		return err
	}
	text, removed, line, gone, err := shell.RemoveBlock(file.Text)
	if err != nil {
		return file.Damaged(err)
	}
	if !f.dryRun {
		file.Sweep(a.Now())
	}
	if removed == "" {
		a.UI.Remark("%s has no lines of gosw", file.Name)
		return nil
	}
	switch {
	case file.Mode&0o200 == 0:
		err = fs.ErrPermission
	case f.dryRun:
	case gone:
		err = os.Remove(file.Path)
	default:
		err = file.Write(text)
	}
	if err != nil {
		return file.Unwritable(err, "")
	}
	showChange(a, file, line, removed, "", f.dryRun)
	return nil
}

// Uninstall takes out what "gosw init --install" has put into start-up files, of
// whatever shell, and what "gosw init" has installed for direnv and editors.
func Uninstall(a *app.App) error {
	places, err := a.Places()
	if err != nil {
		return err
	}
	for _, name := range shell.Names() {
		if sh, _ := shell.Lookup(name); len(sh.RC(places)) > 0 {
			err = errors.Join(err, uninstallInit(a, []string{name}, initFlags{}))
		}
	}
	err = errors.Join(err, uninstallUserPath(a))
	if text, _, libErr := ReadLibrary(a); libErr == nil && text != "" { // else it is not gosw's
		err = errors.Join(err, removeDirenvLibrary(a))
	}
	return errors.Join(err, uninstallVSCode(a, false, true), linkSDKs(a, false))
}

// showChange says what changes in a file, and where.
func showChange(a *app.App, file *setup.File, line int, before, after string, dryRun bool) {
	verb := map[bool]string{false: "changes", true: "would change"}[dryRun]
	a.UI.Note("%s %s, from line %d on:", verb, file.Name, line)
	for text := range strings.Lines(before) {
		_, _ = fmt.Fprintf(a.UI.Err, "-%s\n", term.Clean(strings.TrimRight(text, "\r\n")))
	}
	for text := range strings.Lines(after) {
		_, _ = fmt.Fprintf(a.UI.Err, "+%s\n", term.Clean(strings.TrimRight(text, "\r\n")))
	}
}

// startup returns the shell that args name, and its start-up file.
func startup(a *app.App, args []string) (shell.Shell, shell.Places, *setup.File, error) {
	sh, err := shellOf(a, args)
	if err != nil {
		return shell.Shell{}, shell.Places{}, nil, err
	}
	places, err := a.Places()
	if err != nil {
		return shell.Shell{}, shell.Places{}, nil, err
	}
	if sh.Name() == "zsh" && places.ZDotDir != "" && !filepath.IsAbs(places.ZDotDir) {
		return sh, places, nil, failure.WithHint(fmt.Errorf("ZDOTDIR is %q, which is not an absolute path", places.ZDotDir), command.Hintf("export it as an absolute path, or unset it"))
	}
	names := sh.RC(places)
	if len(names) == 0 {
		return sh, places, nil, startupError(sh)
	}
	file, err := setup.Read(names[0])
	return sh, places, file, err
}

// startupError is for a shell that alone knows its start-up file.
func startupError(sh shell.Shell) error {
	exe, _ := app.Executable()
	return failure.WithHint(
		fmt.Errorf("gosw can't find the start-up file of %s", sh.Name()),
		command.Hintf("add this line to the file that $PROFILE names: %s", strings.TrimSpace(sh.Load(exe, nil))),
	)
}

// nameOthers names what the start-up files of a shell have besides gosw that
// wants to be go, and what to remove. It changes nothing.
func nameOthers(a *app.App, sh shell.Shell, places shell.Places) {
	found, login := setup.Others(sh, places, a.Getenv)
	for _, o := range found {
		a.UI.Note("%s:%d: %s", o.File, o.Line, o.What)
		a.UI.Hint("%v", o.Remedy)
	}
	if number := setup.ZdotdirLine(sh, places); number > 0 {
		a.UI.Note("%s:%d: ZDOTDIR is set here but not exported to gosw, so zsh may read another .zshrc", filepath.Join(places.Home, ".zshenv"), number)
		a.UI.Hint("in zsh, export ZDOTDIR and run this again")
	}
	if login != "" {
		a.UI.Note("login shells read %s, which does not read %s", login, sh.RC(places)[0])
		a.UI.Hint("add this line to it: . ~/.bashrc")
	}
}
