package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gosw/gosw/internal/command"
	"github.com/gosw/gosw/internal/fsx"
	"github.com/gosw/gosw/internal/shell"
)

// initFlags are the flags of "gosw init".
type initFlags struct {
	noPath, noFunction, noCompletion bool
	extras                           bool
	install, uninstall, dryRun       bool
	profile                          string
}

func (a *app) initCommand() *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init [SHELL]",
		Short: "Print the shell code that makes go switch by directory, or install it",
		Long: `Init prints code for the shell to evaluate. It puts the store's bin folder on
PATH, defines go and gofmt as functions that pick the version without starting
another process, makes "gosw use" work, and completes gosw's arguments. SHELL is
bash, zsh, fish, sh, powershell or nushell, and the one that $SHELL names unless
given. The last three get no functions: go is the shim there.

With --install it adds the line that evaluates this code to the file that the
shell reads when it starts, in a block of its own, and shows what it adds. With
--uninstall it takes the block out. With --profile it prints a file for login
shells of all users, or with --profile=environment one for programs that no
shell starts. docs/shells.md says which file is for what.`,
		Example: `  eval "$(gosw init bash)"       in ~/.bashrc
  gosw init fish | source        in ~/.config/fish/config.fish
  gosw init --install            does that for you
  gosw init --profile | sudo tee /etc/profile.d/gosw.sh`,
		Args: atMostOne("shell"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(args); err != nil {
				return err
			}
			switch {
			case f.profile != "":
				return a.printProfile(f.profile)
			case f.uninstall:
				return a.uninstallInit(args, f)
			case f.install:
				return a.installInit(cmd.Context(), args, f)
			}
			return a.printInit(cmd.Context(), args, f)
		},
		ValidArgs: shell.Names(),
	}
	cmd.Flags().BoolVar(&f.noPath, "no-path", false, "leave PATH alone")
	cmd.Flags().BoolVar(&f.noFunction, "no-function", false, "define no go and gofmt functions; the shims do the same a millisecond slower")
	cmd.Flags().BoolVar(&f.noCompletion, "no-completion", false, "define no completion")
	cmd.Flags().BoolVar(&f.extras, "extras", false, `define more functions too, in bash and zsh; "gosw_help" lists them`)
	cmd.Flags().BoolVar(&f.install, "install", false, "add the line to the shell's start-up file")
	cmd.Flags().BoolVar(&f.uninstall, "uninstall", false, "take it out again")
	cmd.Flags().BoolVarP(&f.dryRun, "dry-run", "n", false, "with --install and --uninstall: show the change only")
	cmd.Flags().StringVar(&f.profile, "profile", "", "print a file for `KIND` of login: sh (profile.d) or environment (environment.d)")
	cmd.Flags().Lookup("profile").NoOptDefVal = "sh"
	_ = cmd.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions([]string{"sh", "environment"}, cobra.ShellCompDirectiveNoFileComp))
	cmd.AddCommand(a.initDirenvCommand())
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
	case f.profile != "" && (f.install || f.uninstall || len(args) > 0 || len(f.words()) > 0):
		mistake = "--profile takes no shell and no other flag"
	case f.uninstall && len(f.words()) > 0:
		mistake = "--uninstall takes no option but --dry-run"
	}
	if mistake != "" {
		return usage(errors.New(mistake), hintf(`run "gosw init --help"`))
	}
	return nil
}

// words are the flags as they stand in the line of a start-up file.
func (f initFlags) words() []string {
	var words []string
	for _, flag := range []struct {
		set  bool
		word string
	}{{f.noPath, "--no-path"}, {f.noFunction, "--no-function"}, {f.noCompletion, "--no-completion"}, {f.extras, "--extras"}} {
		if flag.set {
			words = append(words, flag.word)
		}
	}
	return words
}

func (a *app) printInit(ctx context.Context, args []string, f initFlags) error {
	sh, err := a.shell(args)
	if err != nil {
		return err
	}
	options, err := a.shellOptions(ctx, f, true)
	if err != nil {
		return err
	}
	text := sh.Init(options)
	if f.extras {
		more, ok := shell.Extras(sh)
		if !ok {
			return noExtras(sh)
		}
		text += more
	}
	return a.ui.printCode(text)
}

