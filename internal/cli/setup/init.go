// Package setup has the commands that set up a shell: init and env.
package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/cli/app"
	"github.com/gosw/gosw/internal/cli/cmdline"
	"github.com/gosw/gosw/internal/cli/failure"
	"github.com/gosw/gosw/internal/cli/upkeep"
	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/shell"
	"github.com/gosw/gosw/internal/spelling"
	"github.com/gosw/gosw/internal/store"
)

// initFlags are the flags of "gosw init".
type initFlags struct {
	words                      []string // of lineFlags, those that are set
	install, uninstall, dryRun bool
	userPath                   bool // only Windows has it
	profile                    string
}

const (
	noPath       = "--no-path"
	noFunction   = "--no-function"
	noCompletion = "--no-completion"
	extras       = "--extras"
)

// lineFlags are the flags that may stand in the line of a start-up file.
var lineFlags = []struct{ word, usage string }{
	{noPath, "do not change PATH"},
	{noFunction, "define no go and gofmt functions; the shims do the same, a millisecond slower"},
	{noCompletion, "define no completion"},
	{extras, `also define more functions, in bash and zsh; "gosw_help" lists them`},
}

func (f initFlags) has(word string) bool { return slices.Contains(f.words, word) }

// Init is "gosw init".
func Init(a *app.App) *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init [SHELL]",
		Short: "Set up a shell",
		Long: `Init --install adds a line to the start-up file of your shell, in a marked
block, and shows what it adds; --uninstall removes it. Open a new terminal
afterwards.

The line evaluates what "gosw init" prints: code that puts the store's bin
directory on PATH, makes "gosw use" work, completes gosw's arguments, and
defines go and gofmt as functions that choose the version without starting
another process. SHELL is bash, zsh, fish, sh, powershell or nushell; without
it, it is the one SHELL names.

--profile prints a file for login shells of all users, and --profile=environment
one for programs that no shell starts.`,
		Example: `  gosw init --install
  eval "$(gosw init bash)"`,
		Args: cmdline.AtMostOne("shell"),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, flag := range lineFlags {
				if set, _ := cmd.Flags().GetBool(flag.word[2:]); set {
					f.words = append(f.words, flag.word)
				}
			}
			if err := f.check(args); err != nil {
				return err
			}
			switch {
			case f.userPath:
				return userPath(cmd.Context(), a, f)
			case f.profile != "":
				return printProfile(a, f.profile)
			case f.uninstall:
				return uninstallInit(a, args, f)
			case f.install:
				return installInit(cmd.Context(), a, args, f)
			}
			if _, terminal := a.UI.Screen(); terminal {
				return explainInit(a, args)
			}
			return printInit(cmd.Context(), a, args, f)
		},
		ValidArgs: shell.Names(),
	}
	for _, flag := range lineFlags {
		cmd.Flags().Bool(flag.word[2:], false, flag.usage)
	}
	cmd.Flags().BoolVar(&f.install, "install", false, "add the line to the shell's start-up file")
	cmd.Flags().BoolVar(&f.uninstall, "uninstall", false, "remove that line")
	cmd.Flags().BoolVarP(&f.dryRun, "dry-run", "n", false, "with --install and --uninstall: only show the change")
	cmd.Flags().StringVar(&f.profile, "profile", "", "print a file for all logins: sh (profile.d) or environment (environment.d)")
	cmdline.Name(cmd, "profile", "KIND")
	cmd.Flags().Lookup("profile").NoOptDefVal = "sh"
	_ = cmd.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions([]string{"sh", "environment"}, cobra.ShellCompDirectiveNoFileComp))
	userPathFlag(cmd, &f)
	cmd.AddCommand(initDirenvCommand(a), initVSCodeCommand(a), initSDKCommand(a))
	return cmd
}

// check refuses flags that do not go together.
func (f initFlags) check(args []string) error {
	mistake := ""
	switch {
	case f.install && f.uninstall:
		mistake = "init takes --install or --uninstall, not both"
	case f.dryRun && !f.install && !f.uninstall:
		mistake = "--dry-run is for --install and --uninstall"
	case f.userPath && (f.install || f.dryRun || f.profile != "" || len(args) > 0 || len(f.words) > 0):
		mistake = "--user-path takes no shell, and no other flag but --uninstall"
	case f.profile != "" && (f.install || f.uninstall || len(args) > 0 || len(f.words) > 0):
		mistake = "--profile takes no shell and no other flag"
	case f.uninstall && len(f.words) > 0:
		mistake = "--uninstall takes no option but --dry-run"
	}
	if mistake != "" {
		return failure.Usage(errors.New(mistake), command.Hintf(`run "gosw init --help"`))
	}
	return nil
}

// explainInit says what the code is for where nothing would evaluate it.
func explainInit(a *app.App, args []string) error {
	sh, err := shellOf(a, args)
	if err != nil {
		return err
	}
	show := func(command ...string) string { return shell.Line(sh, a.GoswCommand(command...)) }
	place := "the start-up file of " + sh.Name()
	if places, err := a.Places(); err == nil && len(sh.RC(places)) > 0 {
		place = a.Place(sh.RC(places)[0])
	}
	t := a.Trace()
	t.Line("This command prints code that %s evaluates when it starts. To set it up, run", sh.Name())
	t.Verbatim("  %s", show("init", "--install", sh.Name()))
	t.Line("It adds one line to %s. To see the code, run", place)
	t.Verbatim("  %s | less", show("init", sh.Name()))
	t.Line("Scripts, cron, login shells that are not interactive, and programs that a desktop starts read another file. These print one for login shells and one for desktop sessions:")
	t.Verbatim("  %s", show("init", "--profile"))
	t.Verbatim("  %s", show("init", "--profile=environment"))
	return a.UI.Show(t.Lines)
}

func printInit(ctx context.Context, a *app.App, args []string, f initFlags) error {
	sh, err := shellOf(a, args)
	if err != nil {
		return err
	}
	options, err := shellOptions(ctx, a, f, true)
	if err != nil {
		return err
	}
	text := sh.Init(options)
	if f.has(extras) {
		more, ok := shell.Extras(sh)
		if !ok {
			return noExtras(sh)
		}
		text += more
	}
	return a.UI.PrintCode(text)
}

func noExtras(sh shell.Shell) error {
	return failure.Usage(fmt.Errorf("no extras for %s", sh.Name()), command.Hintf("they are for bash and zsh"))
}

// shellOptions opens the store, puts the shims in their place if place says so,
// and returns what the text of a shell needs to know.
func shellOptions(ctx context.Context, a *app.App, f initFlags, place bool) (shell.Options, error) {
	st, err := a.Store(store.Run)
	if err != nil {
		return shell.Options{}, err
	}
	if err := upkeep.FitsPath(string(st.Home())); err != nil && !f.has(noPath) {
		return shell.Options{}, err
	}
	if place {
		if err := upkeep.PlaceShims(ctx, a, st); err != nil {
			return shell.Options{}, err
		}
	}
	exe, err := app.Executable()
	if err != nil {
		return shell.Options{}, err
	}
	return shell.Options{
		Exe:        exe,
		Root:       string(st.Home()),
		Path:       !f.has(noPath),
		Function:   !f.has(noFunction),
		Completion: !f.has(noCompletion),
	}, nil
}

// shellOf returns the shell that args name, or the user's.
func shellOf(a *app.App, args []string) (shell.Shell, error) {
	if len(args) == 0 {
		sh, ok := shell.Detect(a.Getenv)
		if sh.Name() == "cmd" {
			return sh, failure.Usage(errors.New("cmd.exe reads no start-up file"), command.Hintf("run %v to have go on PATH, or name a shell", a.GoswCommand("init", "--user-path")))
		}
		if !ok {
			problem := errors.New("gosw does not support the shell that SHELL names")
			if a.Getenv("SHELL") == "" { // as in containers
				problem = errors.New("SHELL is not set, so the shell is unknown")
			}
			return sh, failure.Usage(problem, command.Hintf(`name one: "gosw init bash"`))
		}
		return sh, nil
	}
	sh, ok := shell.Lookup(args[0])
	if ok {
		return sh, nil
	}
	hint := command.Hintf("gosw supports %s", strings.Join(shell.Names(), ", "))
	if near := spelling.Nearest(args[0], shell.Names()); near != "" {
		hint = command.Hintf("did you mean %v?", command.Gosw("init", near))
	}
	return sh, failure.Usage(fmt.Errorf("gosw does not support the shell %q", args[0]), hint)
}