func noExtras(sh shell.Shell) error {
	return usage(fmt.Errorf("no extras for %s", sh.Name()), hintf("they are for bash and zsh"))
}

// shellOptions opens the store, puts the shims in their place if place says so,
// and returns what the text of a shell needs to know.
func (a *app) shellOptions(ctx context.Context, f initFlags, place bool) (shell.Options, error) {
	st, err := a.store()
	if err != nil {
		return shell.Options{}, err
	}
	if err := fitsPath(string(st.Home())); err != nil && !f.noPath {
		return shell.Options{}, err
	}
	if place {
		if err := a.placeShims(ctx, st); err != nil {
			return shell.Options{}, err
		}
	}
	exe, err := executable()
	if err != nil {
		return shell.Options{}, err
	}
	return shell.Options{
		Exe:        exe,
		Root:       string(st.Home()),
		Path:       !f.noPath,
		Function:   !f.noFunction,
		Completion: !f.noCompletion,
	}, nil
}

// fitsPath is an error if PATH can't hold root, the folder of the store: it would
// be two entries there, of which the second is relative to wherever one is.
func fitsPath(root string) error {
	if !strings.ContainsRune(root, filepath.ListSeparator) {
		return nil
	}
	return withHint(
		fmt.Errorf("PATH can't hold %q, because of the %q in it", root, filepath.ListSeparator),
		hintf("set GOSW_ROOT to a folder without one"),
	)
}

// initCode is what loads gosw into the user's shell, bash if that is not known.
// It names gosw by its path where PATH does not lead to this one.
func (a *app) initCode() string {
	sh := a.ui.shell
	load := shell.Line(sh, command.Run(a.goswName(), "init", sh.Name()))
	switch sh.Name() {
	case "fish":
		return load + " | source"
	case "powershell":
		return load + " | Out-String | Invoke-Expression"
	case "nushell":
		return shell.Line(sh, command.Run(a.goswName(), "init", "--install", "nushell"))
	}
	return `eval "$(` + load + `)"`
}

// initHint says how to have gosw loaded in each session.
func (a *app) initHint() Hint {
	sh := a.ui.shell
	places, err := a.places()
	if err != nil || sh.Name() == "nushell" || len(sh.RC(places)) == 0 {
		return Hint{Command: a.initInstall()}
	}
	file := sh.RC(places)[0]
	if rest, ok := strings.CutPrefix(file, places.Home+string(filepath.Separator)); ok {
		file = "~/" + rest
	}
	return hintf("put this in %s: %s", file, a.initCode())
}

// initInstall is the command that puts gosw into the start-up file.
func (a *app) initInstall(flags ...string) command.Command {
	return command.Run(append([]string{a.goswName(), "init", "--install"}, flags...)...)
}

// userShell is the shell that SHELL names, bash if it names none that gosw has
// code for.
func userShell(getenv func(string) string) shell.Shell {
	sh, ok := shell.Detect(getenv("SHELL"))
	if !ok {
		sh, _ = shell.Lookup("bash")
	}
	return sh
}

// goswName is "gosw", or its path where PATH does not lead to this one.
func (a *app) goswName() string {
	exe, err := executable()
	if err != nil {
		return "gosw"
	}
	found, err := filepath.EvalSymlinks(fsx.FirstOnPath(a.getenv("PATH"), "gosw"))
	if err != nil || found != exe {
		return exe
	}
	return "gosw"
}

// shell returns the shell that args name, or the user's.
func (a *app) shell(args []string) (shell.Shell, error) {
	names := strings.Join(shell.Names(), ", ")
	if len(args) > 0 {
		sh, ok := shell.Lookup(args[0])
		if near := nearest(args[0], shell.Names()); !ok && near != "" {
			return sh, usage(fmt.Errorf("no shell code for %q", args[0]), hintf("did you mean %v?", gosw("init", near)))
		}
		if !ok {
			return sh, usage(fmt.Errorf("no shell code for %q", args[0]), hintf("gosw has it for %s", names))
		}
		return sh, nil
	}
	sh, ok := shell.Detect(a.getenv("SHELL"))
	if !ok {
		return sh, usage(errors.New("SHELL does not name a shell that gosw has code for"), hintf(`name one: "gosw init bash"`))
	}
	return sh, nil
}
